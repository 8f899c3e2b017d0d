/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * park.c - parks many elements with one change of the text, with the same result as one
 * at a time.
 *
 * Each entry is put directly after the stash's start tag, beginning with the last
 * element. So all of them are written with the same white space, prefix and quote, as
 * long as the elements that these are copied from are not cut: the run ends before such
 * an element.
 */
#include "planner/stash/parts.h"

#include "base/xml/style.h"

/* What does not change while elements are parked together. */
struct run {
	const struct stash_work *work;
	struct stash_frame frame;
	struct span attribute; /* the first in the document, which sets the quote */
	VEC(struct text) entries;
};

static void run_free(struct run *run)
{
	for (size_t i = 0; i < run->entries.n; i++)
		text_free(&run->entries.v[i]);
	vec_free(&run->entries);
	stash_frame_free(&run->frame);
}

static bool run_begin(const struct stash_work *work, struct run *ret)
{
	const struct document *document = &work->document;

	*ret = (struct run){.work = work};
	if (document->attributes.n == 0 || !stash_frame_of(document, &ret->frame))
		return false;
	ret->attribute = document->elements.v[0].n_attributes > 0
				 ? (struct span){}
				 : document->attributes.v[0].whole;
	return true;
}

/*
 * Whether cutting an element, which ends before the text at @end, keeps the rest
 * unchanged.
 */
static bool fits(const struct run *run, int element, size_t end)
{
	const struct document *document = &run->work->document;
	struct span whole = {}, stash = document_whole(document, run->frame.stash);

	if (element <= run->frame.floor || element == run->frame.first)
		return false;
	whole = document_whole(document, element);
	return whole.end <= end &&
	       !(whole.start <= run->attribute.start &&
		 run->attribute.start < whole.end) &&
	       (whole.end <= stash.start || whole.start >= stash.end);
}

static size_t count_fitting(const struct run *run, const struct stash_parking *list,
			    size_t n)
{
	size_t end = run->work->document.text.n;

	for (size_t i = 0; i < n; i++) {
		int element = run->work->tracked.v[list[i].slot];

		if (!fits(run, element, end))
			return i;
		end = run->work->document.elements.v[element].start_tag.start;
	}
	return n;
}

static void add_entry(struct run *run, struct stash_cutting *cutting, int element,
		      const char *name)
{
	const struct document *document = cutting->document;
	struct span whole = document_whole(document, element);
	_cleanup_(stash_place_free) struct stash_place place = {};
	_cleanup_text_ struct text attributes = {}, content = {};

	stash_cut(cutting, element, &place);
	stash_name_entry(&attributes, document, element, name);
	stash_add_place(&attributes, run->frame.quote, &place);
	text_add(&content, document->text.s + whole.start, whole.end - whole.start);
	stash_frame_entry(&run->frame, vec_add(&run->entries), &attributes, &content);
}

/* The cuts in the order of the text, with all entries among them. */
static int change(struct run *run, const struct stash_cutting *cutting,
		  struct stash_work *work, struct error *error)
{
	size_t n = cutting->cuts.n, at = run->frame.at;
	struct stash_edit *edits = xcalloc(n + 1, sizeof(*edits)), *edit = edits;
	_cleanup_text_ struct text bytes = {};
	size_t i = n;
	int rc;

	for (size_t k = run->entries.n; k-- > 0;)
		text_add(&bytes, run->entries.v[k].s, run->entries.v[k].n);
	for (; i > 0 && cutting->cuts.v[i - 1].start < at; i--)
		(edit++)->span = cutting->cuts.v[i - 1];
	*edit++ = (struct stash_edit){{at, at}, bytes};
	for (; i > 0; i--)
		(edit++)->span = cutting->cuts.v[i - 1];
	rc = stash_change_many(work, edits, n + 1, error);
	free(edits);
	return rc;
}

int stash_park_run(struct stash_work *work, const struct stash_parking *list, size_t n,
		   size_t *ret_n)
{
	_cleanup_(run_free) struct run run = {};
	_cleanup_(stash_cutting_free) struct stash_cutting cutting = {};
	_cleanup_error_ struct error error = {};
	int rc;

	*ret_n = 0;
	if (n < 2 || !run_begin(work, &run))
		return 0;
	n = count_fitting(&run, list, n);
	if (n < 2)
		return 0;
	stash_cutting_begin(&work->document, &cutting);
	for (size_t i = 0; i < n; i++)
		add_entry(&run, &cutting, work->tracked.v[list[i].slot], list[i].name);
	rc = change(&run, &cutting, work, &error);
	for (size_t i = 0; rc == 0 && i < n; i++)
		work->tracked.v[list[i].slot] = -1;
	*ret_n = rc == 0 ? n : 0;
	return rc;
}
