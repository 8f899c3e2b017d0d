/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/pci-resources.h"

static void put32(uint8_t *config, unsigned at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		config[at + i] = (uint8_t)(value >> 8 * i);
}

static void check_bar(const struct machine_bar *bar, uint64_t start, uint64_t size_bytes,
		      unsigned flags)
{
	assert_int_equal(bar->start, start);
	assert_int_equal(bar->size_bytes, size_bytes);
	assert_int_equal(bar->flags, flags);
}

/* An igb: memory, no second BAR, I/O, 64 bits at the end, ROM. */
static void endpoint(void **state)
{
	static const uint32_t sizes[PCI_SIZE_REGISTERS] = {0xfffe0000, 0,
							   0xffffffe1, 0,
							   0xffffc00c, 0xffffffff,
							   0xfffc0000};
	struct machine_function function = {};
	uint8_t config[64] = {};

	(void)state;
	put32(config, 0x10, 0xfe860000);
	put32(config, 0x18, 0xc041);
	put32(config, 0x20, 0x0000000c);
	put32(config, 0x24, 0x00000100);
	put32(config, 0x30, 0xfe800001);
	pci_resources_read(config, sizes, &function);
	assert_int_equal(function.bars_known, KNOWN_YES);
	check_bar(&function.bars[0], 0xfe860000, 0x20000, 0);
	check_bar(&function.bars[1], 0, 0, 0);
	check_bar(&function.bars[2], 0xc040, 32, BAR_IO);
	check_bar(&function.bars[4], UINT64_C(0x10000000000), 0x4000,
		  BAR_64BIT | BAR_PREFETCHABLE);
	check_bar(&function.bars[5], 0, 0, 0);
	check_bar(&function.rom, 0xfe800000, 0x40000, 0);
}

/* Larger than 4 GiB: the lower register has no writable bit. */
static void large(void **state)
{
	static const uint32_t sizes[PCI_SIZE_REGISTERS] = {0x0000000c, 0xfffffff0};
	struct machine_function function = {};
	uint8_t config[64] = {};

	(void)state;
	put32(config, 0x10, 0x0000000c);
	put32(config, 0x14, 0x00000080);
	pci_resources_read(config, sizes, &function);
	check_bar(&function.bars[0], UINT64_C(0x8000000000), UINT64_C(0x1000000000),
		  BAR_64BIT | BAR_PREFETCHABLE);
}

/* One without an address still exists; I/O ports may have only 16 bits. */
static void unassigned(void **state)
{
	static const uint32_t sizes[PCI_SIZE_REGISTERS] = {0xfffff000, 0xffc1};
	struct machine_function function = {};
	uint8_t config[64] = {};

	(void)state;
	put32(config, 0x14, 1);
	pci_resources_read(config, sizes, &function);
	check_bar(&function.bars[0], 0, 4096, 0);
	check_bar(&function.bars[1], 0, 64, BAR_IO);
}

/* Memory e0000000-e01fffff, prefetchable 10000000000-100ffffffff, I/O 2000-2fff. */
static void make_bridge(uint8_t *config)
{
	memset(config, 0, 64);
	config[0x0e] = 1;
	config[0x1c] = 0x21;
	config[0x1d] = 0x21;
	put32(config, 0x20, 0xe010e000);
	put32(config, 0x24, 0xfff10001);
	put32(config, 0x28, 0x100);
	put32(config, 0x2c, 0x100);
}

static void windows(void **state)
{
	static const struct {
		struct machine_bar bar;
		bool passes;
	} rows[] = {
		{{0xe0000000, 0x200000, 0}, true},
		{{0xe01ff000, 0x1000, BAR_64BIT}, true},
		{{0xe01ff000, 0x2000, 0}, false},
		{{0xdffff000, 0x1000, 0}, false},
		{{UINT64_C(0x10000000000), UINT64_C(0x100000000), BAR_64BIT}, true},
		{{UINT64_C(0x10080000000), UINT64_C(0x100000000), BAR_64BIT}, false},
		{{UINT64_MAX - 4095, UINT64_C(1) << 63, BAR_64BIT}, false},
		{{0x2000, 0x1000, BAR_IO}, true},
		{{0x2fe0, 32, BAR_IO}, true},
		{{0x3000, 32, BAR_IO}, false},
		{{0xe0000000, 32, BAR_IO}, false},
		{{0, 0, 0}, true},
	};
	uint8_t config[64];
	struct pci_windows windows;

	(void)state;
	make_bridge(config);
	windows = pci_windows_read(config);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(pci_windows_pass(&windows, &rows[i].bar),
				 rows[i].passes);
}

/* As firmware leaves them if nothing below needs any. */
static void closed(void **state)
{
	static const struct machine_bar io = {0, 32, BAR_IO},
					memory = {0xfff00000, 4096, 0};
	uint8_t config[64];
	struct pci_windows windows;

	(void)state;
	make_bridge(config);
	config[0x1c] = 0xf1;
	config[0x1d] = 0x01;
	put32(config, 0x20, 0x0000fff0);
	put32(config, 0x24, 0x0000fff0);
	windows = pci_windows_read(config);
	assert_false(pci_windows_pass(&windows, &io));
	assert_false(pci_windows_pass(&windows, &memory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoint),   cmocka_unit_test(large),
		cmocka_unit_test(unassigned), cmocka_unit_test(windows),
		cmocka_unit_test(closed),
	};

	return RUN_TESTS(tests);
}
