/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * splice.h - gathering edits of a text at places where they cannot collide. Used by the
 * editing files only.
 */
#pragma once

#include "base/xml/edits.h"

/* Replaces a span; takes @replacement. */
void splice_add(struct edits *edits, struct span span, char *replacement);
/* Puts @text, which it takes, before the byte at @at, behind what was put there earlier.
 */
void splice_insert(struct edits *edits, size_t at, char *text);
/* Where the first thing in an element goes; in <x/> this is between / and >. */
size_t splice_inside(const struct document_element *element);
/*
 * Must stand around insertions into an element. The first turns <x/> into <x>, once.
 * The second says what white space comes behind all that is inserted at @at, and writes
 * the end tag that <x/> lacks; a longer gap asked for earlier stays.
 */
void splice_open(struct edits *edits, int element);
void splice_close(struct edits *edits, int element, size_t at, const char *gap);
