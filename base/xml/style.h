/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * style.h - the style of a document's author: line ends, indentation, quotes. Used only
 * by the editing files, so that additions look like the text around them.
 */
#pragma once

#include "base/xml/document.h"
#include "base/xml/want.h"

/*
 * A gap is the white space before an element: "\n\t" or "\r\n    " if it begins a line,
 * else whatever there is, mostly nothing. The caller owns all gaps returned here.
 */
bool gap_has_line(const char *gap);
/* The gap before an existing element. */
char *style_gap(const struct document *document, int element) _must_check_;
/* The gap before a child that is inserted next to @sibling (-1: none) in @parent. */
char *style_child_gap(const struct document *document, int parent, int sibling)
	_must_check_;
/* One step of indentation as used around @parent. */
char *style_step(const struct document *document, int parent) _must_check_;
/*
 * The element that this step comes from unless @parent's own indentation gives it: the
 * first that begins a line and is indented deeper than its parent, or -1.
 */
int style_step_giver(const struct document *document);
/* The quote that @element's attributes use, else its document's, else '. */
char style_quote(const struct document *document, int element);

/* The style of a new element. */
struct style {
	const char *gap; /* before the element; the gap itself is not written */
	const char *step;
	char quote;
};

void text_add_attribute(struct text *text, char quote, const char *name,
			const char *value);
/* Escapes what content requires: &, <, > and CR. */
void text_add_content(struct text *text, const char *content);
void text_add_want(struct text *text, const struct want *want, const struct style *style);
