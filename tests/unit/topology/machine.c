/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/machine.h"

static struct machine_function *add(struct machine *machine, const char *at)
{
	struct pci_address address;

	assert_true(pci_address_parse(at, &address));
	return machine_add_function(machine, address);
}

static void add_bridge(struct machine *machine, const char *at, uint8_t secondary,
		       uint8_t subordinate)
{
	struct machine_function *bridge = add(machine, at);

	bridge->bridge = true;
	bridge->secondary = secondary;
	bridge->subordinate = subordinate;
}

static int index_of(const struct machine *machine, const char *at)
{
	struct pci_address address;

	assert_true(pci_address_parse(at, &address));
	return machine_function_index(machine, address);
}

static int upstream_of(const struct machine *machine, const char *at)
{
	return machine->functions.v[index_of(machine, at)].upstream;
}

static void nodes_sort_with_distances(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	static const int ids[] = {8, 0, 3};

	(void)state;
	machine.distances = xcalloc(9, sizeof(uint32_t));
	for (size_t from = 0; from < 3; from++) {
		machine_add_node(&machine, ids[from]);
		for (size_t to = 0; to < 3; to++)
			machine.distances[from * 3 + to] =
				(uint32_t)(100 * ids[from] + ids[to]);
	}
	machine_settle(&machine, true);
	assert_int_equal(machine.nodes.v[1].id, 3);
	assert_int_equal(machine_distance(&machine, 8, 3), 803);
	assert_int_equal(machine_distance(&machine, 3, 8), 308);
	assert_int_equal(machine_distance(&machine, 3, 4), 0);
	assert_null(machine_node(&machine, 4));
}

static void doubles_are_dropped(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	machine_add_node(&machine, 1)->memory_bytes = 5;
	machine_add_node(&machine, 0);
	machine_add_node(&machine, 1)->kind = xstrdup("late");
	machine.distances = xcalloc(9, sizeof(uint32_t));
	for (uint32_t i = 0; i < 9; i++)
		machine.distances[i] = 10 + i;
	machine_add_cpu(&machine, 7);
	machine_add_cpu(&machine, 7);
	add(&machine, "0000:00:01.0")->driver = xstrdup("first");
	add(&machine, "0000:00:01.0")->driver = xstrdup("second");
	machine_settle(&machine, true);
	assert_int_equal(machine.nodes.n, 2);
	assert_int_equal(machine.cpus.n, 1);
	assert_int_equal(machine.functions.n, 1);
	assert_string_equal(machine.functions.v[0].driver, "first");
	assert_int_equal(machine.complaints.n, 3);
	assert_int_equal(machine_node(&machine, 1)->memory_bytes, 5);
	assert_int_equal(machine_distance(&machine, 1, 0), 11);
	assert_int_equal(machine_distance(&machine, 0, 1), 13);
}

/* A switch below a root port, a function beyond its bridge's own bus, two domains. */
static void hierarchy_from_buses(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	add(&machine, "10000:01:00.0");
	add_bridge(&machine, "10000:00:01.0", 1, 1);
	add(&machine, "0000:04:10.0");
	add(&machine, "0000:03:00.0");
	add_bridge(&machine, "0000:02:00.0", 3, 4);
	add_bridge(&machine, "0000:01:00.0", 2, 4);
	add_bridge(&machine, "0000:00:02.0", 1, 9);
	add_bridge(&machine, "0000:00:03.0", 0, 0);
	add(&machine, "0000:80:00.0");
	machine_settle(&machine, true);
	assert_int_equal(upstream_of(&machine, "0000:03:00.0"),
			 index_of(&machine, "0000:02:00.0"));
	assert_int_equal(upstream_of(&machine, "0000:04:10.0"),
			 index_of(&machine, "0000:02:00.0"));
	assert_int_equal(upstream_of(&machine, "0000:02:00.0"),
			 index_of(&machine, "0000:01:00.0"));
	assert_int_equal(upstream_of(&machine, "0000:00:03.0"), -1);
	assert_int_equal(upstream_of(&machine, "10000:01:00.0"),
			 index_of(&machine, "10000:00:01.0"));
	assert_int_equal(machine.roots.n, 3);
	assert_int_equal(machine.roots.v[0].last_bus, 9);
	assert_int_equal(machine.roots.v[1].first_bus, 0x80);
	assert_int_equal(machine.roots.v[2].domain, 0x10000);
	assert_int_equal(machine.functions.v[index_of(&machine, "0000:03:00.0")].root, 0);
}

/* Indexes from a reader follow the functions; invalid ones end at the root. */
static void hierarchy_from_the_reader(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	add(&machine, "0000:01:00.1")->physical_function = 1;
	machine.functions.v[0].upstream = 2;
	add(&machine, "0000:01:00.0")->upstream = 2;
	add(&machine, "0000:00:01.0")->bridge = true;
	machine.functions.v[2].upstream = 1;
	add(&machine, "0000:02:00.0")->upstream = 77;
	machine_settle(&machine, false);
	assert_int_equal(machine.functions.v[2].upstream, 0);
	assert_int_equal(machine.functions.v[2].physical_function, 1);
	assert_int_equal(machine.functions.v[0].upstream, -1);
	assert_int_equal(machine.functions.v[3].upstream, -1);
	assert_int_equal(machine.complaints.n, 1);
	assert_int_equal(machine.roots.n, 2);
}

static void affinity_is_passed_on(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	const struct machine_affinity *affinity;

	(void)state;
	machine_add_node(&machine, 0);
	machine_add_node(&machine, 1);
	machine_affinity_set(&add(&machine, "0000:00:01.0")->affinity, 1,
			     AFFINITY_FROM_SYSFS);
	add(&machine, "0000:00:01.1")->physical_function = 0;
	machine_affinity_set(&add(&machine, "0000:80:00.0")->affinity, 5,
			     AFFINITY_FROM_SYSFS);
	machine_settle(&machine, true);
	affinity = &machine.functions.v[1].affinity;
	assert_int_equal(affinity->what, AFFINITY_NODE);
	assert_int_equal(affinity->source, AFFINITY_FROM_PARENT);
	assert_int_equal(affinity->node, 1);
	assert_int_equal(machine.functions.v[2].affinity.what, AFFINITY_UNKNOWN);
	assert_int_equal(machine.complaints.n, 1);
	assert_int_equal(machine_root(&machine, 0, 0)->affinity.node, 1);
	assert_int_equal(machine_root(&machine, 0, 0x80)->affinity.what,
			 AFFINITY_UNKNOWN);
	assert_string_equal(affinity_source_name(affinity->source), "physical-function");
}

static void one_node_is_the_only_place(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	machine_add_node(&machine, 4);
	add(&machine, "0000:00:01.0");
	machine_settle(&machine, true);
	assert_int_equal(machine.functions.v[0].affinity.node, 4);
	assert_int_equal(machine.functions.v[0].affinity.source, AFFINITY_FROM_ONLY_NODE);
	assert_int_equal(machine.roots.v[0].affinity.node, 4);
}

static void facts(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	machine_set_fact(&machine, "b", "2");
	machine_unknown_fact(&machine, "c", "no permission");
	machine_set_fact(&machine, "a", "1");
	machine_set_fact(&machine, "b", "3");
	assert_int_equal(machine.facts.n, 3);
	assert_string_equal(machine.facts.v[0].name, "a");
	assert_string_equal(machine_fact(&machine, "b"), "3");
	assert_null(machine_fact(&machine, "c"));
	assert_null(machine_fact(&machine, "d"));
}

static void nothing_settles(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	machine_settle(&machine, true);
	assert_null(machine_node(&machine, 0));
	assert_null(machine_cpu(&machine, 0));
	assert_int_equal(machine_function_index(&machine, (struct pci_address){}), -1);
	assert_int_equal(machine.complaints.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_sort_with_distances),
		cmocka_unit_test(doubles_are_dropped),
		cmocka_unit_test(hierarchy_from_buses),
		cmocka_unit_test(hierarchy_from_the_reader),
		cmocka_unit_test(affinity_is_passed_on),
		cmocka_unit_test(one_node_is_the_only_place),
		cmocka_unit_test(facts),
		cmocka_unit_test(nothing_settles),
	};

	return RUN_TESTS(tests);
}
