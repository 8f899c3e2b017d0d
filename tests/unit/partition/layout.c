/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "partition/disk-layout.h"
#include "partition/disk-layout-ids.h"
#include "tests/dice.h"

#include <stdio.h>

#define MIB (UINT64_C(1) << 20)

/* "number kind start+sectors" of each partition, or the error. */
static char *lay_out(const char *const *disk, const char *const *parts)
{
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_error_ struct error error = {};
	struct text text = {};
	bool good = true;

	disk_request_init(&request);
	for (; good && *disk; disk += 2)
		good = disk_request_set(&request, disk[0], disk[1], &error) == 0;
	for (; good && *parts; parts++)
		good = disk_request_add_part(&request, *parts, &error) == 0;
	if (!good || disk_layout_make(&request, &layout, &error) < 0)
		return xstrdup(error.message);
	for (size_t i = 0; i < layout.table.partitions.n; i++) {
		const struct partition *at = &layout.table.partitions.v[i];

		text_printf(&text, "%u%s%ju+%ju ", at->number,
			    at->kind == KIND_PRIMARY   ? ":"
			    : at->kind == KIND_LOGICAL ? "l"
						       : "x",
			    (uintmax_t)at->start_lba, (uintmax_t)partition_sectors(at));
		if (layout.parts.v[i].waste_bytes)
			text_printf(&text, "(%ju) ",
				    (uintmax_t)layout.parts.v[i].waste_bytes);
	}
	text_printf(&text, "of %ju", (uintmax_t)layout.table.n_sectors);
	return text_take(&text);
}

static void examples(void **state)
{
	static const struct {
		const char *disk[9], *parts[9], *wanted;
	} rows[] = {
		{{"size", "64MiB"},
		 {"size=8MiB", "size=rest"},
		 "1:2048+16384 2:18432+110592 of 131072"},
		{{"size", "64MiB", "label", "dos", "align-at", "none"},
		 {"size=1KiB", "start=1s,size=1MiB"},
		 "the request does not fit, the space is too small by 1 KiB; 0 B are free from LBA 1 to partition 2, 1 KiB are needed with alignment (partition 1 1 KiB); it would fit if partition 2 began at LBA 3 or later"},
		{{"size", "64MiB"}, {"size=8MB"}, "1:2048+16384 (388608) of 131072"},
		{{"size", "64MiB", "rule", "libvirt"},
		 {"size=8MiB"},
		 "1:2048+18432 (1048576) of 131072"},
		{{"size", "64MiB", "sector-size", "4096"},
		 {"size=8MiB", "size=rest"},
		 "1:256+2048 2:2304+13824 of 16384"},
		{{"size", "64MiB", "align-at", "none"},
		 {"size=1B", "size=rest"},
		 "1:34+1 (511) 2:35+131004 of 131072"},
		{{"size", "64MiB", "align", "3MiB", "align", "2MiB"},
		 {"size=1MiB"},
		 "1:12288+12288 (5242880) of 131072"},
		{{"size", "64MiB", "cluster-size", "2MiB"},
		 {"size=1MiB"},
		 "1:4096+4096 (1048576) of 131072"},
		{{"size", "103MiB"},
		 {"weight=3", "weight=1"},
		 "1:2048+155648 2:157696+51200 of 210944"},
		{{"size", "103MiB"},
		 {"weight=3,max=50MiB", "weight=1", "min=30MiB,weight=1"},
		 "1:2048+102400 2:104448+43008 3:147456+61440 of 210944"},
		{{"size", "102MiB"},
		 {"size=25%", "size=rest"},
		 "1:2048+51200 2:53248+153600 of 208896"},
		{{"minimal", "yes"},
		 {"size=8MiB", "size=rest,min=3MiB"},
		 "1:2048+16384 2:18432+6144 of 26624"},
		{{"minimal", "yes", "label", "dos"},
		 {"size=8MiB,padding=1MiB"},
		 "1:2048+16384 of 20480"},
		{{"size", "64MiB"},
		 {"size=1MiB,start=32MiB", "size=rest", "start=4MiB,size=rest"},
		 "1:65536+2048 2:67584+61440 3:8192+57344 of 131072"},
		{{"size", "64MiB"},
		 {"size=1MiB,number=3", "size=1MiB", "size=1MiB,name=x"},
		 "1:4096+2048 2:6144+2048 3:2048+2048 of 131072"},
		{{"size", "64MiB", "label", "dos"},
		 {"size=1MiB", "size=2MiB", "size=3MiB", "size=4MiB", "size=5MiB"},
		 "1:2048+2048 2:4096+4096 3:8192+6144 4x14336+22528 5l16384+8192 "
		 "6l26624+10240 of 131072"},
		{{"size", "64MiB", "label", "dos"},
		 {"kind=logical,size=1MiB,align=1s", "kind=logical,size=rest"},
		 "1x2048+129024 5l2049+2048 6l6144+124928 of 131072"},
		{{"size", "64MiB", "label", "dos"},
		 {"kind=extended,size=rest", "size=1MiB", "kind=logical,size=50%"},
		 "1x2048+126976 2:129024+2048 5l4096+63488 of 131072"},
		/* Errors. */
		{{"size", "64MiB"},
		 {"size=60MiB", "size=6MiB,name=big"},
		 "the request does not fit, the space is too small by 3.0 MiB; 63.9 MiB are free from LBA 34 to the end of the disk, 66.9 MiB are needed with alignment (partition 1 60 MiB, partition 2 \"big\" 6 MiB); a disk of 68 MiB would be large enough"},
		{{"size", "64MiB"},
		 {"size=8MiB,start=1MiB", "size=1MiB,start=4MiB"},
		 "the request does not fit, the space is too small by 5 MiB; 3 MiB are free from LBA 2048 to partition 2, 8 MiB are needed with alignment (partition 1 8 MiB); it would fit if partition 2 began at LBA 18432 or later"},
		{{"size", "64MiB", "label", "dos"},
		 {"kind=extended,size=4MiB", "kind=logical,size=5MiB"},
		 "the request does not fit, the space is too small by 2 MiB; 4 MiB are free from LBA 2048 to the end of the extended partition, 6 MiB are needed with alignment (partition 5 5 MiB); partition 1 must be larger"},
		{{"size", "64MiB"},
		 {"size=8"},
		 "--part size=8: size=8: has no unit; add one, for example 4GiB or 512MiB"},
		{{"size", "64MiB"},
		 {"size=8MiB,typ=esp"},
		 "--part size=8MiB,typ=esp: a partition cannot have \"typ\"; did you mean "
		 "\"type\"?"},
		{{"size", "64MiB"},
		 {"size=8MiB,type=epp"},
		 "partition 1: unknown partition type \"epp\" for a GPT; did you mean esp "
		 "(a GUID is also accepted)"},
		{{"size", "64MiB"},
		 {"start=1234567,size=1MiB"},
		 "--part start=1234567,size=1MiB: start=1234567: has no unit; add one, for example 4GiB or 512MiB"},
		{{"size", "64MiB"},
		 {"start=3s,size=1MiB,align-at=none"},
		 "partition 1: a start at LBA 3 is before the first usable one, 34"},
		{{"size", "64MiB"},
		 {"start=1025KiB,size=1MiB"},
		 "partition 1: a start at byte 1049600 is not aligned to 1048576 bytes; "
		 "give align-at=end or align-at=none if you want that"},
		{{"size", "16KiB"},
		 {"size=rest"},
		 "a disk of 32 sectors is too small: it needs at least 68 sectors for a "
		 "128-entry GPT"},
		{{"size", "100000001B"},
		 {"size=rest"},
		 "a size of 100000001 bytes is not a multiple of the sector size, 512"},
		{{"size", "64MiB", "align", "1000B"},
		 {"size=rest"},
		 "partition 1: an alignment of 1000 bytes is not a multiple of the "
		 "sector size, 512"},
		{{"size", "64MiB"},
		 {"min=8MiB,max=4MiB"},
		 "partition 1: max is less than min"},
		{{"size", "64MiB", "label", "dos"},
		 {"name=x,size=rest"},
		 "partition 1 \"x\": an MBR has no partition names; a GPT does"},
		{{"size", "64MiB"},
		 {"active,size=rest"},
		 "partition 1: \"active\" is only for an MBR; on a GPT use attribute=legacy-boot"},
		{{"size", "64MiB"},
		 {"kind=logical,size=rest"},
		 "partition 1: a GPT has no logical partitions"},
		{{"size", "64MiB"},
		 {"name=1234567890123456789012345678901234567"},
		 "partition 1 \"1234567890123456789012345678901234567\": the name has 37 "
		 "UTF-16 "
		 "units; a GPT has room for 36"},
		{{"size", "64MiB"},
		 {"name=\xff"},
		 "partition 1 \"\xff\": the name is not UTF-8"},
		{{"size", "64MiB"},
		 {"name=a\nb"},
		 "partition 1 \"a\nb\": the name contains a control character"},
		{{"size", "64MiB"},
		 {"uuid=11111111-0000-4000-8000-000000000001,size=1MiB",
		  "uuid=11111111-0000-4000-8000-000000000001"},
		 "partitions 1 and 2 have the same UUID"},
		{{"size", "5TiB", "label", "dos"},
		 {"size=3TiB"},
		 "the request does not fit, the space is too small by 1.0 TiB; 1.9 TiB are free from LBA 1 to the end of the disk, 3.0 TiB are needed with alignment (partition 1 3 TiB); an MBR is limited to 2^32 sectors; use --label gpt"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *is = lay_out(rows[i].disk, rows[i].parts);

		assert_string_equal(is, rows[i].wanted);
	}
}

static struct dice dice = {20261121};

static void random_request(struct disk_request *request)
{
	static const uint64_t units[] = {4096, 65536, MIB, 3 * MIB / 2 * 2, 261120 * 16};
	size_t n = 1 + roll_below(&dice, 9);

	disk_request_init(request);
	request->label = roll_below(&dice, 2) ? LABEL_GPT : LABEL_DOS;
	request->sector_bytes = roll_below(&dice, 2) ? 512 : 4096;
	request->size_bytes = (16 + roll_below(&dice, 2000)) * MIB;
	request->align_bytes = units[roll_below(&dice, ARRAY_SIZE(units))];
	request->at = (enum align_at)roll_below(&dice, 4);
	request->rule = (enum align_rule)roll_below(&dice, 3);
	for (size_t i = 0; i < n; i++) {
		struct part_request *part = vec_add(&request->parts);

		part->size = roll_below(&dice, 3) ? PART_FIXED : PART_SHARE;
		if (part->size == PART_FIXED)
			part->size_bytes = 1 + roll_below(&dice, 80 * MIB);
		else
			part->weight = 1 + roll_below(&dice, 3000);
		if (part->size == PART_SHARE && roll_below(&dice, 2))
			part->max_bytes =
				part->min_bytes + MIB + roll_below(&dice, 50 * MIB);
		part->padding_bytes = roll_below(&dice, 4) ? 0 : roll_below(&dice, MIB);
		part->align_bytes = roll_below(&dice, 4)
					    ? 0
					    : units[roll_below(&dice, ARRAY_SIZE(units))];
	}
}

/* Some partitions have a given start: early, anywhere, or adjacent. */
static void random_starts(struct disk_request *request)
{
	for (size_t i = 0; i < request->parts.n; i++) {
		const uint64_t starts[] = {request->sector_bytes,
					   6 * 4096,
					   roll_below(&dice, 64) * request->sector_bytes,
					   roll_below(&dice, 64) * request->align_bytes,
					   roll_below(&dice, 4) * MIB,
					   roll_below(&dice, 2000) * MIB};

		request->parts.v[i].has_start = roll_below(&dice, 6) == 0;
		request->parts.v[i].start_bytes =
			starts[roll_below(&dice, ARRAY_SIZE(starts))];
		if (request->parts.v[i].has_start && roll_below(&dice, 2))
			request->at = AT_NONE;
	}
}

/* Checks the table against the whole request, without layout's arithmetic. */
static void check_promises(const struct disk_request *request,
			   const struct disk_layout *layout)
{
	const struct partition_table *table = &layout->table;
	uint64_t sector = request->sector_bytes;

	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *p = &table->partitions.v[i];
		uint64_t unit = layout->parts.v[i].unit_bytes / sector;
		bool starts = request->at == AT_BOTH || request->at == AT_START;
		bool ends = request->at == AT_BOTH || request->at == AT_END;

		assert_true(p->start_lba >= table->first_usable_lba);
		assert_true(p->end_lba <= table->last_usable_lba &&
			    p->end_lba >= p->start_lba);
		assert_true(!starts || p->start_lba % unit == 0);
		assert_true(!ends || (p->end_lba + 1) % unit == 0);
		for (size_t k = 0; k < table->partitions.n; k++) {
			const struct partition *q = &table->partitions.v[k];
			bool apart =
				q->end_lba < p->start_lba || q->start_lba > p->end_lba;
			bool inside = q->kind == KIND_EXTENDED && p->kind == KIND_LOGICAL;

			if (inside)
				assert_true(p->start_lba > q->start_lba &&
					    p->end_lba <= q->end_lba);
			else if (q != p &&
				 !(p->kind == KIND_EXTENDED && q->kind == KIND_LOGICAL))
				assert_true(apart);
			if (p->kind == KIND_LOGICAL && q->kind != KIND_EXTENDED)
				assert_true(p->ebr_lba < q->start_lba ||
					    p->ebr_lba > q->end_lba);
		}
	}
}

static void check_sizes(const struct disk_request *request,
			const struct disk_layout *layout)
{
	size_t extended = 99;

	for (size_t i = 0; i < layout->table.partitions.n; i++)
		if (layout->table.partitions.v[i].kind == KIND_EXTENDED)
			extended = i;
	/*
	 * The order of numbers is the order of the request, except for the extended one.
	 */
	for (size_t i = 0; i < request->parts.n; i++) {
		const struct part_request *part = &request->parts.v[i];
		size_t at = i < extended ? i : i + 1;
		uint64_t bytes = partition_sectors(&layout->table.partitions.v[at]) *
				 request->sector_bytes;

		if (part->size == PART_FIXED)
			assert_true(bytes >= part->size_bytes &&
				    bytes - part->size_bytes ==
					    layout->parts.v[at].waste_bytes);
		if (part->max_bytes)
			assert_true(bytes <=
				    MAX(part->max_bytes, layout->parts.v[at].unit_bytes));
	}
}

static void promises(void **state)
{
	unsigned good = 0, bad = 0;

	(void)state;
	for (int round = 0; round < 6000; round++) {
		_cleanup_disk_request_ struct disk_request request;
		_cleanup_disk_layout_ struct disk_layout layout = {}, again = {};
		_cleanup_error_ struct error error = {};

		random_request(&request);
		if (round % 2)
			random_starts(&request);
		if (disk_layout_make(&request, &layout, &error) < 0) {
			assert_int_equal(error.status, STATUS_INPUT);
			bad++;
			continue;
		}
		good++;
		check_promises(&request, &layout);
		check_sizes(&request, &layout);
		assert_int_equal(disk_layout_make(&request, &again, &error), 0);
		assert_null(partition_table_difference(&layout.table, &again.table));
	}
	/* Both kinds occurred. */
	assert_true(good > 2000 && bad > 200);
}

/* A minimal disk is large enough, and 1 MiB less, to which it is rounded, is not. */
static void remedy(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		_cleanup_disk_request_ struct disk_request request;
		_cleanup_disk_layout_ struct disk_layout small = {}, large = {};
		_cleanup_error_ struct error error = {}, none = {};

		random_request(&request);
		if (disk_layout_make(&request, &small, &error) == 0)
			continue;
		request.size_bytes = 0;
		request.minimal = true;
		assert_int_equal(disk_layout_make(&request, &large, &none), 0);
		request.minimal = false;
		request.size_bytes = large.table.n_sectors * request.sector_bytes;
		disk_layout_free(&large);
		large = (struct disk_layout){};
		if (disk_layout_make(&request, &large, &none) < 0)
			fail_msg("%s", none.message);
		request.size_bytes -= UINT64_C(1) << 20;
		assert_int_equal(disk_layout_make(&request, &small, &none), -1);
		seen++;
	}
	assert_true(seen > 50);
}

static void repart_uuids(void **state)
{
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_error_ struct error error = {};
	char text[GUID_TEXT_BYTES];

	(void)state;
	disk_request_init(&request);
	assert_int_equal(disk_request_set(&request, "size", "64MiB", &error), 0);
	assert_int_equal(disk_request_set(&request, "seed",
					  "750b6cd5c4ae4012a15e7be3c29e6a47", &error),
			 0);
	assert_int_equal(disk_request_set(&request, "uuid-rule", "repart", &error), 0);
	assert_int_equal(disk_request_add_part(&request, "type=swap,size=1MiB", &error),
			 0);
	assert_int_equal(disk_request_add_part(&request, "type=root-x86-64,size=1MiB",
					       &error),
			 0);
	assert_int_equal(disk_request_add_part(&request, "type=root-x86-64,size=1MiB",
					       &error),
			 0);
	assert_int_equal(disk_layout_make(&request, &layout, &error), 0);
	guid_format(layout.table.disk_guid, text);
	assert_string_equal(text, "1d2ce291-7cce-4f7d-bc83-fdb49ad74ebd");
	guid_format(layout.table.partitions.v[1].uuid, text);
	assert_true(has_prefix(text, "60f33797-1d71-"));
	guid_format(layout.table.partitions.v[2].uuid, text);
	assert_true(has_prefix(text, "73a4ccd2-"));
}

static void random_ids(void **state)
{
	_cleanup_partition_table_ struct partition_table table = {.label = LABEL_GPT};
	_cleanup_error_ struct error error = {};

	(void)state;
	vec_add(&table.partitions);
	vec_add(&table.partitions)->uuid.bytes[0] = 7;
	assert_int_equal(disk_layout_fill_ids(&table, &error), 0);
	assert_false(guid_is_zero(table.disk_guid) ||
		     guid_is_zero(table.partitions.v[0].uuid));
	assert_int_equal(table.partitions.v[1].uuid.bytes[0], 7);
	table.label = LABEL_DOS;
	assert_int_equal(disk_layout_fill_ids(&table, &error), 0);
	assert_int_not_equal(table.disk_signature, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples),   cmocka_unit_test(promises),
		cmocka_unit_test(remedy),     cmocka_unit_test(repart_uuids),
		cmocka_unit_test(random_ids),
	};

	return RUN_TESTS(tests);
}
