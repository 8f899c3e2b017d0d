/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit-dos.c - changes entries of an MBR and of EBRs.
 *
 * Theory of operation: each partition has one entry in one sector: primary ones in sector
 * 0, logical ones first in their EBR. A new EBR is written before the one that links to
 * it, so that the chain is complete at any time. All changes are made in copies of the
 * sectors; everything that is not a changed entry keeps its bytes.
 */
#include "partition/edit-parts.h"

#include "partition/bytes.h"

#include <inttypes.h>

#define HEADS         255 /* the geometry that everyone writes and nobody reads */
#define TRACK_SECTORS 63

struct dos_edit {
	struct disk_io *io;
	const struct partition_table *before, *wanted;
	uint32_t sector_bytes;
	/* Sectors that may change; few. */
	VEC(struct dos_sector {
		uint64_t lba;
		unsigned group;
		uint8_t bytes[4096];
	})
	sectors;
};

/* A copy of the sector, read on first use. NULL with *error filled in. */
static uint8_t *sector_at(struct dos_edit *edit, uint64_t lba, unsigned group,
			  struct error *error)
{
	struct dos_sector *sector;

	for (size_t i = 0; i < edit->sectors.n; i++)
		if (edit->sectors.v[i].lba == lba)
			return edit->sectors.v[i].bytes;
	sector = vec_add(&edit->sectors);
	sector->lba = lba;
	sector->group = group;
	if (disk_read(edit->io, sector->bytes, edit->sector_bytes,
		      lba * edit->sector_bytes, error) < 0)
		return NULL;
	return sector->bytes;
}

void edit_put_chs(uint8_t *at, uint64_t lba)
{
	uint64_t cylinder = lba / (HEADS * TRACK_SECTORS);
	uint8_t head = (uint8_t)(lba / TRACK_SECTORS % HEADS);
	uint8_t sector = (uint8_t)(lba % TRACK_SECTORS + 1);

	if (cylinder > 1023) {
		cylinder = 1023;
		head = HEADS - 1;
		sector = TRACK_SECTORS;
	}
	at[0] = head;
	at[1] = (uint8_t)(sector | (cylinder >> 8) << 6);
	at[2] = (uint8_t)cylinder;
}

/* @base is what the entry's start is relative to. */
static void put_entry(uint8_t *sector, int index, uint8_t code, uint64_t base,
		      const uint64_t range[2])
{
	uint8_t *entry = sector + DOS_ENTRIES_AT + index * DOS_ENTRY_BYTES;

	edit_put_chs(entry + 1, range[0]);
	entry[4] = code;
	edit_put_chs(entry + 5, range[1]);
	put_le32(entry + 8, (uint32_t)(range[0] - base));
	put_le32(entry + 12, (uint32_t)(range[1] - range[0] + 1));
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static const struct partition *extended_of(const struct partition_table *table)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_EXTENDED)
			return &table->partitions.v[i];
	return NULL;
}

/* The logical partition before this one in the chain, which is ordered by number. */
static const struct partition *chain_before(const struct dos_edit *edit,
					    const struct partition *partition)
{
	return partition_table_find(edit->wanted, partition->number - 1);
}

/* The link to @partition's EBR in the previous EBR. */
static int put_link(struct dos_edit *edit, const struct partition *partition,
		    struct error *error)
{
	const struct partition *last = chain_before(edit, partition);
	const uint64_t range[2] = {partition->ebr_lba, partition->end_lba};
	uint8_t *sector;

	if (partition->number == DOS_FIRST_LOGICAL)
		return 0;
	sector = last ? sector_at(edit, last->ebr_lba, EDIT_PRIMARY, error) : NULL;
	if (!sector)
		return -1;
	put_entry(sector, 1, 0x05, extended_of(edit->wanted)->start_lba, range);
	return 0;
}

static int put_logical(struct dos_edit *edit, const struct partition *partition,
		       bool is_new, struct error *error)
{
	const uint64_t range[2] = {partition->start_lba, partition->end_lba};
	uint8_t *sector = sector_at(edit, partition->ebr_lba,
				    is_new ? EDIT_BACKUP : EDIT_PRIMARY, error);

	if (!sector)
		return -1;
	/* The old content was a user's data and would be read as entries. */
	if (is_new)
		memset(sector, 0, edit->sector_bytes);
	put_entry(sector, 0, partition->type_code, partition->ebr_lba, range);
	sector[DOS_ENTRIES_AT] = partition->active ? 0x80 : 0;
	return put_link(edit, partition, error);
}

static int put_primary(struct dos_edit *edit, const struct partition *partition,
		       struct error *error)
{
	const uint64_t range[2] = {partition->start_lba, partition->end_lba};
	int index = (int)partition->number - 1;
	uint8_t *sector = sector_at(edit, 0, EDIT_PRIMARY, error);

	if (!sector)
		return -1;
	put_entry(sector, index, partition->type_code, 0, range);
	sector[DOS_ENTRIES_AT + index * DOS_ENTRY_BYTES] = partition->active ? 0x80 : 0;
	return 0;
}

/*
 * A new extended partition has no EBR yet, and the old content of its first block must
 * not be taken for one.
 */
static int clear_head(struct dos_edit *edit, const struct partition *extended,
		      struct error *error)
{
	uint8_t *sector = sector_at(edit, extended->start_lba, EDIT_BACKUP, error);

	if (!sector)
		return -1;
	memset(sector, 0, edit->sector_bytes);
	sector[510] = 0x55;
	sector[511] = 0xaa;
	return 0;
}

static int put_partition(struct dos_edit *edit, const struct partition *partition,
			 struct error *error)
{
	const struct partition *before =
		partition_table_find(edit->before, partition->number);

	if (before && partition_same(before, partition))
		return 0;
	if (before && (before->start_lba != partition->start_lba ||
		       before->kind != partition->kind))
		return error_input(
			error,
			"partition %u exists; its start and its kind cannot be changed",
			partition->number);
	if (partition->kind == KIND_LOGICAL)
		return put_logical(edit, partition, !before, error);
	if (!before && partition->kind == KIND_EXTENDED &&
	    clear_head(edit, partition, error) < 0)
		return -1;
	return put_primary(edit, partition, error);
}

static const struct partition *find_start(const struct partition_table *table,
					  uint64_t start_lba, enum partition_kind kind)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].start_lba == start_lba &&
		    table->partitions.v[i].kind == kind)
			return &table->partitions.v[i];
	return NULL;
}

/* Whether a logical partition is deleted: the others may then have other numbers. */
static bool shortens_chain(const struct dos_edit *edit)
{
	for (size_t i = 0; i < edit->before->partitions.n; i++) {
		const struct partition *it = &edit->before->partitions.v[i];

		if (it->kind == KIND_LOGICAL &&
		    !find_start(edit->wanted, it->start_lba, KIND_LOGICAL))
			return true;
	}
	return false;
}

static int drop_primaries(struct dos_edit *edit, struct error *error)
{
	for (size_t i = 0; i < edit->before->partitions.n; i++) {
		const struct partition *it = &edit->before->partitions.v[i];
		uint8_t *sector;

		if (it->kind == KIND_LOGICAL ||
		    partition_table_find(edit->wanted, it->number))
			continue;
		sector = sector_at(edit, 0, EDIT_PRIMARY, error);
		if (!sector)
			return -1;
		memset(sector + DOS_ENTRIES_AT + (it->number - 1) * DOS_ENTRY_BYTES, 0,
		       DOS_ENTRY_BYTES);
	}
	return 0;
}

/* Entry @index of an EBR as it was. */
static int read_old_entry(struct dos_edit *edit, uint64_t ebr_lba, int index,
			  uint8_t ret[static DOS_ENTRY_BYTES], struct error *error)
{
	uint8_t sector[4096];

	if (disk_read(edit->io, sector, edit->sector_bytes, ebr_lba * edit->sector_bytes,
		      error) < 0)
		return -1;
	memcpy(ret, sector + DOS_ENTRIES_AT + index * DOS_ENTRY_BYTES, DOS_ENTRY_BYTES);
	return 0;
}

/*
 * The EBR of the logical partition @old, which is now at @ebr_lba. Each EBR is one
 * sector, and any mixture of old and new ones is a chain of partitions that exist.
 */
static int put_ebr(struct dos_edit *edit, uint64_t ebr_lba, const struct partition *old,
		   const struct partition *next_old, struct error *error)
{
	uint8_t *sector = sector_at(edit, ebr_lba, EDIT_PRIMARY, error);
	uint8_t *entries = sector ? sector + DOS_ENTRIES_AT : NULL;
	const struct partition *linking;

	if (!sector)
		return -1;
	memset(entries, 0, 2 * DOS_ENTRY_BYTES);
	if (old && read_old_entry(edit, old->ebr_lba, 0, entries, error) < 0)
		return -1;
	if (old)
		put_le32(entries + 8, (uint32_t)(old->start_lba - ebr_lba));
	if (!next_old)
		return 0;
	/* The link to the next one is in the EBR of the one that was before it. */
	linking = partition_table_find(edit->before, next_old->number - 1);
	return read_old_entry(edit, linking->ebr_lba, 1, entries + DOS_ENTRY_BYTES,
			      error);
}

static int relink(struct dos_edit *edit, struct error *error)
{
	const struct partition *extended = extended_of(edit->wanted), *last = NULL;
	uint64_t at = extended ? extended->start_lba : 0;

	if (!extended)
		return 0; /* the whole chain is deleted */
	for (size_t i = 0; i < edit->wanted->partitions.n; i++) {
		const struct partition *it = &edit->wanted->partitions.v[i];
		const struct partition *old =
			find_start(edit->before, it->start_lba, KIND_LOGICAL);

		if (it->kind != KIND_LOGICAL)
			continue;
		if (last && put_ebr(edit, at, last, old, error) < 0)
			return -1;
		at = it->ebr_lba;
		last = old;
	}
	return put_ebr(edit, at, last, NULL, error);
}

static int put_partitions(struct dos_edit *edit, struct error *error)
{
	bool shorter = shortens_chain(edit);

	if (drop_primaries(edit, error) < 0 || (shorter && relink(edit, error) < 0))
		return -1;
	for (size_t i = 0; i < edit->wanted->partitions.n; i++) {
		const struct partition *it = &edit->wanted->partitions.v[i];

		if (!(shorter && it->kind == KIND_LOGICAL) &&
		    put_partition(edit, it, error) < 0)
			return -1;
	}
	return 0;
}

int dos_edit(struct disk_io *io, const struct inspection *seen,
	     const struct partition_table *wanted, struct patch *ret, struct error *error)
{
	struct dos_edit edit = {
		.io = io,
		.before = &seen->table,
		.wanted = wanted,
		.sector_bytes = wanted->sector_bytes,
	};
	int rc;

	rc = put_partitions(&edit, error);
	for (size_t i = 0; rc == 0 && i < edit.sectors.n; i++)
		rc = edit_sector(io, ret, edit.sectors.v[i].lba, edit.sectors.v[i].group,
				 edit.sectors.v[i].bytes, error);
	vec_free(&edit.sectors);
	return rc;
}
