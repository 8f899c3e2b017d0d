/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * splice.h - collects edits of a text at positions where they cannot collide. Used only
 * by the editing files.
 */
#pragma once

#include "base/xml/edits.h"

/* Replaces a span; takes ownership of @replacement. */
void splice_add(struct edits *edits, struct span span, char *replacement);
/*
 * Puts @text, which it takes ownership of, before the byte at @at, after earlier
 * insertions there.
 */
void splice_insert(struct edits *edits, size_t at, char *text);
/* Where the first thing in an element goes; in <x/> this is between / and >. */
size_t splice_inside(const struct document_element *element);
/*
 * Needed around insertions into an element. The first turns <x/> into <x>, once. The
 * second sets the white space that follows everything inserted at @at, and writes the end
 * tag that <x/> lacks; a longer gap requested earlier is kept.
 */
void splice_open(struct edits *edits, int element);
void splice_close(struct edits *edits, int element, size_t at, const char *gap);
