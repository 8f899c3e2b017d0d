/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source: libfdisk 2.38, src/script.c, next_token() and fdisk_script_read_line(). */
#include "partition/script-field.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool script_number(const char *string, uint64_t *ret)
{
	char *end = NULL;

	if (!isdigit((unsigned char)*string))
		return false;
	errno = 0;
	*ret = strtoull(string, &end, 0);
	return errno == 0 && end != string && *end == '\0';
}

char *script_plain_amount(const char *value)
{
	size_t n = strlen(value);
	unsigned long long number;
	char *end = NULL;

	if (n > 1 && strchr("sSbB", value[n - 1]) && isdigit((unsigned char)value[n - 2]))
		return NULL;
	if (value[0] != '0' || !isalnum((unsigned char)value[1]))
		return xstrdup(value);
	errno = 0;
	number = strtoull(value, &end, 0);
	return errno ? NULL : xasprintf("%llu%s", number, end);
}

/* A hexadecimal escape as sfdisk writes bytes outside ASCII; else 0. */
static char escaped_byte(const char *at)
{
	char digits[] = "0x..";
	uint64_t byte;

	if (at[1] != 'x' || !at[2] || !at[3])
		return '\0';
	memcpy(digits + 2, at + 2, 2);
	return parse_u64(digits, &byte) ? (char)byte : '\0';
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
		if (*at == '\\' && quoted && escaped_byte(at)) {
			text_addc(word, escaped_byte(at));
			at += 3;
			continue;
		}
		if (*at == '\\' && quoted && (at[1] == '"' || at[1] == '\\'))
			at++;
		else if (*at == '"') {
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
