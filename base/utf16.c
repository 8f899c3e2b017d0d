/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utf16.h"

#include "base/mem.h"

#include <errno.h>
#include <iconv.h>

static bool has_mark(const struct text *text)
{
	return text->n >= 2 && (memcmp(text->s, "\xff\xfe", 2) == 0 ||
				memcmp(text->s, "\xfe\xff", 2) == 0);
}

static int convert(const char *name, const struct text *from, struct text *into,
		   struct error *error)
{
	/* Two bytes become three at most. */
	size_t left = from->n, room = from->n / 2 * 3 + 4;
	_cleanup_free_ char *buffer = xcalloc(1, room);
	char *in = from->s, *out = buffer;
	iconv_t state = iconv_open("UTF-8", "UTF-16");
	size_t rc;

	if (state == (iconv_t)-1)
		return error_system(
			error, errno,
			"%s: is UTF-16, which this system cannot convert; convert it to UTF-8 first",
			name);
	rc = iconv(state, &in, &left, &out, &room);
	iconv_close(state);
	if (rc == (size_t)-1)
		return error_input(error, "%s: is not valid UTF-16 at byte %zu", name,
				   from->n - left);
	text_add(into, buffer, (size_t)(out - buffer));
	return 0;
}

int utf16_to_utf8(const char *name, struct text *text, struct error *error)
{
	_cleanup_text_ struct text into = {};
	char *end;

	if (!has_mark(text))
		return 0;
	if (convert(name, text, &into, error) < 0)
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
