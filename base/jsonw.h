/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jsonw.h - a streaming JSON writer. Two-space indentation, members in the order written,
 * so the same calls give the same bytes. Reading JSON is json-c's work.
 */
#pragma once

#include "base/text.h"

#define JSONW_DEPTH 32

/* Writes to @out, which the caller owns. Zero it, set out, and write one value. */
struct jsonw {
	struct text *out;
	bool compact; /* one line, for JSON lines */
	int depth;
	bool any[JSONW_DEPTH]; /* there is already a value at this depth */
};

/* In an object @key is the member's name; in an array and at the top level it is NULL. */
void jsonw_object(struct jsonw *json, const char *key);
void jsonw_end_object(struct jsonw *json);
void jsonw_array(struct jsonw *json, const char *key);
void jsonw_end_array(struct jsonw *json);
/* NULL writes null. Bytes that are not UTF-8 become U+FFFD. */
void jsonw_string(struct jsonw *json, const char *key, const char *string);
void jsonw_u64(struct jsonw *json, const char *key, uint64_t value);
void jsonw_int(struct jsonw *json, const char *key, int64_t value);
void jsonw_bool(struct jsonw *json, const char *key, bool value);
void jsonw_null(struct jsonw *json, const char *key);
/* A string made from a format. */
void jsonw_format(struct jsonw *json, const char *key, const char *format, ...)
	_printf_(3, 4);
/* Ends the document with a newline. */
void jsonw_finish(struct jsonw *json);
