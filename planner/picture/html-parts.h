/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* html-parts.h - shared by the files html*.c. */
#pragma once

#include "base/scene/font.h"
#include "planner/picture/drawing.h"

/* Untrusted words, shown and escaped. */
void html_words(struct text *text, const char *words);
/* "<b class="m">words</b>"; the class may be NULL. */
void html_element(struct text *text, const char *name, const char *class,
		  const char *words);
/* html-side.c: a host or guest as nested frames. */
void html_side(struct text *text, const struct side *side);
/* html-tables.c: its distances. */
void html_tables(struct text *text, const struct side *side);
