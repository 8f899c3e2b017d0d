/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "partition/partition-table.h"
#include "partition/patch.h"

static void guids(void **state)
{
	static const char *const bad[] = {
		"",
		"c12a7328",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93bb",
		"c12a7328xf81f-11d2-ba4b-00a0c93ec93b",
		"g12a7328-f81f-11d2-ba4b-00a0c93ec93b",
	};
	/* The EFI system partition's type as stored in every GPT. */
	static const uint8_t disk[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
					 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
	uint8_t again[16];
	struct guid guid;
	char string[GUID_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(guid_parse(bad[i], &guid));
	assert_true(guid_parse("C12A7328-f81f-11d2-BA4B-00a0c93ec93b", &guid));
	guid_to_disk(guid, again);
	assert_memory_equal(again, disk, 16);
	assert_true(guid_equal(guid_from_disk(disk), guid));
	guid_format(guid, string);
	assert_string_equal(string, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
	assert_true(guid_parse("c12a7328f81f11d2ba4b00a0c93ec93b", &guid));
	guid_format(guid_as_v4((struct guid){}), string);
	assert_string_equal(string, "00000000-0000-4000-8000-000000000000");
}

static void add(struct partition_table *table, unsigned number, uint64_t start_lba)
{
	*vec_add(&table->partitions) = (struct partition){.number = number,
							  .start_lba = start_lba,
							  .end_lba = start_lba + 7};
}

static void differences(void **state)
{
	_cleanup_partition_table_ struct partition_table a = {.label = LABEL_GPT},
							 b = {.label = LABEL_GPT};
	char *differs;

	(void)state;
	add(&a, 1, 64);
	add(&a, 2, 128);
	add(&b, 2, 128);
	add(&b, 1, 64);
	partition_table_sort(&b);
	assert_null(partition_table_difference(&a, &b));
	assert_int_equal(partition_table_find(&b, 2)->start_lba, 128);
	assert_null(partition_table_find(&b, 3));
	b.partitions.v[1].name = xstrdup("root");
	differs = partition_table_difference(&b, &a);
	assert_string_equal(differs, "partition 2: name is \"root\", not \"\"");
	free(differs);
	a.partitions.v[0].end_lba++;
	differs = partition_table_difference(&b, &a);
	assert_string_equal(differs, "partition 1: end is 71, not 72");
	free(differs);
	b.n_sectors = 9;
	differs = partition_table_difference(&b, &a);
	assert_string_equal(differs, "number of sectors is 9, not 0");
	free(differs);
}

static void patches(void **state)
{
	_cleanup_patch_ struct patch patch = {.sector_bytes = 4};
	const uint8_t a[] = {1, 2, 3, 4}, b[] = {1, 2, 3, 5};

	(void)state;
	patch_add(&patch, 7, 1, a, b);
	patch_add(&patch, 9, 0, a, a);
	patch_add(&patch, 8, 0, b, a);
	patch_sort(&patch);
	assert_int_equal(patch.sectors.n, 2);
	assert_int_equal(patch.sectors.v[0].lba, 8);
	assert_null(patch_find(&patch, 9));
	assert_memory_equal(patch_find(&patch, 7)->new, b, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guids),
		cmocka_unit_test(differences),
		cmocka_unit_test(patches),
	};

	return RUN_TESTS(tests);
}
