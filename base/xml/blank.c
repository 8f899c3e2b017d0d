/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * blank.c - leaves out the content of one element if it exceeds our limits. Works on the
 * text, because libxml2 would reject it or take long.
 */
#include "base/xml/span.h"

#include <ctype.h>
#include <string.h>

/* The content of the element, and what is in it. */
struct content {
	size_t start, end;
	bool beyond; /* nested too deep, or an element with too many attributes */
};

static bool is_tag(const struct text *text, size_t at, const char *name)
{
	size_t n = strlen(name);
	char after;

	if (text->n - at <= n + 1 || memcmp(text->s + at + 1, name, n) != 0)
		return false;
	after = text->s[at + 1 + n];
	return isspace((unsigned char)after) || after == '>' || after == '/';
}

/* Walks tag by tag; text that is not well-formed gives any answer inside it. */
static bool find_content(const struct text *text, const char *name, struct content *ret)
{
	size_t at = 0, depth = 0;

	*ret = (struct content){};
	for (;;) {
		const char *less = memchr(text->s + at, '<', text->n - at);
		size_t tag = less ? (size_t)(less - text->s) : text->n, attributes;

		if (tag + 1 >= text->n)
			return false;
		at = span_skip_aside(text, tag);
		if (at != tag)
			continue;
		if (text->s[tag + 1] == '/') {
			depth -= depth > 0;
			if (depth == 1 && ret->start > 0) {
				ret->end = tag;
				return true;
			}
			at++;
			continue;
		}
		attributes = span_skip_tag(text, &at);
		if (at >= text->n)
			return false;
		if (ret->start > 0)
			ret->beyond |= attributes > ATTRIBUTE_LIMIT ||
				       depth >= ELEMENT_DEPTH_LIMIT;
		if (text->s[at - 1] == '/')
			continue;
		if (depth == 1 && is_tag(text, tag, name))
			ret->start = at + 1;
		depth++;
	}
}

long span_blank_content(struct text *text, const char *name)
{
	struct content content;
	long line;

	if (!find_content(text, name, &content) || !content.beyond)
		return 0;
	line = span_line(text, content.start - 1);
	for (size_t i = content.start; i < content.end; i++)
		if (text->s[i] != '\n')
			text->s[i] = ' ';
	return line;
}
