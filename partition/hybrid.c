/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/hybrid.h"

#include "base/text.h"
#include "partition/bytes.h"
#include "partition/edit-parts.h"
#include "partition/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int parse_one(const char *word, struct hybrid *ret, struct error *error)
{
	const char *colon = strchr(word, ':');
	_cleanup_free_ char *number =
		xstrndup(word, colon ? (size_t)(colon - word) : strlen(word));
	struct guid guid;
	uint32_t value;

	if (ret->n == HYBRID_MOST)
		return error_input(
			error,
			"--hybrid: at most %d partitions fit next to the protective entry",
			HYBRID_MOST);
	if (!parse_u32(number, &value) || value == 0 ||
	    (colon && !type_parse(LABEL_DOS, colon + 1, &guid, &ret->codes[ret->n])))
		return error_input(
			error,
			"--hybrid: \"%s\" is not NUMBER or NUMBER:TYPE, for example 1:0c",
			word);
	if (colon && (ret->codes[ret->n] == DOS_PROTECTIVE ||
		      is_extended_code(ret->codes[ret->n])))
		return error_input(
			error,
			"--hybrid: \"%s\": type 0x%02x is not that of a partition with content",
			word, ret->codes[ret->n]);
	for (unsigned i = 0; i < ret->n; i++)
		if (ret->numbers[i] == value)
			return error_input(error,
					   "--hybrid: partition %u is listed twice",
					   value);
	ret->numbers[ret->n++] = value;
	return 0;
}

int hybrid_parse(const char *string, struct hybrid *ret, struct error *error)
{
	_cleanup_free_ char *list = xstrdup(string);
	char *rest = list, *word;

	*ret = (struct hybrid){};
	while ((word = strsep(&rest, ",")))
		if (parse_one(word, ret, error) < 0)
			return -1;
	return 0;
}

/* The code of the type that has this GUID; that of Linux data if it has none. */
static uint8_t code_of(struct guid type)
{
	const char *guid;
	uint8_t code;
	struct guid known;

	for (size_t i = 0; type_at(i, &guid, &code); i++)
		if (code && *guid && guid_parse(guid, &known) && guid_equal(known, type))
			return code;
	return 0x83;
}

static void put_entry(uint8_t *sector, unsigned index, uint8_t code, uint64_t start,
		      uint64_t end)
{
	uint8_t *entry = sector + DOS_ENTRIES_AT + index * DOS_ENTRY_BYTES;

	memset(entry, 0, DOS_ENTRY_BYTES);
	edit_put_chs(entry + 1, start);
	if (code == DOS_PROTECTIVE)
		memcpy(entry + 1, "\0\2\0", 3); /* UEFI 2.10, table 5-4 */
	entry[4] = code;
	edit_put_chs(entry + 5, end);
	put_le32(entry + 8, (uint32_t)start);
	put_le32(entry + 12, (uint32_t)(end - start + 1));
}

int hybrid_write(const struct hybrid *hybrid, const struct partition_table *table,
		 uint8_t *sector, struct error *error)
{
	/* Without any, the protective entry covers the disk. */
	uint64_t first = MIN(table->n_sectors, (uint64_t)UINT32_MAX + 1);

	if (table->label != LABEL_GPT)
		return error_input(error, "--hybrid needs a GPT");
	memset(sector + DOS_ENTRIES_AT, 0, 4 * DOS_ENTRY_BYTES);
	sector[510] = 0x55;
	sector[511] = 0xaa;
	for (unsigned i = 0; i < hybrid->n; i++) {
		const struct partition *it =
			partition_table_find(table, hybrid->numbers[i]);

		if (!it)
			return error_input(error, "--hybrid: there is no partition %u",
					   hybrid->numbers[i]);
		if (it->end_lba > UINT32_MAX)
			return error_input(error,
					   "--hybrid: partition %u ends at block %" PRIu64
					   ", but an MBR can address only 2^32 sectors",
					   it->number, it->end_lba);
		put_entry(sector, i + 1,
			  hybrid->codes[i] ? hybrid->codes[i] : code_of(it->type),
			  it->start_lba, it->end_lba);
		first = MIN(first, it->start_lba);
	}
	put_entry(sector, 0, DOS_PROTECTIVE, 1, first - 1);
	if (hybrid->n == 0)
		memset(sector + DOS_ENTRIES_AT + 5, 0xff, 3); /* as most tools do */
	return 0;
}

int hybrid_edit(const struct hybrid *hybrid, struct disk_io *io,
		const struct partition_table *table, struct patch *patch,
		struct error *error)
{
	struct patch_sector *mbr = patch_find(patch, 0);
	uint8_t sector[4096];

	if (!mbr && disk_read(io, sector, table->sector_bytes, 0, error) < 0)
		return -1;
	if (hybrid_write(hybrid, table, mbr ? mbr->new : sector, error) < 0)
		return error_wrap(error, "%s", io->name);
	return mbr ? 0 : edit_sector(io, patch, 0, EDIT_PMBR, sector, error);
}

int hybrid_make(const struct hybrid *hybrid, const struct partition_table *table,
		struct patch *patch, struct error *error)
{
	struct patch_sector *mbr = patch_find(patch, 0);

	if (!mbr)
		return error_input(error, "--hybrid needs a GPT");
	return hybrid_write(hybrid, table, mbr->new, error);
}

static const struct partition *find_range(const struct partition_table *table,
					  uint64_t start, uint64_t n)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].start_lba == start &&
		    (n == 0 || partition_sectors(&table->partitions.v[i]) == n))
			return &table->partitions.v[i];
	return NULL;
}

/* An entry that reaches the end of the disk does so afterwards. */
static void follow_protective(uint8_t *entry, const struct partition_table *before,
			      const struct partition_table *wanted)
{
	uint64_t start = get_le32(entry + 8), n = get_le32(entry + 12);

	if (start + n >= before->n_sectors)
		put_le32(entry + 12,
			 (uint32_t)MIN(wanted->n_sectors - start, (uint64_t)UINT32_MAX));
}

int hybrid_follow(uint8_t *sector, const struct partition_table *before,
		  const struct partition_table *wanted, struct error *error)
{
	for (int i = 0; i < 4; i++) {
		uint8_t *entry = sector + DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES;
		uint64_t start = get_le32(entry + 8), n = get_le32(entry + 12);
		const struct partition *old, *new;

		if (entry[4] == DOS_PROTECTIVE)
			follow_protective(entry, before, wanted);
		old = entry[4] && entry[4] != DOS_PROTECTIVE
			      ? find_range(before, start, n)
			      : NULL;
		if (!old)
			continue;
		new = find_range(wanted, start, 0);
		if (!new)
			return error_input(
				error,
				"partition %u is in the hybrid MBR too; remove it there first with disk set --hybrid",
				old->number);
		if (partition_sectors(new) > UINT32_MAX || new->end_lba > UINT32_MAX)
			return error_input(
				error,
				"partition %u is in the hybrid MBR, and would end beyond 2^32 sectors",
				new->number);
		if (new->end_lba == old->end_lba)
			continue;
		put_le32(entry + 12, (uint32_t)partition_sectors(new));
		edit_put_chs(entry + 5, new->end_lba);
	}
	return 0;
}
