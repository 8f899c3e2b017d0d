/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi.c - sources: ACPI 6.5, 5.2.6 (header); QEMU hw/acpi/aml-build.c. */
#include "topology/acpi.h"

#include "base/text.h"

enum {
	HEADER_LENGTH = 4,
	HEADER_REVISION = 8,
	FACS_HEADER_BYTES = 8, /* the one table that has only signature and length */
	COMPLAINT_LIMIT = 100,
};

void acpi_tables_free(struct acpi_tables *tables)
{
	for (size_t i = 0; i < tables->complaints.n; i++)
		free(tables->complaints.v[i]);
	vec_free(&tables->complaints);
	vec_free(&tables->list);
}

uint16_t acpi_u16(const uint8_t *bytes, size_t at)
{
	return (uint16_t)(bytes[at] | bytes[at + 1] << 8);
}

uint32_t acpi_u32(const uint8_t *bytes, size_t at)
{
	return acpi_u16(bytes, at) | (uint32_t)acpi_u16(bytes, at + 2) << 16;
}

uint64_t acpi_u64(const uint8_t *bytes, size_t at)
{
	return acpi_u32(bytes, at) | (uint64_t)acpi_u32(bytes, at + 4) << 32;
}

static bool sum_is_right(const uint8_t *bytes, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

/* Capital letters, digits and underscores (ACPI 6.5, table 5.5). */
static bool is_signature(const uint8_t *bytes)
{
	for (size_t i = 0; i < 4; i++)
		if (!(bytes[i] >= 'A' && bytes[i] <= 'Z') &&
		    !(bytes[i] >= '0' && bytes[i] <= '9') && bytes[i] != '_')
			return false;
	return true;
}

static bool refuse(struct acpi_tables *tables, char *complaint)
{
	if (tables->complaints.n < COMPLAINT_LIMIT)
		*vec_add(&tables->complaints) = complaint;
	else
		free(complaint);
	return false;
}

bool acpi_add(struct acpi_tables *tables, const uint8_t *bytes, size_t n)
{
	struct acpi_table table = {.bytes = bytes};
	bool facs;
	size_t least;

	if (n < FACS_HEADER_BYTES || !is_signature(bytes))
		return refuse(tables, xstrdup("bytes that are not an ACPI table"));
	memcpy(table.signature, bytes, 4);
	table.n = acpi_u32(bytes, HEADER_LENGTH);
	facs = streq(table.signature, "FACS");
	least = facs ? FACS_HEADER_BYTES : ACPI_HEADER_BYTES;
	if (table.n < least || table.n > n)
		return refuse(
			tables,
			xasprintf(
				"%s: its length of %zu bytes is not between %zu and %zu",
				table.signature, table.n, least, n));
	table.revision = facs ? 0 : bytes[HEADER_REVISION];
	table.sum_right = facs || sum_is_right(bytes, table.n);
	*vec_add(&tables->list) = table;
	return true;
}

void acpi_add_all(struct acpi_tables *tables, const uint8_t *bytes, size_t n)
{
	size_t at = 0;

	for (;;) {
		while (at < n && bytes[at] == 0)
			at++;
		if (at >= n || !acpi_add(tables, bytes + at, n - at))
			return;
		at += vec_last(&tables->list)->n;
	}
}

const struct acpi_table *acpi_find(const struct acpi_tables *tables,
				   const char *signature, size_t index)
{
	for (size_t i = 0; i < tables->list.n; i++)
		if (streq(tables->list.v[i].signature, signature) && index-- == 0)
			return &tables->list.v[i];
	return NULL;
}

struct acpi_walk acpi_walk_table(const struct acpi_table *table, size_t first,
				 enum acpi_entry_kind kind)
{
	return (struct acpi_walk){.kind = kind,
				  .bytes = table->bytes,
				  .at = first,
				  .end = table->n,
				  .damaged = first > table->n};
}

static const struct head {
	size_t n;      /* bytes of type, length and what is between them */
	size_t type;   /* bytes of the type, which comes first */
	size_t length; /* where the length is */
	size_t n_length;
} heads[] = {
	[ACPI_ENTRY_8_8] = {2, 1, 1, 1},
	[ACPI_ENTRY_16_16] = {4, 2, 2, 2},
	[ACPI_ENTRY_16_32] = {8, 2, 4, 4},
	[ACPI_ENTRY_8_16] = {4, 1, 2, 2},
};

static uint32_t number(const uint8_t *bytes, size_t n)
{
	return n == 1 ? bytes[0] : n == 2 ? acpi_u16(bytes, 0) : acpi_u32(bytes, 0);
}

bool acpi_next(struct acpi_walk *walk, struct acpi_entry *ret)
{
	const struct head *head = &heads[walk->kind];
	const uint8_t *bytes;
	size_t left;

	if (walk->damaged || walk->at >= walk->end)
		return false;
	bytes = walk->bytes + walk->at;
	left = walk->end - walk->at;
	walk->damaged = left < head->n;
	if (walk->damaged)
		return false;
	*ret = (struct acpi_entry){.type = number(bytes, head->type),
				   .bytes = bytes,
				   .n = number(bytes + head->length, head->n_length)};
	walk->damaged = ret->n < head->n || ret->n > left;
	walk->at += ret->n;
	return !walk->damaged;
}
