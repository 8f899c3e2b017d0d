/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit-gpt.c - changes the entries of a GPT and makes both copies from one.
 *
 * Theory of operation: header and array of the trusted copy are read as bytes; entries
 * that differ are changed in them; then both copies are made from these bytes, each with
 * its own addresses and checksums. Parts of the header or the entries that we do not know
 * are kept. The reader has already checked all addresses.
 */
#include "partition/edit-parts.h"

#include "base/utf8.h"
#include "partition/bytes.h"
#include "partition/crc32.h"
#include "partition/hybrid.h"

#include <inttypes.h>

/* Offsets in a header and in an entry (UEFI 2.10, tables 5-5 and 5-6). */
enum {
	REVISION_AT = 8,
	HEADER_BYTES_AT = 12,
	HEADER_CRC_AT = 16,
	MY_LBA_AT = 24,
	ALTERNATE_AT = 32,
	FIRST_USABLE_AT = 40,
	LAST_USABLE_AT = 48,
	DISK_GUID_AT = 56,
	ENTRIES_AT = 72,
	N_ENTRIES_AT = 80,
	ENTRY_BYTES_AT = 84,
	ENTRIES_CRC_AT = 88,
};
enum {
	TYPE_AT = 0,
	UUID_AT = 16,
	START_AT = 32,
	END_AT = 40,
	ATTRIBUTES_AT = 48,
	NAME_AT = 56
};

struct gpt_edit {
	struct disk_io *io;
	const struct inspection *seen;
	const struct partition_table *wanted;
	const struct gpt_header *header; /* of the trusted copy */
	uint8_t bytes[4096];             /* its sector */
	uint8_t *array;                  /* owned, whole sectors */
	uint64_t array_sectors;
};

void gpt_empty_header(const struct partition_table *table, uint8_t ret[static 4096])
{
	memset(ret, 0, 4096);
	memcpy(ret, "EFI PART", 8);
	put_le32(ret + REVISION_AT, 0x10000); /* 1.0 */
	put_le32(ret + HEADER_BYTES_AT, GPT_HEADER_BYTES);
	put_le64(ret + FIRST_USABLE_AT, table->first_usable_lba);
	put_le64(ret + LAST_USABLE_AT, table->last_usable_lba);
	guid_to_disk(table->disk_guid, ret + DISK_GUID_AT);
	put_le32(ret + N_ENTRIES_AT, table->n_entries);
	put_le32(ret + ENTRY_BYTES_AT, GPT_ENTRY_BYTES);
}

static int read_copy(struct gpt_edit *edit, struct error *error)
{
	uint32_t n = edit->wanted->sector_bytes;
	uint64_t bytes = (uint64_t)edit->header->n_entries * edit->header->entry_bytes;

	edit->array_sectors = (bytes + n - 1) / n;
	edit->array = xcalloc(edit->array_sectors, n);
	if (disk_read(edit->io, edit->bytes, n, edit->header->my_lba * n, error) < 0)
		return -1;
	return disk_read(edit->io, edit->array, edit->array_sectors * n,
			 edit->header->entries_lba * n, error);
}

/* Encodes one character of UTF-8 as UTF-16LE; returns the number of units. */
static int put_character(uint8_t *at, uint32_t c, int room)
{
	uint32_t units[2] = {c, 0};
	int n = c >= 0x10000 ? 2 : 1;

	if (n > room)
		return 0;
	if (n == 2) {
		units[0] = 0xd800 + ((c - 0x10000) >> 10);
		units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	for (int i = 0; i < n; i++) {
		at[2 * i] = (uint8_t)units[i];
		at[2 * i + 1] = (uint8_t)(units[i] >> 8);
	}
	return n;
}

static void put_name(uint8_t *at, const char *name)
{
	int used = 0;

	memset(at, 0, 2 * GPT_NAME_UNITS);
	while (name && *name) {
		size_t n = utf8_length(name);
		uint32_t c = (uint8_t)*name;

		if (n == 0)
			return; /* the request was checked: not reached */
		if (n > 1)
			c &= 0x7fu >> n;
		for (size_t i = 1; i < n; i++)
			c = c << 6 | ((uint8_t)name[i] & 0x3f);
		used += put_character(at + 2 * used, c, GPT_NAME_UNITS - used);
		name += n;
	}
}

static void put_entry(uint8_t *entry, const struct partition *partition,
		      const struct partition *before, uint32_t entry_bytes)
{
	if (!before)
		memset(entry, 0, entry_bytes);
	guid_to_disk(partition->type, entry + TYPE_AT);
	guid_to_disk(partition->uuid, entry + UUID_AT);
	put_le64(entry + START_AT, partition->start_lba);
	put_le64(entry + END_AT, partition->end_lba);
	put_le64(entry + ATTRIBUTES_AT, partition->attributes);
	if (!before || !streq_null(partition->name, before->name))
		put_name(entry + NAME_AT, partition->name);
}

/* An entry of zeros is unused. */
static void drop_entries(struct gpt_edit *edit)
{
	const struct partition_table *before = &edit->seen->table;

	for (size_t i = 0; i < before->partitions.n; i++)
		if (!partition_table_find(edit->wanted, before->partitions.v[i].number))
			memset(edit->array +
				       (size_t)(before->partitions.v[i].number - 1) *
					       edit->header->entry_bytes,
			       0, edit->header->entry_bytes);
}

static void change_entries(struct gpt_edit *edit)
{
	for (size_t i = 0; i < edit->wanted->partitions.n; i++) {
		const struct partition *partition = &edit->wanted->partitions.v[i];
		const struct partition *before =
			partition_table_find(&edit->seen->table, partition->number);

		if (!before || !partition_same(before, partition))
			put_entry(edit->array + (size_t)(partition->number - 1) *
							edit->header->entry_bytes,
				  partition, before, edit->header->entry_bytes);
	}
}

/* Makes a header for one copy; its sector into @ret. */
static void make_header(const struct gpt_edit *edit, enum gpt_copy copy,
			uint64_t entries_lba, uint8_t ret[static 4096])
{
	uint64_t last = edit->wanted->n_sectors - 1;
	size_t n = (size_t)edit->header->n_entries * edit->header->entry_bytes;

	memcpy(ret, edit->bytes, 4096);
	put_le64(ret + MY_LBA_AT, copy == GPT_PRIMARY ? 1 : last);
	put_le64(ret + ALTERNATE_AT, copy == GPT_PRIMARY ? last : 1);
	put_le64(ret + LAST_USABLE_AT, edit->wanted->last_usable_lba);
	put_le64(ret + ENTRIES_AT, entries_lba);
	put_le32(ret + ENTRIES_CRC_AT, crc32_add(0, edit->array, n));
	put_le32(ret + HEADER_CRC_AT, 0);
	put_le32(ret + HEADER_CRC_AT, crc32_add(0, ret, get_le32(ret + HEADER_BYTES_AT)));
}

/* The array of a copy does not move; a copy without an array gets the usual position. */
static uint64_t array_place(const struct gpt_edit *edit, enum gpt_copy copy)
{
	const struct gpt_header *header = &edit->seen->gpt[copy];
	uint64_t last = edit->wanted->n_sectors - 1;

	if (header->good && (copy == GPT_PRIMARY || header->my_lba == last))
		return header->entries_lba;
	return copy == GPT_PRIMARY ? 2 : last - edit->array_sectors;
}

static int write_copy(struct gpt_edit *edit, enum gpt_copy copy, struct patch *ret,
		      struct error *error)
{
	unsigned group = copy == GPT_PRIMARY ? EDIT_PRIMARY : EDIT_BACKUP;
	uint64_t at = array_place(edit, copy);
	uint8_t header[4096];

	for (uint64_t i = 0; i < edit->array_sectors; i++)
		if (edit_sector(edit->io, ret, at + i, group,
				edit->array + i * edit->wanted->sector_bytes, error) < 0)
			return -1;
	make_header(edit, copy, at, header);
	return edit_sector(edit->io, ret,
			   copy == GPT_PRIMARY ? 1 : edit->wanted->n_sectors - 1, group,
			   header, error);
}

static int write_hybrid(struct gpt_edit *edit, struct patch *ret, struct error *error)
{
	struct partition_table before = edit->seen->table;
	uint8_t sector[4096];

	/* Of the disk that it was made for, which may have grown since. */
	before.n_sectors = MAX(edit->header->my_lba, edit->header->alternate_lba) + 1;
	if (disk_read(edit->io, sector, edit->wanted->sector_bytes, 0, error) < 0)
		return -1;
	if (hybrid_follow(sector, &before, edit->wanted, error) < 0)
		return error_wrap(error, "%s", edit->io->name);
	return edit_sector(edit->io, ret, 0, EDIT_PMBR, sector, error);
}

/* Written only if it is not as it should be; boot code and signature are kept. */
static int write_pmbr(struct gpt_edit *edit, struct patch *ret, struct error *error)
{
	const struct hybrid none = {};
	uint8_t sector[4096];

	if (edit->seen->hybrid)
		return write_hybrid(edit, ret, error);
	if (edit->seen->protective &&
	    edit->seen->table.n_sectors == edit->wanted->n_sectors)
		return 0;
	if (disk_read(edit->io, sector, edit->wanted->sector_bytes, 0, error) < 0 ||
	    hybrid_write(&none, edit->wanted, sector, error) < 0)
		return -1;
	return edit_sector(edit->io, ret, 0, EDIT_PMBR, sector, error);
}

/* The backup must not overlap a partition. */
static int check_room(const struct gpt_edit *edit, struct error *error)
{
	const struct partition_table *wanted = edit->wanted;
	uint64_t first = 2 + edit->array_sectors;

	if (array_place(edit, GPT_BACKUP) <= wanted->last_usable_lba ||
	    wanted->first_usable_lba < first)
		return error_input(
			error, "%s: there is not enough room for both copies of the GPT",
			edit->io->name);
	for (size_t i = 0; i < wanted->partitions.n; i++)
		if (wanted->partitions.v[i].end_lba > wanted->last_usable_lba)
			return error_input(
				error,
				"%s: partition %u overlaps the blocks that the backup GPT needs",
				edit->io->name, wanted->partitions.v[i].number);
	return 0;
}

int gpt_edit(struct disk_io *io, const struct inspection *seen,
	     const struct partition_table *wanted, enum gpt_copy from, struct patch *ret,
	     struct error *error)
{
	struct gpt_edit edit = {.io = io,
				.seen = seen,
				.wanted = wanted,
				.header = &seen->gpt[from]};
	int rc = -1;

	if (!edit.header->good)
		return error_input(error, "%s: the %s GPT cannot be used", io->name,
				   from == GPT_PRIMARY ? "primary" : "backup");
	if (read_copy(&edit, error) == 0 && check_room(&edit, error) == 0) {
		drop_entries(&edit);
		change_entries(&edit);
		if (write_copy(&edit, GPT_BACKUP, ret, error) == 0 &&
		    write_copy(&edit, GPT_PRIMARY, ret, error) == 0 &&
		    write_pmbr(&edit, ret, error) == 0)
			rc = 0;
	}
	free(edit.array);
	return rc;
}
