/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/pci-config.h"

static void put16(uint8_t *config, unsigned at, unsigned value)
{
	config[at] = (uint8_t)value;
	config[at + 1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *config, unsigned at, uint32_t value)
{
	put16(config, at, value & 0xffff);
	put16(config, at + 2, value >> 16);
}

/* A downstream port that can isolate: capability at 0x40, ACS after a vendor's. */
static void make_port(uint8_t *config, unsigned acs_control)
{
	memset(config, 0, PCI_CONFIG_BYTES);
	put16(config, 0x00, 0x10b5);
	put16(config, 0x02, 0x8747);
	put16(config, 0x06, 0x0010);
	put32(config, 0x08, 0x06040000);
	config[0x0e] = 1;
	config[0x19] = 3;
	config[0x1a] = 7;
	config[0x34] = 0x40;
	put16(config, 0x40, 0x4805);
	put16(config, 0x48, 0x0010);
	put16(config, 0x4a, 6 << 4 | 2);
	put32(config, 0x100, 0x0001000b | 0x200u << 20);
	put32(config, 0x200, 0x0001000d);
	put16(config, 0x204, 0x5f);
	put16(config, 0x206, acs_control);
}

static struct machine_function read_bytes(const uint8_t *config, size_t n)
{
	struct machine machine = {};
	struct machine_function function =
		*machine_add_function(&machine, (struct pci_address){});

	pci_config_read(config, n, &function);
	vec_free(&machine.functions);
	return function;
}

static void whole_port(void **state)
{
	uint8_t config[PCI_CONFIG_BYTES];
	struct machine_function function;

	(void)state;
	make_port(config, 0x1d);
	function = read_bytes(config, sizeof(config));
	assert_int_equal(function.pcie_type, PCIE_DOWNSTREAM_PORT);
	assert_int_equal(function.class_code, 0x060400);
	assert_true(function.bridge);
	assert_int_equal(function.secondary, 3);
	assert_int_equal(function.subordinate, 7);
	assert_int_equal(function.acs, KNOWN_YES);
	assert_int_equal(function.flr, KNOWN_NO);
	make_port(config, 0x1c);
	assert_int_equal(read_bytes(config, sizeof(config)).acs, KNOWN_NO);
	/* What the port cannot do counts as on. */
	put16(config, 0x204, 0x1c);
	assert_int_equal(read_bytes(config, sizeof(config)).acs, KNOWN_YES);
}

/* With fewer privileges less is known, but nothing is wrong. */
static void cut_short(void **state)
{
	uint8_t config[PCI_CONFIG_BYTES];

	(void)state;
	make_port(config, 0x1d);
	assert_int_equal(read_bytes(config, 256).acs, KNOWN_UNKNOWN);
	assert_int_equal(read_bytes(config, 256).pcie_type, PCIE_DOWNSTREAM_PORT);
	assert_int_equal(read_bytes(config, 64).pcie_type, PCIE_UNKNOWN);
	assert_int_equal(read_bytes(config, 64).secondary, 3);
	assert_int_equal(read_bytes(config, 63).vendor, 0);
	put16(config, 0x06, 0);
	assert_int_equal(read_bytes(config, 64).pcie_type, PCIE_NONE);
}

static void sriov_and_reset(void **state)
{
	uint8_t config[PCI_CONFIG_BYTES];
	struct machine_function function;

	(void)state;
	make_port(config, 0);
	put32(config, 0x4c, 1u << 28);
	put32(config, 0x100, 0x00010010);
	put16(config, 0x10e, 63);
	put16(config, 0x110, 5);
	function = read_bytes(config, sizeof(config));
	assert_int_equal(function.total_vfs, 63);
	assert_int_equal(function.num_vfs, 5);
	assert_int_equal(function.flr, KNOWN_YES);
	assert_int_equal(function.acs, KNOWN_NO);
}

static void loops_end(void **state)
{
	uint8_t config[PCI_CONFIG_BYTES];

	(void)state;
	make_port(config, 0x1d);
	put16(config, 0x48, 0x4005); /* both point at each other */
	put32(config, 0x200, 0x0001000b | 0x100u << 20);
	assert_int_equal(pci_config_capability(config, sizeof(config), 0x10), 0);
	assert_int_equal(pci_config_extended(config, sizeof(config), 0x000d), 0);
	memset(config, 0xff, sizeof(config));
	assert_int_equal(read_bytes(config, sizeof(config)).pcie_type, PCIE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_port),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(sriov_and_reset),
		cmocka_unit_test(loops_end),
	};

	return RUN_TESTS(tests);
}
