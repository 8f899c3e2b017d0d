/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/record-read-parts.h"

#include <stdarg.h>

int record_fault(struct record_reader *reader, int element, const char *format, ...)
{
	const struct document_element *at = &reader->document->elements.v[element];
	_cleanup_text_ struct text text = {}, shown = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	text_add_shown(&shown, text.s);
	return error_input_at(reader->error, reader->document->name, at->line, "<%s> %s",
			      (const char *)at->node->name, shown.s);
}

const struct element *record_row(const struct element *parent, const char *name)
{
	for (size_t i = 1; i < machine_n_elements; i++)
		if (machine_elements[i].parent == parent &&
		    streq(machine_elements[i].name, name))
			return &machine_elements[i];
	return NULL;
}
