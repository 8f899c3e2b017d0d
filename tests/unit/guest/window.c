/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window_fits() agrees with what was measured (tests/boot/windows.table), and says that
 * it does not know where what is left out decides.
 */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "base/text.h"
#include "planner/guest/target.h"
#include "planner/guest/window.h"
#include "planner/guest/window-use.h"

#include <stdio.h>

#define GIB (UINT64_C(1) << 30)

/* The words of a line of the table. */
struct row {
	char firmware[32], cpu[32], sizes[32], place[8], settings[64], result[32];
	unsigned bits;
};

static bool read_row(const char *line, struct row *row)
{
	return line[0] != '#' && sscanf(line, "%31s %31s %u %31s %7s %63s %31s",
					row->firmware, row->cpu, &row->bits, row->sizes,
					row->place, row->settings, row->result) == 7;
}

static void set_firmware(const char *name, struct window_guest *guest)
{
	const char *version = strchr(name, '-') + 1;

	guest->firmware = has_prefix(name, "seabios") ? WINDOW_SEABIOS
			  : has_prefix(name, "edk2")  ? WINDOW_EDK2
						      : WINDOW_EDK2_ARM;
	if (guest->firmware == WINDOW_SEABIOS)
		assert_true(version_parse(version, &guest->version));
	else
		assert_true(edk2_parse(version, &guest->version));
}

static uint64_t setting(const struct row *row, const char *name)
{
	const char *at = strstr(row->settings, name);
	unsigned long value = 0;

	if (at)
		assert_int_equal(sscanf(at + strlen(name), "=%lu", &value), 1);
	return value;
}

static struct window_guest guest_of(const struct row *row)
{
	struct window_guest guest = {.bits = row->bits};
	const char *sizes = row->sizes;

	set_firmware(row->firmware, &guest);
	guest.amd = has_prefix(row->cpu, "Skylake") ? KNOWN_NO : KNOWN_YES;
	guest.pages = streq(row->cpu, "qemu64") ? KNOWN_NO : KNOWN_YES;
	/* q35 has 2 GiB of its memory below 4 GiB; virt begins at 1 GiB. */
	guest.memory_end = setting(row, "memory") == 6144 ? 8 * GIB : 4 * GIB;
	guest.option_bytes = setting(row, "X-PciMmio64Mb") << 20;
	if (guest.firmware == WINDOW_EDK2_ARM)
		guest.hole_bytes = setting(row, "pcihole64") * GIB;
	guest.ports = (unsigned)setting(row, "virtio");
	while (sizes) {
		uint64_t size = strtoull(sizes, NULL, 10) * GIB;

		guest.sum_bytes += size;
		guest.largest_bytes = MAX(guest.largest_bytes, size);
		sizes = strchr(sizes, ',');
		sizes = sizes ? sizes + 1 : NULL;
	}
	return guest;
}

static void agrees_with_table(void **state)
{
	FILE *file = fopen(SOURCE_DIR "/tests/boot/windows.table", "re");
	char line[256];
	unsigned rows = 0, wrong = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		struct row row;
		struct window_guest guest;
		enum window_fits expected;

		if (!read_row(line, &row) || strstr(row.result, "refused") ||
		    strchr(row.result, 63))
			continue;
		guest = guest_of(&row);
		expected = strstr(row.result, "fits") ? WINDOW_YES : WINDOW_NO;
		if (window_fits(&guest) != expected) {
			print_message("%s", line);
			wrong++;
		}
		rows++;
	}
	fclose(file);
	assert_int_equal(wrong, 0);
	assert_true(rows > 150);
}

/* edk2 2022.11 with more than 46 bits, which tests/boot/windows cannot measure. */
static void does_not_guess(void **state)
{
	struct window_guest guest = {.firmware = WINDOW_EDK2,
				     .version = VERSION_OF(2022, 11),
				     .bits = 46,
				     .amd = KNOWN_YES,
				     .pages = KNOWN_YES,
				     .memory_end = 4 * GIB,
				     .sum_bytes = 64 * GIB,
				     .largest_bytes = 64 * GIB};

	(void)state;
	assert_int_equal(window_fits(&guest), WINDOW_YES);
	guest.bits = 47;
	assert_int_equal(window_fits(&guest), WINDOW_UNKNOWN);
	assert_int_equal(window_unknown(&guest), WINDOW_UNMEASURED);
	guest.pages = KNOWN_NO; /* it uses 40 bits then */
	assert_int_equal(window_fits(&guest), WINDOW_YES);
	guest.pages = KNOWN_YES;
	guest.version = VERSION_OF(2025, 2);
	assert_int_equal(window_fits(&guest), WINDOW_YES);
}

/* Only what can change the answer is reported as unknown. */
static void says_what_decides(void **state)
{
	struct window_guest guest = {.firmware = WINDOW_EDK2,
				     .version = VERSION_OF(2025, 2),
				     .bits = 44,
				     .amd = KNOWN_UNKNOWN,
				     .pages = KNOWN_UNKNOWN,
				     .memory_end = 4 * GIB,
				     .sum_bytes = 512 * GIB,
				     .largest_bytes = 512 * GIB};

	(void)state;
	assert_int_equal(window_unknown(&guest), WINDOW_PAGES);
	guest.version = 0;
	guest.bits = 0;
	assert_int_equal(window_unknown(&guest) & ~(unsigned)WINDOW_UNMEASURED,
			 WINDOW_PAGES | WINDOW_BITS | WINDOW_VERSION);
	guest.version = VERSION_OF(2026, 9);
	guest.bits = 45;
	guest.pages = KNOWN_YES;
	guest.sum_bytes = 6 * 1024 * GIB;
	guest.largest_bytes = 4 * 1024 * GIB;
	assert_int_equal(window_unknown(&guest), WINDOW_RELEASE);
	guest.sum_bytes = 16 * GIB;
	guest.largest_bytes = 16 * GIB;
	assert_int_equal(window_unknown(&guest), 0);
}

/* A larger window of machine type virt. */
static void larger_hole(void **state)
{
	struct window_guest guest = {.firmware = WINDOW_EDK2_ARM,
				     .version = VERSION_OF(2025, 2),
				     .bits = 44,
				     .memory_end = 4 * GIB,
				     .sum_bytes = 1024 * GIB,
				     .largest_bytes = 512 * GIB};

	(void)state;
	assert_int_equal(window_fits(&guest), WINDOW_NO);
	assert_true(window_needed_hole(&guest) > WINDOW_VIRT_BYTES);
	guest.hole_bytes = window_needed_hole(&guest);
	assert_int_equal(window_fits(&guest), WINDOW_YES);
	guest.bits = 40;
	assert_int_equal(window_fits(&guest), WINDOW_NO);
	guest.bits = 0;
	assert_int_equal(window_fits(&guest), WINDOW_UNKNOWN);
	guest.bits = 44;
	guest.sum_bytes *= 8;
	assert_int_equal(window_fits(&guest), WINDOW_NO);
}

/* A record may have any number of nodes with any memory, and name a device twice. */
static void memory_of_gpu(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	struct machine_function *gpu =
		machine_add_function(&machine,
				     (struct pci_address){.domain = 9, .bus = 1});
	struct machine_node *node = machine_add_node(&machine, 0);

	(void)state;
	gpu->vendor = 0x10de;
	gpu->class_code = 0x030200;
	assert_int_equal(window_memory_of(&machine, 0), 0);
	node->memory_bytes = 95 * GIB;
	for (int i = 0; i < 2; i++)
		vec_add(&node->initiators)->at = gpu->at;
	assert_int_equal(window_memory_of(&machine, 0), 95 * GIB);
	for (int i = 1; i < 20000; i++) {
		node = machine_add_node(&machine, i);
		node->memory_bytes = (UINT64_C(1) << 50) - GIB;
		vec_add(&node->initiators)->at = gpu->at;
	}
	assert_int_equal(window_memory_of(&machine, 0), UINT64_C(1) << 52);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_table), cmocka_unit_test(does_not_guess),
		cmocka_unit_test(says_what_decides), cmocka_unit_test(larger_hole),
		cmocka_unit_test(memory_of_gpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
