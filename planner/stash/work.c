/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* work.c - a document that is changed repeatedly. */
#include "planner/stash/parts.h"

int stash_work_begin(const struct document *document, struct stash_work *ret,
		     struct error *error)
{
	int root = 0;

	*ret = (struct stash_work){};
	if (!streq(document_element_name(document, root), "domain")) {
		error_input(error, "%s: the root is <%s>, not <domain>", document->name,
			    document_element_name(document, root));
		return -1;
	}
	ret->document.xpath = true;
	return document_parse(document->name, document->text.s, document->text.n,
			      &ret->document, error);
}

void stash_work_free(struct stash_work *work)
{
	document_free(&work->document);
	vec_free(&work->tracked);
}

void stash_commit(struct document *document, struct stash_work *work)
{
	document_free(document);
	*document = work->document;
	work->document = (struct document){};
}

void stash_edits_free(struct stash_edit *edits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_free(&edits[i].bytes);
}

int stash_number_at(const struct document *document, size_t at)
{
	size_t low = 0, high = document->elements.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (document->elements.v[middle].start_tag.start < at)
			low = middle + 1;
		else
			high = middle;
	}
	return (int)low;
}

static void splice(const struct text *before, const struct stash_edit *edits, size_t n,
		   struct text *ret)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		text_add(ret, before->s + at, edits[i].span.start - at);
		text_add(ret, edits[i].bytes.s, edits[i].bytes.n);
		at = edits[i].span.end;
	}
	text_add(ret, before->s + at, before->n - at);
}

/* The number of edits that begin at or before a byte. */
static size_t edits_before(const struct stash_edit *edits, size_t n, size_t at)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (edits[middle].span.start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void follow(struct stash_work *work, const struct document *after,
		   const struct stash_edit *edits, size_t n)
{
	/* The length that this many edits add; unsigned numbers wrap around and back. */
	size_t *shifts = xcalloc(n + 1, sizeof(*shifts));

	for (size_t i = 0; i < n; i++)
		shifts[i + 1] = shifts[i] + edits[i].bytes.n -
				(edits[i].span.end - edits[i].span.start);
	for (size_t i = 0; i < work->tracked.n; i++) {
		int *it = &work->tracked.v[i];
		size_t at;

		if (*it < 0)
			continue;
		at = work->document.elements.v[*it].start_tag.start;
		*it = stash_number_at(after, at + shifts[edits_before(edits, n, at)]);
		if (*it == (int)after->elements.n)
			*it = -1;
	}
	free(shifts);
}

int stash_change_many(struct stash_work *work, const struct stash_edit *edits, size_t n,
		      struct error *error)
{
	const struct document *before = &work->document;
	_cleanup_document_ struct document after = {.xpath = true};
	_cleanup_text_ struct text text = {};

	splice(&before->text, edits, n, &text);
	if (document_parse(before->name, text.s, text.n, &after, error) < 0)
		return error_wrap(error, "after editing");
	follow(work, &after, edits, n);
	document_free(&work->document);
	work->document = after;
	after = (struct document){};
	return 0;
}

int stash_change(struct stash_work *work, struct span span, const struct text *bytes,
		 struct error *error)
{
	struct stash_edit edit = {span, *bytes};

	return stash_change_many(work, &edit, 1, error);
}
