/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi-parts.c - shared by the readers of single tables. */
#include "topology/acpi-parts.h"

#include "base/text.h"

#include <stdarg.h>

enum { COMPLAINT_LIMIT = 100 };

void acpi_complain(struct acpi_facts *facts, const struct acpi_table *table,
		   const char *format, ...)
{
	struct text text = {};
	va_list args;

	if (facts->complaints.n >= COMPLAINT_LIMIT)
		return;
	text_printf(&text, "ACPI table %s: ", table->signature);
	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	for (size_t i = 0; i < facts->complaints.n; i++)
		if (streq(facts->complaints.v[i], text.s)) {
			text_free(&text);
			return;
		}
	*vec_add(&facts->complaints) = text_take(&text);
}

void acpi_end_walk(struct acpi_facts *facts, const struct acpi_table *table,
		   const struct acpi_walk *walk)
{
	if (walk->damaged)
		acpi_complain(
			facts, table,
			"the entry before byte %zu extends past the end of the table; the rest is ignored",
			walk->at);
}

bool acpi_entry_has(struct acpi_facts *facts, const struct acpi_table *table,
		    const struct acpi_entry *entry, size_t least)
{
	if (entry->n < least)
		acpi_complain(facts, table,
			      "an entry of type %u has only %zu bytes; it is ignored",
			      entry->type, entry->n);
	return entry->n >= least;
}

void acpi_entry_unknown(struct acpi_facts *facts, const struct acpi_table *table,
			const struct acpi_entry *entry)
{
	acpi_complain(facts, table,
		      "an entry has type %u, which is not known; it is ignored",
		      entry->type);
}

struct pci_address acpi_function(uint32_t segment, uint16_t id)
{
	return (struct pci_address){.domain = segment,
				    .bus = (uint8_t)(id >> 8),
				    .slot = (uint8_t)(id >> 3 & 31),
				    .function = (uint8_t)(id & 7)};
}
