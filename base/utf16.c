/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utf16.h"

#include "base/mem.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

/* What iconv calls it; NULL: neither UTF-16 nor UTF-32. Without a mark, XML shows it by
 * its "<".
 */
static const char *encoding_of(const struct text *text)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *name;
	} starts[] = {
		{"\xff\xfe\0\0", 4, "UTF-32"}, {"\0\0\xfe\xff", 4, "UTF-32"},
		{"\xff\xfe", 2, "UTF-16"},     {"\xfe\xff", 2, "UTF-16"},
		{"<\0\0\0", 4, "UTF-32LE"},    {"\0\0\0<", 4, "UTF-32BE"},
		{"<\0", 2, "UTF-16LE"},        {"\0<", 2, "UTF-16BE"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (text->n >= starts[i].n &&
		    memcmp(text->s, starts[i].bytes, starts[i].n) == 0)
			return starts[i].name;
	return NULL;
}

static int convert(const char *name, const char *encoding, const struct text *from,
		   struct text *into, struct error *error)
{
	/* Two bytes become three at most. */
	size_t left = from->n, room = from->n / 2 * 3 + 4;
	_cleanup_free_ char *buffer = xcalloc(1, room);
	char *in = from->s, *out = buffer;
	iconv_t state = iconv_open("UTF-8", encoding);
	size_t rc;

	if (state == (iconv_t)-1)
		return error_system(
			error, errno,
			"%s: is %.6s, which this system cannot convert; convert it to UTF-8 first",
			name, encoding);
	rc = iconv(state, &in, &left, &out, &room);
	iconv_close(state);
	if (rc == (size_t)-1)
		return error_input(error, "%s: is not valid %.6s at byte %zu", name,
				   encoding, from->n - left);
	text_add(into, buffer, (size_t)(out - buffer));
	return 0;
}

/* Blanks the XML declaration, but for line ends. */
static void blank_declaration(char *at)
{
	char *end = has_prefix(at, "<?xml") ? strstr(at, "?>") : NULL;

	for (; end && at < end + 2; at++)
		if (*at != '\n')
			*at = ' ';
}

/*
 * Whether bytes that are not UTF-16 say that they are: a file that was converted, but
 * whose declaration was not.
 */
static bool declares_utf16(const char *at)
{
	static const char *const names[] = {"UTF-16",          "UTF-32",
					    "UCS-2",           "UCS-4",
					    "ISO-10646-UCS-2", "ISO-10646-UCS-4"};
	const char *end = has_prefix(at, "<?xml ") ? strstr(at, "?>") : NULL;
	const char *word = end ? strstr(at, "encoding=") : NULL;

	if (!word || word > end)
		return false;
	word += strlen("encoding=") + 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strncasecmp(word, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

int utf16_to_utf8(const char *name, struct text *text, struct error *error)
{
	_cleanup_text_ struct text into = {};
	const char *encoding = encoding_of(text);
	size_t mark = text->n && has_prefix(text->s, "\xef\xbb\xbf") ? 3 : 0;

	if (!encoding) {
		if (text->n && declares_utf16(text->s + mark))
			blank_declaration(text->s + mark);
		return 0;
	}
	if (convert(name, encoding, text, &into, error) < 0)
		return -1;
	text_adds(&into, "");
	blank_declaration(into.s);
	text_free(text);
	*text = into;
	into = (struct text){};
	return 0;
}
