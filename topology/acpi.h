/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi.h - ACPI tables as bytes: found by signature, bounded, walked entry by entry.
 * Pure; the bytes may come from anywhere and may be hostile. acpi-facts.h has their
 * content, acpi-machine.h computes the machine that a kernel makes of it.
 *
 * Nothing is copied: the caller keeps the bytes as long as anything here is used.
 */
#pragma once

#include "base/vec.h"

#define ACPI_HEADER_BYTES 36

struct acpi_table {
	char signature[5];    /* "SRAT" */
	const uint8_t *bytes; /* from the header on */
	size_t n;             /* the header's length, limited to what was given */
	uint8_t revision;
	bool sum_right; /* before firmware has run, QEMU's tables have no checksums yet */
};

/* A zeroed one contains none. */
struct acpi_tables {
	VEC(struct acpi_table) list; /* in the order in which they were added */
	VEC(char *) complaints;      /* what is damaged, in order; owned */
};

void acpi_tables_free(struct acpi_tables *tables);
#define _cleanup_acpi_tables_ _cleanup_(acpi_tables_free)

/*
 * Adds the table at @bytes, of which @n bytes are available. False, with a complaint, if
 * they are not a table: no signature, or a length that does not fit.
 */
bool acpi_add(struct acpi_tables *tables, const uint8_t *bytes, size_t n);
/*
 * Adds the tables in @bytes, one after the other with zeros between them, as QEMU has
 * them in etc/acpi/tables. What follows something that is not a table is ignored.
 */
void acpi_add_all(struct acpi_tables *tables, const uint8_t *bytes, size_t n);
/* The @index-th (from 0) with this signature, or NULL. */
const struct acpi_table *acpi_find(const struct acpi_tables *tables,
				   const char *signature, size_t index);

/* Numbers in tables are little-endian. The caller has compared @at with the length. */
uint16_t acpi_u16(const uint8_t *bytes, size_t at);
uint32_t acpi_u32(const uint8_t *bytes, size_t at);
uint64_t acpi_u64(const uint8_t *bytes, size_t at);

/* How an entry of a table begins. */
enum acpi_entry_kind {
	ACPI_ENTRY_8_8,   /* type, length (SRAT, MADT, scopes of the DMAR) */
	ACPI_ENTRY_16_16, /* type, length (DMAR) */
	ACPI_ENTRY_16_32, /* type, two reserved bytes, length (HMAT) */
	ACPI_ENTRY_8_16,  /* type, one byte of flags, length (IVRS, VIOT, IORT) */
};

struct acpi_entry {
	unsigned type;
	const uint8_t *bytes; /* from the entry's first byte on */
	size_t n;             /* never less than its head */
};

/* A walk over the entries in bytes[at] to bytes[end - 1]. */
struct acpi_walk {
	enum acpi_entry_kind kind;
	const uint8_t *bytes;
	size_t at, end;
	bool damaged; /* it ended at an entry that is too short or too long */
};

/* Over the entries of a table whose first begins at @first. */
struct acpi_walk acpi_walk_table(const struct acpi_table *table, size_t first,
				 enum acpi_entry_kind kind);
bool acpi_next(struct acpi_walk *walk, struct acpi_entry *ret);
