/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * Length in bytes of the well-formed UTF-8 sequence at @s, which ends with a NUL; 0 if
 * there is none (the Unicode standard, table 3-7). A NUL byte has length 1.
 */
size_t utf8_length(const char *s);

/* How many of the @n bytes at @s precede the first that is 0 or not ASCII. */
size_t utf8_skip_ascii(const char *s, size_t n);
