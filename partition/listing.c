/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listing.c - the entries of a table as sfdisk -d lists them.
 *
 * Theory of operation: inspect leaves out every entry that cannot be a partition, and
 * takes a GPT only if it is sound; sfdisk shows every entry. The rules here are those
 * of libfdisk 2.38 to 2.41, found by comparing their output on random tables: a GPT needs
 * a protective entry and one copy with correct checksums and usable blocks that the disk
 * has; otherwise the MBR is read. An entry of an MBR is used if any of its bytes is set.
 * The chain of EBRs is followed wherever it links to, as Linux does, until the numbers
 * end, and then logical partitions without blocks are left out, unless a link leads out
 * of the disk. (libfdisk 2.41 stops at a link that leaves the extended partition.)
 */
#include "partition/listing.h"

#include "partition/bytes.h"
#include "partition/crc32.h"
#include "partition/inspect-parts.h"
#include "partition/types.h"

#define MOST_LOGICAL (DOS_LAST_LOGICAL - DOS_FIRST_LOGICAL + 1)

/* A header at @lba that libfdisk accepts, and its array. */
static int read_copy(struct disk_io *io, uint32_t sector_bytes, uint64_t lba,
		     struct gpt_header *ret, uint8_t **ret_array, struct error *error)
{
	uint64_t last = io->size_bytes / sector_bytes - 1, n;
	_cleanup_free_ uint8_t *array = NULL;
	uint8_t sector[4096];

	*ret_array = NULL;
	if (disk_read(io, sector, sector_bytes, lba * sector_bytes, error) < 0)
		return -1;
	*ret = gpt_header_parse(sector);
	n = (uint64_t)ret->n_entries * ret->entry_bytes;
	if (!gpt_header_whole(sector, sector_bytes) || ret->my_lba != lba ||
	    ret->last_usable_lba < ret->first_usable_lba || ret->last_usable_lba > last ||
	    (ret->first_usable_lba < 1 && ret->last_usable_lba > 1))
		return 0;
	if (ret->entry_bytes < GPT_ENTRY_BYTES || n == 0 || n > GPT_MAX_ARRAY_BYTES ||
	    ret->entries_lba > last ||
	    n > io->size_bytes - ret->entries_lba * sector_bytes)
		return 0;
	array = xcalloc(n, 1);
	if (disk_read(io, array, n, ret->entries_lba * sector_bytes, error) < 0)
		return -1;
	if (crc32_add(0, array, n) == ret->entries_crc)
		*ret_array = TAKE(array);
	return 0;
}

static void add_gpt_entries(const struct gpt_header *header, const uint8_t *array,
			    struct partition_table *ret)
{
	for (uint32_t i = 0; i < header->n_entries; i++) {
		const uint8_t *entry = array + (size_t)i * header->entry_bytes;
		struct partition it = gpt_entry_parse(entry, i + 1);
		bool good;

		if (guid_is_zero(it.type) && it.start_lba == 0)
			continue;
		it.name = gpt_entry_name(entry, &good);
		if (it.start_lba > it.end_lba)
			it.end_lba = it.start_lba - 1; /* no blocks */
		*vec_add(&ret->partitions) = it;
	}
}

/* Leaves LABEL_NONE if libfdisk accepts neither copy. */
static int list_gpt(struct disk_io *io, struct partition_table *ret, struct error *error)
{
	_cleanup_free_ uint8_t *array = NULL;
	struct gpt_header header;

	if (ret->n_sectors < 3)
		return 0;
	if (read_copy(io, ret->sector_bytes, 1, &header, &array, error) < 0 ||
	    (!array && read_copy(io, ret->sector_bytes, ret->n_sectors - 1, &header,
				 &array, error) < 0))
		return -1;
	if (!array)
		return 0;
	ret->label = LABEL_GPT;
	ret->disk_guid = header.disk_guid;
	ret->first_usable_lba = header.first_usable_lba;
	ret->last_usable_lba = header.last_usable_lba;
	ret->n_entries = header.n_entries;
	add_gpt_entries(&header, array, ret);
	return 0;
}

/* What libfdisk takes for the partition and the link of one EBR. */
struct ebr {
	uint64_t lba;
	struct dos_entry data, link;
	bool data_zero, link_zero; /* all 16 bytes are */
};

static bool is_zero(const uint8_t *sector, int index)
{
	static const uint8_t zeros[DOS_ENTRY_BYTES];

	return memcmp(sector + DOS_ENTRIES_AT + index * DOS_ENTRY_BYTES, zeros,
		      sizeof(zeros)) == 0;
}

/* The first entries with blocks, otherwise the first of those that are left. */
static struct ebr choose_entries(const uint8_t *sector, uint64_t lba)
{
	int data = -1, link = -1;

	for (int i = 0; i < 4; i++) {
		struct dos_entry entry = dos_entry_read(sector, i);

		if (entry.n == 0)
			continue;
		if (is_extended_code(entry.code))
			link = link < 0 ? i : link;
		else if (entry.code)
			data = data < 0 ? i : data;
	}
	if (data < 0)
		data = link == 0;
	if (link < 0)
		link = data == 0;
	return (struct ebr){.lba = lba,
			    .data = dos_entry_read(sector, data),
			    .link = dos_entry_read(sector, link),
			    .data_zero = is_zero(sector, data),
			    .link_zero = is_zero(sector, link)};
}

struct ebrs {
	struct ebr v[MOST_LOGICAL];
	unsigned n;
};

static void drop(struct ebrs *all, unsigned index)
{
	all->n--;
	memmove(&all->v[index], &all->v[index + 1], (all->n - index) * sizeof(all->v[0]));
}

/* Without those that have no blocks; the only one stays if it has no type either. */
static void drop_empty(struct ebrs *all)
{
	if (all->n > 0 && all->v[all->n - 1].link_zero && all->v[all->n - 1].data_zero)
		all->n--;
	for (unsigned i = 0; i < all->n;) {
		if (all->v[i].data.n > 0 || (all->n == 1 && all->v[0].data.code == 0)) {
			i++;
			continue;
		}
		/* libfdisk then writes the start of the second into its entry. */
		if (i == 0 && all->n > 1)
			all->v[1].data_zero = false;
		drop(all, i);
		i = 0;
	}
}

/*
 * From the block @start of an extended partition. *base, to which links are relative, is
 * that of the first EBR that was read, if there is one.
 */
static int read_chain(struct disk_io *io, uint32_t sector_bytes, uint32_t start,
		      uint64_t *base, struct ebrs *ret, struct error *error)
{
	uint64_t at = *base + start;

	while (start > 0 && ret->n < MOST_LOGICAL) {
		struct ebr *ebr = &ret->v[ret->n];
		uint8_t sector[512];

		if (at >= io->size_bytes / sector_bytes)
			return 0;
		if (disk_read(io, sector, sizeof(sector), at * sector_bytes, error) < 0)
			return -1;
		*base = *base ? *base : at;
		*ebr = choose_entries(sector, at);
		ret->n++;
		if (!is_extended_code(ebr->link.code)) {
			drop_empty(ret);
			return 0;
		}
		at = *base + ebr->link.start;
	}
	return 0;
}

static void add_dos_entry(struct partition_table *ret, const struct dos_entry *entry,
			  unsigned number, uint64_t ebr_lba)
{
	struct partition *it = vec_add(&ret->partitions);

	it->number = number;
	it->kind = number >= DOS_FIRST_LOGICAL     ? KIND_LOGICAL
		   : is_extended_code(entry->code) ? KIND_EXTENDED
						   : KIND_PRIMARY;
	it->ebr_lba = ebr_lba;
	it->start_lba = ebr_lba + entry->start;
	it->end_lba = it->start_lba + entry->n - 1;
	it->type_code = entry->code;
	it->active = entry->flag == 0x80;
}

static int list_dos(struct disk_io *io, const uint8_t *sector,
		    struct partition_table *ret, struct error *error)
{
	uint64_t base = 0;
	struct ebrs logical = {};

	ret->label = LABEL_DOS;
	ret->disk_signature = get_le32(sector + DOS_SIGNATURE_AT);
	ret->first_usable_lba = 1;
	ret->last_usable_lba = MIN(ret->n_sectors - 1, (uint64_t)UINT32_MAX);
	for (int i = 0; i < 4; i++) {
		struct dos_entry entry = dos_entry_read(sector, i);

		if (!is_zero(sector, i))
			add_dos_entry(ret, &entry, (unsigned)i + 1, 0);
		/* A second one only if nothing is in the first. */
		if (is_extended_code(entry.code) && logical.n == 0 &&
		    read_chain(io, ret->sector_bytes, entry.start, &base, &logical,
			       error) < 0)
			return -1;
	}
	for (unsigned i = 0; i < logical.n; i++)
		if (!logical.v[i].data_zero)
			add_dos_entry(ret, &logical.v[i].data, DOS_FIRST_LOGICAL + i,
				      logical.v[i].lba);
	return 0;
}

/* Whether an entry of the MBR has the type of a protective one, and others are used. */
static void look_at_mbr(const uint8_t *sector, bool *ret_protective, bool *ret_others)
{
	*ret_protective = *ret_others = false;
	for (int i = 0; i < 4; i++) {
		bool protective = dos_entry_read(sector, i).code == DOS_PROTECTIVE;

		*ret_protective |= protective;
		*ret_others |= !protective && !is_zero(sector, i);
	}
}

static int read_as_sfdisk(struct disk_io *io, const struct inspection *seen,
			  struct partition_table *ret, struct error *error)
{
	bool protective, others;
	uint8_t sector[512];

	if (disk_read(io, sector, sizeof(sector), 0, error) < 0)
		return -1;
	if (!has_mbr_signature(sector))
		return 0;
	look_at_mbr(sector, &protective, &others);
	if (protective && list_gpt(io, ret, error) < 0)
		return -1;
	if (ret->label == LABEL_NONE && (seen->table.label != LABEL_GPT || others))
		return list_dos(io, sector, ret, error);
	return 0;
}

int listing_read(struct disk_io *io, const struct inspection *seen,
		 struct partition_table *ret, struct error *error)
{
	*ret = (struct partition_table){.sector_bytes = seen->table.sector_bytes,
					.n_sectors = seen->table.n_sectors};
	if (seen->no_mbr || ret->sector_bytes == 0)
		return 0;
	if (read_as_sfdisk(io, seen, ret, error) < 0) {
		partition_table_free(ret);
		return -1;
	}
	if (ret->label == LABEL_NONE && seen->table.label != LABEL_NONE)
		*ret = partition_table_copy(&seen->table);
	return 0;
}

void listing_mask_names(struct partition_table *listing)
{
	for (size_t i = 0; i < listing->partitions.n; i++)
		gpt_name_mask(listing->partitions.v[i].name);
}

struct partition_table listing_on_disk(const struct partition_table *listing)
{
	struct partition_table copy = *listing;

	copy.partitions.v = NULL;
	copy.partitions.n = copy.partitions.room = 0;
	for (size_t i = 0; i < listing->partitions.n; i++) {
		struct partition it = listing->partitions.v[i];

		if (partition_sectors(&it) == 0 || it.start_lba >= listing->n_sectors)
			continue;
		it.end_lba = MIN(it.end_lba, listing->n_sectors - 1);
		it.name = xstrdup(it.name);
		*vec_add(&copy.partitions) = it;
	}
	return copy;
}
