/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * font.h - how wide a text will be, without a font: the advance widths of DejaVu Sans,
 * which is at least as wide as what else the drawings name (Verdana is as wide; Arial,
 * Helvetica and Liberation Sans are narrower). For characters beyond ASCII a width that
 * few glyphs exceed.
 */
#pragma once

#include "base/text.h"

enum scene_font {
	FONT_TITLE,
	FONT_HEAD,
	FONT_STRONG,
	FONT_BODY,
	FONT_SMALL,
	FONT_COUNT,
};

/* Pixels. */
int font_size(enum scene_font font);
/* Pixels, rounded up, of UTF-8 that can be shown (text_add_shown). */
int font_width(enum scene_font font, const char *string);
/*
 * Adds the string, or as much of its beginning as fits into @width pixels with an
 * ellipsis; nothing if not even that fits. True if all of it was added.
 */
bool text_add_fitting(struct text *text, enum scene_font font, const char *string,
		      int width);
/*
 * Adds an untrusted string in a form that can be shown (text_add_shown) and is valid in
 * XML: U+FFFE and U+FFFF become question marks (XML 1.0, section 2.2).
 */
void text_add_drawable(struct text *text, const char *string);
