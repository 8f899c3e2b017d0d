/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/definition-value.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int definition_bool(const char *value, int *ret, struct error *error)
{
	static const char *const words[][6] = {
		{"0", "no", "n", "false", "f", "off"},
		{"1", "yes", "y", "true", "t", "on"},
	};

	*ret = -1;
	if (*value == '\0')
		return 0;
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < ARRAY_SIZE(words[i]); k++)
			if (strcasecmp(value, words[i][k]) == 0)
				*ret = i;
	return *ret >= 0 ? 0 : error_input(error, "must be yes or no");
}

int definition_number(const char *value, uint64_t max, uint64_t *ret, struct error *error)
{
	static const struct {
		const char *prefix;
		int base;
	} bases[] = {{"0x", 16}, {"0b", 2}, {"0o", 8}, {"0", 8}, {"", 10}};
	size_t i = 0;
	unsigned long long number;
	char *end;

	while (!has_prefix(value, bases[i].prefix) ||
	       (streq(bases[i].prefix, "0") && value[1] == '\0'))
		i++;
	value += strlen(bases[i].prefix);
	errno = 0;
	number = strtoull(value, &end, bases[i].base);
	if (!isxdigit((unsigned char)*value) || *end || errno == EINVAL)
		return error_input(error, "is not a number");
	if (errno == ERANGE || number > max)
		return error_input(error, "must be at most %ju", (uintmax_t)max);
	*ret = number;
	return 0;
}

int definition_priority(const char *value, int32_t *ret, struct error *error)
{
	const bool negative = *value == '-';
	uint64_t number;

	if (definition_number(value + (negative || *value == '+'),
			      negative ? UINT64_C(1) << 31 : INT32_MAX, &number,
			      error) < 0)
		return -1;
	*ret = negative ? (int32_t)-(int64_t)number : (int32_t)number;
	return 0;
}

/* The digits after the point, as a fraction of @factor. */
static uint64_t fraction(const char **at, uint64_t factor)
{
	unsigned __int128 bytes = 0, scale = 1;

	for (; isdigit((unsigned char)**at); (*at)++)
		if (scale < UINT64_C(1000000000000000)) {
			bytes = bytes * 10 + (unsigned)(**at - '0');
			scale *= 10;
		}
	return (uint64_t)(bytes * factor / scale);
}

/* One number with its suffix; the suffixes of a list get smaller. */
static bool take_amount(const char **at, int *power, uint64_t *bytes)
{
	static const char suffixes[] = "BKMGTPE";
	const char *point, *suffix;
	uint64_t whole = 0, factor, parts;

	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); (*at)++)
		if (__builtin_mul_overflow(whole, UINT64_C(10), &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(**at - '0'), &whole))
			return false;
	point = **at == '.' ? *at + 1 : NULL;
	for (*at = point ? point : *at; point && isdigit((unsigned char)**at);)
		(*at)++;
	while (**at == ' ')
		(*at)++;
	suffix =
		**at && !isdigit((unsigned char)**at) ? strchr(suffixes, **at) : suffixes;
	if (!suffix || suffix - suffixes >= *power)
		return false;
	*power = (int)(suffix - suffixes);
	*at += **at == *suffix;
	while (**at == ' ')
		(*at)++;
	factor = UINT64_C(1) << (10 * *power);
	parts = point ? fraction(&point, factor) : 0;
	return !__builtin_mul_overflow(whole, factor, &whole) &&
	       !__builtin_add_overflow(whole, parts, &whole) &&
	       !__builtin_add_overflow(*bytes, whole, bytes);
}

int definition_size(const char *value, bool up, uint64_t *ret, struct error *error)
{
	const char *at = value + (*value == '+');
	uint64_t bytes = 0;
	int power = 7;

	do {
		if (!take_amount(&at, &power, &bytes))
			return error_input(
				error,
				"is not a size; write a number with K, M, G, T, P or E, which count in powers of 1024");
	} while (*at);
	if (up && __builtin_add_overflow(bytes, ELASTIC_GRAIN - 1, &bytes))
		return error_input(error, "is too large");
	*ret = bytes / ELASTIC_GRAIN * ELASTIC_GRAIN;
	return 0;
}
