/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any words as QEMU arguments, one per line: what is written again is well-formed,
 * contains no path, and is understood completely and written identically when read again.
 */
#include "tests/fuzz/fuzz.h"

#include "planner/qemu/commandline.h"

#include <string.h>

#define SPACE "http://libvirt.org/schemas/domain/qemu/1.0"

static bool make(const struct text *inner, struct document *document)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	text_adds(&text, "<domain>");
	text_add(&text, inner->s ? inner->s : "", inner->n);
	text_adds(&text, "</domain>");
	return document_parse("f.xml", text.s, text.n, document, &error) == 0;
}

static void add_arguments(struct text *text, char *words)
{
	char *save = NULL;

	text_adds(text, "<qemu:commandline xmlns:qemu='" SPACE "'>");
	for (char *word = strtok_r(words, "\n", &save); word;
	     word = strtok_r(NULL, "\n", &save)) {
		text_adds(text, "<qemu:arg value='");
		text_add_xml(text, word);
		text_adds(text, "'/>");
	}
	text_adds(text, "</qemu:commandline>");
}

/* No value contains a path; the only name with slashes is ours. */
static void check_values(const char *text)
{
	for (const char *at = strstr(text, "value='"); at; at = strstr(at, "value='")) {
		size_t length;

		at += strlen("value='");
		length = strcspn(at, "'");
		CHECK(!memchr(at, '/', length) ||
		      has_prefix(at, "name=opt/ovmf/X-PciMmio64Mb,string="));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {}, other = {};
	_cleanup_commandline_ struct commandline list = {}, again = {};
	_cleanup_text_ struct text inner = {}, first = {}, second = {};
	_cleanup_free_ char *words = xstrndup((const char *)data, n);

	add_arguments(&inner, words);
	if (!make(&inner, &document))
		return 0;
	commandline_read(&document, &list);
	text_add_commandline(&first, &list, NULL, NULL);
	if (first.n == 0)
		return 0;
	check_values(first.s);
	CHECK(make(&first, &other));
	commandline_read(&other, &again);
	if (IS_PLANTED && again.additions.n > 1)
		again.additions.n--;
	CHECK(again.unknown.n == 0);
	text_add_commandline(&second, &again, NULL, NULL);
	CHECK(second.n == first.n && streq(first.s, second.s));
	return 0;
}
