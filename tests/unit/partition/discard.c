/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where units of discards begin (queue_limit_discard_alignment() of the kernel). */
#include "tests/unit/test.h"

#include "base/macros.h"
#include "partition/disk-discard.h"

static void test_gap(void **state)
{
	static const struct {
		struct disk_discard discard;
		uint64_t start, gap, unit;
	} rows[] = {
		{{0, 0, 0}, 12345, 0, 0},
		{{4096, 1 << 30, 0}, 0, 0, 4096},
		{{4096, 1 << 30, 0}, 1 << 20, 0, 4096},
		{{4096, 1 << 30, 0}, 512, 3584, 4096},
		{{4096, 1 << 30, 512}, 0, 512, 4096},
		{{4096, 1 << 30, 512}, 512, 0, 4096},
		{{4096, 1 << 30, 4608}, 1024, 3584, 4096},
		{{4 << 20, 1 << 30, 0}, 1 << 20, 3 << 20, 4 << 20},
		/* A thin pool's 192 KiB: 3 MiB is the least common multiple with 1 MiB.
		 */
		{{192 << 10, 1 << 30, 0}, 1 << 20, 128 << 10, 192 << 10},
		/* 65535 sectors, as USB adapters report. */
		{{33553920, 1 << 30, 0}, 1 << 20, 33553920 - (1 << 20), 0},
		{{128 << 20, 1 << 30, 0}, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(disk_discard_gap(&rows[i].discard, rows[i].start),
				 rows[i].gap);
		assert_int_equal(disk_discard_unit(&rows[i].discard), rows[i].unit);
	}
}

static void test_no_device(void **state)
{
	struct disk_discard none = disk_discard_read(0);

	(void)state;
	assert_int_equal(none.granularity_bytes, 0);
	assert_int_equal(none.max_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
