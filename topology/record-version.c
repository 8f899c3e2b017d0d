/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record-version.c - the version of a record, and what a newer one has that we do not
 * know (machine-fields.h: RECORD_MAJOR).
 */
#include "topology/record-read-parts.h"

#include <stdio.h>

/* What is left out is named up to here; then it is only counted. */
#define NAMED_BYTES 400

static int too_new(struct record_reader *reader, const char *version)
{
	return record_fault(
		reader, 0,
		"is a record of version %s, which this version of virt-layout cannot read: it reads %d.%d and older, and newer minor versions. Use a newer virt-layout, or record the host again with this one",
		version, RECORD_MAJOR, RECORD_MINOR);
}

int record_foreign(struct record_reader *reader)
{
	static const char prefix[] = "urn:virt-layout:host:";
	const xmlNode *node = reader->document->elements.v[0].node;
	const char *uri = node->ns ? (const char *)node->ns->href : NULL;
	uint32_t major;

	if (uri && has_prefix(uri, prefix) &&
	    streq(document_element_name(reader->document, 0), "host") &&
	    parse_u32(uri + strlen(prefix), &major) && major > RECORD_MAJOR)
		return too_new(reader, uri + strlen(prefix));
	return record_fault(reader, 0,
			    "is not the root element of a record, <host xmlns=\"%s\">",
			    RECORD_NAMESPACE);
}

/* "1" or "1.0", all of it. */
static bool parse_version(const char *string, uint32_t *major, uint32_t *minor)
{
	size_t n = strcspn(string, ".");
	_cleanup_free_ char *first = xstrndup(string, n);
	const char *second = string[n] ? string + n + 1 : "0";

	return strspn(first, "0123456789") == n && parse_u32(first, major) && *second &&
	       strspn(second, "0123456789") == strlen(second) && parse_u32(second, minor);
}

int record_read_version(struct record_reader *reader)
{
	const char *version = document_attribute(reader->document, 0, "version");
	uint32_t major, minor;

	if (!version || !parse_version(version, &major, &minor) || major < 1)
		return record_fault(reader, 0, "needs a version, such as %d.%d",
				    RECORD_MAJOR, RECORD_MINOR);
	if (major > RECORD_MAJOR)
		return too_new(reader, version);
	reader->later = minor > RECORD_MINOR;
	return 0;
}

/* Once each: a newer version may have the same attribute in thousands of elements. */
static void leave_out(struct record_reader *reader, const char *what, const char *name,
		      const char *where)
{
	_cleanup_text_ struct text one = {};

	text_printf(&one, "%s %s of <%s>", what, name, where);
	if (reader->left_out.n > 0 && strstr(reader->left_out.s, one.s))
		return;
	if (reader->left_out.n > NAMED_BYTES) {
		reader->n_left_out++;
		return;
	}
	text_printf(&reader->left_out, "%s%s", reader->left_out.n ? ", " : "", one.s);
}

int record_unknown(struct record_reader *reader, int element, const char *what,
		   const char *name)
{
	_cleanup_text_ struct text shown = {};

	text_add_shown(&shown, name);
	if (!reader->later)
		return record_fault(reader, element, "has an unknown %s %s", what,
				    shown.s);
	leave_out(reader, what, shown.s,
		  document_element_name(reader->document, element));
	return 0;
}

/* The known ones of a list of flags. */
static void take_known_flags(const struct field *field, const char *value, void *base)
{
	_cleanup_text_ struct text known = {};

	while (*value) {
		size_t n = strcspn(value, " ");
		_cleanup_free_ char *word = xstrndup(value, n);

		for (const struct field_name *row = field->names; row->name; row++)
			if (streq(row->name, word))
				text_printf(&known, "%s%s", known.n ? " " : "", word);
		value += n + (value[n] == ' ');
	}
	/* A word that occurs twice is not a newer word: then no flag is known. */
	if (!field_take(field, known.n ? known.s : "", base))
		memset((char *)base + field->offset, 0, field->size_bytes);
}

bool record_word_later(struct record_reader *reader, int element,
		       const struct field *field, const char *value, void *base)
{
	_cleanup_text_ struct text shown = {};

	if (!reader->later)
		return false;
	if (field->type == FIELD_FLAGS)
		take_known_flags(field, value, base);
	else if ((field->type != FIELD_NAME && field->type != FIELD_KNOWN) ||
		 !field_take(field, "unknown", base))
		return false;
	text_printf(&shown, "%s=", field->name);
	text_add_shown(&shown, value);
	leave_out(reader, "value", shown.s,
		  document_element_name(reader->document, element));
	return true;
}

void record_say_left_out(struct record_reader *reader)
{
	_cleanup_text_ struct text more = {};

	if (reader->left_out.n == 0)
		return;
	if (reader->n_left_out > 0)
		text_printf(&more, " and %zu more", reader->n_left_out);
	machine_complain(
		reader->machine,
		"%s: the record is of a newer version, %s; what this version of virt-layout does not know was left out: %s%s",
		reader->document->name,
		document_attribute(reader->document, 0, "version"), reader->left_out.s,
		more.n ? more.s : "");
}
