/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ACPI 6.5, 5.2.5 to 5.2.9: from the RSDP to XSDT or RSDT, each table, and the DSDT. */
#include "planner/boot/payload/parts.h"

enum {
	RSDP_REVISION = 15,
	RSDP_RSDT = 16,
	RSDP_XSDT = 24,
	HEADER_LENGTH = 4,
	HEADER_BYTES = 36,
	FADT_DSDT = 40,
	FADT_X_DSDT = 140,
};

struct walk {
	struct tables *ret;
	bool send;
	uint64_t memory_end;
	unsigned n;
};

static bool is_named(const uint8_t *table, const char *name)
{
	for (size_t i = 0; i < 4; i++)
		if (table[i] != (uint8_t)name[i])
			return false;
	return true;
}

/* NULL, after reporting why, if no table can be read at @address. */
static const uint8_t *table_at(struct walk *walk, uint64_t address)
{
	const uint8_t *table = (const uint8_t *)(uintptr_t)address;
	enum wire_left_out why = 0;
	uint32_t length;

	if (address >= walk->memory_end - WIRE_TABLE_LIMIT) {
		why = WIRE_OUT_OF_REACH;
	} else {
		length = get32(table + HEADER_LENGTH);
		if (length < HEADER_BYTES || length > WIRE_TABLE_LIMIT ||
		    !sums_to_zero(table, length))
			why = WIRE_BAD_TABLE;
	}
	if (why && walk->send)
		stream_left_out(why, address);
	return why ? NULL : table;
}

static void take(struct walk *walk, const uint8_t *table)
{
	uint32_t length = get32(table + HEADER_LENGTH);

	if (is_named(table, "MCFG"))
		walk->ret->mcfg = table;
	if (is_named(table, "SPCR"))
		walk->ret->spcr = table;
	if (!walk->send)
		return;
	if (walk->n++ >= WIRE_TABLES) {
		stream_left_out(WIRE_TOO_MANY_TABLES, (uintptr_t)table);
		return;
	}
	stream_item(WIRE_TABLE, length);
	stream_bytes(table, length);
}

static void take_dsdt(struct walk *walk, const uint8_t *fadt)
{
	uint32_t length = get32(fadt + HEADER_LENGTH);
	uint64_t address = 0;
	const uint8_t *dsdt;

	if (length >= FADT_X_DSDT + 8)
		address = get64(fadt + FADT_X_DSDT);
	if (!address && length >= FADT_DSDT + 4)
		address = get32(fadt + FADT_DSDT);
	dsdt = address ? table_at(walk, address) : NULL;
	if (dsdt)
		take(walk, dsdt);
}

/* @root is the RSDT or the XSDT, with entries of @width bytes. */
static void take_all(struct walk *walk, const uint8_t *root, uint32_t width)
{
	uint32_t end = get32(root + HEADER_LENGTH);

	for (uint32_t at = HEADER_BYTES; at + width <= end; at += width) {
		uint64_t address = width == 8 ? get64(root + at) : get32(root + at);
		const uint8_t *table = address ? table_at(walk, address) : NULL;

		if (!table)
			continue;
		take(walk, table);
		if (is_named(table, "FACP"))
			take_dsdt(walk, table);
	}
}

void tables_find(const uint8_t *rsdp, uint64_t memory_end, bool send, struct tables *ret)
{
	struct walk walk = {ret, send, memory_end, 0};
	const uint8_t *root = NULL;
	uint64_t xsdt;

	if (!rsdp)
		return;
	xsdt = rsdp[RSDP_REVISION] >= 2 ? get64(rsdp + RSDP_XSDT) : 0;
	if (xsdt)
		root = table_at(&walk, xsdt);
	if (root) {
		take_all(&walk, root, 8);
		return;
	}
	root = table_at(&walk, get32(rsdp + RSDP_RSDT));
	if (root)
		take_all(&walk, root, 4);
}
