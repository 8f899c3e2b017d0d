/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi-parts.h - the readers of single tables, called by acpi-read.c. */
#pragma once

#include "topology/acpi-facts.h"

/* The same text only once. */
void acpi_complain(struct acpi_facts *facts, const struct acpi_table *table,
		   const char *format, ...) _printf_(3, 4);
/* Complains if the walk ended early. */
void acpi_end_walk(struct acpi_facts *facts, const struct acpi_table *table,
		   const struct acpi_walk *walk);
/* Whether an entry has all bytes that its type has at least; else complains. */
bool acpi_entry_has(struct acpi_facts *facts, const struct acpi_table *table,
		    const struct acpi_entry *entry, size_t least);
/* Complains of an entry of a type that the reader does not know. */
void acpi_entry_unknown(struct acpi_facts *facts, const struct acpi_table *table,
			const struct acpi_entry *entry);
/* A bus, slot and function in 16 bits. */
struct pci_address acpi_function(uint32_t segment, uint16_t id);

void acpi_read_madt(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_pptt(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_srat(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_slit(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_hmat(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_dmar(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_ivrs(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_iort(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_viot(const struct acpi_table *table, struct acpi_facts *facts);
void acpi_read_mcfg(const struct acpi_table *table, struct acpi_facts *facts);
/* The host bridges of a table of AML. */
void acpi_read_roots(const struct acpi_table *table, struct acpi_facts *facts);
