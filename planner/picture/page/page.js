// SPDX-License-Identifier: LGPL-2.1-or-later
// Hovering and focus show a device with its path and its partners; search, views and folds
// are kept in the URL's fragment. Without this script the page still shows everything.
'use strict';
(() => {
  const id = (name) => document.getElementById(name);
  const all = (what, from = document) => [...from.querySelectorAll(what)];
  const main = document.querySelector('main');
  const canvas = id('links');
  const card = id('card');
  const search = id('search');
  const links = JSON.parse(id('data').textContent);
  const partners = new Map();
  for (const link of links)
    for (const [from, to] of [[link.from, link.to], [link.to, link.from]])
      partners.set(from, [...(partners.get(from) || []), {to, link}]);
  let current = null;

  const shown = (element) => element && element.getClientRects().length > 0;
  // What stands for an element that is in a closed frame: the frame's summary.
  const visible = (element) => {
    if (!element || element.closest('.hidden')) return null;
    let at = element.tagName === 'DETAILS' ? element.firstElementChild : element;
    for (let up = element.parentElement; up; up = up.parentElement)
      if (up.tagName === 'DETAILS' && !up.open) at = up.firstElementChild;
    return shown(at) ? at : null;
  };

  const draw = () => {
    const base = main.getBoundingClientRect();
    canvas.replaceChildren();
    const seen = new Set();
    for (const link of links) {
      const left = visible(id(link.from));
      const right = visible(id(link.to));
      if (!left || !right) continue;
      const a = left.getBoundingClientRect();
      const b = right.getBoundingClientRect();
      const [x, y] = [a.right - base.left, a.top - base.top + Math.min(12, a.height / 2)];
      const [u, v] = [b.left - base.left, b.top - base.top + Math.min(12, b.height / 2)];
      const key = [link.class, x, y, u, v].join();
      if (u < x || seen.has(key)) continue;
      seen.add(key);
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      const bend = (u - x) / 2;
      path.setAttribute('d', `M${x} ${y}C${x + bend} ${y} ${u - bend} ${v} ${u} ${v}`);
      path.setAttribute('class', link.class);
      if (current && link.from !== current.id && link.to !== current.id &&
          partners.has(current.id)) path.classList.add('dim');
      canvas.append(path);
    }
  };

  const nameOf = (element) => {
    const name = element.querySelector('summary > b, .first > b, b');
    return name ? name.textContent.trim() : '';
  };
  const pathOf = (element) => {
    const names = [];
    for (let up = element.parentElement.closest('details'); up;
         up = up.parentElement.closest('details')) names.unshift(nameOf(up));
    return names.join(' \u203a ');
  };
  const line = (words, kind) => {
    const p = document.createElement('p');
    p.textContent = words;
    if (kind) p.className = kind;
    card.append(p);
  };
  const show = (element) => {
    if (element === current) return;
    current = element;
    all('.near').forEach((each) => each.classList.remove('near'));
    card.replaceChildren();
    if (element) {
      element.classList.add('near');
      line(nameOf(element));
      line('path: ' + pathOf(element), 'm');
      for (const {to, link} of partners.get(element.id) || []) {
        const partner = id(to);
        if (!partner) continue;
        partner.classList.add('near');
        line(`${link.title}; ${nameOf(partner)} in ${pathOf(partner)}`, 'm');
      }
      all('.alert', element.tagName === 'DETAILS' ? element.querySelector('.alerts') || card
        : element).forEach((each) => line(each.textContent, each.className));
    }
    draw();
  };

  const views = all('[data-view]');
  const view = (name) => {
    for (const button of views)
      button.setAttribute('aria-pressed', String(button.dataset.view === name));
    all('.column').forEach((column) => column.classList.toggle('hidden',
      name !== 'both' && column.dataset.column !== name));
    main.classList.toggle('alone', name !== 'both' || all('.column').length < 2);
  };
  const viewed = () => (views.find((button) =>
    button.getAttribute('aria-pressed') === 'true') || {dataset: {view: 'both'}}).dataset.view;

  const find = () => {
    const words = search.value.trim().toLowerCase();
    let n = 0;
    for (const element of all('.device, .chip, details')) {
      const words_of = element.tagName === 'DETAILS' ? element.firstElementChild : element;
      const found = words !== '' && words_of.textContent.toLowerCase().includes(words);
      element.classList.toggle('found', found);
      if (!found) continue;
      n++;
      for (let up = element.parentElement.closest('details'); up;
           up = up.parentElement.closest('details')) up.open = true;
    }
    id('count').textContent = words ? `${n} found` : '';
  };

  const save = () => {
    const state = new URLSearchParams();
    if (views.length && viewed() !== 'both') state.set('show', viewed());
    if (search.value) state.set('search', search.value);
    const closed = all('main details:not([open])').map((each) => each.id);
    if (closed.length) state.set('closed', closed.join(','));
    if (current && current.id) state.set('at', current.id);
    history.replaceState(null, '', '#' + state.toString());
  };
  const load = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const name = state.get('show');
    view(views.some((button) => button.dataset.view === name) ? name : 'both');
    if (state.has('closed')) {
      const closed = new Set(state.get('closed').split(','));
      all('main details').forEach((each) => { each.open = !closed.has(each.id); });
    }
    search.value = state.get('search') || '';
    find();
    const at = state.get('at') && id(state.get('at'));
    if (at && at.closest('main')) show(at);
    draw();
  };

  const rows = '.device, .chip, main summary';
  const subject = (target) => {
    const row = target.closest && target.closest(rows);
    return row && (row.tagName === 'SUMMARY' ? row.parentElement : row);
  };
  const goTo = (name) => {
    const element = id(name);
    if (!element) return;
    if (element.closest('.column.hidden')) view('both');
    for (let up = element.parentElement.closest('details'); up;
         up = up.parentElement.closest('details')) up.open = true;
    const focus = element.tagName === 'DETAILS' ? element.firstElementChild : element;
    focus.focus();
    focus.scrollIntoView({block: 'center'});
    show(element);
    save();
  };

  main.addEventListener('mouseover', (event) => {
    const element = subject(event.target);
    if (element) show(element);
  });
  main.addEventListener('focusin', (event) => {
    const element = subject(event.target);
    if (element) { show(element); save(); }
  });
  main.addEventListener('toggle', () => { draw(); save(); }, true);
  views.forEach((button) => button.addEventListener('click', () => {
    view(button.dataset.view);
    draw();
    save();
  }));
  search.addEventListener('input', () => { find(); draw(); save(); });
  id('fold').addEventListener('click', () => {
    const frames = all('main details.root, main details.node');
    const open = !frames.some((each) => each.open);
    frames.forEach((each) => { each.open = open; });
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    goTo(decodeURIComponent(link.hash.slice(1)));
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target === search;
    if (event.key === '/' && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape') {
      search.value = '';
      find();
      show(null);
      save();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const list = all(rows).filter((each) => visible(each) === each);
      const at = list.indexOf(document.activeElement);
      if (typing || (at < 0 && !main.contains(document.activeElement))) return;
      event.preventDefault();
      const next = list[at + (event.key === 'ArrowDown' ? 1 : -1)];
      if (next) next.focus();
    } else if (event.key === 'Enter' && event.target.classList &&
               event.target.classList.contains('device')) {
      const first = (partners.get(event.target.id) || [])[0];
      if (first) goTo(first.to);
    }
  });
  addEventListener('resize', draw);
  addEventListener('hashchange', load);
  load();
})();
