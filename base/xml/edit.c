/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/xml/xml-library.h"
#include "base/xml/edit.h"

#include "base/xml/span.h"
#include "base/xml/splice.h"
#include "base/xml/style.h"

#include <assert.h>

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static size_t skip_blanks(const struct document *document, size_t at)
{
	while (at < document->text.n && is_blank(document->text.s[at]))
		at++;
	return at;
}

static bool ends_line(const struct document *document, size_t at)
{
	const char *s = document->text.s + at;

	return *s == '\0' || *s == '\n' || (*s == '\r' && s[1] == '\n');
}

void edit_remove(struct edits *edits, int element)
{
	const struct document *document = edits->document;
	struct span whole = document_whole(document, element);
	_cleanup_free_ char *gap = style_gap(document, element);
	size_t after = skip_blanks(document, whole.end);

	if (document->elements.v[element].parent >= 0 && gap_has_line(gap) &&
	    ends_line(document, after)) {
		whole.start -= strlen(gap);
		if (after > whole.end)
			splice_add(edits, (struct span){whole.end, after}, xstrdup(""));
	}
	splice_add(edits, whole, xstrdup(""));
}

/* Skips comments on the same line, if a newline follows them. */
static size_t skip_comments(const struct document *document, size_t at)
{
	size_t end = at, next;

	for (;;) {
		next = skip_blanks(document, end);
		if (ends_line(document, next))
			return end;
		if (!has_prefix(document->text.s + next, "<!--"))
			return at;
		end = span_skip_aside(&document->text, next);
	}
}

/* After the last thing in an element that is not white space. */
static size_t last_place(const struct document *document, int element)
{
	const struct document_element *it = &document->elements.v[element];
	size_t at = it->content.end;

	if (it->self_closing)
		return splice_inside(it);
	while (at > it->content.start && strchr(" \t\r\n", document->text.s[at - 1]))
		at--;
	return at;
}

static int last_child(const struct document *document, int parent)
{
	return document_number(
		sym_xmlLastElementChild(document->elements.v[parent].node));
}

static size_t place(const struct document *document, int parent, int after,
		    const char *gap)
{
	size_t at;

	if (after == -1)
		return last_place(document, parent);
	if (after == -2)
		at = splice_inside(&document->elements.v[parent]);
	else
		at = document_whole(document, after).end;
	return gap_has_line(gap) ? skip_comments(document, at) : at;
}

/*
 * Nothing but white space is between @at, where something will be inserted, and the end
 * tag on a new line.
 */
static bool ends_bare(const struct document *document, int parent, size_t at)
{
	const struct document_element *it = &document->elements.v[parent];

	return last_child(document, parent) < 0 &&
	       (it->self_closing || at == it->content.end);
}

void edit_insert(struct edits *edits, int parent, int after, const struct want *want)
{
	const struct document *document = edits->document;
	int sibling = after == -1 ? last_child(document, parent) : after;
	_cleanup_free_ char *gap = style_child_gap(document, parent, sibling);
	_cleanup_free_ char *step = style_step(document, parent);
	_cleanup_free_ char *parent_gap =
		gap_has_line(gap) ? style_gap(document, parent) : xstrdup("");
	struct style style = {
		.gap = gap,
		.step = step,
		.quote = style_quote(document, sibling >= 0 ? sibling : parent),
	};
	_cleanup_text_ struct text text = {};
	size_t at = place(document, parent, after, gap);

	assert(after < 0 || document->elements.v[after].parent == parent);
	text_adds(&text, gap);
	text_add_want(&text, want, &style);
	splice_open(edits, parent);
	splice_insert(edits, at, text_take(&text));
	splice_close(edits, parent, at,
		     ends_bare(document, parent, at) ? parent_gap : "");
}
