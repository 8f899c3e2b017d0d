/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspect-gpt.c - both copies of a GPT (UEFI 2.10, 5.3) and whether they agree.
 *
 * Theory of operation: each header is read and its fields are checked against the disk
 * before anything that they point to is read; a header that fails is treated as missing,
 * but the failure is a finding. The primary copy is trusted first. The table may be
 * edited only if both copies are valid and identical.
 */
#include "partition/inspect-parts.h"

#include "partition/bytes.h"
#include "partition/crc32.h"

#include <inttypes.h>

#define REVISION_1_0 0x00010000u

/* Offsets in a header (UEFI 2.10, table 5-5). */
enum {
	AT_REVISION = 8,
	AT_HEADER_BYTES = 12,
	AT_CRC = 16,
	AT_RESERVED = 20,
	AT_MY_LBA = 24,
	AT_ALTERNATE = 32,
	AT_FIRST_USABLE = 40,
	AT_LAST_USABLE = 48,
	AT_GUID = 56,
	AT_ENTRIES = 72,
	AT_N_ENTRIES = 80,
	AT_ENTRY_BYTES = 84,
	AT_ENTRIES_CRC = 88,
};

static const char *const copy_names[] = {"primary", "backup"};

static bool has_signature(const uint8_t *sector)
{
	return memcmp(sector, "EFI PART", 8) == 0;
}

static bool crc_is_right(const uint8_t *sector, uint32_t sector_bytes)
{
	static const uint8_t zeros[4];
	uint32_t n = get_le32(sector + AT_HEADER_BYTES), crc;

	if (n < GPT_HEADER_BYTES || n > sector_bytes)
		return false;
	crc = crc32_add(0, sector, AT_CRC);
	crc = crc32_add(crc, zeros, 4);
	crc = crc32_add(crc, sector + AT_RESERVED, n - AT_RESERVED);
	return crc == get_le32(sector + AT_CRC);
}

bool gpt_header_whole(const uint8_t *sector, uint32_t sector_bytes)
{
	return has_signature(sector) && crc_is_right(sector, sector_bytes);
}

int gpt_probe(struct disk_io *io, uint32_t sector_bytes, bool backup, bool *ret,
	      struct error *error)
{
	uint64_t n_sectors = io->size_bytes / sector_bytes;
	uint64_t lba = backup ? n_sectors - 1 : 1;
	uint8_t sector[4096];

	*ret = false;
	if (n_sectors < 3)
		return 0;
	if (disk_read(io, sector, sector_bytes, lba * sector_bytes, error) < 0)
		return -1;
	*ret = gpt_header_whole(sector, sector_bytes) &&
	       get_le64(sector + AT_MY_LBA) == lba;
	return 0;
}

/* Adds a finding about a header; returns false, so that checks can return its result. */
static bool _printf_(4, 5) bad(struct inspector *in, enum gpt_copy copy, const char *rule,
			       const char *format, ...)
{
	_cleanup_text_ struct text what = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&what, format, args);
	va_end(args);
	inspector_find(in, rule, SEVERITY_ERROR, copy_names[copy],
		       "The %s GPT header %s.", copy_names[copy], what.s);
	return false;
}

static uint64_t array_sectors(const struct inspector *in, const struct gpt_header *header)
{
	uint64_t bytes = (uint64_t)header->n_entries * header->entry_bytes;

	return (bytes + in->sector_bytes - 1) / in->sector_bytes;
}

static bool check_sizes(struct inspector *in, enum gpt_copy copy,
			const struct gpt_header *header)
{
	uint32_t bytes = header->entry_bytes;

	if (bytes < GPT_ENTRY_BYTES || bytes > 4096 || (bytes & (bytes - 1)))
		return bad(in, copy, "gpt-entry-size",
			   "has entries of %" PRIu32
			   " bytes, not 128 times a power of two up to 4096",
			   bytes);
	if (header->n_entries == 0)
		return bad(in, copy, "gpt-entry-count", "has an array of 0 entries");
	if ((uint64_t)header->n_entries * bytes > GPT_MAX_ARRAY_BYTES)
		return bad(in, copy, "gpt-entry-count",
			   "has an array of %" PRIu32 " entries, more than 4 MiB",
			   header->n_entries);
	return true;
}

/* The array must not overlap the header, the usable blocks or the end of the disk. */
static bool check_places(struct inspector *in, enum gpt_copy copy,
			 const struct gpt_header *header)
{
	uint64_t first = header->entries_lba, n = array_sectors(in, header);
	uint64_t limit = copy == GPT_PRIMARY ? header->first_usable_lba : header->my_lba;
	uint64_t least = copy == GPT_PRIMARY ? 2 : header->last_usable_lba + 1;

	if (header->first_usable_lba > header->last_usable_lba)
		return bad(in, copy, "gpt-bounds",
			   "has usable blocks %" PRIu64 " to %" PRIu64
			   ", which is an empty range",
			   header->first_usable_lba, header->last_usable_lba);
	if (header->last_usable_lba >= in->n_sectors)
		return bad(in, copy, "gpt-bounds",
			   "has usable blocks up to %" PRIu64
			   ", but the disk ends at %" PRIu64,
			   header->last_usable_lba, in->n_sectors - 1);
	if (first < least || first > limit || n > limit - first)
		return bad(in, copy, "gpt-bounds",
			   "has its array at blocks %" PRIu64 " to %" PRIu64
			   ", outside %" PRIu64 " to %" PRIu64,
			   first, first + n - 1, least, limit - 1);
	return true;
}

/* The table is for a larger disk. */
static bool is_cut_off(struct inspector *in, enum gpt_copy copy,
		       const struct gpt_header *header)
{
	uint64_t at = header->alternate_lba;

	if (copy == GPT_BACKUP || at < in->n_sectors || at > UINT64_MAX / 4096)
		return false;
	in->ret->cut_off = true;
	return true;
}

/*
 * What to do about a disk that is too short. @needed: the sectors that its partitions and
 * the table need, 0 if unknown.
 */
static char *advice_for_short(const struct inspector *in, uint64_t needed)
{
	uint64_t whole = in->ret->gpt[GPT_PRIMARY].alternate_lba + 1;
	struct text text = {};

	if (needed > 0)
		text_printf(&text, "Its partitions and the table need %" PRIu64 " bytes",
			    needed * in->sector_bytes);
	if (in->io->is_device)
		text_printf(&text,
			    needed > 0 ? ": copy it to a disk of at least that size."
				       : "Copy it to a disk of %" PRIu64 " bytes.",
			    whole * in->sector_bytes);
	else
		text_printf(
			&text,
			"%struncate -s %" PRIu64
			" returns a raw image to its old size; the data that was cut off is lost.",
			needed > 0 ? "; " : "", whole * in->sector_bytes);
	return text_take(&text);
}

/*
 * @fits: all partitions end before a backup at the new end of the disk would begin.
 * @needed: as above.
 */
static void say_cut_off(struct inspector *in, bool fits, uint64_t needed)
{
	uint64_t at = in->ret->gpt[GPT_PRIMARY].alternate_lba;
	struct finding *finding =
		inspector_find(in, "gpt-backup-place", SEVERITY_ERROR, NULL,
			       "%s %" PRIu64 " sectors (%" PRIu64
			       " bytes), but %s has %" PRIu64 " (%" PRIu64 " bytes).",
			       fits ? "The GPT is for a larger disk of"
				    : "The disk was truncated: its GPT is for",
			       at + 1, (at + 1) * in->sector_bytes,
			       fits ? "this one" : "the disk", in->n_sectors,
			       in->io->size_bytes);

	in->ret->fits = fits;
	finding->remedy =
		fits ? xstrdup("All partitions fit: disk recover --repair adapts the table to the disk.")
		     : advice_for_short(in, needed);
}

static bool check_header(struct inspector *in, enum gpt_copy copy, const uint8_t *sector,
			 uint64_t lba, const struct gpt_header *header)
{
	uint32_t revision = get_le32(sector + AT_REVISION);

	if (!crc_is_right(sector, in->sector_bytes))
		return bad(in, copy, "gpt-header-crc", "has a wrong checksum");
	if (revision >> 16 != REVISION_1_0 >> 16)
		return bad(in, copy, "gpt-revision",
			   "has revision 0x%08" PRIx32 ", not 1.x", revision);
	if (header->my_lba != lba)
		return bad(in, copy, "gpt-bounds",
			   "says it is at block %" PRIu64 ", but it is at %" PRIu64,
			   header->my_lba, lba);
	return check_sizes(in, copy, header) && !is_cut_off(in, copy, header) &&
	       check_places(in, copy, header);
}

struct gpt_header gpt_header_parse(const uint8_t *sector)
{
	return (struct gpt_header){
		.found = has_signature(sector),
		.my_lba = get_le64(sector + AT_MY_LBA),
		.alternate_lba = get_le64(sector + AT_ALTERNATE),
		.first_usable_lba = get_le64(sector + AT_FIRST_USABLE),
		.last_usable_lba = get_le64(sector + AT_LAST_USABLE),
		.disk_guid = guid_from_disk(sector + AT_GUID),
		.entries_lba = get_le64(sector + AT_ENTRIES),
		.n_entries = get_le32(sector + AT_N_ENTRIES),
		.entry_bytes = get_le32(sector + AT_ENTRY_BYTES),
		.entries_crc = get_le32(sector + AT_ENTRIES_CRC),
	};
}

int gpt_read_header(struct inspector *in, enum gpt_copy copy, uint64_t lba,
		    struct gpt_header *ret, struct error *error)
{
	uint8_t sector[4096];

	*ret = (struct gpt_header){};
	if (lba >= in->n_sectors)
		return 0;
	if (inspector_read(in, lba, 1, sector, error) < 0)
		return -1;
	if (!has_signature(sector))
		return 0;
	*ret = gpt_header_parse(sector);
	ret->good = check_header(in, copy, sector, lba, ret);
	return 0;
}

static void add_remedy(struct finding *finding, const char *remedy)
{
	finding->remedy = xstrdup(remedy);
}

/* The backup is where the primary says, although that is no longer the end of the
 * disk. */
static int find_moved_backup(struct inspector *in, struct error *error)
{
	const struct gpt_header *primary = &in->ret->gpt[GPT_PRIMARY];
	struct gpt_header *backup = &in->ret->gpt[GPT_BACKUP];
	uint64_t last = in->n_sectors - 1, at = primary->alternate_lba;
	struct finding *finding;

	if (!primary->good || at >= last || at <= primary->last_usable_lba)
		return 0;
	if (gpt_read_header(in, GPT_BACKUP, at, backup, error) < 0)
		return -1;
	if (!backup->good)
		return 0;
	in->ret->grown = true;
	finding = inspector_find(in, "gpt-backup-place", SEVERITY_WARNING, NULL,
				 "The disk has grown: the backup GPT is at block %" PRIu64
				 ", the end of a disk of %" PRIu64
				 " sectors, but the disk has %" PRIu64 ".",
				 at, at + 1, in->n_sectors);
	add_remedy(finding,
		   "disk grow moves it to the end and makes the new space usable.");
	return 0;
}

static void say_missing(struct inspector *in, enum gpt_copy copy)
{
	struct finding *finding;

	if (in->ret->gpt[copy].found)
		return; /* its problem has already been reported */
	finding = inspector_find(in, copy == GPT_PRIMARY ? "gpt-primary" : "gpt-backup",
				 SEVERITY_ERROR, copy_names[copy],
				 "There is no %s GPT header at block %" PRIu64 ".",
				 copy_names[copy],
				 copy == GPT_PRIMARY ? 1 : in->n_sectors - 1);
	if (in->ret->gpt[!copy].good)
		add_remedy(finding,
			   "disk recover --repair writes it from the other copy.");
}

static void fill_table(struct inspector *in, const struct gpt_header *header,
		       struct partition_table *table)
{
	table->label = LABEL_GPT;
	table->sector_bytes = in->sector_bytes;
	table->n_sectors = in->n_sectors;
	table->disk_guid = header->disk_guid;
	table->first_usable_lba = header->first_usable_lba;
	table->last_usable_lba = header->last_usable_lba;
	table->n_entries = header->n_entries;
	table->entry_bytes = header->entry_bytes;
}

/*
 * The partitions of a GPT that is for a larger disk, whose header is good otherwise. They
 * are the table if they fit.
 */
static int read_cut_off(struct inspector *in, struct error *error)
{
	struct gpt_header *header = &in->ret->gpt[GPT_PRIMARY];
	uint64_t first = header->entries_lba, n = array_sectors(in, header);
	uint64_t tail = n + 1, needed = 0;
	struct partition_table table = {};
	bool fits = first >= 2 && first < header->first_usable_lba &&
		    n <= header->first_usable_lba - first &&
		    header->first_usable_lba <= header->last_usable_lba &&
		    header->first_usable_lba + tail < in->n_sectors;

	if (fits && gpt_read_entries(in, GPT_PRIMARY, header, &table, &fits, error) < 0) {
		partition_table_free(&table);
		return -1;
	}
	for (size_t i = 0; i < table.partitions.n; i++)
		needed = MAX(needed, table.partitions.v[i].end_lba + 1 + tail);
	fits &= needed <= in->n_sectors;
	say_cut_off(in, fits, needed);
	if (fits) {
		in->ret->table = table;
		fill_table(in, header, &in->ret->table);
		in->ret->table.last_usable_lba = in->n_sectors - tail - 1;
	} else {
		partition_table_free(&table);
	}
	return 0;
}

static int read_headers(struct inspector *in, struct error *error)
{
	struct gpt_header *gpt = in->ret->gpt;
	uint64_t last = in->n_sectors - 1;

	if ((!in->backup_only &&
	     gpt_read_header(in, GPT_PRIMARY, 1, &gpt[GPT_PRIMARY], error) < 0) ||
	    gpt_read_header(in, GPT_BACKUP, last, &gpt[GPT_BACKUP], error) < 0)
		return -1;
	if (!gpt[GPT_BACKUP].found && find_moved_backup(in, error) < 0)
		return -1;
	if (in->ret->cut_off)
		return read_cut_off(in, error);
	if (!gpt[GPT_PRIMARY].good && !gpt[GPT_BACKUP].good) {
		inspector_find(in, "gpt-no-header", SEVERITY_ERROR, NULL,
			       "It has no valid GPT header, neither primary nor backup.");
		return 0;
	}
	for (enum gpt_copy copy = GPT_PRIMARY; copy <= GPT_BACKUP; copy++)
		if (!gpt[copy].good)
			say_missing(in, copy);
	return 0;
}

static int read_copy(struct inspector *in, enum gpt_copy copy,
		     struct partition_table *table, struct error *error)
{
	struct gpt_header *header = &in->ret->gpt[copy];
	bool good = false;

	if (!header->good || in->ret->cut_off)
		return 0;
	fill_table(in, header, table);
	if (gpt_read_entries(in, copy, header, table, &good, error) < 0)
		return -1;
	header->good = good;
	if (!good)
		partition_table_free(table);
	return 0;
}

static void compare_copies(struct inspector *in, const struct partition_table *primary,
			   const struct partition_table *backup)
{
	_cleanup_free_ char *difference = partition_table_difference(backup, primary);
	const struct gpt_header *gpt = in->ret->gpt;
	struct finding *finding;

	if (!difference && gpt[GPT_BACKUP].alternate_lba != 1)
		difference = xstrdup("where the primary is");
	if (!difference && !in->ret->grown &&
	    gpt[GPT_PRIMARY].alternate_lba != gpt[GPT_BACKUP].my_lba)
		difference = xstrdup("where the backup is");
	if (!difference)
		return;
	in->ret->differ = true;
	finding = inspector_find(
		in, "gpt-copies-differ", SEVERITY_ERROR, NULL,
		"Primary and backup GPT are both valid but differ: in the backup, %s.",
		difference);
	add_remedy(
		finding,
		"Decide which one is right, then use disk recover --repair with --from primary or --from backup.");
}

/* What is wrong with one copy can be repaired with the other. */
static void say_repairable(struct inspector *in, enum gpt_copy copy)
{
	for (size_t i = in->first; i < in->report->findings.n; i++) {
		struct finding *finding = &in->report->findings.v[i];

		if (!finding->remedy && streq_null(finding->subject, copy_names[copy]))
			add_remedy(
				finding,
				"disk recover --repair writes it from the other copy.");
	}
}

/* Linux 5.x and 6.x ignore a GPT with other entries: is_gpt_valid() in
 * block/partitions/efi.c. */
static void check_entry_bytes(struct inspector *in)
{
	const uint32_t bytes = in->ret->table.entry_bytes;

	if (in->ret->table.label != LABEL_NONE && bytes != GPT_ENTRY_BYTES)
		inspector_find(
			in, "gpt-entry-size", SEVERITY_WARNING, NULL,
			"The entries of the GPT have %" PRIu32
			" bytes; UEFI permits this, but Linux reads only GPTs with entries of %d bytes.",
			bytes, GPT_ENTRY_BYTES);
}

static int take_copies(struct inspector *in, struct error *error)
{
	_cleanup_partition_table_ struct partition_table backup = {};
	struct partition_table primary = {};
	struct inspection *ret = in->ret;

	if (read_copy(in, GPT_PRIMARY, &primary, error) < 0 ||
	    read_copy(in, GPT_BACKUP, &backup, error) < 0) {
		partition_table_free(&primary);
		return -1;
	}
	if (primary.label != LABEL_NONE && backup.label != LABEL_NONE) {
		compare_copies(in, &primary, &backup);
		ret->editable = !ret->grown;
	} else if (primary.label != LABEL_NONE || backup.label != LABEL_NONE) {
		say_repairable(in,
			       primary.label == LABEL_NONE ? GPT_PRIMARY : GPT_BACKUP);
	}
	if (primary.label != LABEL_NONE) {
		ret->table = primary;
	} else if (backup.label != LABEL_NONE) {
		ret->table = backup;
		backup = (struct partition_table){};
	}
	return 0;
}

int gpt_inspect(struct inspector *in, const uint8_t *sector, struct error *error)
{
	if (in->n_sectors < 6) {
		inspector_find(
			in, "disk-too-small", SEVERITY_ERROR, NULL,
			"It has %" PRIu64
			" sectors, and a GPT of 128 entries needs at least %" PRIu32 ".",
			in->n_sectors, 4 + 2 * (128 * 128 / in->sector_bytes));
		return 0;
	}
	if (read_headers(in, error) < 0 || take_copies(in, error) < 0)
		return -1;
	check_entry_bytes(in);
	gpt_check_dynamic(in);
	pmbr_inspect(in, sector);
	return 0;
}
