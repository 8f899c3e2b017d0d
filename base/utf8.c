/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utf8.h"

#include "base/macros.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define ONES      UINT64_C(0x0101010101010101)
#define WORDS     4

/* By first byte: the length of the sequence and the range of the second byte. */
static const struct sequence {
	unsigned char first, last, length, second_min, second_max;
} sequences[] = {
	{0x00, 0x7f, 1, 0x00, 0xff}, {0xc2, 0xdf, 2, 0x80, 0xbf},
	{0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
	{0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
	{0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf},
	{0xf4, 0xf4, 4, 0x80, 0x8f},
};

static size_t length_as(const struct sequence *row, const unsigned char *s)
{
	if (row->length == 1)
		return 1;
	if (s[1] < row->second_min || s[1] > row->second_max)
		return 0;
	for (size_t i = 2; i < row->length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return row->length;
}

size_t utf8_length(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++)
		if (*s >= sequences[i].first && *s <= sequences[i].last)
			return length_as(&sequences[i], s);
	return 0;
}

/* Bytes of ASCII, none of them 0: (w - ONES) borrows into the high bit at a 0. */
static bool are_ascii(const char *s)
{
	uint64_t words[WORDS], bits = 0;

	memcpy(words, s, sizeof(words));
	for (size_t i = 0; i < WORDS; i++)
		bits |= words[i] | (words[i] - ONES);
	return !(bits & HIGH_BITS);
}

size_t utf8_skip_ascii(const char *s, size_t n)
{
	size_t at = 0;

	while (n - at >= WORDS * sizeof(uint64_t) && are_ascii(s + at))
		at += WORDS * sizeof(uint64_t);
	while (at < n && (signed char)s[at] > 0)
		at++;
	return at;
}
