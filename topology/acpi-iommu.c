/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-iommu.c - IOMMUs of x86: DMAR (Intel VT-d specification, 8) and IVRS (AMD I/O
 * Virtualization Technology specification, 5.2).
 */
#include "topology/acpi-parts.h"

enum {
	DMAR_WIDTH = 36,
	DMAR_FLAGS = 37,
	DMAR_FIRST = 48,
	DMAR_REMAPPING = 1 << 0,
	DMAR_X2APIC_OPT_OUT = 1 << 1,
	DMAR_UNIT = 0,
	DMAR_ATS = 2,
	DMAR_UNIT_HEAD = 16,
	DMAR_ATS_HEAD = 8,
	DMAR_ALL = 1,
	SCOPE_HEAD = 6,

	IVRS_INFORMATION = 36,
	IVRS_FIRST = 48,
	IVHD_HEAD_10 = 24,
	IVHD_HEAD_11 = 40,
	IVHD_ALL = 1,
	IVHD_SELECT = 2,
	IVHD_RANGE = 3,
	IVHD_END = 4,
	IVHD_LONG = 64, /* types from here on have 8 bytes, above 127 more */
};

/* A path of two bytes per hop, which begins on a bus. */
static void add_scopes(struct acpi_facts *facts, const struct acpi_table *table, int unit,
		       uint16_t segment, const struct acpi_entry *of, size_t first)
{
	struct acpi_walk walk = {.kind = ACPI_ENTRY_8_8,
				 .bytes = of->bytes,
				 .at = first,
				 .end = of->n,
				 .damaged = first > of->n};
	struct acpi_entry entry;

	while (acpi_next(&walk, &entry)) {
		if (entry.n < SCOPE_HEAD + 2) {
			acpi_complain(facts, table, "a scope has no path");
			continue;
		}
		*vec_add(&facts->dmar.scopes) =
			(struct acpi_scope){.unit = unit,
					    .type = entry.type,
					    .id = entry.bytes[4],
					    .at = {.domain = segment,
						   .bus = entry.bytes[5],
						   .slot = entry.bytes[6] & 31,
						   .function = entry.bytes[7] & 7},
					    .hops = (entry.n - SCOPE_HEAD) / 2};
	}
	acpi_end_walk(facts, table, &walk);
}

static void add_dmar_unit(struct acpi_facts *facts, const struct acpi_table *table,
			  const struct acpi_entry *entry)
{
	struct acpi_dmar_unit unit;

	if (!acpi_entry_has(facts, table, entry, DMAR_UNIT_HEAD))
		return;
	unit = (struct acpi_dmar_unit){.all = entry->bytes[4] & DMAR_ALL,
				       .segment = acpi_u16(entry->bytes, 6),
				       .base = acpi_u64(entry->bytes, 8)};
	*vec_add(&facts->dmar.units) = unit;
	add_scopes(facts, table, (int)facts->dmar.units.n - 1, unit.segment, entry,
		   DMAR_UNIT_HEAD);
}

void acpi_read_dmar(const struct acpi_table *table, struct acpi_facts *facts)
{
	struct acpi_walk walk = acpi_walk_table(table, DMAR_FIRST, ACPI_ENTRY_16_16);
	struct acpi_entry entry;

	if (!walk.damaged) {
		facts->dmar.address_bits = table->bytes[DMAR_WIDTH] + 1;
		facts->dmar.remapping = table->bytes[DMAR_FLAGS] & DMAR_REMAPPING;
		facts->dmar.x2apic_opt_out =
			table->bytes[DMAR_FLAGS] & DMAR_X2APIC_OPT_OUT;
	}
	while (acpi_next(&walk, &entry)) {
		if (entry.type == DMAR_UNIT)
			add_dmar_unit(facts, table, &entry);
		else if (entry.type == DMAR_ATS &&
			 acpi_entry_has(facts, table, &entry, DMAR_ATS_HEAD))
			add_scopes(facts, table, -1, acpi_u16(entry.bytes, 6), &entry,
				   DMAR_ATS_HEAD);
	}
	acpi_end_walk(facts, table, &walk);
}

/* The size of an entry in a unit's list; 0: unknown (5.2.2.2). */
static size_t ivhd_entry_bytes(const uint8_t *bytes, size_t left)
{
	size_t n = bytes[0] < IVHD_LONG ? 4 : bytes[0] < 128 ? 8 : 0;

	if (bytes[0] >= 240 && left >= 22) /* ACPI_HID: its name's length comes last */
		n = 22u + bytes[21];
	return n <= left ? n : 0;
}

static void add_ranges(struct acpi_facts *facts, const struct acpi_table *table, int unit,
		       const uint8_t *bytes, size_t n)
{
	int first = -1;
	size_t step;

	for (size_t at = 0; at < n; at += step) {
		unsigned type = bytes[at];
		uint16_t id;

		step = ivhd_entry_bytes(bytes + at, n - at);
		if (step == 0) {
			acpi_complain(facts, table,
				      "a unit's list of devices is damaged");
			return;
		}
		id = acpi_u16(bytes, at + 1);
		if (type == IVHD_ALL || type == IVHD_SELECT)
			*vec_add(&facts->ivrs.ranges) =
				(struct acpi_ivrs_range){unit, type == IVHD_ALL,
							 type == IVHD_ALL ? 0 : id,
							 type == IVHD_ALL ? UINT16_MAX
									  : id};
		else if (type == IVHD_RANGE)
			first = id;
		else if (type == IVHD_END && first >= 0 && first <= id) {
			*vec_add(&facts->ivrs.ranges) =
				(struct acpi_ivrs_range){unit, false, (uint16_t)first,
							 id};
			first = -1;
		}
	}
}

void acpi_read_ivrs(const struct acpi_table *table, struct acpi_facts *facts)
{
	struct acpi_walk walk = acpi_walk_table(table, IVRS_FIRST, ACPI_ENTRY_8_16);
	struct acpi_entry entry;

	if (!walk.damaged)
		facts->ivrs.information = acpi_u32(table->bytes, IVRS_INFORMATION);
	while (acpi_next(&walk, &entry)) {
		size_t head = entry.type == 0x10 ? IVHD_HEAD_10 : IVHD_HEAD_11;

		if ((entry.type != 0x10 && entry.type != 0x11 && entry.type != 0x40) ||
		    !acpi_entry_has(facts, table, &entry, head))
			continue;
		*vec_add(&facts->ivrs.units) =
			(struct acpi_ivrs_unit){.type = entry.type,
						.device = acpi_u16(entry.bytes, 4),
						.base = acpi_u64(entry.bytes, 8),
						.segment = acpi_u16(entry.bytes, 16)};
		add_ranges(facts, table, (int)facts->ivrs.units.n - 1, entry.bytes + head,
			   entry.n - head);
	}
	acpi_end_walk(facts, table, &walk);
}
