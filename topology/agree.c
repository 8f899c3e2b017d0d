/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A source names the node of a CPU twice: with the CPU, and in the list of the node. A
 * CPU stays on a node only if both agree; otherwise it is on none, like those that the
 * source puts on no node.
 */
#include "topology/agree.h"

static void complain(struct machine *machine, const struct set *cpus, const char *one,
		     const char *many)
{
	_cleanup_text_ struct text text = {};

	if (set_empty(cpus))
		return;
	text_add_set(&text, cpus);
	machine_complain(machine, "CPU%s %s: %s", set_count(cpus) > 1 ? "s" : "", text.s,
			 set_count(cpus) > 1 ? many : one);
}

/* What a node lists although the CPU is elsewhere, or does not exist. */
static void agree_with_cpus(struct machine *machine)
{
	_cleanup_set_ struct set elsewhere = {}, absent = {};

	for (size_t i = 0; machine->cpus.n && i < machine->nodes.n; i++) {
		struct machine_node *node = &machine->nodes.v[i];
		_cleanup_set_ struct set listed = set_copy(&node->cpus);

		set_foreach (id, &listed) {
			const struct machine_cpu *cpu = machine_cpu(machine, id);

			if (cpu && cpu->node == node->id)
				continue;
			set_add(cpu ? &elsewhere : &absent, (unsigned)id);
			set_remove(&node->cpus, (unsigned)id);
		}
	}
	complain(machine, &absent, "a node lists it, but the source does not describe it",
		 "nodes list them, but the source does not describe them");
	complain(
		machine, &elsewhere,
		"a node lists it, but it is on another one according to its own entry",
		"nodes list them, but they are on others according to their own entries");
}

static void agree_with_nodes(struct machine *machine)
{
	_cleanup_set_ struct set unlisted = {};

	for (size_t i = 0; i < machine->cpus.n; i++) {
		struct machine_cpu *cpu = &machine->cpus.v[i];
		const struct machine_node *node = machine_node(machine, cpu->node);

		if (cpu->node == UNKNOWN_ID ||
		    (node && set_has(&node->cpus, (unsigned)cpu->id)))
			continue;
		cpu->node = UNKNOWN_ID;
		set_add(&unlisted, (unsigned)cpu->id);
	}
	complain(machine, &unlisted, "its node does not list it, so it is on none",
		 "their nodes do not list them, so they are on none");
}

static void complain_of_gaps(struct machine *machine)
{
	size_t n = machine->nodes.n, missing = 0, first = 0;

	for (size_t i = 0; machine->distances && n > 1 && i < n * n; i++)
		if (!machine->distances[i] && missing++ == 0)
			first = i;
	if (missing)
		machine_complain(
			machine,
			"distances between nodes are missing (%zu of %zu), such as that from node %d to node %d; a guest that mirrors this machine gets the default",
			missing, n * n, machine->nodes.v[first / n].id,
			machine->nodes.v[first % n].id);
}

void machine_agree(struct machine *machine)
{
	agree_with_cpus(machine);
	agree_with_nodes(machine);
	complain_of_gaps(machine);
}
