/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.h - a growing string, and strict parsing of numbers from strings.
 */
#pragma once

#include "base/macros.h"

#include <stdarg.h>
#include <string.h>

/* Owned bytes followed by a NUL; a zeroed struct is an empty text. */
struct text {
	char *s; /* NULL until something is added */
	size_t n, room;
};

/* For so many bytes more; the functions below call it where it is needed. */
void text_make_room(struct text *text, size_t more);

static inline void text_add(struct text *text, const char *bytes, size_t n)
{
	if (text->room - text->n <= n)
		text_make_room(text, n);
	if (n > 0)
		memcpy(text->s + text->n, bytes, n);
	text->n += n;
	text->s[text->n] = '\0';
}

static inline void text_adds(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

static inline void text_addc(struct text *text, char byte)
{
	if (text->room - text->n <= 1)
		text_make_room(text, 1);
	text->s[text->n++] = byte;
	text->s[text->n] = '\0';
}

void text_printf(struct text *text, const char *format, ...) _printf_(2, 3);
void text_vprintf(struct text *text, const char *format, va_list args) _printf_(2, 0);
/* The string (never NULL), which now belongs to the caller; the text is empty. */
char *text_take(struct text *text) _must_check_;
void text_free(struct text *text);

#define _cleanup_text_ _cleanup_(text_free)

/* XML-escapes &, <, >, both quotes, and tabs and newlines (as references). */
void text_add_xml(struct text *text, const char *string);

/*
 * Whether the valid UTF-8 at @string, not empty, begins with a character that controls a
 * terminal (C0, DEL, C1) or the order in which a line is displayed (bidirectional
 * controls, and Unicode's own line ends).
 */
bool is_control(const char *string);
/*
 * Adds untrusted text in a form that can be shown on a terminal: valid UTF-8 without such
 * characters is kept, every other byte becomes \xNN. The only sanitizer.
 */
void text_add_shown(struct text *text, const char *string);

/*
 * The whole of @string is one number: decimal, or hexadecimal with 0x; no sign, no space.
 * False, with *ret unchanged, for anything else or if it does not fit.
 */
bool parse_u64(const char *string, uint64_t *ret) _must_check_;
bool parse_u32(const char *string, uint32_t *ret) _must_check_;
/* The same in decimal only, with an optional '-'. */
bool parse_int(const char *string, int *ret) _must_check_;

/* Against a short literal, which is what most calls do, without calling strcmp(). */
#define STREQ_SHORT 8
static inline bool streq(const char *a, const char *b)
{
	if (__builtin_constant_p(__builtin_strlen(b)) &&
	    __builtin_strlen(b) < STREQ_SHORT) {
		size_t i = 0;

		while (a[i] == b[i] && i < __builtin_strlen(b))
			i++;
		return a[i] == b[i];
	}
	return *a == *b && __builtin_strcmp(a, b) == 0;
}
/* NULL equals NULL only. */
static inline bool streq_null(const char *a, const char *b)
{
	return a && b ? streq(a, b) : a == b;
}
bool has_prefix(const char *string, const char *prefix);
bool has_suffix(const char *string, const char *suffix);
