/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script-field.h - the fields of a line of sfdisk's scripts, and the numbers in them. */
#pragma once

#include "base/text.h"

/* As strtoul(3) with base 0: decimal, hexadecimal with 0x, octal with 0. */
bool script_number(const char *string, uint64_t *ret);
/*
 * sfdisk reads the number before a unit in the same way, and knows no units s and B. The
 * caller frees the amount with a decimal number; NULL: sfdisk refuses it.
 */
char *script_plain_amount(const char *value) _must_check_;
/*
 * Takes one field up to a comma, a semicolon or a blank, except blanks around its "=".
 * Quotes protect all of these, a backslash protects a quote. Returns where it ends; NULL
 * if a quote is not closed, or if one is inside a value that does not begin with it.
 */
const char *script_take_field(const char *at, struct text *word);
/* Skips blanks, then at most one comma or semicolon, then blanks. */
const char *script_skip_separator(const char *at);
