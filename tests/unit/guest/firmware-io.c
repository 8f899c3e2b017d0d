/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io_under_efi() agrees with what OVMF 2022.11 set up, and without reservations with what
 * 2025.02 did: QEMU 7.2, machine q35, virtio-net and e1000e below root ports of pcie-root
 * and of expander buses 128 and 160.
 */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "planner/guest/firmware-io.h"
#include "planner/guest/target.h"

/* The functions of the chipset are on pcie-root. */
#define CHIPSET true

static const struct {
	struct io_root roots[3];
	enum io_verdict verdict;
} rows[] = {
	/* One expander bus is the last root: its reservations make room. */
	{{{0, 2, CHIPSET}, {9}}, IO_FITS},
	{{{0, 0, CHIPSET}, {9, 1}}, IO_FITS},
	{{{0, 0, CHIPSET}, {10}}, IO_DEVICE_DROPPED},
	{{{0, 11, CHIPSET}}, IO_FITS},
	{{{0, 3, CHIPSET}, {7}}, IO_FITS},
	/* Two downstream ports of a switch need two windows; bridges drop theirs. */
	{{{2, 0, CHIPSET}, {8}}, IO_DEVICE_DROPPED},
	{{{1, 0, CHIPSET}, {8}}, IO_FITS},
	{{{1, 0, CHIPSET}, {9}}, IO_DEVICE_DROPPED},
	{{{0, 1, CHIPSET}, {9}}, IO_FITS},
	/* Only an earlier root gets no room. */
	{{{0, 11, CHIPSET}, {2}}, IO_ALL_DROPPED},
	{{{0, 0, CHIPSET}, {0, 11}, {0, 2}}, IO_ALL_DROPPED},
	/* The same with ports that are not hot-pluggable. */
	{{{0, 0, CHIPSET}, {0, 0}, {0, 2}}, IO_FITS},
	{{{0, 0, CHIPSET}, {0, 11}, {0, 0}}, IO_FITS},
	/* The last of three roots gets no room. */
	{{{0, 0, CHIPSET}, {5}, {0, 5}}, IO_FITS},
	{{{0, 2, CHIPSET}, {5}, {4}}, IO_FITS},
	{{{0, 2, CHIPSET}, {0, 9}, {0, 9}}, IO_FITS},
};

static void test_efi(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum io_verdict verdict =
			io_under_efi(rows[i].roots, ARRAY_SIZE(rows[i].roots));

		if (verdict != rows[i].verdict)
			fail_msg("row %zu: %d", i, (int)verdict);
	}
}

static void test_versions(void **state)
{
	(void)state;
	assert_int_equal(io_efi_reserves(VERSION_OF(2022, 11)), KNOWN_YES);
	assert_int_equal(io_efi_reserves(VERSION_OF(2023, 8)), KNOWN_UNKNOWN);
	assert_int_equal(io_efi_reserves(VERSION_OF(2025, 2)), KNOWN_NO);
	assert_int_equal(io_efi_reserves(0), KNOWN_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_efi),
		cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
