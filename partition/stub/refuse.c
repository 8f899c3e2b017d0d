/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * refuse.c - where the message must not be written: disks that a BIOS can boot, in
 * whatever way, and disks that no UEFI can boot.
 */
#include "partition/stub/refuse.h"

#include "partition/stub/stub.h"
#include "partition/types.h"

#include <string.h>

#define ISO_MAGIC_AT 32769 /* ECMA-119: the first volume descriptor, after its type */

static void add_reason(struct text *reasons, const char *reason)
{
	text_printf(reasons, "%s%s", reasons->n ? ", and " : "", reason);
}

static bool has_type(const struct partition_table *table, const char *name)
{
	struct guid type = {};
	uint8_t code = 0;

	if (!type_parse(table->label, name, &type, &code))
		return false;
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->label == LABEL_GPT
			    ? guid_equal(table->partitions.v[i].type, type)
			    : table->partitions.v[i].type_code == code)
			return true;
	return false;
}

static bool has_legacy_boot(const struct partition_table *table)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].attributes & GPT_LEGACY_BOOT)
			return true;
	return false;
}

static bool has_active_entry(const uint8_t *sector)
{
	for (int i = 0; i < 4; i++)
		if (sector[DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES] & 0x80 &&
		    sector[DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES + 4] != 0)
			return true;
	return false;
}

static int is_iso(struct disk_io *io, bool *ret, struct error *error)
{
	char magic[5];

	*ret = false;
	if (io->size_bytes < ISO_MAGIC_AT + sizeof(magic))
		return 0;
	if (disk_read(io, magic, sizeof(magic), ISO_MAGIC_AT, error) < 0)
		return -1;
	*ret = memcmp(magic, "CD001", sizeof(magic)) == 0;
	return 0;
}

int stub_would_break(struct disk_io *io, const struct inspection *seen,
		     struct text *reasons, struct error *error)
{
	const struct partition_table *table = &seen->table;
	uint8_t sector[512];
	bool iso;

	if (table->label == LABEL_NONE) {
		add_reason(reasons, "it has no readable partition table");
		return 0;
	}
	if (disk_read(io, sector, sizeof(sector), 0, error) < 0 ||
	    is_iso(io, &iso, error) < 0)
		return -1;
	if (stub_find(sector, NULL) == STUB_OTHER)
		add_reason(reasons, "it already has boot code");
	if (has_type(table, "bios-boot"))
		add_reason(reasons,
			   "its BIOS boot partition means that a BIOS can boot it");
	if (has_legacy_boot(table))
		add_reason(reasons, "a partition has the legacy-boot attribute");
	if (seen->hybrid)
		add_reason(reasons, "its MBR is a hybrid");
	if (has_active_entry(sector))
		add_reason(reasons, "an MBR entry is marked active");
	if (iso)
		add_reason(reasons, "it is an ISO 9660 image");
	if (!has_type(table, "esp"))
		add_reason(
			reasons,
			"it has no EFI system partition, so UEFI cannot boot it either");
	if (table->sector_bytes != 512)
		add_reason(reasons, "no BIOS boots from 4096-byte sectors");
	return 0;
}

void stub_cannot_remove(const struct inspection *seen, struct text *reasons)
{
	if (stub_find(seen->boot_code, NULL) == STUB_OTHER)
		add_reason(reasons, "its boot code is not that of disk stub");
}
