/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/pci-access.h"
#include "tests/unit/topology/roots.h"

#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices/"

static void names(void **state)
{
	struct machine_function nic = {.vendor = 0x8086, .device = 0x1521};
	struct machine_function odd = {.vendor = 0x8086, .device = 0xfffe};
	struct machine_function none = {}, gone = {.vendor = 0xffff, .device = 0xffff};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_false(text_add_pci_name(&text, &none));
	assert_false(text_add_pci_name(&text, &gone));
	assert_int_equal(text.n, 0);
	/* The tests need the package pci.ids. */
	assert_true(text_add_pci_name(&text, &nic));
	assert_string_equal(text.s, "Intel Corporation I350 Gigabit Network Connection");
	text.n = 0;
	assert_true(text_add_pci_name(&text, &odd));
	assert_string_equal(text.s, "Intel Corporation");
}

static size_t read_file(struct pci_address at, uint8_t *bytes, size_t n)
{
	_cleanup_free_ char *path = xasprintf(DEVICES PCI_FORMAT "/config", PCI_ARGS(at));
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count = fd < 0 ? 0 : pread(fd, bytes, n, 0);

	return count < 0 ? 0 : (size_t)count;
}

/*
 * The identifiers never change; the registers after them may change between two readings.
 */
static void config(void **state)
{
	_cleanup_fd_ int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	struct config_source source;
	uint8_t ours[4096], theirs[4096];

	(void)state;
	assert_int_equal(sysfs_read(fd, "here", MACHINE_LIVE, &machine, &error), 0);
	if (!pciaccess_begin(&source)) {
		assert_int_equal(machine.functions.n, 0);
		return;
	}
	for (size_t i = 0; i < machine.functions.n; i++) {
		struct pci_address at = machine.functions.v[i].at;
		size_t n = source.read(source.data, at, theirs, sizeof(theirs));

		assert_int_equal(n, read_file(at, ours, sizeof(ours)));
		assert_memory_equal(ours, theirs, MIN(n, 4u));
	}
	assert_int_equal(source.read(source.data, (struct pci_address){.domain = 0xfffe},
				     theirs, sizeof(theirs)),
			 0);
	pciaccess_end();
}

/* Replaces the library: slot 1 is a port of a switch; everything else is unknown. */
static size_t fake(void *data, struct pci_address at, uint8_t *bytes, size_t n)
{
	size_t *calls = data;

	++*calls;
	if (at.slot != 1)
		return 0;
	memset(bytes, 0, n);
	bytes[0x06] = 0x10; /* has capabilities */
	bytes[0x34] = 0x40;
	bytes[0x40] = 0x10; /* PCI Express */
	bytes[0x42] = 0x62; /* downstream port, version 2 */
	return 256;
}

/* A source of configuration space takes precedence over the file, which is tried next. */
static void given_config(void **state)
{
	_cleanup_free_ char *top = root_path("two-nodes");
	_cleanup_fd_ int fd = root_open(top);
	_cleanup_machine_ struct machine plain = {}, given = {};
	_cleanup_error_ struct error error = {};
	size_t calls = 0, differ = 0;
	const struct config_source config = {fake, &calls};
	const struct sysfs_source source = {.root_fd = fd,
					    .name = top,
					    .source = MACHINE_SYSFS,
					    .config = &config};

	(void)state;
	assert_int_equal(sysfs_read(fd, top, MACHINE_SYSFS, &plain, &error), 0);
	assert_int_equal(sysfs_read_source(&source, &given, &error), 0);
	assert_int_equal(calls, given.functions.n);
	assert_int_equal(plain.functions.n, given.functions.n);
	for (size_t i = 0; i < given.functions.n; i++) {
		const struct machine_function *function = &given.functions.v[i];

		if (function->at.slot == 1) {
			assert_int_equal(function->pcie_type, PCIE_DOWNSTREAM_PORT);
			differ++;
		} else {
			assert_int_equal(function->pcie_type,
					 plain.functions.v[i].pcie_type);
		}
	}
	assert_true(differ > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(config),
		cmocka_unit_test(given_config),
	};

	return RUN_TESTS(tests);
}
