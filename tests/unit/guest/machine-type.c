/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machine-type.h against what QEMU 7.2, 10.0 and 11.1 reported (machine-types.tsv): every
 * type that they list exists, is deprecated as they say and takes as many vCPUs; every
 * type that they do not list does not exist.
 */
#include "tests/unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/guest/machine-type.h"

#include <stdio.h>

#define TABLE SOURCE_DIR "/tests/unit/guest/machine-types.tsv"

static struct text table;

static int read_table(void **state)
{
	_cleanup_error_ struct error error = {};

	(void)state;
	return file_read(TABLE, 1 << 20, &table, &error);
}

static int free_table(void **state)
{
	(void)state;
	text_free(&table);
	return 0;
}

struct row {
	char version[8], architecture[16], name[32], deprecated[4];
	unsigned vcpus, qemu;
};

/* The row in the next line of *@rest; false after the last. */
static bool next_row(const char **rest, struct row *ret)
{
	while (**rest) {
		int n = 0;
		bool found = sscanf(*rest, "%7s %15s %31s %u %3s%n", ret->version,
				    ret->architecture, ret->name, &ret->vcpus,
				    ret->deprecated, &n) == 5 &&
			     **rest != '#';

		*rest += strcspn(*rest, "\n");
		*rest += **rest == '\n';
		if (found && version_parse(ret->version, &ret->qemu))
			return true;
	}
	return false;
}

static void what_qemu_lists_exists(void **state)
{
	struct row row;
	size_t n = 0;

	(void)state;
	for (const char *rest = table.s; next_row(&rest, &row); n++) {
		struct machine_verdict verdict =
			machine_type_judge(row.name, row.architecture, row.qemu);

		if (verdict.fate !=
		    (streq(row.deprecated, "yes") ? MACHINE_DEPRECATED : MACHINE_EXISTS))
			fail_msg("QEMU %s: %s: %d", row.version, row.name, verdict.fate);
		if (verdict.fate == MACHINE_DEPRECATED && verdict.removal <= row.qemu)
			fail_msg("QEMU %s: %s is removed already", row.version, row.name);
		if (machine_type_vcpus(row.name, row.qemu) != row.vcpus)
			fail_msg("QEMU %s: %s: %u vCPUs", row.version, row.name,
				 machine_type_vcpus(row.name, row.qemu));
	}
	assert_true(n > 150);
}

static bool is_listed(const char *name, const char *architecture, unsigned qemu)
{
	struct row row;

	for (const char *rest = table.s; next_row(&rest, &row);)
		if (row.qemu == qemu && streq(row.name, name) &&
		    streq(row.architecture, architecture))
			return true;
	return false;
}

static void what_qemu_does_not_list_does_not_exist(void **state)
{
	static const struct {
		const char *begins, *architecture;
		unsigned qemu[3];
	} rows[] = {
		{"pc-q35-",
		 "x86_64",
		 {VERSION_OF(7, 2), VERSION_OF(10, 0), VERSION_OF(11, 1)}},
		{"pc-i440fx-",
		 "x86_64",
		 {VERSION_OF(7, 2), VERSION_OF(10, 0), VERSION_OF(11, 1)}},
		{"virt-", "aarch64", {VERSION_OF(10, 0), VERSION_OF(11, 1)}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t j = 0; j < 3 && rows[i].qemu[j]; j++)
			for (unsigned k = 0; k < 2 * 20 * 14; k++) {
				/* With ".1" as well, which one type has. */
				_cleanup_free_ char *name =
					xasprintf("%s%u.%u%s", rows[i].begins, k / 2 / 14,
						  k / 2 % 14, k % 2 ? ".1" : "");
				enum machine_fate fate =
					machine_type_judge(name, rows[i].architecture,
							   rows[i].qemu[j])
						.fate;

				if ((fate < MACHINE_REMOVED) !=
				    is_listed(name, rows[i].architecture,
					      rows[i].qemu[j]))
					fail_msg("QEMU %u: %s: %d", rows[i].qemu[j], name,
						 fate);
			}
}

static void names_that_no_qemu_has(void **state)
{
	static const char *const rows[][3] = {
		{"pc-q35", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"pc-q35-", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"Q35", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"q35-8.2", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"pc-q35-7.3", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"pc-q35-8.2.1", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"pc-q35-11.1.0", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"pc-q35-011.1", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"pc-i440fx-11.01", "x86_64",
		 "pc, or pc-i440fx-11.1 for a fixed version"},
		{"virt-10.0.0", "aarch64", "virt, or virt-11.1 for a fixed version"},
		{"pc-i440fx", "x86_64", "pc, or pc-i440fx-11.1 for a fixed version"},
		{"virt", "x86_64", "q35, or pc-q35-11.1 for a fixed version"},
		{"q35", "aarch64", "virt, or virt-11.1 for a fixed version"},
		{"virt-9.9", "aarch64", "virt, or virt-11.1 for a fixed version"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned qemu = VERSION_OF(11, 1);
		_cleanup_free_ char *instead =
			machine_type_instead(rows[i][0], rows[i][1], qemu);

		if (machine_type_judge(rows[i][0], rows[i][1], qemu).fate !=
		    MACHINE_NEVER)
			fail_msg("%s exists", rows[i][0]);
		assert_string_equal(instead, rows[i][2]);
	}
}

static void came_later(void **state)
{
	static const struct {
		unsigned qemu;
		enum machine_fate fate;
	} rows[] = {
		{VERSION_OF(7, 2), MACHINE_TOO_NEW},
		{VERSION_OF(10, 0), MACHINE_TOO_NEW},
		{VERSION_OF(10, 2), MACHINE_UNKNOWN},
		{VERSION_OF(11, 1), MACHINE_EXISTS},
		{VERSION_OF(12, 0), MACHINE_EXISTS},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(machine_type_judge("nitro", "x86_64", rows[i].qemu).fate,
				 rows[i].fate);
}

/* Of a distribution's type we know at most since when; of other names nothing. */
static void others_are_unknown(void **state)
{
	static const char *const names[] = {"pc-q35-noble",       "pc-q35-rhel9.4.0",
					    "pc-q35-8.1+pve0",    "ubuntu-q35",
					    "pc-q35-noble-v2",    "xenfv",
					    "pseries-2.12",       "virt-foo",
					    "s390-ccw-virtio-4.2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(
			machine_type_judge(names[i], NULL, VERSION_OF(9, 0)).fate,
			MACHINE_UNKNOWN);
	assert_int_equal(
		machine_type_judge("pc-q35-noble", "x86_64", VERSION_OF(8, 1)).fate,
		MACHINE_TOO_NEW);
	assert_int_equal(machine_type_vcpus("pc-q35-rhel9.4.0", VERSION_OF(9, 0)), 0);
	assert_int_equal(machine_type_vcpus("pc-q35-rhel9.2.0", VERSION_OF(9, 0)), 710);
	assert_int_equal(machine_type_vcpus("pc-q35-noble", VERSION_OF(9, 0)), 288);
	assert_int_equal(machine_type_vcpus("pc-q35-jammy-maxcpus", VERSION_OF(9, 0)),
			 1024);
}

/* What was published of the types of RHEL and Ubuntu. */
static void types_of_distributions(void **state)
{
	static const struct {
		const char *name;
		unsigned qemu, vcpus;
		enum machine_fate fate;
		const char *instead;
	} rows[] = {
		{"pc-i440fx-rhel7.6.0", VERSION_OF(7, 2), 240, MACHINE_DEPRECATED, "q35"},
		{"pc-i440fx-rhel7.4.0", VERSION_OF(9, 1), 240, MACHINE_DEPRECATED, "q35"},
		{"pc-q35-rhel7.3.0", VERSION_OF(7, 2), 255, MACHINE_UNKNOWN, "q35"},
		{"pc-q35-rhel8.6.0", VERSION_OF(8, 2), 710, MACHINE_UNKNOWN, "q35"},
		{"pc-q35-rhel8.6.0", VERSION_OF(9, 1), 710, MACHINE_DEPRECATED, "q35"},
		{"pc-q35-rhel8.4.0", VERSION_OF(10, 1), 0, MACHINE_DEPRECATED, "q35"},
		{"pc-q35-rhel9.6.0", VERSION_OF(9, 1), 4096, MACHINE_UNKNOWN, "q35"},
		{"pc-q35-rhel9.6.0", VERSION_OF(8, 2), 4096, MACHINE_TOO_NEW, "q35"},
		{"pc-q35-rhel10.0.0", VERSION_OF(10, 1), 4096, MACHINE_UNKNOWN, "q35"},
		{"pc-q35-xenial", VERSION_OF(8, 2), 255, MACHINE_UNKNOWN, "q35"},
		{"pc-q35-jammy-hpb", VERSION_OF(8, 2), 288, MACHINE_UNKNOWN, "q35"},
		{"pc-i440fx-noble-v2", VERSION_OF(8, 2), 255, MACHINE_UNKNOWN, "pc"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *instead =
			machine_type_instead(rows[i].name, "x86_64", rows[i].qemu);
		struct machine_verdict verdict =
			machine_type_judge(rows[i].name, "x86_64", rows[i].qemu);

		assert_string_equal(instead, rows[i].instead);
		assert_int_equal(machine_type_vcpus(rows[i].name, rows[i].qemu),
				 rows[i].vcpus);
		assert_int_equal(verdict.fate, rows[i].fate);
		assert_true(verdict.downstream || verdict.fate == MACHINE_TOO_NEW);
	}
}

static void age_of_a_type(void **state)
{
	static const struct {
		const char *name;
		unsigned version;
		enum known older;
	} rows[] = {
		{"pc-q35-3.1", VERSION_OF(4, 0), KNOWN_YES},
		{"pc-q35-4.0.1", VERSION_OF(4, 0), KNOWN_NO},
		{"pc-1.0", VERSION_OF(2, 5), KNOWN_YES},
		{"q35", VERSION_OF(4, 0), KNOWN_NO},
		{"pc-q35-rhel7.6.0", VERSION_OF(4, 0), KNOWN_YES},
		{"pc-q35-rhel9.6.0", VERSION_OF(4, 0), KNOWN_NO},
		{"pc-q35-bionic", VERSION_OF(4, 0), KNOWN_YES},
		{"pc-q35-noble-hpb", VERSION_OF(4, 0), KNOWN_NO},
		/* Their QEMU is not known, but that of types before or after them is. */
		{"pc-q35-rhel7.3.0", VERSION_OF(4, 0), KNOWN_YES},
		{"pc-i440fx-rhel7.0.0", VERSION_OF(2, 5), KNOWN_UNKNOWN},
		{"pc-q35-rhel8.0.0", VERSION_OF(4, 0), KNOWN_UNKNOWN},
		{"pc-q35-rhel8.1.0", VERSION_OF(2, 5), KNOWN_NO},
		{"pc-q35-rhel8.1.0", VERSION_OF(5, 0), KNOWN_YES},
		{"pc-q35-foo", VERSION_OF(4, 0), KNOWN_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (machine_type_is_older(rows[i].name, rows[i].version) != rows[i].older)
			fail_msg("%s", rows[i].name);
	assert_true(machine_type_is_alias("q35"));
	assert_false(machine_type_is_alias("pc-q35-noble"));
	assert_false(machine_type_is_alias("pc-1.0"));
}

static void the_future_is_computed(void **state)
{
	struct machine_verdict now =
		machine_type_judge("pc-q35-8.1", "x86_64", VERSION_OF(11, 1));
	struct machine_verdict then =
		machine_type_judge("pc-q35-8.1", "x86_64", VERSION_OF(14, 1));

	(void)state;
	assert_int_equal(now.removal, VERSION_OF(14, 1));
	assert_true(now.computed);
	assert_int_equal(then.fate, MACHINE_REMOVED);
	assert_true(then.computed);
	assert_false(
		machine_type_judge("pc-q35-4.2", "x86_64", VERSION_OF(11, 1)).computed);
	assert_true(
		machine_type_judge("pc-q35-11.2", "x86_64", VERSION_OF(11, 1)).computed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_qemu_lists_exists),
		cmocka_unit_test(came_later),
		cmocka_unit_test(what_qemu_does_not_list_does_not_exist),
		cmocka_unit_test(names_that_no_qemu_has),
		cmocka_unit_test(others_are_unknown),
		cmocka_unit_test(types_of_distributions),
		cmocka_unit_test(age_of_a_type),
		cmocka_unit_test(the_future_is_computed),
	};

	return cmocka_run_group_tests(tests, read_table, free_table);
}
