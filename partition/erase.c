/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/erase.h"

#include "base/mem.h"
#include "partition/inspect.h"
#include "partition/disk-layout.h"

/* A complete label may have been there, whatever its type (table.h, replace). */
static uint64_t head_of(const struct partition_table *table)
{
	return MAX(table_head_sectors(table),
		   label_head_sectors(LABEL_GPT, table->sector_bytes, GPT_MIN_ENTRIES));
}

static uint64_t tail_of(const struct partition_table *table)
{
	return table_tail_sectors(table);
}

/* How many bytes of this sector, from its first byte, may be erased. */
static uint32_t erasable(const struct partition_table *table, uint64_t lba)
{
	if (lba == 0)
		return DOS_BOOT_CODE_BYTES;
	if (lba < head_of(table) || lba >= table->n_sectors - tail_of(table))
		return 0;
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_LOGICAL &&
		    table->partitions.v[i].ebr_lba == lba)
			return 0;
	return table->sector_bytes;
}

/* Zeros bytes [from, to) of a sector; other bytes in the patch are kept. */
static int erase(struct disk_io *io, struct patch *patch, uint64_t lba, uint32_t from,
		 uint32_t to, struct error *error)
{
	struct patch_sector *sector = patch_find(patch, lba);
	uint8_t old[4096], new[4096];

	if (sector) {
		for (uint32_t i = from; i < to; i++)
			if (sector->new[i] == sector->old[i])
				sector->new[i] = 0;
		return 0;
	}
	if (disk_read(io, old, patch->sector_bytes, lba * patch->sector_bytes, error) < 0)
		return -1;
	memcpy(new, old, patch->sector_bytes);
	memset(new + from, 0, to - from);
	patch_add(patch, lba, GROUP_SIGNATURES, old, new);
	return 0;
}

int erase_signatures(struct disk_io *io, const struct contents *contents,
		     const struct partition_table *table, struct patch *patch,
		     struct error *error)
{
	uint32_t sector = table->sector_bytes;

	patch->sector_bytes = sector;
	for (size_t i = 0; i < contents->list.n; i++) {
		const struct signature *it = &contents->list.v[i];
		uint64_t end = it->offset + it->n_bytes;

		for (uint64_t at = it->offset; at < end; at += sector - at % sector) {
			uint64_t lba = at / sector;
			uint32_t from = (uint32_t)(at % sector);
			uint32_t to = (uint32_t)MIN(end - lba * sector, (uint64_t)sector);

			to = MIN(to, erasable(table, lba));
			if (from < to && erase(io, patch, lba, from, to, error) < 0)
				return -1;
		}
	}
	patch_sort(patch);
	return 0;
}
