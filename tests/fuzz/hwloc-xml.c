/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as hwloc's XML: rejected with a message, or a consistent machine: indexes are
 * valid, nodes share no CPU, and nodes that are referred to exist.
 */
#include "tests/fuzz/fuzz.h"

#include "topology/hwloc-read.h"

static void check_nodes(const struct machine *machine)
{
	_cleanup_set_ struct set owned = {};

	for (size_t i = 0; i < machine->nodes.n; i++) {
		CHECK(!set_intersects(&owned, &machine->nodes.v[i].cpus));
		set_union(&owned, &machine->nodes.v[i].cpus);
		CHECK(i == 0 || machine->nodes.v[i].id > machine->nodes.v[i - 1].id);
	}
	for (size_t i = 0; i < machine->cpus.n; i++)
		CHECK(machine->cpus.v[i].node == UNKNOWN_ID ||
		      set_has(&machine_node(machine, machine->cpus.v[i].node)->cpus,
			      (unsigned)machine->cpus.v[i].id));
}

static void check_functions(const struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		CHECK(function->root >= 0 && (size_t)function->root < machine->roots.n);
		CHECK(function->upstream < (int)i);
		CHECK(function->affinity.what != AFFINITY_NODE ||
		      machine_node(machine, function->affinity.node));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (hwloc_read_xml("fuzz", (const char *)data, n, &machine, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && error.message);
		return 0;
	}
	/* Accepts a function's node without comparing it with the existing nodes. */
	if (IS_PLANTED && machine.functions.n && machine.complaints.n &&
	    machine.functions.v[0].affinity.what == AFFINITY_NODE)
		machine.functions.v[0].affinity.node = 77;
	check_nodes(&machine);
	check_functions(&machine);
	return 0;
}
