/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utf16.h"

#include "base/mem.h"

#include <errno.h>
#include <iconv.h>

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

int utf16_to_utf8(const char *name, struct text *text, struct error *error)
{
	_cleanup_text_ struct text into = {};
	const char *encoding = encoding_of(text);
	char *end;

	if (!encoding)
		return 0;
	if (convert(name, encoding, text, &into, error) < 0)
		return -1;
	text_adds(&into, "");
	if (has_prefix(into.s, "<?xml") && (end = strstr(into.s, "?>")))
		for (char *at = into.s; at < end + 2; at++)
			if (*at != '\n')
				*at = ' ';
	text_free(text);
	*text = into;
	into = (struct text){};
	return 0;
}
