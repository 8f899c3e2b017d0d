/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * span.h - finds the position of each element of the tree in the text. Used only by
 * document.c; for the result see document.h.
 */
#pragma once

#include "base/xml/document-types.h"
#include "base/error.h"

#define ELEMENT_DEPTH_LIMIT 256
/*
 * Per element, including namespaces. libxml2 before 2.12 compares all pairs, and no
 * element of libvirt has fifty.
 */
#define ATTRIBUTE_LIMIT 1000

/* Length of the byte order mark at the beginning of the text: 3 or 0. */
size_t span_mark_bytes(const struct text *text);
/*
 * After the comment, CDATA section or processing instruction that begins at @at; @at if
 * there is none.
 */
size_t span_skip_aside(const struct text *text, size_t at);
/* Skips white space, comments and processing instructions from @at, as in a prolog. */
size_t span_skip_prolog(const struct text *text, size_t at);
/*
 * The number of attributes of the tag at *at, and its '>' in *at, or the end of the text.
 * The text need not be valid.
 */
size_t span_skip_tag(const struct text *text, size_t *at);
/*
 * Replaces the content of the root's first child called @name with spaces, keeping line
 * ends, if it is nested deeper than ELEMENT_DEPTH_LIMIT or has an element with more than
 * ATTRIBUTE_LIMIT attributes. Returns the line of the child's start tag, or 0 if nothing
 * changed.
 */
long span_blank_content(struct text *text, const char *name);
/* Where the first tag with more than ATTRIBUTE_LIMIT attributes begins; else the end. */
size_t span_find_crowded(const struct text *text);
/* The line, from 1, of a byte. */
long span_line(const struct text *text, size_t at);

/*
 * Fills in elements and attributes of a document that has its text and tree, and numbers
 * the tree's elements. Errors: nested deeper than ELEMENT_DEPTH_LIMIT, or text and tree
 * do not agree.
 */
int span_scan(struct document *document, struct error *error) _must_check_;
