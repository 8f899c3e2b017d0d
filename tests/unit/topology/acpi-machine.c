/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a kernel makes of tables. */
#include "tests/unit/test.h"

#include "tests/unit/topology/acpi-bytes.h"
#include "topology/acpi-machine.h"
#include "topology/acpi-read.h"

static void make(struct text *text, struct machine *ret)
{
	_cleanup_acpi_tables_ struct acpi_tables tables = {};
	_cleanup_acpi_facts_ struct acpi_facts facts = {};

	acpi_add_text(&tables, text);
	acpi_read(&tables, &facts);
	acpi_machine(&facts, ACPI_BEFORE_FIRMWARE, ret);
}

static void make_seed(const char *name, struct machine *ret)
{
	_cleanup_text_ struct text text = {};

	acpi_read_seed(name, &text);
	make(&text, ret);
}

static void nodes(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	make_seed("q35-seed", &machine);
	assert_int_equal(machine.nodes.n, 3);
	/* The hole below 1 MiB is not in the SRAT. */
	assert_int_equal(machine.nodes.v[0].memory_bytes, (512u << 20) - (384u << 10));
	assert_int_equal(machine.nodes.v[1].memory_bytes, 256u << 20);
	assert_true(set_has(&machine.nodes.v[1].cpus, 5));
	assert_int_equal(machine_cpu(&machine, 6)->node, 2);
	assert_int_equal(machine_cpu(&machine, 6)->package, UNKNOWN_ID);
	assert_int_equal(machine_distance(&machine, 0, 2), 30);
	assert_string_equal(machine_fact(&machine, "firmware.acpi"), "yes");
}

static void without_srat(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	make_seed("q35-amd", &machine);
	assert_int_equal(machine.nodes.n, 1);
	assert_true(machine.nodes.v[0].memory_bytes == UNKNOWN_U64);
	assert_int_equal(set_count(&machine.nodes.v[0].cpus), 4);
	assert_int_equal(machine_distance(&machine, 0, 0), 10);
	assert_int_equal(machine.iommu.table, KNOWN_YES);
	assert_int_equal(machine.roots.n, 3);
	/* Listed by the IVRS: all of bus 0. */
	assert_int_equal(machine.functions.n, 7);
	assert_int_equal(machine.functions.v[0].vendor, 0);
	assert_int_equal(machine.pci_known, KNOWN_UNKNOWN);
}

static void without_tables(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text none = {};

	(void)state;
	make(&none, &machine);
	assert_string_equal(machine_fact(&machine, "firmware.acpi"), "no");
	assert_int_equal(machine.iommu.table, KNOWN_NO);
	assert_int_equal(machine.cpus.n, 0);
}

/* A kernel numbers nodes in the order in which it finds them, CPUs before memory. */
static void numbers_by_cpus_first(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	make_seed("pc-pxb", &machine);
	assert_int_equal(machine.nodes.n, 2);
	assert_int_equal(machine.nodes.v[0].memory_bytes, 0);
	assert_int_equal(set_count(&machine.nodes.v[0].cpus), 2);
	assert_int_equal(machine_root(&machine, 0, 0x80)->affinity.node, 0);
	assert_int_equal(machine_root(&machine, 0, 0)->affinity.what, AFFINITY_UNKNOWN);
}

/* A kernel keeps the last of several entries of one CPU. */
static void last_entry_of_cpu(void **state)
{
	enum { HEAD_BYTES = 48, CPU_BYTES = 16 };
	_cleanup_machine_ struct machine before = {}, after = {};
	_cleanup_text_ struct text text = {};
	uint8_t *srat, *last = NULL;

	(void)state;
	make_seed("q35-seed", &before);
	acpi_read_seed("q35-seed", &text);
	srat = acpi_at(&text, "SRAT");
	for (uint8_t *at = srat + HEAD_BYTES; at[0] == 0 && at[1] == CPU_BYTES;
	     at += CPU_BYTES)
		last = at;
	assert_non_null(last);
	assert_int_not_equal(machine_cpu(&before, 0)->node, last[2]);
	srat[9] += last[3]; /* the checksum */
	last[3] = 0;
	make(&text, &after);
	assert_int_equal(machine_cpu(&after, 0)->node, last[2]);
}

static void figures(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	make_seed("q35-hmat", &machine);
	assert_int_equal(machine.hmat.n, 5);
	assert_int_equal(machine.hmat.v[2].target, 2);
	assert_int_equal(machine.hmat.v[2].latency_ns, 15);
	assert_int_equal(machine.hmat.v[2].bandwidth_mib_s, 50);
	/* The kernel's own distances where there is no SLIT. */
	assert_int_equal(machine_distance(&machine, 0, 1), 20);
}

static void functions_on_roots(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	struct pci_address at;
	struct machine_function *port;

	(void)state;
	make_seed("q35-seed", &machine);
	assert_true(pci_address_parse("0000:60:00.0", &at));
	port = machine_function(&machine, at);
	assert_non_null(port);
	assert_true(port->bridge);
	assert_int_equal(port->affinity.node, 1);
	/* Even if the table offers it, a kernel need not use it. */
	assert_int_equal(machine.iommu.enabled, KNOWN_UNKNOWN);
	assert_int_equal(machine.iommu.remapping, KNOWN_UNKNOWN);
}

static void remapping_not_offered(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	acpi_read_seed("q35-seed", &text);
	acpi_at(&text, "DMAR")[37] = 0;
	make(&text, &machine);
	assert_int_equal(machine.iommu.remapping, KNOWN_NO);
}

/* Only an Arm kernel reads them from there. */
static void packages_and_cores(void **state)
{
	_cleanup_machine_ struct machine machine = {}, cut = {};
	_cleanup_text_ struct text text = {};
	uint8_t *pptt;

	(void)state;
	acpi_read_seed("virt-smmu", &text);
	make(&text, &machine);
	assert_int_equal(machine.cpus.v[0].package, machine.cpus.v[1].package);
	assert_int_not_equal(machine.cpus.v[1].package, machine.cpus.v[2].package);
	assert_int_not_equal(machine.cpus.v[0].core, machine.cpus.v[1].core);
	assert_int_equal(machine.cpus.v[3].thread, 0);
	assert_int_equal(machine.cpus.v[3].die, UNKNOWN_ID);
	/* CPUs 0 and 1 become threads of what is above them; CPU 3 gets another's id. */
	pptt = acpi_at(&text, "PPTT");
	pptt[0x4c + 4] |= 4;
	pptt[0x60 + 4] |= 4;
	pptt[0xb0 + 12] = 99;
	make(&text, &cut);
	assert_int_equal(cut.cpus.v[0].core, cut.cpus.v[1].core);
	assert_int_equal(cut.cpus.v[1].thread, 1);
	assert_int_equal(cut.cpus.v[3].package, UNKNOWN_ID);
}

static void slit_that_is_none(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	acpi_read_seed("q35-seed", &text);
	acpi_at(&text, "SLIT")[45] = 9;
	make(&text, &machine);
	assert_int_equal(machine_distance(&machine, 0, 2), 20);
	assert_int_equal(machine.complaints.n, 1);
}

static void root_not_whole(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};
	uint8_t *pxm = NULL, *next;

	(void)state;
	acpi_read_seed("q35-seed", &text);
	/* The last is bus 40's. */
	for (next = (uint8_t *)text.s;
	     (next = memmem(next, text.n - (size_t)(next - (uint8_t *)text.s), "_PXM",
			    4));
	     next++)
		pxm = next;
	assert_non_null(pxm);
	pxm[4] = 0x68;
	make(&text, &machine);
	assert_int_equal(machine_root(&machine, 0, 0x40)->affinity.what,
			 AFFINITY_CANDIDATES);
	assert_int_equal(machine_root(&machine, 0, 0x60)->affinity.node, 1);
}

/* The kernel has no node for the domain of a generic port, and a root bus there has none.
 */
static void root_of_a_port(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	acpi_read_seed("generic-ports", &text);
	make(&text, &machine);
	assert_int_equal(machine.nodes.n, 2); /* of a CPU and of an initiator */
	assert_int_equal(machine.roots.n, 1);
	assert_int_equal(machine.roots.v[0].affinity.node, UNKNOWN_ID);
	assert_int_equal(machine.complaints.n, 2);
	assert_non_null(strstr(machine.complaints.v[1], "only has a generic port"));
}

static void reported_as_unknown(void **state)
{
	static const struct {
		const char *seed;
		size_t n;
		size_t always; /* also after firmware has run */
	} rows[] = {{"pc-pxb", 1, 0},
		    {"q35-seed", 2, 0},
		    {"virt-smmu", 2, 0},
		    {"generic-ports", 3, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_acpi_tables_ struct acpi_tables tables = {};
		_cleanup_acpi_facts_ struct acpi_facts facts = {};
		_cleanup_differences_ struct differences list = {};
		_cleanup_text_ struct text text = {};

		acpi_read_seed(rows[i].seed, &text);
		acpi_add_text(&tables, &text);
		acpi_read(&tables, &facts);
		acpi_add_unknown(&facts, ACPI_AFTER_FIRMWARE, &list);
		assert_int_equal(list.unknown.n, rows[i].always);
		acpi_add_unknown(&facts, ACPI_BEFORE_FIRMWARE, &list);
		assert_int_equal(list.unknown.n, rows[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes),
		cmocka_unit_test(without_srat),
		cmocka_unit_test(without_tables),
		cmocka_unit_test(numbers_by_cpus_first),
		cmocka_unit_test(last_entry_of_cpu),
		cmocka_unit_test(figures),
		cmocka_unit_test(functions_on_roots),
		cmocka_unit_test(remapping_not_offered),
		cmocka_unit_test(packages_and_cores),
		cmocka_unit_test(slit_that_is_none),
		cmocka_unit_test(root_not_whole),
		cmocka_unit_test(root_of_a_port),
		cmocka_unit_test(reported_as_unknown),
	};

	return RUN_TESTS(tests);
}
