/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The stash is a stack. Parking copies an element into the stash and
 * then cuts it; bringing it back does the inverse of both in the reverse order, so the
 * last parked element always finds the document as it left it. Places refer to a document
 * that already has the stash. To reach an entry further down, those above it are brought
 * back and parked again. Meanwhile stash_work.tracked follows elements through the
 * changes.
 */
#include "planner/stash/stash.h"

#include "planner/stash/parts.h"

#include "base/xml/style.h"

/* Copies an element into a new entry, which does not contain its place yet. */
static int copy_in(struct stash_work *work, int element, const char *name,
		   struct error *error)
{
	const struct document *document = &work->document;
	struct span whole = document_whole(document, element);
	_cleanup_text_ struct text content = {}, attributes = {};

	text_add(&content, document->text.s + whole.start, whole.end - whole.start);
	stash_name_entry(&attributes, document, element, name);
	return stash_add_entry(work, "element", &attributes, &content, error);
}

/* Moves the element that is tracked at @slot into the stash. */
static int park(struct stash_work *work, size_t slot, const char *name,
		struct error *error)
{
	const struct document *document = &work->document;
	_cleanup_(stash_cutting_free) struct stash_cutting cutting = {};
	_cleanup_(stash_place_free) struct stash_place place = {};
	_cleanup_text_ struct text attributes = {}, nothing = {};
	size_t at;

	if (copy_in(work, work->tracked.v[slot], name, error) < 0)
		return -1;
	stash_cutting_begin(document, &cutting);
	stash_cut(&cutting, work->tracked.v[slot], &place);
	work->tracked.v[slot] = -1;
	if (stash_change(work, cutting.cuts.v[0], &nothing, error) < 0)
		return -1;
	stash_add_place(&attributes, style_quote(document, 0), &place);
	at = document->elements.v[stash_entry(document, name)].start_tag.end - 1;
	return stash_change(work, (struct span){at, at}, &attributes, error);
}

/*
 * Parks elements, given from last to first, as many together as possible. If the result
 * cannot be parsed, tries half as many, so that in the end a single element gives the
 * error.
 */
static int park_list(struct stash_work *work, const struct stash_parking *list, size_t n,
		     struct error *error)
{
	size_t at = 0, most = n, done;

	while (at < n) {
		if (stash_park_run(work, list + at, MIN(most, n - at), &done) < 0) {
			most = MIN(most, n - at) / 2;
			continue;
		}
		if (done == 0 && park(work, list[at].slot, list[at].name, error) < 0)
			return -1;
		at += MAX(done, (size_t)1);
	}
	return 0;
}

/* Names in use, and the last number that was appended to each name. */
struct names {
	struct firsts taken, bases;
	VEC(char *) made; /* owned, in order */
	VEC(unsigned) numbers;
};

static void names_free(struct names *names)
{
	firsts_free(&names->taken);
	firsts_free(&names->bases);
	for (size_t i = 0; i < names->made.n; i++)
		free(names->made.v[i]);
	vec_free(&names->made);
	vec_free(&names->numbers);
}

/* @name, which outlives the names, or @name with a number that makes it unique. */
static void make_name(struct names *names, const char *name)
{
	int base = first_add(&names->bases, name, 0, (int)names->numbers.n);
	unsigned *number;

	if (base == (int)names->numbers.n)
		*vec_add(&names->numbers) = 0;
	number = &names->numbers.v[base];
	for (;;) {
		char *tried = ++*number == 1 ? xstrdup(name)
					     : xasprintf("%s-%u", name, *number);

		if (first_find(&names->taken, tried, 0) < 0) {
			*vec_add(&names->made) = tried;
			first_add(&names->taken, tried, 0, 0);
			return;
		}
		free(tried);
	}
}

/* Last first, so that the stash has them in the document's order. */
static int park_tracked(struct stash_work *work, const char *name, struct error *error)
{
	_cleanup_stash_list_ struct stash_list items = {};
	_cleanup_(names_free) struct names names = {};
	size_t n = work->tracked.n;
	struct stash_parking *list = xcalloc(n, sizeof(*list));
	int rc;

	stash_items(&work->document, &items);
	for (size_t i = 0; i < items.list.n; i++)
		first_add(&names.taken, items.list.v[i].name, 0, 0);
	for (size_t i = 0; i < n; i++)
		make_name(&names, name ? name
				       : document_element_name(&work->document,
							       work->tracked.v[i]));
	for (size_t i = 0; i < n; i++)
		list[i] = (struct stash_parking){n - 1 - i, names.made.v[n - 1 - i]};
	rc = park_list(work, list, n, error);
	free(list);
	return rc;
}

int stash_check_name(const char *name, struct error *error)
{
	if (!name || (*name && strlen(name) == strcspn(name, " \t\r\n")))
		return 0;
	return error_input(
		error,
		"\"%s\" is not a valid name: a name cannot be empty or contain a space",
		name);
}

int stash_elements(struct document *document, const char *xpath, const char *name,
		   size_t *ret_n, struct error *error)
{
	_cleanup_stash_work_ struct stash_work work = {};

	if (stash_check_name(name, error) < 0 ||
	    stash_work_begin(document, &work, error) < 0 ||
	    stash_select(&work, xpath, error) < 0)
		return -1;
	*ret_n = work.tracked.n;
	if (park_tracked(&work, name, error) < 0)
		return -1;
	stash_commit(document, &work);
	return 0;
}

void stash_names_free(struct stash_names *names)
{
	for (size_t i = 0; i < names->list.n; i++)
		free(names->list.v[i]);
	vec_free(&names->list);
}

/* The first entry that can be brought back: not a text, and its place exists. */
static int next_entry(const struct document *document, const char *wanted)
{
	_cleanup_stash_list_ struct stash_list items = {};
	_cleanup_(stash_filling_free) struct stash_filling filling = {};
	int found = -1;

	stash_items(document, &items);
	stash_filling_begin(document, &filling);
	for (size_t i = 0; i < items.list.n && found < 0; i++) {
		const struct stash_item *item = &items.list.v[i];

		if (!item->is_text &&
		    (streq(item->name, wanted) ||
		     (item->from && stash_filling_find(&filling, item->from) >= 0)))
			found = item->element;
	}
	return found;
}

/*
 * Brings entries back from the top of the stash: several if possible, else one. If the
 * result cannot be parsed, tries half as many.
 */
static int bring_some(struct stash_work *work, const char *wanted, bool all,
		      struct stash_names *ret, struct error *error)
{
	size_t before = ret->list.n, most = SIZE_MAX;
	char *name = NULL;
	int entry;

	while (stash_bring_run(work, all ? NULL : wanted, most, ret) < 0)
		most = MIN(most, work->document.elements.n) / 2;
	if (ret->list.n > before)
		return 0;
	entry = next_entry(&work->document, wanted);
	if (entry < 0)
		return stash_entry_lost(&work->document, wanted, error);
	if (stash_bring_one(work, entry, &name, error) < 0) {
		free(name);
		return -1;
	}
	*vec_add(&ret->list) = name;
	return 0;
}

/* Brings entries back from the top down to @wanted, then parks those above it again. */
static int reach(struct stash_work *work, const char *wanted, struct error *error)
{
	_cleanup_(stash_names_free) struct stash_names names = {};
	struct stash_parking *list;
	size_t n;
	int rc;

	work->tracked.n = 0;
	do {
		if (bring_some(work, wanted, false, &names, error) < 0)
			return -1;
	} while (!streq(*vec_last(&names.list), wanted));
	n = names.list.n - 1;
	list = xcalloc(n, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = (struct stash_parking){n - 1 - i, names.list.v[n - 1 - i]};
	rc = park_list(work, list, n, error);
	free(list);
	return rc;
}

int stash_find_named(const struct document *document, const char *name, bool is_text,
		     struct error *error)
{
	_cleanup_stash_list_ struct stash_list items = {};

	stash_items(document, &items);
	for (size_t i = 0; i < items.list.n; i++) {
		if (!streq(items.list.v[i].name, name))
			continue;
		if (items.list.v[i].is_text == is_text)
			return items.list.v[i].element;
		return error_input(error, "%s: \"%s\" is %s", document->name, name,
				   is_text ? "an element; remove --text"
					   : "a text; use --text to take it out");
	}
	return error_input(error,
			   "%s: nothing is parked as \"%s\"; use --list to see what is",
			   document->name, name);
}

/* The first parked element, or NULL. The caller frees it. */
static char *top_name(const struct document *document)
{
	_cleanup_stash_list_ struct stash_list items = {};

	stash_items(document, &items);
	for (size_t i = 0; i < items.list.n; i++)
		if (!items.list.v[i].is_text)
			return xstrdup(items.list.v[i].name);
	return NULL;
}

static int bring_all(struct stash_work *work, struct error *error)
{
	_cleanup_(stash_names_free) struct stash_names names = {};
	_cleanup_free_ char *name = top_name(&work->document);

	if (!name)
		return error_input(error, "%s: no element is parked",
				   work->document.name);
	while (name) {
		work->tracked.n = 0;
		if (bring_some(work, name, true, &names, error) < 0)
			return -1;
		free(name);
		name = top_name(&work->document);
	}
	return 0;
}

int unstash(struct document *document, const char *const *names, size_t n,
	    struct error *error)
{
	_cleanup_stash_work_ struct stash_work work = {};

	if (stash_work_begin(document, &work, error) < 0)
		return -1;
	if (n == 0 && bring_all(&work, error) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (stash_find_named(&work.document, names[i], false, error) < 0 ||
		    reach(&work, names[i], error) < 0)
			return -1;
	stash_commit(document, &work);
	return 0;
}
