/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script-field.h - the fields of a line of sfdisk's scripts, and the numbers in them. */
#pragma once

#include "base/size.h"
#include "base/text.h"

/* A copy of @n bytes without the blanks around them, which the caller frees. */
char *script_trim(const char *from, size_t n) _must_check_;
/*
 * "20480", "0x5000", "10M", "1.5GiB", "100KB": a number with base 0 of strtoul(3), then
 * none or one of sfdisk's units, which are larger than a byte. *@ret_has_unit: the amount
 * is in bytes, rounded down. SIZE_NO_SUFFIX is not returned.
 *
 * Of a fraction other than a half, sfdisk makes something else than it is: of 1.6G, 2 GiB
 * (observed with 2.38 and 2.41). We do not.
 */
enum size_answer script_amount(const char *string, uint64_t *ret, bool *ret_has_unit);
/*
 * Takes one field up to a comma, a semicolon or a blank, except blanks around its "=".
 * Quotes protect all of these; there is no quote inside quotes. Returns where it ends;
 * NULL if a quote is not closed, or if one is inside a value that does not begin with it.
 */
const char *script_take_field(const char *at, struct text *word);
/* "\x22" is a byte, as in the names that sfdisk writes. The caller frees the result. */
char *script_unescape(const char *string) _must_check_;
/* Skips blanks, then at most one comma or semicolon, then blanks. */
const char *script_skip_separator(const char *at);
