/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * span.h - finds where in the text each element of the tree stands. Used by document.c
 * only; document.h has what comes out.
 */
#pragma once

#include "base/xml/document-types.h"
#include "base/error.h"

#define ELEMENT_DEPTH_LIMIT 256
/*
 * Of one element, namespaces included. libxml2 before 2.12 compares each with each, and
 * no element of libvirt's has fifty.
 */
#define ATTRIBUTE_LIMIT 1000

/* Bytes of the byte order mark at the head of the text: 3 or 0. */
size_t span_mark_bytes(const struct text *text);
/*
 * Behind the comment, CDATA section or processing instruction that begins at @at; @at if
 * none does.
 */
size_t span_skip_aside(const struct text *text, size_t at);
/* Past white space, comments and processing instructions from @at, as a prolog has. */
size_t span_skip_prolog(const struct text *text, size_t at);
/* Where the first tag with more than ATTRIBUTE_LIMIT attributes begins; else the end. */
size_t span_find_crowded(const struct text *text);
/* The line, from 1, of a byte. */
long span_line(const struct text *text, size_t at);

/*
 * Fills elements and attributes of a document whose text and tree are there, and numbers
 * the tree's elements. Faults: nested deeper than ELEMENT_DEPTH_LIMIT, or text and tree
 * do not agree.
 */
int span_scan(struct document *document, struct error *error) _must_check_;
