/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Every edit replaces a span of the old text; insertions replace an
 * empty one. Positions are chosen so that edits of different elements never share a byte:
 *
 *     what goes into an element      is put before the last byte of its last tag
 *     what goes after an element     is put at the end of its last tag
 *     an attribute                   is put after the last attribute's closing quote
 *     a removed element              includes the newline and indentation before it
 *
 * So an element may get children and new siblings at once, and a sibling may be inserted
 * after an element that is removed. A self-closing <x/> is opened by turning "/" into
 * ">", children are inserted before its old ">", and "</x" is the last insertion there.
 * Insertions at one position keep their order; an element's closing comes last.
 */
#include "base/xml/splice.h"

#include "base/xml/span.h"

#define CLOSING                                                                          \
	SIZE_MAX /* the sequence number of what must come last at its position           \
		  */

void splice_add(struct edits *edits, struct span span, char *replacement)
{
	struct edit *edit = vec_add(&edits->list);

	*edit = (struct edit){
		.span = span,
		.replacement = replacement,
		.sequence = edits->list.n,
	};
}

void splice_insert(struct edits *edits, size_t at, char *text)
{
	splice_add(edits, (struct span){at, at}, text);
}

void edit_replace(struct edits *edits, struct span span, const char *replacement)
{
	splice_add(edits, span, xstrdup(replacement));
}

size_t splice_inside(const struct document_element *element)
{
	return element->self_closing ? element->start_tag.end - 1
				     : element->content.start;
}

void splice_open(struct edits *edits, int element)
{
	const struct document_element *it = &edits->document->elements.v[element];
	struct span slash = {splice_inside(it) - 1, splice_inside(it)};

	if (!it->self_closing)
		return;
	while (strchr(" \t\r\n", edits->document->text.s[slash.start - 1]))
		slash.start--;
	for (size_t i = 0; i < edits->list.n; i++)
		if (edits->list.v[i].span.start == slash.start &&
		    edits->list.v[i].span.end == slash.end)
			return;
	splice_add(edits, slash, xstrdup(">"));
}

static struct edit *closing_at(struct edits *edits, size_t at)
{
	struct edit *closing;

	for (size_t i = 0; i < edits->list.n; i++)
		if (edits->list.v[i].sequence == CLOSING &&
		    edits->list.v[i].span.start == at)
			return &edits->list.v[i];
	closing = vec_add(&edits->list);
	closing->span = (struct span){at, at};
	closing->sequence = CLOSING;
	return closing;
}

void splice_close(struct edits *edits, int element, size_t at, const char *gap)
{
	const struct document_element *it = &edits->document->elements.v[element];
	const char *name = edits->document->text.s + it->start_tag.start + 1;
	_cleanup_text_ struct text text = {};
	struct edit *closing;

	text_adds(&text, gap);
	if (it->self_closing)
		text_printf(&text, "</%.*s", (int)strcspn(name, " \t\r\n/"), name);
	if (text.n == 0)
		return;
	closing = closing_at(edits, at);
	if (closing->replacement && strlen(closing->replacement) >= text.n)
		return;
	free(closing->replacement);
	closing->replacement = text_take(&text);
}

static int compare_edits(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	if ((x->span.end > x->span.start) != (y->span.end > y->span.start))
		return x->span.end > x->span.start ? 1 : -1;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static int splice(const struct document *document, const struct edit *list, size_t n,
		  struct text *ret, struct error *error)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		struct span span = list[i].span;

		if (span.start < at || span.end < span.start ||
		    span.end > document->text.n)
			return error_system(
				error, 0,
				"%s: line %ld would be edited twice, which is a bug; please report it",
				document->name, span_line(&document->text, span.start));
		text_add(ret, document->text.s + at, span.start - at);
		text_adds(ret, list[i].replacement);
		at = span.end;
	}
	text_add(ret, document->text.s + at, document->text.n - at);
	return 0;
}

int edits_apply(const struct edits *edits, struct text *ret, struct error *error)
{
	const struct document *document = edits->document;
	_cleanup_document_ struct document again = {};
	_cleanup_text_ struct text text = {};
	struct edit *list = xreallocarray(NULL, edits->list.n + 1, sizeof(*list));
	int answer;

	if (edits->list.n > 0)
		memcpy(list, edits->list.v, edits->list.n * sizeof(*list));
	qsort(list, edits->list.n, sizeof(*list), compare_edits);
	answer = splice(document, list, edits->list.n, &text, error);
	free(list);
	if (answer == 0 && edits->list.n > 0)
		answer = document_parse(document->name, text.s, text.n, &again, error);
	if (answer < 0)
		return error_wrap(error, "after editing");
	text_add(ret, text.s, text.n);
	return 0;
}

void edits_free(struct edits *edits)
{
	for (size_t i = 0; i < edits->list.n; i++)
		free(edits->list.v[i].replacement);
	vec_free(&edits->list);
}
