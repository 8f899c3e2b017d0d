/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bad tables, each with its expected findings. */
#include "tests/unit/test.h"

#include "partition/inspect.h"
#include "tests/disk-builder.h"

#include <stdio.h>

static const uint32_t sizes[] = {512, 4096};

static int inspect_bytes(uint8_t *bytes, uint64_t n, uint32_t sector_bytes,
			 struct inspection *ret, struct text *ret_text)
{
	_cleanup_error_ struct error error = {};
	_cleanup_disk_ struct disk_io *io = disk_open_memory(bytes, n);
	struct inspect_question question = {.sector_bytes = sector_bytes};
	_cleanup_(report_free) struct report report = {};
	int rc = inspect_disk(io, &question, ret, &report, &error);

	report_sort(&report);
	for (size_t i = 0; i < report.findings.n; i++) {
		report.findings.v[i].place.file = NULL;
		text_add_finding(ret_text, &report.findings.v[i]);
	}
	return rc;
}

static void good_gpt(void **state)
{
	(void)state;
	assert_int_equal(crc32_add(0, "123456789", 9), 0xcbf43926);
	/* In two pieces, neither of eight bytes. */
	assert_int_equal(crc32_add(crc32_add(0, "12345", 5), "6789", 4), 0xcbf43926);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_built_disk_ struct built_disk disk = build_gpt(300, sizes[i]);
		_cleanup_inspection_ struct inspection seen = {};
		_cleanup_text_ struct text text = {};

		assert_int_equal(inspect_bytes(disk.bytes, 300 * sizes[i], sizes[i],
					       &seen, &text),
				 0);
		assert_int_equal(text.n, 0);
		assert_true(seen.intact && seen.editable && seen.protective);
		assert_int_equal(seen.table.label, LABEL_GPT);
		assert_int_equal(seen.table.sector_bytes, sizes[i]);
		assert_int_equal(seen.table.partitions.n, 3);
		assert_int_equal(seen.table.partitions.v[2].number, 4);
		assert_int_equal(seen.table.partitions.v[2].end_lba, 111);
		assert_string_equal(seen.table.partitions.v[2].name, "four");
	}
}

static void good_dos(void **state)
{
	static const uint64_t starts[] = {8, 16, 24, 40, 56};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_built_disk_ struct built_disk disk = build_dos(300, sizes[i]);
		_cleanup_inspection_ struct inspection seen = {};
		_cleanup_text_ struct text text = {};

		assert_int_equal(inspect_bytes(disk.bytes, 300 * sizes[i], sizes[i],
					       &seen, &text),
				 0);
		assert_int_equal(text.n, 0);
		assert_true(seen.intact && seen.editable);
		assert_int_equal(seen.table.label, LABEL_DOS);
		assert_int_equal(seen.table.disk_signature, 0x1badb002);
		assert_int_equal(seen.table.partitions.n, 5);
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(seen.table.partitions.v[k].start_lba, starts[k]);
		assert_true(seen.table.partitions.v[0].active);
		assert_int_equal(seen.table.partitions.v[4].ebr_lba, 48);
	}
}

/* What is written where, little-endian, and the expected findings. */
struct row {
	const char *what;
	struct poke {
		uint64_t lba;
		uint32_t at;
		uint8_t bytes;
		uint64_t value;
	} pokes[3];
	bool keep_crc; /* leave the checksums unchanged */
	const char *said;
};

#define FINDING(rule, text) "error: " rule ": " text "\n"
#define WARNING(rule, text) "warning: " rule ": " text "\n"
#define REPAIR              " disk recover --repair writes it from the other copy."

/* On 300 sectors of 512 bytes: arrays at 2-33 and 267-298, usable 34-266. */
static const struct row gpt_rows[] = {
	{"9 primary checksum",
	 {{1, 56, 1, 0}},
	 true,
	 FINDING("gpt-header-crc",
		 "The primary GPT header has a wrong checksum." REPAIR)},
	{"9 backup checksum",
	 {{299, 56, 1, 0}},
	 true,
	 FINDING("gpt-header-crc", "The backup GPT header has a wrong checksum." REPAIR)},
	{"9 primary array",
	 {{2, 56, 1, 'x'}},
	 true,
	 FINDING("gpt-array-crc",
		 "The primary array of partition entries has a wrong checksum." REPAIR)},
	{"10 backup missing",
	 {{299, 0, 8, 0}},
	 false,
	 FINDING("gpt-backup", "There is no backup GPT header at block 299." REPAIR)},
	{"primary missing",
	 {{1, 0, 8, 0}},
	 false,
	 FINDING("gpt-primary", "There is no primary GPT header at block 1." REPAIR)},
	{"11 both missing",
	 {{1, 0, 8, 0}, {299, 0, 8, 0}},
	 false,
	 FINDING("gpt-no-header",
		 "It has no valid GPT header, neither primary nor backup.")},
	{"12 entry size 1",
	 {{1, 84, 4, 1}},
	 false,
	 FINDING("gpt-entry-size",
		 "The primary GPT header has entries of 1 bytes, not 128 times a power of two up to 4096." REPAIR)},
	{"12 entry size 384",
	 {{1, 84, 4, 384}},
	 false,
	 FINDING("gpt-entry-size",
		 "The primary GPT header has entries of 384 bytes, not 128 times a power of two up to 4096." REPAIR)},
	{"13 no entries",
	 {{1, 80, 4, 0}},
	 false,
	 FINDING("gpt-entry-count",
		 "The primary GPT header has an array of 0 entries." REPAIR)},
	{"13 2^24 entries",
	 {{1, 80, 4, 1 << 24}},
	 false,
	 FINDING("gpt-entry-count", "The primary GPT header has an array of 16777216 "
				    "entries, more than 4 MiB." REPAIR)},
	{"14 array over the header",
	 {{1, 72, 8, 1}},
	 false,
	 FINDING("gpt-bounds",
		 "The primary GPT header has its array at blocks 1 to 32, outside 2 to 33." REPAIR)},
	{"14 array outside",
	 {{1, 72, 8, UINT64_MAX}},
	 false,
	 FINDING("gpt-bounds",
		 "The primary GPT header has its array at blocks 18446744073709551615 to 30, outside 2 to 33." REPAIR)},
	{"14 usable outside",
	 {{1, 48, 8, 300}},
	 false,
	 FINDING("gpt-bounds", "The primary GPT header has usable blocks up to 300, but "
			       "the disk ends at "
			       "299." REPAIR)},
	{"14 nothing usable",
	 {{1, 40, 8, 267}},
	 false,
	 FINDING("gpt-bounds",
		 "The primary GPT header has usable blocks 267 to 266, which is an empty range." REPAIR)},
	{"14 elsewhere",
	 {{1, 24, 8, 7}},
	 false,
	 FINDING("gpt-bounds",
		 "The primary GPT header says it is at block 7, but it is at "
		 "1." REPAIR)},
	{"revision",
	 {{1, 8, 4, 0x20000}},
	 false,
	 FINDING("gpt-revision",
		 "The primary GPT header has revision 0x00020000, not 1.x." REPAIR)},
	{"15 start behind end",
	 {{2, 32, 8, 50}, {267, 32, 8, 50}},
	 false,
	 FINDING("gpt-range",
		 "Partition 1 begins at block 50 and ends at 47, which is not a valid range.")},
	{"15 end 2^64-1",
	 {{2, 40, 8, UINT64_MAX}, {267, 40, 8, UINT64_MAX}},
	 false,
	 FINDING("gpt-range",
		 "Partition 1 begins at block 40 and ends at 18446744073709551615, which is not a valid range.")},
	{"15 past the usable",
	 {{2, 40, 8, 280}, {267, 40, 8, 280}},
	 false,
	 FINDING("gpt-range",
		 "Partition 1, blocks 40 to 280, extends outside the usable blocks 34 to 266.")},
	{"16 overlap",
	 {{2, 40, 8, 48}, {267, 40, 8, 48}},
	 false,
	 FINDING("partition-overlap",
		 "Partitions 1 (one) and 2 (two) overlap: blocks 40 to 48 and 48 to 95. Shrink or delete one of the two partitions before anything is written to either of them.")},
	{"16 the right pair",
	 {{2, 40, 8, 96}, {267, 40, 8, 96}},
	 false,
	 FINDING("partition-overlap",
		 "Partitions 1 (one) and 2 (two) overlap: blocks 40 to 96 and 48 to 95. Shrink or delete one of the two partitions before anything is written to either of them.")
		 FINDING("partition-overlap",
			 "Partitions 1 (one) and 4 (four) overlap: blocks 40 to 96 and 96 to 111. Shrink or delete one of the two partitions before anything is written to either of them.")},
	{"18 copies differ",
	 {{267, 56, 1, 'X'}},
	 false,
	 FINDING("gpt-copies-differ",
		 "Primary and backup GPT are both valid but differ: in the backup, partition 1: name is \"Xne\", not \"one\". Decide which one is right, then use disk recover --repair with --from primary or --from backup.")},
	{"reserved attribute",
	 {{2, 48, 8, 8}, {267, 48, 8, 8}},
	 false,
	 WARNING("gpt-attributes",
		 "Partition 1 has reserved attribute bits set (0x0000000000000008).")},
	{"lone surrogate",
	 {{2, 56, 2, 0xd800}, {267, 56, 2, 0xd800}},
	 false,
	 WARNING("gpt-name", "The name of partition 1 is not valid UTF-16.")},
	{"8 no protective MBR",
	 {{0, 510, 2, 0}},
	 false,
	 WARNING("gpt-protective-mbr",
		 "The GPT has no protective MBR, so Linux and UEFI ignore it, and systems that only know MBRs consider the disk empty. disk recover --repair writes it.")},
	{"hybrid out of step",
	 {{0, 446 + 16 + 4, 1, 0x83}},
	 false,
	 FINDING("gpt-hybrid",
		 "Entry 2 of the hybrid MBR, blocks 0 to 0, is not a partition of the GPT. disk set --hybrid writes the hybrid MBR again; --hybrid none removes it.")
		 WARNING("gpt-hybrid",
			 "The MBR is a hybrid: 1 partition exists in addition to the protective one.")},
	{"hybrid in step",
	 {{0, 446 + 16 + 4, 1, 0x83}, {0, 446 + 16 + 8, 4, 40}, {0, 446 + 16 + 12, 4, 8}},
	 false,
	 WARNING("gpt-hybrid",
		 "The MBR is a hybrid: 1 partition exists in addition to the protective one.")},
	{"protective entry not at block 1",
	 {{0, 446 + 8, 4, 63}},
	 false,
	 FINDING("gpt-protective-mbr",
		 "The protective MBR covers blocks 63 to 361, not 1 to 299, so Linux and UEFI ignore the whole GPT. disk recover --repair rewrites it.")},
	{"foreign MBR",
	 {{0, 446 + 4, 1, 0x83}},
	 false,
	 FINDING("gpt-protective-mbr",
		 "In addition to the GPT there is an MBR with 1 partitions and no protective entry: systems disagree about which one to use. Remove the stale one of the two: the GPT, or the partitions in the MBR.")},
	{"active protective entry",
	 {{0, 446, 1, 0x80}},
	 false,
	 WARNING("gpt-protective-mbr",
		 "The protective MBR entry has boot flag 0x80; UEFI requires 0.")},
};

static void apply(const struct built_disk *disk, const struct row *row)
{
	for (size_t i = 0; i < ARRAY_SIZE(row->pokes) && row->pokes[i].bytes; i++)
		for (int k = 0; k < row->pokes[i].bytes; k++)
			sector_of(disk,
				  row->pokes[i].lba)[row->pokes[i].at + (unsigned)k] =
				(uint8_t)(row->pokes[i].value >> (8 * (k & 7)));
}

static bool check_row(const struct built_disk *disk, const struct row *row,
		      struct inspection *seen)
{
	_cleanup_text_ struct text text = {};
	bool same;

	assert_int_equal(inspect_bytes(disk->bytes, disk->n_sectors * disk->sector_bytes,
				       0, seen, &text),
			 0);
	same = streq(text.s ? text.s : "", row->said);
	if (!same)
		fprintf(stderr, "%s:\n%s", row->what, text.s ? text.s : "(nothing)\n");
	return same;
}

static void bad_gpts(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(gpt_rows); i++) {
		_cleanup_built_disk_ struct built_disk disk = build_gpt(300, 512);
		_cleanup_inspection_ struct inspection seen = {};

		apply(&disk, &gpt_rows[i]);
		if (!gpt_rows[i].keep_crc)
			fix_gpt_crcs(&disk);
		good &= check_row(&disk, &gpt_rows[i], &seen);
		if (has_prefix(gpt_rows[i].said, "error"))
			assert_false(seen.intact || seen.editable);
		/* One good copy is enough to see the partitions. */
		if (seen.gpt[GPT_PRIMARY].good || seen.gpt[GPT_BACKUP].good)
			assert_int_equal(seen.table.label, LABEL_GPT);
	}
	assert_true(good);
}

static const struct row dos_rows[] = {
	{"19 past the end",
	 {{0, 446 + 12, 4, 1000}},
	 false,
	 FINDING("dos-range",
		 "Partition 1, blocks 8 to 1007, extends outside the disk, blocks 1 to 299.")},
	{"19 past 2^32",
	 {{0, 446 + 8, 4, 0xffffffff}, {0, 446 + 12, 4, 0xffffffff}},
	 false,
	 FINDING("dos-range",
		 "Partition 1, blocks 4294967295 to 8589934589, extends outside the disk, blocks 1 to 299.")},
	{"no blocks",
	 {{0, 446 + 12, 4, 0}},
	 false,
	 FINDING("dos-range", "Partition 1 has no blocks.")},
	{"over the MBR",
	 {{0, 446 + 8, 4, 0}},
	 false,
	 FINDING("dos-range",
		 "Partition 1, blocks 0 to 7, extends outside the disk, blocks 1 to 299.")},
	{"overlap",
	 {{0, 446 + 12, 4, 9}},
	 false,
	 FINDING("partition-overlap",
		 "Partitions 1 and 2 overlap: blocks 8 to 16 and 16 to 199. Shrink or delete one of the two partitions before anything is written to either of them.")},
	{"boot flag",
	 {{0, 446, 1, 0x12}},
	 false,
	 FINDING("dos-boot-flag",
		 "Partition 1 has boot flag 0x12, neither 0x00 nor 0x80.")},
	{"two active",
	 {{0, 462, 1, 0x80}},
	 false,
	 FINDING("dos-active",
		 "2 partitions are marked active; at most one can be. Use sfdisk --activate FILE NUMBER to keep one.")},
	{"20 EBR loop",
	 {{48, 462 + 4, 1, 5}, {48, 462 + 8, 4, 16}},
	 false,
	 FINDING("dos-ebr", "The EBR chain loops at LBA 32.")},
	{"20 EBR to itself",
	 {{16, 462 + 8, 4, 0}},
	 false,
	 FINDING("dos-ebr", "The EBR chain loops at LBA 16.")},
	{"20 EBR outside",
	 {{32, 462 + 8, 4, 0x100000}},
	 false,
	 FINDING("dos-ebr",
		 "The EBR chain leaves the extended partition: it links to block 1048592, outside 16 to 199.")},
	{"20 no EBR",
	 {{32, 510, 2, 0}},
	 false,
	 FINDING("dos-ebr", "There is no EBR at LBA 32, to which the chain points.")},
	{"20 two extendeds",
	 {{0, 446 + 4, 1, 0x0f}},
	 false,
	 FINDING("dos-ebr", "It has 2 extended partitions; at most one is allowed.")},
	{"20 link type",
	 {{16, 462 + 4, 1, 0x83}},
	 false,
	 FINDING("dos-ebr",
		 "The link in the EBR at LBA 16 has type 0x83, not extended.")},
	{"logical with an extended type",
	 {{48, 446 + 4, 1, 0x05}},
	 false,
	 FINDING("dos-ebr",
		 "Partition 7 has the extended type 0x05, so other programs take it for the link in the EBR at LBA 48.")},
	{"logical outside",
	 {{32, 446 + 12, 4, 200}},
	 false,
	 FINDING("dos-range",
		 "Partition 6, blocks 40 to 239, extends outside the extended partition, blocks 33 to 199.")},
	{"logical over an EBR",
	 {{16, 446 + 12, 4, 12}},
	 false,
	 FINDING("partition-overlap", "Partition 5, blocks 24 to 35, holds the EBR of "
				      "partition 6 at LBA 32.")},
	{"third EBR entry",
	 {{16, 478 + 4, 1, 0x83}},
	 false,
	 WARNING("dos-ebr", "The EBR at LBA 16 has a third or fourth entry.")},
	{"4 a container",
	 {{0, 0, 8, UINT64_C(0x03000000fb494651)}},
	 false,
	 FINDING("disk-container", "It is a qcow2 image, not raw.")},
	{"11 protective without GPT",
	 {{0, 446 + 4, 1, 0xee}, {0, 462, 16, 0}},
	 false,
	 NULL},
};

static void bad_doses(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dos_rows); i++) {
		_cleanup_built_disk_ struct built_disk disk = build_dos(300, 512);
		_cleanup_inspection_ struct inspection seen = {};
		_cleanup_text_ struct text text = {};

		apply(&disk, &dos_rows[i]);
		if (dos_rows[i].said) {
			good &= check_row(&disk, &dos_rows[i], &seen);
			continue;
		}
		assert_int_equal(inspect_bytes(disk.bytes, 300 * 512, 0, &seen, &text),
				 0);
		assert_non_null(strstr(text.s, "gpt-no-header"));
	}
	assert_true(good);
}

static void long_chain(void **state)
{
	_cleanup_built_disk_ struct built_disk disk = build_empty(300, 512);
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	build_dos_entry(disk.bytes, 0, 0x0f, 2, 298);
	for (uint32_t i = 0; i < 100; i++) {
		build_dos_entry(sector_of(&disk, 2 + 2 * i), 0, 0x83, 1, 1);
		build_dos_entry(sector_of(&disk, 2 + 2 * i), 1, 0x05, 2 * (i + 1), 2);
	}
	assert_int_equal(inspect_bytes(disk.bytes, 300 * 512, 0, &seen, &text), 0);
	assert_string_equal(
		text.s, "error: dos-ebr: The EBR chain is longer than 60 partitions.\n");
	assert_int_equal(seen.table.partitions.n, 61);
}

static void duplicates(void **state)
{
	_cleanup_built_disk_ struct built_disk disk = build_gpt(300, 512);
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	for (int backup = 0; backup <= 1; backup++) {
		memcpy(gpt_entry(&disk, backup, 1) + 16, gpt_entry(&disk, backup, 0) + 16,
		       16);
		memcpy(gpt_entry(&disk, backup, 3) + 16, sector_of(&disk, 1) + 56, 16);
	}
	fix_gpt_crcs(&disk);
	assert_int_equal(inspect_bytes(disk.bytes, 300 * 512, 0, &seen, &text), 0);
	assert_string_equal(
		text.s,
		"error: gpt-duplicate-uuid: Partitions 1 and 2 have the same UUID, 20202020-2020-2020-2020-202020202020. sfdisk --part-uuid gives one of them a new UUID.\n"
		"error: gpt-duplicate-uuid: The disk and partition 4 have the same UUID, d3d2d1d0-d5d4-d7d6-d8d9-dadbdcdddedf. sfdisk --part-uuid gives one of them a new UUID.\n");
}

static void sector_sizes(void **state)
{
	_cleanup_built_disk_ struct built_disk disk = build_gpt(300, 4096);
	_cleanup_inspection_ struct inspection found = {}, given = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_int_equal(inspect_bytes(disk.bytes, 300 * 4096, 0, &found, &text), 0);
	assert_string_equal(
		text.s,
		"info: disk-sector-size: The GPT was written for 4096-byte sectors, so this sector size is used. Attach it to guests with this logical block size.\n");
	assert_true(found.editable && found.table.sector_bytes == 4096);
	text_free(&text);
	assert_int_equal(inspect_bytes(disk.bytes, 300 * 4096, 512, &given, &text), 0);
	assert_string_equal(text.s,
			    "error: disk-sector-size: The GPT was written for 4096-byte "
			    "sectors, not for 512. Use it with sectors of 4096 bytes.\n");
	assert_false(given.editable);
}

static void lengths(void **state)
{
	static const struct {
		uint64_t n_bytes;
		const char *said;
	} rows[] = {
		{0, FINDING("disk-size",
			    "The image has only 0 bytes, less than one sector.")},
		{511, FINDING("disk-size",
			      "The image has only 511 bytes, less than one sector.")},
		{1024,
		 FINDING("disk-too-small", "It has 2 sectors, and a GPT of 128 entries "
					   "needs at least 68.")},
		{200 * 512,
		 FINDING("gpt-backup-place",
			 "The GPT is for a larger disk of 300 sectors (153600 bytes), but this one has 200 (102400 bytes). All partitions fit: disk recover --repair adapts the table to the disk.")},
		{100 * 512,
		 FINDING("gpt-backup-place",
			 "The disk was truncated: its GPT is for 300 sectors (153600 bytes), but the disk has 100 (51200 bytes). Its partitions and the table need 74240 bytes; truncate -s 153600 returns a raw image to its old size; the data that was cut off is lost.")},
		{400 * 512,
		 WARNING("gpt-backup-place",
			 "The disk has grown: the backup GPT is at block 299, the end of a disk of 300 sectors, but the disk has 400. disk grow moves it to the end and makes the new space usable.")},
		{300 * 512 + 100,
		 FINDING("disk-size",
			 "Its size, 153700 bytes, is not a multiple of 512. truncate -s %512 rounds the size of a raw file up.")},
	};
	_cleanup_built_disk_ struct built_disk disk = build_gpt(300, 512);

	(void)state;
	disk.bytes = xreallocarray(disk.bytes, 400, 512);
	memset(disk.bytes + 300 * 512, 0, 100 * 512);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_inspection_ struct inspection seen = {};
		_cleanup_text_ struct text text = {};

		assert_int_equal(inspect_bytes(disk.bytes, rows[i].n_bytes, 0, &seen,
					       &text),
				 0);
		if (!has_prefix(text.s, rows[i].said))
			fprintf(stderr, "%s", text.s);
		assert_true(has_prefix(text.s, rows[i].said));
		assert_false(seen.editable);
	}
}

static void contents(void **state)
{
	_cleanup_built_disk_ struct built_disk disk = build_empty(300, 512);
	_cleanup_inspection_ struct inspection empty = {}, luks = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_int_equal(inspect_bytes(disk.bytes, 300 * 512, 0, &empty, &text), 0);
	assert_string_equal(text.s,
			    "error: disk-no-table: It has no partition table. disk "
			    "create --replace writes one.\n");
	text_free(&text);
	memcpy(disk.bytes, "LUKS\xba\xbe\0\1", 8);
	memcpy(disk.bytes + 168, "11111111-1111-1111-1111-111111111111", 36);
	assert_int_equal(inspect_bytes(disk.bytes, 300 * 512, 0, &luks, &text), 0);
	assert_string_equal(
		text.s,
		"error: disk-no-table: It has no partition table; it contains crypto_LUKS. disk create --replace --force writes a table and destroys this content.\n");
}

static void alignment(void **state)
{
	_cleanup_built_disk_ struct built_disk disk = build_gpt(300, 512);
	_cleanup_disk_ struct disk_io *io = disk_open_memory(disk.bytes, 300 * 512);
	struct inspect_question question = {.grain_bytes = 8192, .grain_name = "stripe"};
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_(report_free) struct report report = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(inspect_disk(io, &question, &seen, &report, &error), 0);
	assert_int_equal(report.findings.n, 1);
	assert_string_equal(
		report.findings.v[0].message,
		"Partition 1 is misaligned: it begins 4096 bytes after a boundary of 8192 bytes (stripe).");
	assert_string_equal(report.findings.v[0].rule, "align-start");
	assert_int_equal(report.findings.v[0].severity, SEVERITY_WARNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_gpt),     cmocka_unit_test(good_dos),
		cmocka_unit_test(bad_gpts),     cmocka_unit_test(bad_doses),
		cmocka_unit_test(long_chain),   cmocka_unit_test(duplicates),
		cmocka_unit_test(sector_sizes), cmocka_unit_test(lengths),
		cmocka_unit_test(contents),     cmocka_unit_test(alignment),
	};

	return RUN_TESTS(tests);
}
