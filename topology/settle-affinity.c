/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The place that a source gives is kept if it exists. If the source
 * gives none, it is derived in this order: a virtual function is where its physical
 * function is; if there is only one node, everything is there; a root bus is where all
 * functions directly on it are. Each place records where it came from.
 */
#include "topology/settle-affinity.h"

/* A place that is forgotten because the machine has no such node. */
struct stray {
	int node;
	struct pci_address at; /* the first one */
	size_t n;
};

struct strays {
	struct stray *v;
	size_t n, room;
};

/* A node that the machine does not have (a GPU's memory, an offline node) is not a
 * place. */
static void check_affinity(const struct machine *machine,
			   struct machine_affinity *affinity, struct pci_address at,
			   struct strays *strays)
{
	size_t i = 0;

	if (affinity->what != AFFINITY_NODE || !machine->nodes.n ||
	    machine_node(machine, affinity->node))
		return;
	while (i < strays->n && strays->v[i].node != affinity->node)
		i++;
	if (i == strays->n)
		*vec_add(strays) = (struct stray){affinity->node, at, 0};
	strays->v[i].n++;
	machine_affinity_forget(affinity);
}

/* One complaint for each node: all functions below a root bus can be there. */
static void complain_of_strays(struct machine *machine, struct strays *strays,
			       const char *what, const char *many)
{
	for (size_t i = 0; i < strays->n; i++) {
		const struct stray *stray = &strays->v[i];
		_cleanup_free_ char *others =
			stray->n == 1 ? xstrdup(" refers")
				      : xasprintf(" and %zu other%s refer", stray->n - 1,
						  stray->n > 2 ? "s" : "");

		machine_complain(machine,
				 "%s " PCI_FORMAT "%s to node %d, which does not exist",
				 stray->n == 1 ? what : many, PCI_ARGS(stray->at), others,
				 stray->node);
	}
	vec_free(strays);
}

static void from_only_node(const struct machine *machine,
			   struct machine_affinity *affinity)
{
	if (affinity->what == AFFINITY_UNKNOWN && machine->nodes.n == 1)
		machine_affinity_set(affinity, machine->nodes.v[0].id,
				     AFFINITY_FROM_ONLY_NODE);
}

static void settle_function_affinity(struct machine *machine)
{
	struct strays strays = {};

	for (size_t i = 0; i < machine->functions.n; i++)
		check_affinity(machine, &machine->functions.v[i].affinity,
			       machine->functions.v[i].at, &strays);
	complain_of_strays(machine, &strays, "function", "functions");
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];
		const struct machine_function *parent;

		if (function->affinity.what != AFFINITY_UNKNOWN ||
		    function->physical_function < 0)
			continue;
		parent = &machine->functions.v[function->physical_function];
		if (parent->affinity.what == AFFINITY_NODE)
			machine_affinity_set(&function->affinity, parent->affinity.node,
					     AFFINITY_FROM_PARENT);
	}
	for (size_t i = 0; i < machine->functions.n; i++)
		from_only_node(machine, &machine->functions.v[i].affinity);
}

/* A root bus without a given node is where all functions directly on it are. */
static void roots_from_functions(struct machine *machine)
{
	bool *open = xcalloc(machine->roots.n + 1, sizeof(*open));

	for (size_t i = 0; i < machine->roots.n; i++)
		open[i] = machine->roots.v[i].affinity.what == AFFINITY_UNKNOWN;
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];
		const struct machine_affinity *on = &function->affinity;
		struct machine_affinity *root =
			&machine->roots.v[function->root].affinity;

		if (!open[function->root] || function->upstream >= 0 ||
		    on->what != AFFINITY_NODE)
			continue;
		if (root->what == AFFINITY_UNKNOWN) {
			machine_affinity_set(root, on->node, on->source);
		} else if (root->node != on->node) {
			machine_affinity_forget(root);
			open[function->root] = false;
		}
	}
	free(open);
}

static void settle_root_affinity(struct machine *machine)
{
	struct strays strays = {};

	for (size_t i = 0; i < machine->roots.n; i++) {
		struct machine_root *root = &machine->roots.v[i];
		struct pci_address at = {.domain = root->domain, .bus = root->first_bus};

		check_affinity(machine, &root->affinity, at, &strays);
	}
	complain_of_strays(machine, &strays, "root bus of", "root buses of");
	roots_from_functions(machine);
	for (size_t i = 0; i < machine->roots.n; i++)
		from_only_node(machine, &machine->roots.v[i].affinity);
}

void settle_affinity(struct machine *machine)
{
	settle_function_affinity(machine);
	settle_root_affinity(machine);
}
