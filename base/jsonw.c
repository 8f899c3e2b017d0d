/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/jsonw.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>

static void new_line(struct jsonw *json)
{
	if (json->compact)
		return;
	text_addc(json->out, '\n');
	for (int i = 0; i < json->depth; i++)
		text_adds(json->out, "  ");
}

/* Of a character of one to three bytes, as all control characters are. */
static unsigned code_point(const char *string, size_t n)
{
	const unsigned char *s = (const unsigned char *)string;

	if (n == 1)
		return s[0];
	return n == 2 ? (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu)
		      : (s[0] & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
}

static void add_quoted(struct text *out, const char *string)
{
	text_addc(out, '"');
	while (*string) {
		size_t n = utf8_length(string);

		if (n == 0) {
			text_adds(out, "\xef\xbf\xbd");
			string++;
			continue;
		}
		if (*string == '"' || *string == '\\')
			text_addc(out, '\\');
		if (is_control(string))
			text_printf(out, "\\u%04x", code_point(string, n));
		else
			text_add(out, string, n);
		string += n;
	}
	text_addc(out, '"');
}

/* What precedes every value: the comma, the line, the key. */
static void begin(struct jsonw *json, const char *key)
{
	if (json->depth > 0) {
		if (json->any[json->depth])
			text_adds(json->out, json->compact ? ", " : ",");
		json->any[json->depth] = true;
		new_line(json);
	}
	if (key) {
		add_quoted(json->out, key);
		text_adds(json->out, ": ");
	}
}

static void open_level(struct jsonw *json, const char *key, char bracket)
{
	begin(json, key);
	text_addc(json->out, bracket);
	json->depth++;
	assert(json->depth < JSONW_DEPTH);
	json->any[json->depth] = false;
}

static void close_level(struct jsonw *json, char bracket)
{
	bool any = json->any[json->depth--];

	assert(json->depth >= 0);
	if (any)
		new_line(json);
	text_addc(json->out, bracket);
}

void jsonw_object(struct jsonw *json, const char *key)
{
	open_level(json, key, '{');
}

void jsonw_end_object(struct jsonw *json)
{
	close_level(json, '}');
}

void jsonw_array(struct jsonw *json, const char *key)
{
	open_level(json, key, '[');
}

void jsonw_end_array(struct jsonw *json)
{
	close_level(json, ']');
}

void jsonw_string(struct jsonw *json, const char *key, const char *string)
{
	begin(json, key);
	if (string)
		add_quoted(json->out, string);
	else
		text_adds(json->out, "null");
}

void jsonw_u64(struct jsonw *json, const char *key, uint64_t value)
{
	begin(json, key);
	text_printf(json->out, "%ju", (uintmax_t)value);
}

void jsonw_int(struct jsonw *json, const char *key, int64_t value)
{
	begin(json, key);
	text_printf(json->out, "%jd", (intmax_t)value);
}

void jsonw_bool(struct jsonw *json, const char *key, bool value)
{
	begin(json, key);
	text_adds(json->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *json, const char *key)
{
	jsonw_string(json, key, NULL);
}

void jsonw_format(struct jsonw *json, const char *key, const char *format, ...)
{
	_cleanup_text_ struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	jsonw_string(json, key, text.s ? text.s : "");
}

void jsonw_finish(struct jsonw *json)
{
	assert(json->depth == 0);
	text_addc(json->out, '\n');
}
