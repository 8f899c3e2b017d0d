/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The content of QEMU's own tables, and what remains when they are damaged. */
#include "tests/unit/test.h"

#include "tests/unit/topology/acpi-bytes.h"

struct seed {
	struct text text;
	struct acpi_tables tables;
	struct acpi_facts facts;
};

static void seed_read(struct seed *seed)
{
	acpi_facts_free(&seed->facts);
	acpi_tables_free(&seed->tables);
	seed->facts = (struct acpi_facts){};
	acpi_add_text(&seed->tables, &seed->text);
	acpi_read(&seed->tables, &seed->facts);
}

static void seed_open(struct seed *seed, const char *name)
{
	*seed = (struct seed){};
	acpi_read_seed(name, &seed->text);
	seed_read(seed);
}

static void seed_free(struct seed *seed)
{
	acpi_facts_free(&seed->facts);
	acpi_tables_free(&seed->tables);
	text_free(&seed->text);
}
#define _cleanup_seed_ _cleanup_(seed_free)

static void finds_tables(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "q35-seed");
	assert_int_equal(seed.tables.complaints.n, 0);
	assert_non_null(acpi_find(&seed.tables, "SRAT", 0));
	assert_null(acpi_find(&seed.tables, "SRAT", 1));
	assert_null(acpi_find(&seed.tables, "IVRS", 0));
	/* Read before firmware ran. */
	assert_false(acpi_find(&seed.tables, "SRAT", 0)->sum_right);
	assert_true(seed.facts.has_dmar);
	assert_false(seed.facts.has_ivrs);
}

static void sums(void **state)
{
	_cleanup_seed_ struct seed seed;
	uint8_t *table, sum = 0;

	(void)state;
	seed_open(&seed, "q35-seed");
	table = acpi_at(&seed.text, "SLIT");
	for (size_t i = 0; i < acpi_u32(table, 4); i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)(table[9] - sum);
	seed_read(&seed);
	assert_true(acpi_find(&seed.tables, "SLIT", 0)->sum_right);
	assert_false(acpi_find(&seed.tables, "SRAT", 0)->sum_right);
}

static void nodes(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "q35-seed");
	assert_int_equal(seed.facts.cpus.n, 8);
	assert_true(seed.facts.cpus.v[7].enabled);
	assert_int_equal(seed.facts.cpus.v[7].id, 7);
	assert_int_equal(seed.facts.affinities.n, 12);
	assert_int_equal(seed.facts.affinities.v[5].what, ACPI_CPU);
	assert_int_equal(seed.facts.affinities.v[5].domain, 1);
	assert_int_equal(seed.facts.affinities.v[10].what, ACPI_MEMORY);
	assert_int_equal(seed.facts.affinities.v[10].start, 0x20000000);
	assert_int_equal(seed.facts.affinities.v[10].size_bytes, 0x10000000);
	assert_int_equal(seed.facts.localities, 3);
	assert_int_equal(seed.facts.distances[0 * 3 + 2], 30);
	assert_int_equal(seed.facts.distances[2 * 3 + 1], 21);
}

static void figures(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "q35-hmat");
	assert_int_equal(seed.facts.hmat.n, 10); /* two initiators lack node 2 once */
	assert_int_equal(seed.facts.hmat.v[1].initiator, 0);
	assert_int_equal(seed.facts.hmat.v[1].target, 1);
	assert_int_equal(seed.facts.hmat.v[1].value, 10000);
	assert_int_equal(seed.facts.hmat.v[1].type, 0);
	assert_int_equal(seed.facts.hmat.v[5].value, 200);
	assert_int_equal(seed.facts.hmat.v[5].type, 3);
}

static void intel(void **state)
{
	_cleanup_seed_ struct seed seed;
	const struct acpi_scope *last;

	(void)state;
	seed_open(&seed, "q35-seed");
	assert_int_equal(seed.facts.dmar.address_bits, 39);
	assert_true(seed.facts.dmar.remapping);
	assert_int_equal(seed.facts.dmar.units.n, 1);
	assert_false(seed.facts.dmar.units.v[0].all);
	assert_int_equal(seed.facts.dmar.scopes.n, 10);
	assert_int_equal(seed.facts.dmar.scopes.v[0].type, ACPI_SCOPE_IOAPIC);
	last = vec_last(&seed.facts.dmar.scopes);
	assert_int_equal(last->type, ACPI_SCOPE_BRIDGE);
	assert_int_equal(last->at.bus, 0x40);
	assert_int_equal(last->hops, 1);
	acpi_at(&seed.text, "DMAR")[37] = 0;
	seed_read(&seed);
	assert_false(seed.facts.dmar.remapping);
}

static void amd(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "q35-amd");
	assert_int_equal(seed.facts.ivrs.units.n, 1);
	assert_int_equal(seed.facts.ivrs.units.v[0].base, 0xfed80000);
	assert_int_equal(seed.facts.ivrs.ranges.n, 7);
	assert_int_equal(seed.facts.ivrs.ranges.v[4].first, 0x00f8);
	assert_int_equal(seed.facts.ivrs.ranges.v[4].last, 0x00f8);
}

static void arm(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "virt-smmu");
	assert_int_equal(seed.facts.complaints.n, 0);
	assert_int_equal(seed.facts.cpus.n, 4);
	assert_int_equal(seed.facts.affinities.v[2].domain, 1);
	assert_int_equal(seed.facts.affinities.v[2].cpu, 2);
	assert_int_equal(seed.facts.iort.nodes.n, 3);
	assert_int_equal(seed.facts.iort.nodes.v[1].type, ACPI_IORT_SMMUV3);
	assert_int_equal(seed.facts.iort.nodes.v[1].base, 0x09050000);
	assert_int_equal(seed.facts.iort.maps.n, 4);
	assert_int_equal(seed.facts.iort.maps.v[3].from, 2);
	assert_int_equal(seed.facts.iort.maps.v[3].to, 0);
	assert_int_equal(seed.facts.mcfg.n, 1);
	assert_int_equal(seed.facts.mcfg.v[0].base, 0x4010000000);
	assert_int_equal(seed.facts.mcfg.v[0].last_bus, 255);
}

static void virtio(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "q35-virtio-iommu");
	assert_int_equal(seed.facts.viot.iommus.n, 1);
	assert_int_equal(seed.facts.viot.iommus.v[0].device, 0x08);
	assert_int_equal(seed.facts.viot.ranges.n, 1);
	assert_int_equal(seed.facts.viot.ranges.v[0].last, 0xff);
	assert_int_equal(seed.facts.viot.ranges.v[0].iommu,
			 seed.facts.viot.iommus.v[0].offset);
}

/*
 * An enabled port with a name, one that is a function, one that is not enabled, the ITS
 * of an interrupt controller, and an entry of a later specification.
 */
static void generic_ports(void **state)
{
	_cleanup_seed_ struct seed seed;

	(void)state;
	seed_open(&seed, "generic-ports");
	assert_int_equal(seed.facts.affinities.n, 3);
	assert_int_equal(seed.facts.ports.n, 2);
	assert_int_equal(seed.facts.ports.v[0].domain, 2);
	assert_string_equal(seed.facts.ports.v[0].hid, "ACPI0016");
	assert_int_equal(seed.facts.ports.v[0].uid, 7);
	assert_int_equal(seed.facts.ports.v[1].domain, 3);
	assert_string_equal(seed.facts.ports.v[1].hid, "");
	assert_int_equal(seed.facts.ports.v[1].at.domain, 1);
	assert_int_equal(seed.facts.ports.v[1].at.bus, 2);
	assert_int_equal(seed.facts.ports.v[1].at.slot, 1);
	assert_int_equal(seed.facts.complaints.n, 1);
	assert_non_null(strstr(seed.facts.complaints.v[0], "type 7"));
	/* Bytes of a name that cannot be shown. */
	memcpy(memmem(seed.text.s, seed.text.n, "ACPI0016", 8), "\x1b[2JA \xff%", 8);
	seed_read(&seed);
	assert_string_equal(seed.facts.ports.v[0].hid, "?[2JA??%");
}

static const struct acpi_root *root(const struct seed *seed, uint32_t bus)
{
	for (size_t i = 0; i < seed->facts.roots.n; i++)
		if (seed->facts.roots.v[i].bus == bus)
			return &seed->facts.roots.v[i];
	return NULL;
}

static void host_bridges(void **state)
{
	static const struct {
		const char *name;
		size_t n;
		uint32_t bus;
		int64_t domain;
	} rows[] = {
		{"q35-seed", 4, 0x00, -1}, {"q35-seed", 4, 0x60, 1},
		{"q35-seed", 4, 0x80, 2},  {"q35-amd", 3, 0xfa, -1},
		{"pc-pxb", 2, 0x80, 1},    {"virt-smmu", 2, 0x40, 1},
		{"virt-smmu", 2, 0, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_seed_ struct seed seed;
		const struct acpi_root *found;

		seed_open(&seed, rows[i].name);
		assert_int_equal(seed.facts.roots.n, rows[i].n);
		found = root(&seed, rows[i].bus);
		assert_non_null(found);
		assert_int_equal(found->domain, rows[i].domain);
		assert_true(found->whole);
	}
}

/* A computed name is unknown; it must not count as missing. */
static void host_bridge_not_whole(void **state)
{
	_cleanup_seed_ struct seed seed;
	uint8_t *pxm;

	(void)state;
	seed_open(&seed, "x86-host-bridge");
	assert_int_equal(seed.facts.roots.n, 1);
	assert_int_equal(seed.facts.roots.v[0].domain, 2);
	pxm = memmem(seed.text.s, seed.text.n, "_PXM", 4);
	assert_non_null(pxm);
	pxm[4] = 0x68; /* an argument of a method in place of a number */
	seed_read(&seed);
	assert_int_equal(seed.facts.roots.n, 1);
	assert_int_equal(seed.facts.roots.v[0].domain, -1);
	assert_false(seed.facts.roots.v[0].whole);
	assert_int_equal(seed.facts.complaints.n, 1);
}

/*
 * A string in each name looks like a device that contains everything that follows:
 * reading each to its end would take 10^9 steps for two megabytes.
 */
static void devices_within_devices(void **state)
{
	static const char unit[] = "\x08"
				   "AAAA\x0d[\x82\xff\xff\xff\x01"
				   "BBBB\x08"
				   "CCCC\x0d"
				   "x";
	static const char header[ACPI_HEADER_BYTES] = "DSDT";
	_cleanup_seed_ struct seed seed = {};

	(void)state;
	text_add(&seed.text, header, sizeof(header));
	for (size_t i = 0; i < 160000; i++)
		text_add(&seed.text, unit, sizeof(unit));
	for (size_t i = 0; i < 4; i++)
		seed.text.s[4 + i] = (char)(seed.text.n >> 8 * i);
	seed_read(&seed);
	assert_int_equal(seed.facts.complaints.n, 1);
	assert_non_null(strstr(seed.facts.complaints.v[0], "nested devices"));
}

/* Wherever the bytes end, nothing after them is read, and what is missing is reported. */
static void cut_anywhere(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	acpi_read_seed("x86-without-dsdt", &text);
	for (size_t n = 1; n < text.n; n++) {
		_cleanup_acpi_tables_ struct acpi_tables tables = {};
		_cleanup_acpi_facts_ struct acpi_facts facts = {};
		uint8_t *copy = xcalloc(n, 1); /* so that a sanitizer detects its end */
		size_t whole = 0;

		memcpy(copy, text.s, n);
		acpi_add_all(&tables, copy, n);
		acpi_read(&tables, &facts);
		for (size_t i = 0; i < tables.list.n; i++)
			whole += tables.list.v[i].n;
		assert_int_equal(tables.complaints.n, whole < n && copy[whole]);
		free(copy);
	}
}

/* An entry's length or a count that leads out of its table. */
static void entries_that_do_not_fit(void **state)
{
	static const struct {
		const char *seed, *table;
		size_t at;
		uint8_t value;
	} rows[] = {
		{"x86-without-dsdt", "SRAT", 49, 0},
		{"x86-without-dsdt", "SRAT", 49, 1},
		{"x86-without-dsdt", "SRAT", 0x151, 41},
		{"x86-without-dsdt", "SRAT", 48, 1},  /* shorter than its type */
		{"x86-without-dsdt", "SRAT", 48, 99}, /* a type that is not known */
		{"x86-without-dsdt", "APIC", 44, 9},
		{"x86-without-dsdt", "VIOT", 48, 99},
		{"x86-without-dsdt", "APIC", 45, 255},
		{"x86-without-dsdt", "SLIT", 36, 4},
		{"x86-without-dsdt", "SLIT", 43, 1},
		{"x86-without-dsdt", "HMAT", 0xae, 1},
		{"x86-without-dsdt", "HMAT", 0xb1, 255},
		{"x86-without-dsdt", "DMAR", 50, 255},
		{"x86-without-dsdt", "DMAR", 0x41, 6},
		{"x86-without-dsdt", "IVRS", 50, 255},
		{"x86-without-dsdt", "IVRS", 0x4a - 0x02, 0x80},
		{"x86-without-dsdt", "VIOT", 36, 9},
		{"arm-without-dsdt", "PPTT", 37, 0},
		{"arm-without-dsdt", "IORT", 36, 4},
		{"arm-without-dsdt", "IORT", 0x31, 15},
		{"arm-without-dsdt", "IORT", 0xa8, 99},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_seed_ struct seed seed;

		seed_open(&seed, rows[i].seed);
		assert_int_equal(seed.facts.complaints.n, 0);
		acpi_at(&seed.text, rows[i].table)[rows[i].at] = rows[i].value;
		seed_read(&seed);
		if (seed.facts.complaints.n == 0)
			fail_msg("row %zu: %s[%zu]", i, rows[i].table, rows[i].at);
		assert_non_null(strstr(seed.facts.complaints.v[0], rows[i].table));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_tables),
		cmocka_unit_test(sums),
		cmocka_unit_test(nodes),
		cmocka_unit_test(figures),
		cmocka_unit_test(intel),
		cmocka_unit_test(amd),
		cmocka_unit_test(arm),
		cmocka_unit_test(virtio),
		cmocka_unit_test(generic_ports),
		cmocka_unit_test(host_bridges),
		cmocka_unit_test(host_bridge_not_whole),
		cmocka_unit_test(devices_within_devices),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(entries_that_do_not_fit),
	};

	return RUN_TESTS(tests);
}
