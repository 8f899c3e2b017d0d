/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/size.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char letters[] = "KMGTPE";

/* The factor of @unit, 0 if unknown; @strict_b: accept libvirt's "b" and "bytes" too. */
static uint64_t unit_factor(const char *unit)
{
	const char *letter;
	uint64_t binary = 1, decimal = 1;

	if (strcasecmp(unit, "b") == 0 || strcasecmp(unit, "bytes") == 0 ||
	    strcasecmp(unit, "byte") == 0)
		return 1;
	if (!*unit)
		return 0;
	letter = strchr(letters, *unit & ~0x20);
	if (!letter)
		return 0;
	for (long i = 0; i <= letter - letters; i++) {
		binary *= 1024;
		decimal *= 1000;
	}
	if (!unit[1] || strcasecmp(unit + 1, "iB") == 0)
		return binary;
	return strcasecmp(unit + 1, "B") == 0 ? decimal : 0;
}

/* Digits and at most one point, as @ret_digits / 10^@ret_scale. */
static const char *take_decimal(const char *s, uint64_t *ret_digits, uint64_t *ret_scale,
				bool *ret_large)
{
	uint64_t digits = 0, scale = 1;
	bool point = false, any = false;

	for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point && any); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		any = true;
		if (__builtin_mul_overflow(digits, 10, &digits) ||
		    __builtin_add_overflow(digits, (uint64_t)(*s - '0'), &digits) ||
		    (point && __builtin_mul_overflow(scale, 10, &scale)))
			*ret_large = true;
	}
	*ret_digits = digits;
	*ret_scale = scale;
	return any && s[-1] != '.' ? s : NULL;
}

enum size_answer size_parse(const char *string, bool bare, unsigned sector_bytes,
			    uint64_t *ret_bytes)
{
	uint64_t digits, scale, factor;
	bool large = false;
	const char *unit = take_decimal(string, &digits, &scale, &large);
	unsigned __int128 product;

	if (!unit)
		return SIZE_MALFORMED;
	if (!*unit && !bare && digits != 0)
		return SIZE_NO_SUFFIX;
	if (!*unit)
		factor = 1;
	else if (streq(unit, "s") && sector_bytes > 0)
		factor = sector_bytes;
	else
		factor = unit_factor(unit);
	if (factor == 0)
		return SIZE_MALFORMED;
	if (large)
		return SIZE_TOO_LARGE;
	product = (unsigned __int128)digits * factor;
	if (product % scale)
		return SIZE_MALFORMED;
	if (product / scale > INT64_MAX)
		return SIZE_TOO_LARGE;
	*ret_bytes = (uint64_t)(product / scale);
	return SIZE_OK;
}

const char *size_answer_text(enum size_answer answer)
{
	switch (answer) {
	case SIZE_OK:
		return "is right";
	case SIZE_NO_SUFFIX:
		return "has no unit; add one, for example 4GiB or 512MiB";
	case SIZE_TOO_LARGE:
		return "is too large; the maximum is 2^63-1 bytes";
	case SIZE_MALFORMED:
		break;
	}
	return "is not a size; use a number and a unit, for example 4GiB or 512MiB";
}

bool size_with_unit(uint64_t value, const char *unit, uint64_t *ret_bytes)
{
	uint64_t factor = unit_factor(unit ? unit : "KiB"), bytes;

	if (factor == 0 || __builtin_mul_overflow(value, factor, &bytes))
		return false;
	*ret_bytes = bytes;
	return true;
}

int size_power(uint64_t size_bytes)
{
	int power = 0;

	while (power < 6 && size_bytes % 1024 == 0) {
		size_bytes /= 1024;
		power++;
	}
	return power;
}

void text_add_size(struct text *text, uint64_t size_bytes)
{
	text_add_size_in(text, size_bytes, size_bytes == 0 ? 0 : size_power(size_bytes));
}

void text_add_size_about(struct text *text, uint64_t size_bytes)
{
	int exact = size_bytes == 0 ? 0 : size_power(size_bytes), power = 0;
	uint64_t tenths;

	if (size_bytes >> 10 * exact < 10000) {
		text_add_size(text, size_bytes);
		return;
	}
	while (power < 6 && size_bytes >> 10 * (power + 1) > 0)
		power++;
	tenths = (uint64_t)((((unsigned __int128)size_bytes * 10) >> 10 * power));
	text_printf(text, "%ju.%ju %ciB", (uintmax_t)(tenths / 10),
		    (uintmax_t)(tenths % 10), letters[power - 1]);
}

void text_add_size_in(struct text *text, uint64_t size_bytes, int power)
{
	size_bytes >>= 10 * power;
	if (power == 0)
		text_printf(text, "%ju B", (uintmax_t)size_bytes);
	else
		text_printf(text, "%ju %ciB", (uintmax_t)size_bytes, letters[power - 1]);
}

void text_add_size_human(struct text *text, uint64_t size_bytes)
{
	uint64_t unit = 1, tenths;
	int power = 0;

	while (power < 6 && size_bytes / unit >= 1024) {
		unit *= 1024;
		power++;
	}
	if (power == 0) {
		text_printf(text, "%juB", (uintmax_t)size_bytes);
		return;
	}
	tenths = (uint64_t)(((unsigned __int128)size_bytes * 10 + unit / 2) / unit);
	text_printf(text, "%ju", (uintmax_t)(tenths / 10));
	if (tenths % 10)
		text_printf(text, ".%ju", (uintmax_t)(tenths % 10));
	text_addc(text, letters[power - 1]);
}
