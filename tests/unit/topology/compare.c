/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each way in which a guest can differ from its plan, applied to a copy of the plan: the
 * cause must come first, as the only cause, and the consequences must name it.
 */
#include "tests/unit/test.h"

#include "base/xml/document.h"
#include "tests/random-machine.h"
#include "topology/compare.h"
#include "topology/record.h"

#include <stdio.h>

#define GIB (UINT64_C(1) << 30)

static struct machine_function *add_function(struct machine *machine, uint8_t bus,
					     uint8_t slot, uint32_t class_code, int node)
{
	struct machine_function *function =
		machine_add_function(machine, (struct pci_address){0, bus, slot, 0});

	function->class_code = class_code;
	function->prog_if_known = KNOWN_YES;
	function->vendor = 0x8086;
	function->device = (uint16_t)(class_code >> 8);
	function->upstream = -1;
	function->bars_known = KNOWN_YES;
	function->iommu_group = (int)machine->functions.n;
	machine_affinity_set(&function->affinity, node,
			     node < 0 ? AFFINITY_FROM_NOTHING : AFFINITY_FROM_SYSFS);
	return function;
}

/* An expander bus with two root ports and a device in each. */
static void add_root(struct machine *machine, uint8_t bus, int node)
{
	for (uint8_t i = 0; i < 2; i++) {
		uint8_t below = (uint8_t)(bus + 1 + i);
		struct machine_function *port, *nic;

		port = add_function(machine, bus, i, 0x060400, node);
		port->bridge = true;
		port->secondary = port->subordinate = below;
		nic = add_function(machine, below, 0, 0x020000, node);
		nic->bars[0] = (struct machine_bar){0xfe000000, 131072, 0};
		nic->total_vfs = 7;
	}
}

/* Two nodes of two CPUs, two expander buses, an Intel IOMMU. */
static void make_guest(struct machine *ret)
{
	ret->source = MACHINE_LIVE;
	ret->pci_known = KNOWN_YES;
	ret->iommu = (struct machine_iommu){KNOWN_YES, KNOWN_YES, KNOWN_YES, 39};
	ret->distances = xcalloc(4, sizeof(uint32_t));
	memcpy(ret->distances, (uint32_t[]){10, 20, 21, 10}, 4 * sizeof(uint32_t));
	for (int i = 0; i < 2; i++) {
		struct machine_node *node = machine_add_node(ret, i);

		set_add_range(&node->cpus, (unsigned)i * 2, (unsigned)i * 2 + 1);
		node->memory_bytes = 4 * GIB;
		node->huge_known = KNOWN_UNKNOWN;
	}
	for (int i = 0; i < 4; i++) {
		struct machine_cpu *cpu = machine_add_cpu(ret, i);

		cpu->node = cpu->package = cpu->die = i / 2;
		cpu->core = i;
		cpu->thread = 0;
	}
	add_function(ret, 0, 31, 0x060100, -1);
	add_root(ret, 0x40, 0);
	add_root(ret, 0x80, 1);
	machine_settle(ret, true);
}

static struct machine_function *at(struct machine *machine, const char *address)
{
	struct pci_address parsed;
	struct machine_function *function;

	assert_true(pci_address_parse(address, &parsed));
	function = machine_function(machine, parsed);
	assert_non_null(function);
	return function;
}

static void drop(struct machine *machine, const char *address)
{
	struct machine_function *function = at(machine, address);
	size_t i = (size_t)(function - machine->functions.v);

	machine_function_free(function);
	machine->functions.n--;
	memmove(function, function + 1, (machine->functions.n - i) * sizeof(*function));
	machine->roots.n = 0;
	machine_settle(machine, true);
}

static void acpi_off(struct machine *machine)
{
	drop(machine, "0000:40:00.0");
	machine_set_fact(machine, "firmware.acpi", "no");
	machine->nodes.n = 1;
	free(TAKE(machine->distances));
	set_free(&machine->nodes.v[1].cpus);
	for (int i = 2; i < 4; i++)
		machine->cpus.v[i].node = 0;
	machine->iommu = (struct machine_iommu){KNOWN_UNKNOWN, KNOWN_NO, KNOWN_NO, -1};
	for (size_t i = 0; i < machine->functions.n; i++)
		machine->functions.v[i].iommu_group = GROUP_NONE;
}

static void table_missing(struct machine *machine)
{
	machine->iommu = (struct machine_iommu){KNOWN_NO, KNOWN_NO, KNOWN_NO, -1};
	for (size_t i = 0; i < machine->functions.n; i++)
		machine->functions.v[i].iommu_group = GROUP_NONE;
}

static void iommu_off(struct machine *machine)
{
	machine->iommu.enabled = KNOWN_NO;
	for (size_t i = 0; i < machine->functions.n; i++)
		machine->functions.v[i].iommu_group = GROUP_NONE;
}

static void remapping_off(struct machine *machine)
{
	machine->iommu.remapping = KNOWN_NO;
}

static void node_missing(struct machine *machine)
{
	machine->nodes.n = 1;
	set_free(&machine->nodes.v[1].cpus);
	machine->cpus.v[2].node = machine->cpus.v[3].node = 0;
	for (size_t i = 0; i < machine->functions.n; i++)
		machine_affinity_set(&machine->functions.v[i].affinity, 0,
				     AFFINITY_FROM_SYSFS);
	machine_affinity_set(&machine->roots.v[2].affinity, 0, AFFINITY_FROM_SYSFS);
	machine_affinity_forget(&at(machine, "0000:00:1f.0")->affinity);
	free(machine->distances);
	machine->distances = xcalloc(1, sizeof(uint32_t));
	machine->distances[0] = 10;
}

static void cpu_moved(struct machine *machine)
{
	machine->cpus.v[1].node = 1;
}

static void cpu_missing(struct machine *machine)
{
	machine->cpus.n = 3;
}

static void cores_merged(struct machine *machine)
{
	machine->cpus.v[1].core = 0;
	machine->cpus.v[1].thread = 1;
}

static void packages_renumbered(struct machine *machine)
{
	for (size_t i = 0; i < 4; i++)
		machine->cpus.v[i].package = 7 - machine->cpus.v[i].package;
}

static void distance(struct machine *machine)
{
	machine->distances[1] = 30;
}

static void less_memory(struct machine *machine)
{
	machine->nodes.v[0].memory_bytes =
		4 * GIB - memory_taken_at_most(4 * GIB, true) - 1;
}

static void enough_memory(struct machine *machine)
{
	machine->nodes.v[0].memory_bytes -= memory_taken_at_most(4 * GIB, true);
	machine->nodes.v[1].memory_bytes -= memory_taken_at_most(4 * GIB, false);
}

static void more_memory(struct machine *machine)
{
	machine->nodes.v[1].memory_bytes++;
}

static void root_elsewhere(struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++)
		if (machine->functions.v[i].at.bus >= 0x80)
			machine_affinity_set(&machine->functions.v[i].affinity, 0,
					     AFFINITY_FROM_SYSFS);
	machine_affinity_set(&machine->roots.v[2].affinity, 0, AFFINITY_FROM_SYSFS);
}

static void root_missing(struct machine *machine)
{
	drop(machine, "0000:82:00.0");
	drop(machine, "0000:81:00.0");
	drop(machine, "0000:80:01.0");
	drop(machine, "0000:80:00.0");
}

/* The bridge before it includes the numbers of the next root bus, which is renumbered. */
static void buses_overlap(struct machine *machine)
{
	at(machine, "0000:40:01.0")->subordinate = 0x80;
}

/* The kernel dropped the second root bus; only its log shows that. */
static void root_dropped(struct machine *machine)
{
	root_missing(machine);
	machine_set_fact(
		machine, "kernel.complaints",
		"pci 0000:00:1f.0: something else\n"
		"pci_bus 0000:80: busn_res: can not insert [bus 80-82] under domain "
		"[bus 00-ff] (conflicts with (null) [bus 42-80])\n");
}

static void other_buses(struct machine *machine)
{
	struct machine_function *port = at(machine, "0000:80:01.0");

	port->secondary = port->subordinate = 0x90;
	at(machine, "0000:82:00.0")->at.bus = 0x90;
	machine_settle(machine, true);
}

static void device_moved(struct machine *machine)
{
	struct machine_function *nic = at(machine, "0000:82:00.0");

	nic->at = (struct pci_address){0, 0x81, 1, 0};
	machine_settle(machine, true);
}

static void device_missing(struct machine *machine)
{
	drop(machine, "0000:82:00.0");
}

static void port_missing(struct machine *machine)
{
	drop(machine, "0000:82:00.0");
	drop(machine, "0000:80:01.0");
}

static void device_unplanned(struct machine *machine)
{
	add_function(machine, 0, 5, 0x010802, -1)->iommu_group = GROUP_UNKNOWN;
	machine_settle(machine, true);
}

static void another_device(struct machine *machine)
{
	at(machine, "0000:82:00.0")->device = 0x10d3;
}

static void device_elsewhere(struct machine *machine)
{
	machine_affinity_set(&at(machine, "0000:82:00.0")->affinity, 0,
			     AFFINITY_FROM_SYSFS);
}

static void device_nowhere(struct machine *machine)
{
	machine_affinity_forget(&at(machine, "0000:82:00.0")->affinity);
}

static void no_room(struct machine *machine)
{
	at(machine, "0000:82:00.0")->bars[0].start = 0;
}

static void fewer_vfs(struct machine *machine)
{
	at(machine, "0000:82:00.0")->total_vfs = UNKNOWN_ID;
}

static void groups_merged(struct machine *machine)
{
	at(machine, "0000:82:00.0")->iommu_group =
		at(machine, "0000:81:00.0")->iommu_group;
}

static void groups_renumbered(struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++)
		machine->functions.v[i].iommu_group =
			99 - machine->functions.v[i].iommu_group;
}

static void group_missing(struct machine *machine)
{
	at(machine, "0000:82:00.0")->iommu_group = GROUP_NONE;
}

static void vfs_made(struct machine *machine)
{
	struct machine_function *vf = add_function(machine, 0x82, 2, 0x020000, 1);
	int parent = machine_function_index(machine, (struct pci_address){0, 0x82, 0, 0});

	vf->physical_function = parent;
	vf->iommu_group = 77;
	machine_settle(machine, true);
}

static void nothing(struct machine *machine)
{
	(void)machine;
}

static const struct {
	void (*change)(struct machine *machine);
	const char *kind, *subject; /* of the only cause; NULL: there is no difference */
	size_t consequences;
} rows[] = {
	{nothing, NULL, NULL, 0},
	{packages_renumbered, NULL, NULL, 0},
	{groups_renumbered, NULL, NULL, 0},
	{enough_memory, NULL, NULL, 0},
	{vfs_made, NULL, NULL, 0},
	{table_missing, "iommu-table-missing", "the machine", 11},
	{iommu_off, "iommu-off", "the machine", 9},
	{remapping_off, "remapping-off", "the machine", 0},
	{node_missing, "node-missing", "node 1", 9},
	{cpu_moved, "cpu-on-other-node", "CPU 1", 0},
	{cpu_missing, "cpu-missing", "CPU 3", 0},
	{cores_merged, "cpu-topology", "core of CPU 0", 1},
	{distance, "distance", "node 0 to node 1", 0},
	{less_memory, "memory", "node 0", 0},
	{more_memory, "memory", "node 1", 0},
	{root_elsewhere, "root-on-other-node", "root bus 0000:80", 6},
	{root_missing, "root-missing", "root bus 0000:80", 4},
	{buses_overlap, "bus-overlap", "root bus 0000:80", 1},
	{root_dropped, "bus-overlap", "bus 0000:80", 5},
	{other_buses, "bridge-buses", "0000:80:01.0", 1},
	{device_moved, "device-moved", "0000:82:00.0", 0},
	{device_missing, "device-missing", "0000:82:00.0", 0},
	{port_missing, "device-missing", "0000:80:01.0", 1},
	{device_unplanned, "device-unplanned", "0000:00:05.0", 0},
	{another_device, "device-identity", "0000:82:00.0", 0},
	{device_elsewhere, "device-on-other-node", "0000:82:00.0", 2},
	{device_nowhere, "device-on-other-node", "0000:82:00.0", 0},
	{no_room, "bar-unassigned", "0000:82:00.0 BAR 0", 0},
	{fewer_vfs, "vfs", "0000:82:00.0", 0},
	{groups_merged, "group-merged", "0000:81:00.0 0000:82:00.0", 0},
	{group_missing, "group-missing", "0000:82:00.0", 0},
};

static void print_all(const struct differences *differences)
{
	_cleanup_text_ struct text text = {};

	text_add_differences(&text, differences);
	print_message("%s", text.s);
}

static size_t count_causes(const struct differences *differences)
{
	size_t causes = 0;

	for (size_t i = 0; i < differences->list.n; i++)
		causes += differences->list.v[i].because < 0;
	return causes;
}

static void the_cause_comes_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_machine_ struct machine expected = {}, observed = {};
		_cleanup_differences_ struct differences differences = {};
		struct compare_options options = {};
		size_t n = rows[i].kind ? rows[i].consequences + 1 : 0;

		make_guest(&expected);
		make_guest(&observed);
		rows[i].change(&observed);
		compare_machines(&expected, &observed, &options, &differences);
		if (differences.list.n != n || (n && count_causes(&differences) != 1)) {
			print_all(&differences);
			fail_msg("row %zu: %s", i, rows[i].kind ? rows[i].kind : "none");
		}
		assert_true(differences.checked > 20);
		if (n == 0)
			continue;
		assert_string_equal(difference_kind_name(differences.list.v[0].kind),
				    rows[i].kind);
		assert_string_equal(differences.list.v[0].subject, rows[i].subject);
	}
}

static void acpi_explains_all(void **state)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};
	struct compare_options options = {};

	(void)state;
	make_guest(&expected);
	make_guest(&observed);
	acpi_off(&observed);
	compare_machines(&expected, &observed, &options, &differences);
	assert_int_equal(differences.list.v[0].kind, DIFFERENCE_ACPI_OFF);
	assert_int_equal(count_causes(&differences), 1);
	assert_true(differences.list.n > 8);
}

/* A machine does not differ from itself, whatever it is, and nothing is invented. */
static void no_machine_differs_from_itself(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_differences_ struct differences differences = {};
		struct compare_options options = {};

		random_machine(seed, &machine);
		compare_machines(&machine, &machine, &options, &differences);
		for (size_t i = 0; i < differences.list.n; i++)
			assert_int_equal(differences.list.v[i].kind,
					 DIFFERENCE_BAR_UNASSIGNED);
	}
}

static void unknown_is_not_passed(void **state)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences all = {}, some = {};
	struct compare_options options = {};
	size_t unknown = 0;

	(void)state;
	make_guest(&expected);
	make_guest(&observed);
	compare_machines(&expected, &observed, &options, &all);
	assert_int_equal(all.unknown.n, 0);
	observed.iommu.remapping = KNOWN_UNKNOWN;
	observed.nodes.v[0].memory_bytes = UNKNOWN_U64;
	at(&observed, "0000:82:00.0")->iommu_group = GROUP_UNKNOWN;
	expected.distances[2] = 0;
	compare_machines(&expected, &observed, &options, &some);
	assert_int_equal(some.list.n, 0);
	for (size_t i = 0; i < some.unknown.n; i++)
		unknown += some.unknown.v[i].n;
	assert_int_equal(unknown, 4);
	assert_int_equal(some.checked, all.checked - 4);
}

/* As tables list functions: without identity, those on some root buses and no others. */
static void keep_root_functions(struct machine *machine)
{
	size_t kept = 0;

	machine->pci_known = KNOWN_UNKNOWN;
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (function->upstream >= 0 || function->at.bus == 0) {
			machine_function_free(function);
			continue;
		}
		function->vendor = function->device = 0;
		function->class_code = 0;
		function->secondary = function->subordinate = 0;
		function->iommu_group = GROUP_UNKNOWN;
		machine->functions.v[kept++] = *function;
	}
	machine->functions.n = kept;
}

static void functions_known_in_part(void **state)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences same = {}, other = {};
	struct compare_options options = {};
	size_t unknown = 0;

	(void)state;
	make_guest(&expected);
	make_guest(&observed);
	keep_root_functions(&observed);
	compare_machines(&expected, &observed, &options, &same);
	assert_int_equal(same.list.n, 0);
	for (size_t i = 0; i < same.unknown.n; i++)
		if (streq(same.unknown.v[i].what, "PCI function"))
			unknown = same.unknown.v[i].n;
	assert_int_equal(unknown, 5);
	/* If one function of a root bus is listed, all are. */
	at(&observed, "0000:80:01.0")->at.slot = 5;
	compare_machines(&expected, &observed, &options, &other);
	assert_int_equal(other.list.n, 2);
	assert_int_equal(other.list.v[0].kind, DIFFERENCE_DEVICE_MISSING);
	assert_string_equal(other.list.v[0].subject, "0000:80:01.0");
	assert_int_equal(other.list.v[1].kind, DIFFERENCE_DEVICE_UNPLANNED);
}

/* A table that was not planned, if it is unknown whether the kernel uses it. */
static void table_unplanned(void **state)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};

	(void)state;
	make_guest(&expected);
	make_guest(&observed);
	table_missing(&expected);
	keep_root_functions(&observed);
	observed.iommu.enabled = observed.iommu.remapping = KNOWN_UNKNOWN;
	compare_machines(&expected, &observed, &(struct compare_options){}, &differences);
	assert_int_equal(differences.list.n, 1);
	assert_int_equal(differences.list.v[0].kind, DIFFERENCE_IOMMU_ON);
	assert_string_equal(differences.list.v[0].observed, "an ACPI table of the IOMMU");
}

/* Firmware will need a number for the bus below a bridge, and a root bus has it. */
static void overlap_to_come(void **state)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};

	(void)state;
	make_guest(&expected);
	make_guest(&observed);
	keep_root_functions(&observed);
	*vec_add(&observed.roots) = (struct machine_root){.first_bus = 0x82,
							  .last_bus = 0x82,
							  .affinity.node = UNKNOWN_ID};
	machine_settle(&observed, true);
	compare_machines(&expected, &observed, &(struct compare_options){}, &differences);
	assert_int_equal(differences.list.n, 2);
	assert_int_equal(differences.list.v[0].kind, DIFFERENCE_BUS_OVERLAP);
	assert_string_equal(differences.list.v[0].subject, "root bus 0000:82");
	assert_string_equal(differences.list.v[0].observed,
			    "0000:80:01.0 needs buses 82-82");
	assert_int_equal(differences.list.v[1].kind, DIFFERENCE_ROOT_UNPLANNED);
	assert_int_equal(differences.list.v[1].because, 0);
}

static void json(void **state)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};
	_cleanup_text_ struct text text = {};
	struct jsonw jsonw = {.out = &text};
	struct compare_options options = {};

	(void)state;
	make_guest(&expected);
	make_guest(&observed);
	other_buses(&observed);
	compare_machines(&expected, &observed, &options, &differences);
	jsonw_object(&jsonw, NULL);
	jsonw_differences(&jsonw, &differences);
	jsonw_end_object(&jsonw);
	assert_non_null(strstr(text.s, "\"kind\": \"device-moved\""));
	assert_non_null(strstr(text.s, "\"because\": \"bridge-buses: 0000:80:01.0\""));
	assert_non_null(strstr(text.s, "\"because\": null"));
	assert_non_null(strstr(text.s, "\"unknown\": []"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cause_comes_first),
		cmocka_unit_test(acpi_explains_all),
		cmocka_unit_test(no_machine_differs_from_itself),
		cmocka_unit_test(unknown_is_not_passed),
		cmocka_unit_test(functions_known_in_part),
		cmocka_unit_test(table_unplanned),
		cmocka_unit_test(overlap_to_come),
		cmocka_unit_test(json),
	};

	return RUN_TESTS(tests);
}
