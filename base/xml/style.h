/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * style.h - how a document's author writes: line ends, indentation, quotes. Used by the
 * editing files only, so that what is added looks like what stands around it.
 */
#pragma once

#include "base/xml/document.h"
#include "base/xml/want.h"

/*
 * A gap is the white space that stands before an element: "\n\t" or "\r\n    " where it
 * begins a line, else what there is, mostly nothing. All gaps here are the caller's.
 */
bool gap_has_line(const char *gap);
/* Before an element as it stands. */
char *style_gap(const struct document *document, int element) _must_check_;
/* Before a child that is to come beside @sibling (-1: beside nobody) in @parent. */
char *style_child_gap(const struct document *document, int parent, int sibling)
	_must_check_;
/* One step of indentation as used around @parent. */
char *style_step(const struct document *document, int parent) _must_check_;
/*
 * The element that this step comes from unless @parent's own indentation gives it: the
 * first that begins a line and is indented deeper than its parent, -1.
 */
int style_step_giver(const struct document *document);
/* The quote that @element's attributes have, else its document's, else '. */
char style_quote(const struct document *document, int element);

/* How a new element is written. */
struct style {
	const char *gap; /* before the element; the gap itself is not written */
	const char *step;
	char quote;
};

void text_add_attribute(struct text *text, char quote, const char *name,
			const char *value);
/* Escapes what content must: &, <, > and CR. */
void text_add_content(struct text *text, const char *content);
void text_add_want(struct text *text, const struct want *want, const struct style *style);
