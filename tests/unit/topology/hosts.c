/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real machines that users contributed to hwloc (../shared/hosts), compared with a table.
 * The counts of packages, nodes, CPUs, functions and root buses are those that hwloc 2.9
 * gives for the same files, except where a comment explains the difference. Skipped
 * without the files.
 */
#include "tests/unit/test.h"

#include "topology/readers.h"
#include "tests/unit/topology/roots.h"

#include <unistd.h>

#define HOSTS SOURCE_DIR "/../shared/hosts"

static const struct row {
	const char *file, *directory; /* of an archive: its content */
	unsigned packages, nodes, cpus, functions, bridges, roots, domains;
	unsigned placed,
		candidates; /* functions whose node is known, and those with some */
	unsigned complaints;
} rows[] = {
	{"96em64t-4n4d3ca2co-pci.xml", NULL, 16, 4, 96, 26, 12, 5, 1, 26, 0, 0},
	{"16intel64-manyVFs.xml", NULL, 2, 2, 16, 31, 13, 2, 1, 31, 0, 0},
	/* Saved from a run that was limited to 4 CPUs. */
	{"nvidiaDGX2.xml", NULL, 2, 2, 4, 84, 56, 4, 1, 84, 0, 0},
	{"power8gpudistances.xml", NULL, 2, 2, 16, 8, 4, 4, 4, 8, 0, 0},
	/* Two nodes of one package have the same CPUs, so the nearer one is unknown. */
	{"28intel64-CoD-nogroups.xml", NULL, 2, 4, 28, 18, 13, 1, 1, 0, 18, 1},
	{"192em64t-24n8c2t.xml", NULL, 24, 24, 384, 27, 15, 5, 5, 27, 0, 0},
	{"24em64t-2n6c2t-pci.xml", NULL, 2, 2, 24, 15, 6, 2, 1, 15, 0, 0},
	{"cxlmem-guest.xml", NULL, 1, 1, 4, 17, 10, 2, 1, 17, 0, 0},
	{"64intel64-heteromem.xml", NULL, 1, 8, 64, 0, 0, 0, 0, 0, 0, 0},
	{"32intel64-2p8co2t+8ve.tar.bz2", "32intel64-2p8co2t+8ve", 2, 2, 32, 28, 16, 3, 1,
	 28, 0, 0},
	/* One bridge more than hwloc, which drops it because it has no bus numbers. */
	{"32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2", "32em64t-2n8c+1mic", 2, 2, 16, 137, 9,
	 4, 1, 44, 0, 0},
	/* hwloc drops a package that its PCI localities contradict. */
	{"40intel64-4n10c+pci-conflicts.tar.bz2", "40intel64-4n10c+pci-conflicts", 4, 4,
	 40, 3, 1, 1, 1, 0, 0, 0},
	/* hwloc 2 leaves out the domain above ffff. */
	{"2pa-pcidomain32bits.tar.bz2", "2pa-pcidomain32bits", 2, 1, 2, 9, 0, 2, 2, 9, 0,
	 0},
	/* hwloc hides the six nodes that are memory of GPUs. Some CPUs are not online. */
	{"nvidiagpunumanodes.tar.bz2", "nvidiagpunumanodes", 2, 8, 32, 6, 0, 6, 4, 6, 0,
	 1},
	{"fakememinitiators-1np2c+1npp+gi.tar.bz2", "fakememinitiators-1np2c+1npp+gi", 2,
	 11, 8, 0, 0, 0, 0, 0, 0, 0},
};

static void read_xml(const char *path, struct machine *ret)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	assert_int_equal(file_read(path, FILE_LIMIT, &text, &error), 0);
	assert_int_equal(hwloc_read_xml(path, text.s, text.n, ret, &error), 0);
}

static void read_archive(const struct row *row, const char *path, struct machine *ret)
{
	_cleanup_error_ struct error error = {};
	char top[] = "/tmp/virt-layout-host-XXXXXX";
	_cleanup_free_ char *root = NULL;
	_cleanup_fd_ int fd = -1;

	assert_true(mkdtemp(top) == top);
	run(xasprintf("tar -xjf '%s' -C %s", path, top));
	root = xasprintf("%s/%s", top, row->directory);
	fd = root_open(root);
	assert_int_equal(sysfs_read(fd, row->file, MACHINE_SYSFS, ret, &error), 0);
	run(xasprintf("rm -rf %s", top));
}

static unsigned packages(const struct machine *machine)
{
	_cleanup_set_ struct set seen = {};

	for (size_t i = 0; i < machine->cpus.n; i++)
		set_add(&seen, (unsigned)machine->cpus.v[i].package);
	return set_count(&seen);
}

static unsigned domains(const struct machine *machine)
{
	unsigned count = 0;

	for (size_t i = 0; i < machine->roots.n; i++)
		count += i == 0 ||
			 machine->roots.v[i].domain != machine->roots.v[i - 1].domain;
	return count;
}

static void count_functions(const struct machine *machine, struct row *found)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		found->bridges += function->bridge;
		found->placed += function->affinity.what == AFFINITY_NODE;
		found->candidates += function->affinity.what == AFFINITY_CANDIDATES;
	}
}

static void held_against_the_table(const struct row *row, const struct machine *machine)
{
	struct row found = {.functions = (unsigned)machine->functions.n};

	count_functions(machine, &found);
	print_message("%s\n", row->file);
	assert_int_equal(packages(machine), row->packages);
	assert_int_equal(machine->nodes.n, row->nodes);
	assert_int_equal(machine->cpus.n, row->cpus);
	assert_int_equal(found.functions, row->functions);
	assert_int_equal(found.bridges, row->bridges);
	assert_int_equal(machine->roots.n, row->roots);
	assert_int_equal(domains(machine), row->domains);
	assert_int_equal(found.placed, row->placed);
	assert_int_equal(found.candidates, row->candidates);
	assert_int_equal(machine->complaints.n, row->complaints);
}

static void all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *path = xasprintf(HOSTS "/%s", rows[i].file);
		_cleanup_machine_ struct machine machine = {};

		if (rows[i].directory)
			read_archive(&rows[i], path, &machine);
		else
			read_xml(path, &machine);
		held_against_the_table(&rows[i], &machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all)};

	if (access(HOSTS "/nvidiaDGX2.xml", R_OK) != 0)
		return 77;
	return RUN_TESTS(tests);
}
