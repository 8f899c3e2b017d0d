/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "partition/free.h"

#define MIB_SECTORS 2048

static void put(struct partition_table *table, unsigned number, enum partition_kind kind,
		uint64_t start, uint64_t end)
{
	*vec_add(&table->partitions) =
		(struct partition){.number = number,
				   .kind = kind,
				   .start_lba = start,
				   .end_lba = end - 1,
				   .ebr_lba = kind == KIND_LOGICAL ? start - 1 : 0,
				   .type_code = 0x83};
}

/* Gaps of 1, 2 and 57 MiB, as in case 4 of libvirt's pool (facts, section 2). */
static struct partition_table with_gaps(void)
{
	struct partition_table table = {.label = LABEL_DOS,
					.sector_bytes = 512,
					.n_sectors = 64 * MIB_SECTORS,
					.first_usable_lba = 1,
					.last_usable_lba = 64 * MIB_SECTORS - 1,
					.disk_signature = 1};

	put(&table, 1, KIND_PRIMARY, 2 * MIB_SECTORS, 3 * MIB_SECTORS);
	put(&table, 2, KIND_PRIMARY, 5 * MIB_SECTORS, 6 * MIB_SECTORS);
	put(&table, 3, KIND_PRIMARY, 6 * MIB_SECTORS, 7 * MIB_SECTORS);
	return table;
}

static void extents(void **state)
{
	_cleanup_partition_table_ struct partition_table table = with_gaps();
	_cleanup_extents_ struct extents found = {};
	static const struct extent expected[] = {
		{1, 4096, false},       {6144, 10240, false}, {14336, 20480, false},
		{40960, 131072, false}, {20481, 22528, true}, {24576, 40960, true}};

	(void)state;
	put(&table, 4, KIND_EXTENDED, 20480, 40960);
	put(&table, 5, KIND_LOGICAL, 22528, 24576);
	table.partitions.v[4].ebr_lba = 20480; /* the head of the chain */
	table_free_extents(&table, &found);
	assert_int_equal(found.list.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < found.list.n; i++) {
		assert_int_equal(found.list.v[i].start, expected[i].start);
		assert_int_equal(found.list.v[i].end, expected[i].end);
		assert_int_equal(found.list.v[i].logical, expected[i].logical);
	}
}

static void best_fit(void **state)
{
	static const struct {
		const char *part, *align;
		uint64_t start, end; /* 0: there is no room */
	} rows[] = {
		{"size=1500000B", "1MiB", 3 * MIB_SECTORS, 5 * MIB_SECTORS},
		{"size=1MiB", "1MiB", 1 * MIB_SECTORS, 2 * MIB_SECTORS},
		{"size=1MiB", "512B", 1, 1 + MIB_SECTORS},
		{"size=2MiB", "1MiB", 3 * MIB_SECTORS, 5 * MIB_SECTORS},
		{"size=2MiB", "4MiB", 8 * MIB_SECTORS, 12 * MIB_SECTORS},
		{"size=57MiB", "1MiB", 7 * MIB_SECTORS, 64 * MIB_SECTORS},
		{"size=58MiB", "1MiB", 0, 0},
		{"size=rest", "1MiB", 7 * MIB_SECTORS, 64 * MIB_SECTORS},
		{"size=rest", "5MiB", 10 * MIB_SECTORS, 60 * MIB_SECTORS},
		{"size=1MiB,start=4MiB", "1MiB", 4 * MIB_SECTORS, 5 * MIB_SECTORS},
		{"size=1MiB,start=5MiB", "1MiB", 0, 0},
		{"size=100s,align-at=end", "1MiB", 1, MIB_SECTORS},
		{"size=100s,align-at=start", "1MiB", MIB_SECTORS, MIB_SECTORS + 100},
		{"size=100s,align-at=none", "1MiB", 1, 101},
		{"size=rest,max=1500000B", "1MiB", 1 * MIB_SECTORS, 2 * MIB_SECTORS},
		{"size=rest,min=57MiB", "1MiB", 7 * MIB_SECTORS, 64 * MIB_SECTORS},
		{"size=rest,min=58MiB", "1MiB", 0, 0},
		{"size=rest,min=100s,max=200s,align-at=none", "1MiB", 1, 201},
		{"size=1MiB,padding=1MiB", "1MiB", 3 * MIB_SECTORS, 4 * MIB_SECTORS},
		{"size=1MiB,padding=2MiB", "1MiB", 7 * MIB_SECTORS, 8 * MIB_SECTORS},
		{"size=rest,padding=1s", "1MiB", 7 * MIB_SECTORS, 63 * MIB_SECTORS},
		{"size=1MiB,padding=57MiB", "1MiB", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_partition_table_ struct partition_table table = with_gaps();
		_cleanup_disk_request_ struct disk_request request = {};
		_cleanup_error_ struct error error = {};
		_cleanup_extents_ struct extents kept = {};
		struct room room = {};
		int rc;

		disk_request_init(&request);
		request.label = LABEL_DOS;
		assert_int_equal(disk_request_set(&request, "align", rows[i].align,
						  &error),
				 0);
		assert_int_equal(disk_request_add_part(&request, rows[i].part, &error),
				 0);
		rc = partition_add(&table, &request, &request.parts.v[0], &kept, &room,
				   &error);
		if (rc == 0 && (room.start != rows[i].start || room.end != rows[i].end))
			print_error("%s by %s: %ju to %ju\n", rows[i].part, rows[i].align,
				    (uintmax_t)room.start, (uintmax_t)room.end);
		assert_int_equal(rc, rows[i].end ? 0 : -1);
		assert_int_equal(room.start, rows[i].start);
		assert_int_equal(room.end, rows[i].end);
		assert_int_equal(table.partitions.n, rows[i].end ? 4 : 3);
	}
}

static void growing(void **state)
{
	_cleanup_partition_table_ struct partition_table table = with_gaps();
	_cleanup_disk_request_ struct disk_request request = {};
	_cleanup_error_ struct error error = {};
	struct room room;

	(void)state;
	disk_request_init(&request);
	assert_int_equal(partition_grow(&table, 1, &request, 0, &room, &error), 0);
	assert_int_equal(table.partitions.v[0].end_lba, 5 * MIB_SECTORS - 1);
	/* Nothing after it: unchanged. */
	assert_int_equal(partition_grow(&table, 2, &request, 0, &room, &error), 0);
	assert_int_equal(table.partitions.v[1].end_lba, 6 * MIB_SECTORS - 1);
	assert_int_equal(partition_grow(&table, 3, &request, (10 << 20) + 1, &room,
					&error),
			 0);
	assert_int_equal(table.partitions.v[2].end_lba, 17 * MIB_SECTORS - 1);
	assert_int_equal(partition_grow(&table, 3, &request, 10 << 20, &room, &error),
			 -1);
	assert_int_equal(partition_grow(&table, 3, &request, 60 << 20, &room, &error),
			 -1);
	assert_int_equal(partition_grow(&table, 9, &request, 0, &room, &error), -1);
	assert_int_equal(table.partitions.v[2].end_lba, 17 * MIB_SECTORS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extents),
		cmocka_unit_test(best_fit),
		cmocka_unit_test(growing),
	};

	return RUN_TESTS(tests);
}
