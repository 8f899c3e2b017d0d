/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/macros.h"
#include "planner/guest/hmat-figures.h"

#define MIB HMAT_BANDWIDTH_STEP

/* QEMU's answers, measured with 7.2, 10.0 and 11.1. */
static void fits(void **state)
{
	static const struct {
		bool bandwidth;
		uint64_t first, second;
		enum hmat_fit fit; /* of the second */
		bool shows;        /* the first, afterwards */
	} rows[] = {
		{true, MIB, 1000 << 10, HMAT_UNALIGNED, true},
		{true, MIB, MIB << 20, HMAT_TOO_FAR, true},
		{true, MIB << 1, MIB << 16, HMAT_FITS, true},
		{true, 0, 65535 * MIB, HMAT_TOO_FAR, true},
		{true, 0, 65537 * MIB, HMAT_TOO_FAR, true},
		{true, 0, 65538 * MIB, HMAT_FITS, true},
		{false, 5, 4000000, HMAT_TOO_FAR, true},
		{false, 65537, 65539, HMAT_TOO_FAR, false},
		{false, 4000000, 5, HMAT_FITS, false},
		{false, 100, 70000, HMAT_FITS, true},
		{false, 0, 65535, HMAT_FITS, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct hmat_figures figures = {.bandwidth = rows[i].bandwidth};

		assert_int_equal(hmat_add(&figures, rows[i].first), HMAT_FITS);
		assert_int_equal(hmat_add(&figures, rows[i].second), rows[i].fit);
		assert_int_equal(hmat_shows(&figures, rows[i].first), rows[i].shows);
	}
}

static void rounds(void **state)
{
	static const struct {
		bool bandwidth;
		uint64_t old[2], new[2], unit; /* in ns or MiB/s */
	} rows[] = {
		{true, {65534, 1}, {65534, 1}, 1},
		{true, {65535, 0}, {65536, 0}, 2},
		{true, {307201, 204799}, {307200, 204800}, 4},
		{true, {200000, 2}, {200000, 0}, 4},
		{true, {UINT32_MAX, 70000}, {UINT64_C(1) << 32, 0}, 131072},
		{false, {100, 70000}, {100, 70000}, 1},
		{false, {65537, 0}, {65540, 0}, 10},
		{false, {4000000, 5}, {4000000, 0}, 10},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t step = rows[i].bandwidth ? MIB : 1;
		uint64_t values[] = {rows[i].old[0] * step, rows[i].old[1] * step};

		assert_int_equal(hmat_round(rows[i].bandwidth, values, 2),
				 rows[i].unit * step);
		assert_int_equal(values[0], rows[i].new[0] * step);
		assert_int_equal(values[1], rows[i].new[1] * step);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(rounds),
	};

	return RUN_TESTS(tests);
}
