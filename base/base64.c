/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/base64.h"

#include <string.h>

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_add_base64(struct text *text, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t group = 0;
		size_t have = MIN(n - i, (size_t)3);

		for (size_t j = 0; j < 3; j++)
			group = group << 8 | (j < have ? (unsigned char)bytes[i + j] : 0);
		for (size_t j = 0; j < 4; j++)
			text_addc(text,
				  j <= have ? digits[group >> (18 - 6 * j) & 63] : '=');
	}
}

bool text_add_from_base64(struct text *text, const char *string)
{
	size_t length = strlen(string), start = text->n, filled = length;

	while (filled > 0 && length - filled < 2 && string[filled - 1] == '=')
		filled--;
	if (length % 4 != 0)
		return false;
	for (size_t i = 0, bits = 0, group = 0; i < filled; i++) {
		const char *digit = memchr(digits, string[i], 64);

		if (!digit)
			goto wrong;
		group = group << 6 | (size_t)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			text_addc(text, (char)(group >> bits & 0xff));
			group &= ((size_t)1 << bits) - 1;
		}
		if (i + 1 == filled && group != 0)
			goto wrong;
	}
	return true;
wrong:
	text->n = start;
	if (text->s)
		text->s[start] = '\0';
	return false;
}
