/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/definition-text.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

struct parser {
	const char *name;
	definition_setter *set;
	void *context;
	enum { SECTION_NONE, SECTION_PARTITION, SECTION_SKIPPED } section;
};

/* Removes white space from both ends, in place. */
static char *strip(char *string)
{
	size_t n;

	while (isspace((unsigned char)*string))
		string++;
	n = strlen(string);
	while (n > 0 && isspace((unsigned char)string[n - 1]))
		string[--n] = '\0';
	return string;
}

static int begin_section(struct parser *parser, long line, char *words,
			 struct error *error)
{
	size_t n = strlen(words);

	if (words[n - 1] != ']')
		return error_input_at(error, parser->name, line,
				      "\"%s\" is not a section header", words);
	words[n - 1] = '\0';
	words++;
	if (streq(words, "Partition"))
		parser->section = SECTION_PARTITION;
	else if (has_prefix(words, "X-"))
		parser->section = SECTION_SKIPPED;
	else
		return error_input_at(
			error, parser->name, line,
			"unknown section [%s]; a definition has only [Partition]", words);
	return 0;
}

/* A line, with those that continue it. */
static int take_line(struct parser *parser, long line, char *words, struct error *error)
{
	char *equals;

	words = strip(words);
	if (*words == '\0')
		return 0;
	if (*words == '[')
		return begin_section(parser, line, words, error);
	if (parser->section == SECTION_SKIPPED)
		return 0;
	if (parser->section == SECTION_NONE)
		return error_input_at(
			error, parser->name, line,
			"\"%s\" comes before the first section; begin the file with [Partition]",
			words);
	equals = strchr(words, '=');
	if (!equals)
		return error_input_at(error, parser->name, line,
				      "\"%s\" is not an assignment: it has no \"=\"",
				      words);
	*equals = '\0';
	words = strip(words);
	if (has_prefix(words, "X-"))
		return 0;
	return parser->set(parser->context, line, words, strip(equals + 1), error);
}

static bool is_comment(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at < end && (*at == '#' || *at == ';');
}

/* Whether the last character is a backslash that is not itself escaped. */
static bool is_continued(const struct text *text)
{
	size_t n = 0;

	while (n < text->n && text->s[text->n - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

int definition_parse(const char *name, const char *bytes, size_t n,
		     definition_setter *set, void *context, struct error *error)
{
	struct parser parser = {name, set, context, SECTION_NONE};
	_cleanup_text_ struct text whole = {};
	const char *at = bytes, *end = bytes + n;
	long line = 0, first = 0;

	if (n > 0 && memchr(bytes, '\0', n))
		return error_input(error, "%s: contains a NUL character", name);
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		const char *next = stop ? stop + 1 : end;

		stop = stop ? stop : end;
		line++;
		if (stop > at && stop[-1] == '\r')
			stop--;
		if (!is_comment(at, stop)) {
			first = whole.n == 0 ? line : first;
			text_add(&whole, at, (size_t)(stop - at));
			if (is_continued(&whole) && next < end) {
				whole.s[whole.n - 1] = ' ';
			} else {
				_cleanup_text_ struct text one = whole;

				whole = (struct text){};
				if (one.n > 0 &&
				    take_line(&parser, first, one.s, error) < 0)
					return -1;
			}
		}
		at = next;
	}
	if (whole.n > 0)
		return take_line(&parser, first, whole.s, error);
	return 0;
}
