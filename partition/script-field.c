/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source: libfdisk 2.38, src/script.c, next_token() and fdisk_script_read_line(). */
#include "partition/script-field.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *script_trim(const char *from, size_t n)
{
	while (n > 0 && isspace((unsigned char)*from)) {
		from++;
		n--;
	}
	while (n > 0 && isspace((unsigned char)from[n - 1]))
		n--;
	return xstrndup(from, n);
}

/* "K", "KiB" and "Kib" are 1024, "KB" and "Kb" 1000; 0: not a unit. */
static unsigned __int128 unit_factor(const char *unit)
{
	static const char letters[] = "KMGTPEZY";
	const char *letter =
		*unit ? strchr(letters, toupper((unsigned char)*unit)) : NULL;
	const char *after = unit + 1;
	unsigned base = 1024;
	unsigned __int128 factor = 1;

	if (!letter)
		return 0;
	if (streq(after, "B") || streq(after, "b"))
		base = 1000;
	else if (*after && !streq(after, "iB") && !streq(after, "ib"))
		return 0;
	for (long i = 0; i <= letter - letters; i++)
		factor *= base;
	return factor;
}

/* The digits after a point, as @ret_digits / @ret_scale; those after the 9th are ignored.
 */
static const char *take_fraction(const char *at, uint64_t *ret_digits,
				 uint64_t *ret_scale)
{
	*ret_digits = 0;
	*ret_scale = 1;
	for (; isdigit((unsigned char)*at); at++) {
		if (*ret_scale >= 1000000000)
			continue;
		*ret_digits = *ret_digits * 10 + (uint64_t)(*at - '0');
		*ret_scale *= 10;
	}
	return at;
}

enum size_answer script_amount(const char *string, uint64_t *ret, bool *ret_has_unit)
{
	uint64_t whole, digits = 0, scale = 1;
	unsigned __int128 factor, bytes;
	char *end = NULL;

	*ret_has_unit = false;
	if (*string == '-')
		return SIZE_MALFORMED;
	errno = 0;
	whole = strtoull(string, &end, 0);
	if (end == string)
		return SIZE_MALFORMED;
	if (errno)
		return SIZE_TOO_LARGE;
	*ret = whole;
	if (!*end)
		return SIZE_OK;
	factor = unit_factor(*end == '.' ? take_fraction(end + 1, &digits, &scale) : end);
	if (factor == 0)
		return SIZE_MALFORMED;
	/* factor < 2^80 and digits < 2^30 */
	if (whole > 0 && factor > INT64_MAX / whole)
		return SIZE_TOO_LARGE;
	bytes = whole * factor + digits * factor / scale;
	if (bytes > INT64_MAX)
		return SIZE_TOO_LARGE;
	*ret = (uint64_t)bytes;
	*ret_has_unit = true;
	return SIZE_OK;
}

/* The byte that "\\x41" at @at means; -1 if it is not such an escape. */
static int escaped_byte(const char *at)
{
	char digits[] = "0x..";
	uint64_t byte;

	if (at[0] != '\\' || at[1] != 'x' || !isxdigit((unsigned char)at[2]) ||
	    !isxdigit((unsigned char)at[3]))
		return -1;
	memcpy(digits + 2, at + 2, 2);
	return parse_u64(digits, &byte) ? (int)byte : -1;
}

char *script_unescape(const char *string)
{
	_cleanup_text_ struct text text = {};

	for (; *string; string++) {
		int byte = escaped_byte(string);

		if (byte == 0)
			break; /* the end, as in libfdisk */
		text_addc(&text, byte < 0 ? *string : (char)byte);
		string += byte < 0 ? 0 : 3;
	}
	return xstrdup(text.n > 0 ? text.s : "");
}

const char *script_skip_separator(const char *at)
{
	while (isspace((unsigned char)*at))
		at++;
	if (*at == ',' || *at == ';')
		at++;
	while (isspace((unsigned char)*at))
		at++;
	return at;
}

static bool ends_field(const char *at, bool quoted)
{
	return !*at ||
	       (!quoted && (*at == ',' || *at == ';' || isspace((unsigned char)*at)));
}

static bool begins_value(const struct text *word)
{
	return word->n == 0 || word->s[word->n - 1] == '=';
}

const char *script_take_field(const char *at, struct text *word)
{
	bool quoted = false;

	for (; !ends_field(at, quoted); at++) {
		if (*at == '"') {
			if (quoted ? !ends_field(at + 1, false) : !begins_value(word))
				return NULL;
			quoted = !quoted;
			continue;
		}
		text_addc(word, *at);
		if (*at == '=' && !quoted)
			while (isspace((unsigned char)at[1]))
				at++;
	}
	return quoted ? NULL : at;
}
