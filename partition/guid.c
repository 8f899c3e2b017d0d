/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/guid.h"

#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool guid_parse(const char *string, struct guid *ret)
{
	bool hyphens = strlen(string) == GUID_TEXT_BYTES - 1;
	struct guid guid;

	if (!hyphens && strlen(string) != 32)
		return false;
	for (int i = 0; i < 16; i++) {
		if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) &&
		    *string++ != '-')
			return false;
		if (hex_digit(string[0]) < 0 || hex_digit(string[1]) < 0)
			return false;
		guid.bytes[i] =
			(uint8_t)(hex_digit(string[0]) << 4 | hex_digit(string[1]));
		string += 2;
	}
	*ret = guid;
	return true;
}

void guid_format(struct guid guid, char ret[static GUID_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*ret++ = '-';
		*ret++ = digits[guid.bytes[i] >> 4];
		*ret++ = digits[guid.bytes[i] & 15];
	}
	*ret = '\0';
}

void text_add_guid(struct text *text, struct guid guid)
{
	char string[GUID_TEXT_BYTES];

	guid_format(guid, string);
	text_adds(text, string);
}

int guid_compare(const struct guid *a, const struct guid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool guid_equal(struct guid a, struct guid b)
{
	return guid_compare(&a, &b) == 0;
}

bool guid_is_zero(struct guid guid)
{
	return guid_equal(guid, (struct guid){});
}

/* Swaps the fields of 4, 2 and 2 bytes; its own inverse. */
static void swap_fields(const uint8_t *from, uint8_t *to)
{
	static const uint8_t order[16] = {3, 2, 1,  0,  5,  4,  7,  6,
					  8, 9, 10, 11, 12, 13, 14, 15};

	for (int i = 0; i < 16; i++)
		to[i] = from[order[i]];
}

struct guid guid_from_disk(const uint8_t bytes[static 16])
{
	struct guid guid;

	swap_fields(bytes, guid.bytes);
	return guid;
}

void guid_to_disk(struct guid guid, uint8_t ret[static 16])
{
	swap_fields(guid.bytes, ret);
}

struct guid guid_as_v4(struct guid guid)
{
	guid.bytes[6] = (guid.bytes[6] & 0x0f) | 0x40;
	guid.bytes[8] = (guid.bytes[8] & 0x3f) | 0x80;
	return guid;
}
