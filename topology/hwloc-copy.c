/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/hwloc-copy.h"

#include <string.h>

#define ROOT "<topology version=\""
/* What has a name that hwloc does not use; it ignores or rejects that, as it does any. */
#define UNKNOWN_NAME "unknown"

void hwloc_copy_root(struct hwloc_copy *copy, unsigned major, unsigned minor)
{
	text_printf(&copy->text, ROOT "%u.%u\">", major, minor);
}

bool hwloc_copy_lower(struct hwloc_copy *copy)
{
	if (!copy->text.s || !has_prefix(copy->text.s, ROOT "3.0\""))
		return false;
	copy->text.s[strlen(ROOT)] = '2';
	return true;
}

/* Lower case, and digits in those of elements. */
static const char *known_name(const char *name, bool of_element)
{
	for (const char *at = name; *at; at++)
		if (!(*at >= 'a' && *at <= 'z') && *at != '_' &&
		    !(of_element && *at >= '0' && *at <= '9'))
			return UNKNOWN_NAME;
	return name;
}

/* What is copied of an element besides its attributes. */
static enum hwloc_copied kind_of(const char *name)
{
	static const struct {
		const char *name;
		enum hwloc_copied kind;
	} rows[] = {
		{"info", COPIED_EMPTY},
		{"page_type", COPIED_EMPTY},
		{"latency", COPIED_EMPTY},
		{"support", COPIED_EMPTY},
		{"memattr_value", COPIED_EMPTY},
		{"indexes", COPIED_TEXT},
		{"u64values", COPIED_TEXT},
		/* That of other programs. */
		{"userdata", COPIED_NOTHING},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(name, rows[i].name))
			return rows[i].kind;
	return COPIED_CHILDREN;
}

static const char *reference(unsigned char byte)
{
	switch (byte) {
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	case '\t':
		return "&#9;";
	case '"':
		return "&quot;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	default:
		return NULL;
	}
}

static void add_value(struct text *text, const unsigned char *at,
		      const unsigned char *end)
{
	const unsigned char *from = at;

	for (; at < end; at++) {
		const char *instead = reference(*at);

		if (!instead)
			continue;
		text_add(text, (const char *)from, (size_t)(at - from));
		text_adds(text, instead);
		from = at + 1;
	}
	text_add(text, (const char *)from, (size_t)(end - from));
}

/* On libxml2, hwloc does not see attributes with an empty value. */
static void add_attribute(struct text *text, const struct hwloc_attribute *attribute)
{
	const char *name =
		attribute->prefix ? UNKNOWN_NAME : (const char *)attribute->name;

	if (attribute->value == attribute->end)
		return;
	text_addc(text, ' ');
	text_adds(text, known_name(name, false));
	text_adds(text, "=\"");
	add_value(text, attribute->value, attribute->end);
	text_addc(text, '"');
}

static void add_start(struct hwloc_copy *copy, const char *name,
		      const struct hwloc_attribute *attributes, size_t n)
{
	text_addc(&copy->text, '<');
	text_adds(&copy->text, known_name(name, true));
	for (size_t i = 0; i < n; i++)
		add_attribute(&copy->text, &attributes[i]);
	text_adds(&copy->text, copy->kind == COPIED_EMPTY ? "/>" : ">");
}

void hwloc_copy_start(struct hwloc_copy *copy, const char *name,
		      const struct hwloc_attribute *attributes, size_t n)
{
	if (copy->below) {
		copy->below++;
		return;
	}
	copy->kind = kind_of(name);
	copy->below = copy->kind != COPIED_CHILDREN;
	if (copy->kind != COPIED_NOTHING)
		add_start(copy, name, attributes, n);
}

/* Lists of numbers, in which '<' is damage. */
void hwloc_copy_text(struct hwloc_copy *copy, const char *bytes, size_t n)
{
	if (copy->below != 1 || copy->kind != COPIED_TEXT)
		return;
	for (size_t i = 0; i < n; i++)
		text_addc(&copy->text, bytes[i] == '<' ? '?' : bytes[i]);
}

void hwloc_copy_end(struct hwloc_copy *copy, const char *name)
{
	if (copy->below && (--copy->below || copy->kind != COPIED_TEXT))
		return;
	text_adds(&copy->text, "</");
	text_adds(&copy->text, known_name(name, true));
	text_addc(&copy->text, '>');
}

void hwloc_copy_cut(struct hwloc_copy *copy, size_t n)
{
	copy->text.n = n;
	copy->text.s[n] = 0;
}
