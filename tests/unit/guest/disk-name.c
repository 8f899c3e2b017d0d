/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/macros.h"
#include "planner/guest/disk-name.h"

static void numbers_and_buses(void **state)
{
	static const struct {
		const char *name, *bus;
		int number;
		unsigned partition;
	} rows[] = {
		{"sda", "scsi", 0, 0},
		{"sdz", "scsi", 25, 0},
		{"sdaa", "scsi", 26, 0},
		{"vdzz", "virtio", 701, 0},
		{"hdd", "ide", 3, 0},
		{"fdb", "ide", 1, 0},
		{"xvda2", "xen", 0, 2},
		{"vda10", "virtio", 0, 10},
		{"vda0", "virtio", 0, 0},
		{"ubda", "uml", 0, 0},
		{"sdfxshrxx", "scsi", INT32_MAX, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct disk_name name;

		assert_true(disk_name_parse(rows[i].name, &name));
		assert_string_equal(name.bus, rows[i].bus);
		assert_int_equal(name.number, rows[i].number);
		assert_int_equal(name.partition, rows[i].partition);
	}
}

static void no_names(void **state)
{
	static const char *const names[] = {
		"",      "sd",    "sdA",           "sda_1", "vda01",     "nvme0n1",
		"sda1p", "disk0", "hdaxxxxxxxxxx", "Vda",   "sdfxshrxy",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct disk_name name;

		assert_false(disk_name_parse(names[i], &name));
	}
}

static void default_buses(void **state)
{
	static const struct {
		const char *device, *name, *bus;
	} rows[] = {
		{"disk", "vda", "virtio"}, {NULL, "sdb", "scsi"},
		{"cdrom", "hdc", "ide"},   {"floppy", "fda", "fdc"},
		{"floppy", "vda", "fdc"},  {"disk", "fda", "ide"},
		{"disk", NULL, "ide"},     {NULL, "nonsense", "ide"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(disk_default_bus(rows[i].device, rows[i].name),
				    rows[i].bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_buses),
		cmocka_unit_test(no_names),
		cmocka_unit_test(default_buses),
	};

	return RUN_TESTS(tests);
}
