/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machines from the payload's report: the parts that no table and no kernel decides. */
#include "tests/unit/test.h"

#include "planner/boot/sighting-machine.h"
#include "tests/unit/topology/acpi-bytes.h"

enum { LIMIT = 8 };

/* Builds a report function by function; each has its first 64 bytes. */
struct guest {
	struct sighting seen;
	uint8_t configs[LIMIT][4 + 64];
	uint8_t madt[44 + 8 * 8];
};

static void put32(uint8_t *bytes, unsigned at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* Returns the configuration space to fill in. */
static uint8_t *add(struct guest *g, unsigned bus, unsigned slot, uint32_t class,
		    uint32_t size)
{
	uint8_t *runs = g->configs[g->seen.functions.n], *config = runs + 4;

	put32(runs, 0, 64u << 16);
	put32(config, 0, 0x12345678);
	put32(config, 8, class << 8);
	config[0x0e] = class >> 8 == 0x0604;
	*vec_add(&g->seen.functions) = (struct sighting_function){
		.at = {.bus = (uint8_t)bus, .slot = (uint8_t)slot},
		.config_bytes = 256,
		.sizes = {size},
		.runs = runs,
		.n_runs = sizeof(g->configs[0]),
	};
	return config;
}

/* A bridge from bus 0 to bus 1, with a window of memory and one for I/O. */
static void add_bridge(struct guest *g, uint32_t memory, unsigned io)
{
	uint8_t *config = add(g, 0, 1, 0x060400, 0);

	config[0x19] = config[0x1a] = 1;
	config[0x1c] = (uint8_t)io;
	config[0x1d] = (uint8_t)(io >> 8);
	put32(config, 0x20, memory);
	put32(config, 0x24, 0x0000fff0);
}

static void begin(struct guest *g)
{
	*g = (struct guest){.seen.firmware = WIRE_EFI};
	*vec_add(&g->seen.segments) = (struct sighting_segment){0, 0, 255};
}

static struct machine finish(struct guest *g, const char *arch)
{
	struct machine machine = {};

	sighting_machine(&g->seen, arch, &machine);
	sighting_free(&g->seen);
	return machine;
}

static void within_window(void **state)
{
	struct guest g;
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	begin(&g);
	add_bridge(&g, 0xe010e000, 0x01f1);
	put32(add(&g, 1, 0, 0x020000, 0xffffc000), 0x10, 0xe0104000);
	machine = finish(&g, "x86_64");
	assert_int_equal(machine.pci_known, KNOWN_YES);
	assert_int_equal(machine.functions.v[1].upstream, 0);
	assert_int_equal(machine.functions.v[1].bars[0].start, 0xe0104000);
	assert_int_equal(machine.complaints.n, 0);
}

/* No access reaches it: it counts as missing, with a complaint. */
static void outside_window(void **state)
{
	struct guest g;
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	begin(&g);
	add_bridge(&g, 0xe010e000, 0x01f1);
	put32(add(&g, 1, 0, 0x020000, 0xffffc000), 0x10, 0xe0204000);
	machine = finish(&g, "x86_64");
	assert_int_equal(machine.functions.v[1].bars[0].start, 0);
	assert_int_equal(machine.functions.v[1].bars[0].size_bytes, 0x4000);
	assert_int_equal(machine.complaints.n, 1);
	assert_non_null(strstr(machine.complaints.v[0], "outside the windows"));
}

/* I/O ports from 0: below a bridge that forwards them; unknown on a root bus. */
static void at_zero(void **state)
{
	static const struct {
		const char *arch;
		unsigned io, flags;
		enum known known_on_root;
	} rows[] = {
		{"aarch64", 0x0101, BAR_IO | BAR_AT_ZERO, KNOWN_UNKNOWN},
		{"aarch64", 0x01f1, BAR_IO, KNOWN_UNKNOWN},
		{"x86_64", 0x0101, BAR_IO, KNOWN_YES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest g;
		_cleanup_machine_ struct machine machine = {};

		begin(&g);
		add_bridge(&g, 0xe010e000, rows[i].io);
		put32(add(&g, 1, 0, 0x020000, 0xffffffe1), 0x10, 1);
		put32(add(&g, 0, 2, 0x020000, 0xffffffe1), 0x10, 1);
		machine = finish(&g, rows[i].arch);
		assert_int_equal(machine.functions.v[2].bars[0].flags, rows[i].flags);
		assert_int_equal(machine.functions.v[1].bars_known,
				 rows[i].known_on_root);
	}
}

/* Eight CPUs in one MADT; APIC identifiers of 1 bit for threads, 2 more for cores. */
static void cpus(void **state)
{
	struct guest g;
	_cleanup_machine_ struct machine machine = {};
	uint8_t *madt = g.madt;

	(void)state;
	begin(&g);
	memcpy(madt, "APIC", 4);
	put32(madt, 4, sizeof(g.madt));
	for (unsigned i = 0; i < 8; i++) {
		madt[44 + 8 * i + 1] = 8;
		madt[44 + 8 * i + 2] = (uint8_t)i;
		madt[44 + 8 * i + 3] = (uint8_t)(i < 6 ? i : i + 2);
		madt[44 + 8 * i + 4] = 1;
	}
	*vec_add(&g.seen.tables) = (struct sighting_table){madt, sizeof(g.madt)};
	*vec_add(&g.seen.cpuid) = (struct sighting_cpuid){0xb, 0, 1, 2, 0x100, 0};
	*vec_add(&g.seen.cpuid) = (struct sighting_cpuid){0xb, 1, 3, 6, 0x201, 0};
	machine = finish(&g, "x86_64");
	assert_int_equal(machine.cpus.n, 8);
	assert_int_equal(machine.cpus.v[3].thread, 1);
	assert_int_equal(machine.cpus.v[3].core, 1);
	assert_int_equal(machine.cpus.v[5].package, 0);
	assert_int_equal(machine.cpus.v[6].package, 1);
	assert_int_equal(machine.cpus.v[6].core, 4);
	assert_int_equal(machine.cpus.v[6].die, 1);
}

/*
 * Tables with host bridges on buses 00, 40, 60 and 80. A kernel shows those with
 * functions on them, and puts the functions on the bridge's node.
 */
static void roots(void **state)
{
	_cleanup_text_ struct text text = {};
	_cleanup_acpi_tables_ struct acpi_tables tables = {};
	_cleanup_machine_ struct machine machine = {};
	struct guest g;

	(void)state;
	begin(&g);
	acpi_read_seed("q35-seed", &text);
	acpi_add_text(&tables, &text);
	for (size_t i = 0; i < tables.list.n; i++)
		*vec_add(&g.seen.tables) = (struct sighting_table){tables.list.v[i].bytes,
								   tables.list.v[i].n};
	add(&g, 0, 2, 0x020000, 0);
	add(&g, 0x60, 0, 0x020000, 0);
	machine = finish(&g, "x86_64");
	assert_int_equal(machine.roots.n, 2);
	assert_int_equal(machine.roots.v[1].first_bus, 0x60);
	assert_int_equal(machine.functions.v[0].affinity.what, AFFINITY_UNKNOWN);
	assert_int_equal(machine.functions.v[1].affinity.node, 1);
}

/* Tables that QEMU did not create: SeaBIOS's own, if the domain has no ACPI. */
static void acpi_off(void **state)
{
	static const char *const names[] = {"APIC", "WAET"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct guest g;
		_cleanup_machine_ struct machine machine = {};

		begin(&g);
		memcpy(g.madt, names[i], 4);
		put32(g.madt, 4, 44);
		*vec_add(&g.seen.tables) = (struct sighting_table){g.madt, 44};
		machine = finish(&g, "x86_64");
		assert_string_equal(machine_fact(&machine, "firmware.acpi"),
				    i ? "yes" : "no");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(within_window), cmocka_unit_test(outside_window),
		cmocka_unit_test(at_zero),       cmocka_unit_test(cpus),
		cmocka_unit_test(roots),         cmocka_unit_test(acpi_off),
	};

	return RUN_TESTS(tests);
}
