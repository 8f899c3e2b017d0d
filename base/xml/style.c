/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/xml/style.h"

#define STEP_SEARCH_LIMIT 1000 /* number of elements whose indentation is examined */

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool gap_has_line(const char *gap)
{
	return strchr(gap, '\n');
}

/* The white space before @at, from its last newline on if it has one. */
static struct span gap_before(const struct document *document, size_t at)
{
	const char *s = document->text.s;
	struct span gap = {at, at};

	while (gap.start > 0 && is_space(s[gap.start - 1]) && s[gap.start] != '\n')
		gap.start--;
	if (gap.start > 0 && s[gap.start] == '\n' && s[gap.start - 1] == '\r')
		gap.start--;
	return gap;
}

static char *cut(const struct document *document, struct span span)
{
	return xstrndup(document->text.s + span.start, span.end - span.start);
}

/* The line ending of the document's first line; nothing for a text of one line. */
static const char *line_end(const struct document *document)
{
	const char *newline = strchr(document->text.s, '\n');

	if (!newline)
		return "";
	return newline > document->text.s && newline[-1] == '\r' ? "\r\n" : "\n";
}

char *style_gap(const struct document *document, int element)
{
	const struct document_element *it = &document->elements.v[element];
	struct span gap = gap_before(document, it->start_tag.start);

	while (it->parent < 0 && gap.start < gap.end &&
	       strchr("\r\n", document->text.s[gap.start]))
		gap.start++;
	if (it->parent >= 0)
		return cut(document, gap);
	return xasprintf("%s%.*s", line_end(document), (int)(gap.end - gap.start),
			 document->text.s + gap.start);
}

/* The blanks at the beginning of the line that an element begins on. */
static struct span line_indent(const struct document *document, int element)
{
	const char *s = document->text.s;
	size_t start = document->elements.v[element].start_tag.start;
	const char *newline = memrchr(s, '\n', start);
	size_t at = newline ? (size_t)(newline + 1 - s) : 0;
	struct span indent = {at, at};

	while (s[indent.end] == ' ' || s[indent.end] == '\t')
		indent.end++;
	return indent;
}

/* Examines only the blanks before it: the line may be long, and searched often. */
static bool begins_line(const struct document *document, int element)
{
	const char *s = document->text.s;
	size_t at = document->elements.v[element].start_tag.start;

	while (at > 0 && (s[at - 1] == ' ' || s[at - 1] == '\t'))
		at--;
	return at == 0 || s[at - 1] == '\n';
}

/*
 * The additional indentation of @inner, which begins a line, compared with @outer; NULL
 * otherwise.
 */
static char *step_between(const struct document *document, int outer, int inner)
{
	const char *s = document->text.s;
	struct span less, more;
	size_t n;

	if (!begins_line(document, inner))
		return NULL;
	less = line_indent(document, outer);
	more = line_indent(document, inner);
	n = less.end - less.start;
	if (more.end - more.start <= n || memcmp(s + less.start, s + more.start, n) != 0)
		return NULL;
	return cut(document, (struct span){more.start + n, more.end});
}

int style_step_giver(const struct document *document)
{
	size_t end = MIN(document->elements.n, (size_t)STEP_SEARCH_LIMIT);

	for (size_t i = 1; i < end; i++) {
		_cleanup_free_ char *step =
			step_between(document, document->elements.v[i].parent, (int)i);

		if (step)
			return (int)i;
	}
	return -1;
}

char *style_step(const struct document *document, int parent)
{
	int above = document->elements.v[parent].parent, giver;
	char *step = above >= 0 ? step_between(document, above, parent) : NULL;

	if (step)
		return step;
	giver = style_step_giver(document);
	return giver < 0 ? xstrdup("  ")
			 : step_between(document, document->elements.v[giver].parent,
					giver);
}

char *style_child_gap(const struct document *document, int parent, int sibling)
{
	_cleanup_free_ char *gap = NULL, *step = NULL;

	if (sibling < 0)
		sibling = document_child(document, parent, NULL);
	if (sibling >= 0)
		return style_gap(document, sibling);
	gap = style_gap(document, parent);
	if (!gap_has_line(gap))
		return xstrdup("");
	step = style_step(document, parent);
	return xasprintf("%s%s", gap, step);
}

char style_quote(const struct document *document, int element)
{
	const struct document_element *it = &document->elements.v[element];
	size_t attribute = it->n_attributes > 0 ? it->first_attribute : 0;

	if (document->attributes.n == 0)
		return '\'';
	return document->text.s[document->attributes.v[attribute].value.end];
}

void text_add_attribute(struct text *text, char quote, const char *name,
			const char *value)
{
	text_printf(text, "%s=%c", name, quote);
	text_add_xml(text, value);
	text_addc(text, quote);
}

void text_add_content(struct text *text, const char *content)
{
	for (; *content; content++) {
		if (*content == '\r')
			text_adds(text, "&#13;");
		else if (strchr("&<>", *content))
			text_add_xml(text, (char[]){*content, '\0'});
		else
			text_addc(text, *content);
	}
}

/* xmlns for the name's own prefix, or the default one. */
static void add_space(struct text *text, const struct want *want, char quote)
{
	const char *colon = strchr(want->name, ':');
	_cleanup_free_ char *name =
		colon ? xasprintf("xmlns:%.*s", (int)(colon - want->name), want->name)
		      : xstrdup("xmlns");

	text_addc(text, ' ');
	text_add_attribute(text, quote, name, want->space);
}

static void add_start_tag(struct text *text, const struct want *want, char quote)
{
	text_printf(text, "<%s", want->name);
	if (want->space)
		add_space(text, want, quote);
	for (size_t i = 0; i < want->attributes.n; i++) {
		if (!want->attributes.v[i].value)
			continue;
		text_addc(text, ' ');
		text_add_attribute(text, quote, want->attributes.v[i].name,
				   want->attributes.v[i].value);
	}
}

void text_add_want(struct text *text, const struct want *want, const struct style *style)
{
	_cleanup_free_ char *gap = xasprintf("%s%s", style->gap,
					     gap_has_line(style->gap) ? style->step : "");
	struct style inner = {.gap = gap, .step = style->step, .quote = style->quote};
	bool any = false;

	add_start_tag(text, want, style->quote);
	text_addc(text, '>');
	if (want->content)
		text_add_content(text, want->content);
	for (size_t i = 0; i < want->children.n; i++) {
		if (want->children.v[i]->absent)
			continue;
		any = true;
		text_adds(text, gap);
		text_add_want(text, want->children.v[i], &inner);
	}
	if (any && gap_has_line(gap))
		text_adds(text, style->gap);
	if (any || (want->content && *want->content)) {
		text_printf(text, "</%s>", want->name);
	} else {
		text->n--;
		text_adds(text, "/>");
	}
}
