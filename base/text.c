/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

void text_make_room(struct text *text, size_t more)
{
	size_t need = text->n + more + 1;

	assert(need > more);
	if (need <= text->room)
		return;
	text->room = MAX(need, MAX(text->room * 2, (size_t)64));
	text->s = xreallocarray(text->s, text->room, 1);
	text->s[text->n] = '\0';
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
	va_list again;
	size_t n;
	int length;

	if (!strchr(format, '%')) {
		text_adds(text, format);
		return;
	}
	va_copy(again, args);
	length = vsnprintf(text->s ? text->s + text->n : NULL, text->room - text->n,
			   format, again);
	va_end(again);
	assert(length >= 0);
	n = (size_t)length;
	if (n >= text->room - text->n) {
		text_make_room(text, n);
		vsnprintf(text->s + text->n, n + 1, format, args);
	}
	text->n += n;
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(text, format, args);
	va_end(args);
}

char *text_take(struct text *text)
{
	text_make_room(text, 0);
	text->n = text->room = 0;
	return TAKE(text->s);
}

void text_free(struct text *text)
{
	free(text->s);
	*text = (struct text){};
}

void text_add_xml(struct text *text, const char *string)
{
	static const struct {
		char byte;
		const char *reference;
	} rows[] = {
		{'&', "&amp;"},   {'<', "&lt;"},  {'>', "&gt;"},   {'"', "&quot;"},
		{'\'', "&apos;"}, {'\t', "&#9;"}, {'\n', "&#10;"}, {'\r', "&#13;"},
	};

	for (;;) {
		size_t n = strcspn(string, "&<>\"'\t\n\r");

		text_add(text, string, n);
		string += n;
		if (!*string)
			return;
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			if (rows[i].byte == *string)
				text_adds(text, rows[i].reference);
		string++;
	}
}

/* Code points that control a terminal or change the order of visible text, as UTF-8. */
static const struct {
	const char *first, *last; /* of one length */
} controls[] = {
	{"\x01", "\x1f"},                 /* C0 */
	{"\x7f", "\x7f"},                 /* DEL */
	{"\xc2\x80", "\xc2\x9f"},         /* C1: U+0080 to U+009F */
	{"\xd8\x9c", "\xd8\x9c"},         /* U+061C, Arabic letter mark */
	{"\xe2\x80\x8e", "\xe2\x80\x8f"}, /* U+200E, U+200F: direction marks */
	{"\xe2\x80\xa8", "\xe2\x80\xae"}, /* line and paragraph ends, U+202A to U+202E */
	{"\xe2\x81\xa6", "\xe2\x81\xa9"}, /* U+2066 to U+2069: isolates */
};

bool is_control(const char *string)
{
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++) {
		size_t n = strlen(controls[i].first);

		if (strncmp(string, controls[i].first, n) >= 0 &&
		    strncmp(string, controls[i].last, n) <= 0)
			return true;
	}
	return false;
}

void text_add_shown(struct text *text, const char *string)
{
	while (*string) {
		size_t n = utf8_length(string);

		if (n > 0 && !is_control(string)) {
			text_add(text, string, n);
			string += n;
			continue;
		}
		for (n = MAX(n, (size_t)1); n > 0; n--)
			text_printf(text, "\\x%02x", (unsigned char)*string++);
	}
}

bool parse_u64(const char *string, uint64_t *ret)
{
	bool hex = string[0] == '0' && (string[1] == 'x' || string[1] == 'X');
	const char *digits = hex ? string + 2 : string;
	unsigned long long value;
	char *end;

	if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") !=
		    strlen(digits) ||
	    !*digits)
		return false;
	errno = 0;
	value = strtoull(digits, &end, hex ? 16 : 10);
	if (errno || *end)
		return false;
	*ret = value;
	return true;
}

bool parse_u32(const char *string, uint32_t *ret)
{
	uint64_t value;

	if (!parse_u64(string, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool parse_int(const char *string, int *ret)
{
	bool negative = *string == '-';
	uint64_t value;

	string += negative;
	if (string[0] == '0' && string[1] != '\0' && (string[1] | 0x20) == 'x')
		return false;
	if (!parse_u64(string, &value) || value > (uint64_t)INT_MAX + negative)
		return false;
	*ret = negative ? (int)-(int64_t)value : (int)value;
	return true;
}

bool has_prefix(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool has_suffix(const char *string, const char *suffix)
{
	size_t n = strlen(string), m = strlen(suffix);

	return n >= m && streq(string + n - m, suffix);
}
