/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/record.h"

#include "base/base64.h"
#include "topology/machine-fields.h"

#include <stdio.h>

static void indent(struct text *text, int depth)
{
	for (int i = 0; i < depth; i++)
		text_adds(text, "  ");
}

/*
 * Writes one attribute. Characters that are not allowed in XML (a driver or network
 * device may have almost any name) make it NAME-base64.
 */
static void add_attribute(struct text *text, const char *name, const char *value)
{
	if (string_is_xml(value)) {
		text_printf(text, " %s=\"", name);
		text_add_xml(text, value);
	} else {
		text_printf(text, " %s-base64=\"", name);
		text_add_base64(text, value, strlen(value));
	}
	text_addc(text, '"');
}

static void add_fields(struct text *text, const struct machine *machine,
		       const struct element *element, const void *base)
{
	for (const struct field *field = element->fields; field->name; field++) {
		_cleanup_text_ struct text value = {};

		if (text_add_field(&value, machine, field, base))
			add_attribute(text, field->name, value.n ? value.s : "");
	}
}

static void add_distances(struct text *text, const struct machine *machine)
{
	size_t n = machine->nodes.n;

	if (!machine->distances || n == 0)
		return;
	text_adds(text, "  <distances>\n");
	for (size_t from = 0; from < n; from++) {
		text_printf(text, "    <row node=\"%d\" values=\"",
			    machine->nodes.v[from].id);
		for (size_t to = 0; to < n; to++)
			text_printf(text, "%s%u", to ? " " : "",
				    machine->distances[from * n + to]);
		text_adds(text, "\"/>\n");
	}
	text_adds(text, "  </distances>\n");
}

/* Every field is zero; padding does not count. */
static bool is_zero(const struct element *element, const void *base)
{
	for (const struct field *field = element->fields; field->name; field++)
		for (size_t i = 0; i < field->size_bytes; i++)
			if (((const char *)field_at(field, base))[i])
				return false;
	return true;
}

static void add_element(struct text *text, const struct machine *machine,
			const struct element *element, const void *base, int depth);

/* The elements below @parent, which represents the struct at @base. */
static void add_children(struct text *text, const struct machine *machine,
			 const struct element *parent, const void *base, int depth)
{
	for (size_t i = 0; i < machine_n_elements; i++) {
		const struct element *element = &machine_elements[i];
		struct any_vec entries;

		if (element->parent != parent)
			continue;
		entries = element_entries(element, base);
		for (size_t j = 0; j < entries.n; j++) {
			const char *entry =
				(const char *)entries.v + j * element->size_bytes;

			if (element->kept != KEPT_VEC && !element->always &&
			    is_zero(element, entry))
				continue;
			indent(text, depth);
			text_printf(text, "<%s", element->name);
			if (element->kept == KEPT_ARRAY)
				text_printf(text, " index=\"%zu\"", j);
			add_element(text, machine, element, entry, depth);
		}
		if (parent == machine_elements && streq(element->name, "node"))
			add_distances(text, machine);
	}
}

/* The rest of an element after "<NAME". */
static void add_element(struct text *text, const struct machine *machine,
			const struct element *element, const void *base, int depth)
{
	size_t start;

	add_fields(text, machine, element, base);
	text_adds(text, ">\n");
	start = text->n;
	add_children(text, machine, element, base, depth + 1);
	if (text->n == start) {
		text->n -= strlen(">\n");
		text_adds(text, "/>\n");
		return;
	}
	indent(text, depth);
	text_printf(text, "</%s>\n", element->name);
}

void text_add_record(struct text *text, const struct machine *machine)
{
	text_printf(text,
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		    "<host xmlns=\"" RECORD_NAMESPACE "\" version=\"%d.%d\"",
		    RECORD_MAJOR, RECORD_MINOR);
	add_element(text, machine, machine_elements, machine, 0);
}
