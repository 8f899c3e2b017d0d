/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/acpi-read.h"

#include "base/text.h"
#include "topology/acpi-parts.h"

/* The kernel uses the first of these. */
static const struct reader {
	const char *signature;
	void (*read)(const struct acpi_table *table, struct acpi_facts *facts);
	size_t has; /* member of struct acpi_facts that records that there is one */
} readers[] = {
	{"APIC", acpi_read_madt, offsetof(struct acpi_facts, has_madt)},
	{"PPTT", acpi_read_pptt, offsetof(struct acpi_facts, has_pptt)},
	{"SRAT", acpi_read_srat, offsetof(struct acpi_facts, has_srat)},
	{"SLIT", acpi_read_slit, offsetof(struct acpi_facts, has_slit)},
	{"HMAT", acpi_read_hmat, offsetof(struct acpi_facts, has_hmat)},
	{"DMAR", acpi_read_dmar, offsetof(struct acpi_facts, has_dmar)},
	{"IVRS", acpi_read_ivrs, offsetof(struct acpi_facts, has_ivrs)},
	{"IORT", acpi_read_iort, offsetof(struct acpi_facts, has_iort)},
	{"VIOT", acpi_read_viot, offsetof(struct acpi_facts, has_viot)},
	{"MCFG", acpi_read_mcfg, offsetof(struct acpi_facts, has_mcfg)},
};

void acpi_read(const struct acpi_tables *tables, struct acpi_facts *ret)
{
	const struct acpi_table *table;

	ret->any = tables->list.n > 0;
	for (size_t i = 0; i < tables->complaints.n; i++)
		*vec_add(&ret->complaints) = xstrdup(tables->complaints.v[i]);
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		table = acpi_find(tables, readers[i].signature, 0);
		*(bool *)((char *)ret + readers[i].has) = table;
		if (table)
			readers[i].read(table, ret);
	}
	for (size_t i = 0; i < tables->list.n; i++) {
		table = &tables->list.v[i];
		if (streq(table->signature, "DSDT") || streq(table->signature, "SSDT"))
			acpi_read_roots(table, ret);
	}
}
