/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bring.c - brings entries back from the top of the stash: one, or as many as possible in
 * one change of the text, with the same result as one at a time.
 */
#include "planner/stash/parts.h"

#include "planner/stash/stash.h"

static void track(struct stash_work *work, int element)
{
	*vec_add(&work->tracked) = element;
}

int stash_entry_lost(const struct document *document, const char *name,
		     struct error *error)
{
	return error_input(
		error,
		"%s: the stash has been modified: there is no element for its entry \"%s\"; repair <metadata> by hand",
		document->name, name);
}

static int place_lost(const struct document *document, const char *name,
		      const struct stash_place *place, struct error *error)
{
	error_input(
		error,
		"%s: %s, the original parent, no longer exists; bring that back first, or move the element out of <metadata> by hand",
		document->name, place->from);
	return error_wrap(error, "\"%s\"", name);
}

/* The change that puts back an element that is parked in @entry. */
static int edit_of(const struct document *document, int entry, struct stash_edit *ret,
		   struct error *error)
{
	int child = stash_parked(document, entry, error), parent;
	_cleanup_(stash_place_free) struct stash_place place = {};
	_cleanup_(stash_filling_free) struct stash_filling filling = {};
	_cleanup_text_ struct text element = {};
	struct stash_spot spot;
	const char *name;

	if (child < 0)
		return -1;
	stash_read_place(document, entry, &place);
	stash_filling_begin(document, &filling);
	parent = stash_filling_find(&filling, place.from);
	if (parent < 0)
		return place_lost(document, document_attribute(document, entry, "name"),
				  &place, error);
	name = filling.index.names[child];
	stash_add_parked(&element, document, child, parent);
	if (!stash_find_exact(&filling, &place, parent, name, &spot)) {
		stash_put_somewhere(&filling, &place, parent, name, &element, ret);
		return 0;
	}
	ret->span = (struct span){spot.at, spot.at};
	text_adds(&ret->bytes, place.lead);
	text_add(&ret->bytes, element.s, element.n);
	text_adds(&ret->bytes, place.tail);
	return 0;
}

int stash_bring_one(struct stash_work *work, int entry, char **ret_name,
		    struct error *error)
{
	const struct document *document = &work->document;
	_cleanup_free_ char *name = xstrdup(document_attribute(document, entry, "name"));
	struct stash_edit edit = {};
	int rc = edit_of(document, entry, &edit, error);

	if (rc == 0) {
		rc = stash_change(work, edit.span, &edit.bytes, error);
		if (rc < 0)
			error_wrap(error, "\"%s\"", name);
	}
	text_free(&edit.bytes);
	if (rc < 0)
		return -1;
	track(work, stash_number_at(document, edit.span.start));
	entry = stash_entry(document, name);
	if (entry < 0)
		return stash_entry_lost(document, name, error);
	*ret_name = TAKE(name);
	return stash_remove_entry(work, entry, error);
}

/* Entries that are removed from the stash together. */
struct run {
	const struct document *document;
	struct stash_list items;
	struct firsts names; /* the first item of its name */
	int stash, n_left;   /* remaining elements in it */
	struct stash_filling filling;
	VEC(struct stash_edit) removals;
};

static void run_free(struct run *run)
{
	stash_list_free(&run->items);
	firsts_free(&run->names);
	stash_filling_free(&run->filling);
	vec_free(&run->removals);
}

static bool is_white(const char *string)
{
	return !string[strspn(string, " \t\r\n")];
}

/*
 * Whether bringing back an element keeps what the others need: the position of the stash,
 * and the element's name.
 */
static bool is_plain(const struct document *document, int element,
		     const struct stash_place *place)
{
	const xmlNode *node = document->elements.v[element].node;

	return is_white(place->lead) && is_white(place->tail) &&
	       !streq((const char *)node->name, "metadata") &&
	       !streq((const char *)node->name, "stash") &&
	       (node->ns || !strchr((const char *)node->name, ':'));
}

/*
 * The white space before the entry and the entry, if a tag precedes them; else nothing.
 */
static struct span removal_of(const struct document *document, int entry)
{
	struct span span = stash_with_gap(document, entry);

	return document->text.s[span.start - 1] == '>' ? span : (struct span){};
}

static bool is_inside(const struct document *document, int element, int outer)
{
	while (element >= 0 && element != outer)
		element = document->elements.v[element].parent;
	return element >= 0;
}

/* Plans to bring back one more; false if it must be brought back alone. */
static bool join(struct run *run, size_t i)
{
	const struct document *document = run->document;
	const struct stash_item *item = &run->items.list.v[i];
	_cleanup_(stash_place_free) struct stash_place place = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text bytes = {};
	int child = stash_parked(document, item->element, &error), parent;
	struct span removal = removal_of(document, item->element);
	struct stash_spot spot;

	if (child < 0 || run->n_left < 2 || removal.end == 0 ||
	    first_find(&run->names, item->name, 0) != (int)i)
		return false;
	stash_read_place(document, item->element, &place);
	parent = stash_filling_find(&run->filling, place.from);
	if (parent < 0 || is_inside(document, parent, run->stash) ||
	    !is_plain(document, child, &place) ||
	    !stash_find_exact(&run->filling, &place, parent,
			      run->filling.index.names[child], &spot))
		return false;
	stash_add_parked(&bytes, document, child, parent);
	stash_fill(&run->filling, &spot, &place, &bytes, child);
	vec_add(&run->removals)->span = removal;
	run->n_left--;
	return true;
}

static void run_begin(const struct document *document, struct run *ret)
{
	*ret = (struct run){.document = document, .stash = stash_find(document)};
	stash_items(document, &ret->items);
	for (size_t i = 0; i < ret->items.list.n; i++)
		first_add(&ret->names, ret->items.list.v[i].name, 0, (int)i);
	stash_filling_begin(document, &ret->filling);
	ret->n_left = stash_index_count(&ret->filling.index, ret->stash);
}

/* Merges removals and insertions, each in the order of the text. */
static struct stash_edit *merge(const struct run *run, size_t *ret_starts)
{
	size_t n = run->filling.edits.n, n_removals = run->removals.n;
	struct stash_edit *edits = xcalloc(n + n_removals, sizeof(*edits));
	size_t i = 0, k = 0;

	while (i < n || k < n_removals) {
		const struct stash_edit *fill = &run->filling.edits.v[i];
		const struct stash_edit *removal = &run->removals.v[k];

		if (k == n_removals || (i < n && fill->span.start <= removal->span.start))
			ret_starts[i] = i + k, edits[i + k] = *fill, i++;
		else
			edits[i + k] = *removal, k++;
	}
	return edits;
}

/* The positions of the elements afterwards. */
static void track_all(struct stash_work *work, const struct run *run,
		      const struct stash_edit *edits, const size_t *numbers)
{
	size_t edit = 0, shift = 0;

	for (size_t i = 0; i < run->filling.starts.n; i++) {
		const struct stash_start *start = &run->filling.starts.v[i];

		for (; edit < numbers[start->edit]; edit++)
			shift += edits[edit].bytes.n -
				 (edits[edit].span.end - edits[edit].span.start);
		track(work, stash_number_at(&work->document,
					    edits[edit].span.start + shift + start->at));
	}
}

static int change(struct stash_work *work, const struct run *run, struct error *error)
{
	size_t *numbers = xcalloc(run->filling.edits.n, sizeof(*numbers));
	struct stash_edit *edits = merge(run, numbers);
	int rc = stash_change_many(work, edits, run->filling.edits.n + run->removals.n,
				   error);

	if (rc == 0)
		track_all(work, run, edits, numbers);
	free(edits);
	free(numbers);
	return rc;
}

int stash_bring_run(struct stash_work *work, const char *wanted, size_t most,
		    struct stash_names *ret)
{
	_cleanup_(run_free) struct run run = {};
	_cleanup_error_ struct error error = {};
	size_t n = 0;
	int rc;

	if (most < 2 || stash_find(&work->document) < 0)
		return 0;
	run_begin(&work->document, &run);
	for (size_t i = 0; i < run.items.list.n && n < most; i++) {
		const struct stash_item *item = &run.items.list.v[i];

		if (item->is_text)
			continue;
		if (!join(&run, i))
			break;
		*vec_add(&ret->list) = xstrdup(item->name);
		n++;
		if (wanted && streq(item->name, wanted))
			break;
	}
	rc = n < 2 ? 0 : change(work, &run, &error);
	if (n < 2 || rc < 0)
		for (; n > 0; n--)
			free(ret->list.v[--ret->list.n]);
	return rc;
}
