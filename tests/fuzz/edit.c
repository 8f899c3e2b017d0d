/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any document, with edits chosen from its own bytes. The result can be parsed; elements
 * without edits keep their bytes; merging the same wants again makes no edit.
 */
#include "tests/fuzz/fuzz.h"

#include "base/xml/edit.h"

#define NEW "new-by-fuzz"

static const char *const names[] = {"address", "target", "b", "node", "numa"};
static const char *const attributes[] = {"type", "bus", "slot", "x", "index"};
static const char *const values[] = {"",   "0x1f", "31",  "<&>'\"",  "\t\n\r",
				     "on", "0",    "010", "\xc3\xa9"};

#define CHOOSE(choice, array) ((array)[choose(choice, ARRAY_SIZE(array))])

static bool wants_name(const struct want *want, const char *name)
{
	for (size_t i = 0; i < want->children.n; i++)
		if (streq(want->children.v[i]->name, name) && want->children.v[i]->absent)
			return true;
	return false;
}

static void fill_want(struct want *want, struct choice *choice, int depth)
{
	for (size_t i = choose(choice, 4); i > 0; i--) {
		const char *name = CHOOSE(choice, attributes);

		if (choose(choice, 4) == 0)
			want_unset(want, name);
		else
			want_set(want, name, "%s", CHOOSE(choice, values));
	}
	if (choose(choice, 4) == 0)
		want_content(want, "%s", CHOOSE(choice, values));
	for (size_t i = depth > 0 ? choose(choice, 4) : 0; i > 0; i--) {
		const char *name = CHOOSE(choice, names);
		struct want *child;

		if (wants_name(want, name))
			continue;
		child = want_child(want, name);
		child->absent = choose(choice, 5) == 0;
		if (choose(choice, 8) == 0)
			child->space = "urn:fuzz";
		fill_want(child, choice, depth - 1);
	}
}

/* What the edits did, by element of the old document. */
struct plan {
	const struct document *document;
	bool *touched; /* it, or something in it, may have changed */
	bool *removed; /* it, or something around it, was removed */
	int inserted;
};

static void touch(struct plan *plan, int element)
{
	for (; element >= 0; element = plan->document->elements.v[element].parent)
		plan->touched[element] = true;
}

static bool is_below(const struct document *document, int element, int above)
{
	while (element > above)
		element = document->elements.v[element].parent;
	return element == above;
}

static void insert_some(struct edits *edits, struct choice *choice, struct plan *plan)
{
	int parent = (int)choose(choice, plan->document->elements.n);
	int after = document_child(plan->document, parent, NULL);
	struct want *want;

	if (plan->removed[parent])
		return;
	for (size_t i = choose(choice, 4); i > 0 && after >= 0; i--)
		if (document_next(plan->document, after, NULL) >= 0)
			after = document_next(plan->document, after, NULL);
	if (after < 0 || choose(choice, 2))
		after = -1 - (int)choose(choice, 2);
	want = want_new(NEW);
	fill_want(want, choice, 0);
	edit_insert(edits, parent, after, want);
	want_free(want);
	touch(plan, parent);
	plan->inserted++;
}

static void remove_some(struct edits *edits, struct choice *choice, struct plan *plan)
{
	int element = (int)choose(choice, plan->document->elements.n);

	if (element == 0 || plan->touched[element] || plan->removed[element])
		return;
	edit_remove(edits, element);
	touch(plan, plan->document->elements.v[element].parent);
	for (size_t i = (size_t)element; i < plan->document->elements.n; i++)
		if (is_below(plan->document, (int)i, element))
			plan->removed[i] = true;
}

static bool same_bytes(const struct document *a, struct span x, const struct document *b,
		       struct span y)
{
	return x.end - x.start == y.end - y.start &&
	       memcmp(a->text.s + x.start, b->text.s + y.start, x.end - x.start) == 0;
}

/* Compares old and new elements pairwise, skipping removed and inserted ones. */
static void check_rest(const struct plan *plan, const struct document *after)
{
	const struct document *before = plan->document;
	int inserted = 0;
	size_t there = 0;

	for (size_t i = 0; i < before->elements.n; i++) {
		if (plan->removed[i])
			continue;
		while (there < after->elements.n &&
		       streq(document_element_name(after, (int)there), NEW)) {
			inserted++;
			there++;
		}
		CHECK(there < after->elements.n);
		CHECK(streq(document_element_name(before, (int)i),
			    document_element_name(after, (int)there)));
		if (!plan->touched[i])
			CHECK(same_bytes(before, document_whole(before, (int)i), after,
					 document_whole(after, (int)there)));
		else if (before->elements.v[i].self_closing ==
			 after->elements.v[there].self_closing)
			CHECK(same_bytes(before, before->elements.v[i].start_tag, after,
					 after->elements.v[there].start_tag));
		there++;
	}
	CHECK(inserted + (int)(after->elements.n - there) == plan->inserted);
}

static void apply(const struct edits *edits, struct document *ret)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	if (edits_apply(edits, &text, &error) < 0)
		fprintf(stderr, "%s\n", error.message);
	CHECK(!error.message);
	CHECK(document_parse("again", text.s, text.n, ret, &error) == 0);
}

static void insert_and_remove(const struct document *document, struct choice *choice)
{
	_cleanup_document_ struct document after = {};
	struct edits edits = {.document = document};
	struct plan plan = {
		.document = document,
		.touched = xcalloc(document->elements.n, sizeof(bool)),
		.removed = xcalloc(document->elements.n, sizeof(bool)),
	};

	for (size_t i = choose(choice, 8); i > 0; i--) {
		if (choose(choice, 3) == 0)
			remove_some(&edits, choice, &plan);
		else
			insert_some(&edits, choice, &plan);
	}
	apply(&edits, &after);
	if (IS_PLANTED && edits.list.n > 7 && after.elements.n > 14)
		after.elements.v[2].start_tag.end--;
	check_rest(&plan, &after);
	edits_free(&edits);
	free(plan.touched);
	free(plan.removed);
}

static void merge(const struct document *document, struct choice *choice)
{
	_cleanup_document_ struct document after = {};
	struct edits edits = {.document = document}, again = {.document = &after};
	int element = (int)choose(choice, document->elements.n);
	struct want *want = want_new(document_element_name(document, element));
	struct span before_it = {0, document->elements.v[element].start_tag.start};
	struct span after_it = {document_whole(document, element).end, document->text.n};

	fill_want(want, choice, 3);
	edit_merge(&edits, element, want);
	apply(&edits, &after);
	CHECK(element < (int)after.elements.n);
	CHECK(same_bytes(document, before_it, &after, before_it));
	CHECK(same_bytes(document, after_it, &after,
			 (struct span){document_whole(&after, element).end,
				       after.text.n}));
	edit_merge(&again, element, want);
	if (again.list.n > 0)
		fprintf(stderr, "again at %u: '%s' in\n%s\n", again.list.v[0].span.start,
			again.list.v[0].replacement, after.text.s);
	CHECK(again.list.n == 0);
	edits_free(&edits);
	edits_free(&again);
	want_free(want);
}

/* Names that the checks count. */
static bool has_new(const struct document *document)
{
	for (size_t i = 0; i < document->elements.n; i++)
		if (streq(document_element_name(document, (int)i), NEW))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	struct choice choice = choice_begin(data, n);

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0 ||
	    has_new(&document))
		return 0;
	if (choose(&choice, 2))
		insert_and_remove(&document, &choice);
	else
		merge(&document, &choice);
	return 0;
}
