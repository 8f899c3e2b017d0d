/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/predict/predict.h"

/* Cells in the order of the SRAT: by their first CPU, then those that have none. */
static size_t *srat_order(const struct machine *machine)
{
	size_t n = 0, *order = xcalloc(machine->nodes.n, sizeof(*order));
	bool *seen = xcalloc(machine->nodes.n, sizeof(*seen));

	for (size_t i = 0; i < machine->cpus.n; i++)
		for (size_t j = 0; j < machine->nodes.n; j++)
			if (!seen[j] &&
			    machine->nodes.v[j].id == machine->cpus.v[i].node) {
				seen[j] = true;
				order[n++] = j;
			}
	for (size_t j = 0; j < machine->nodes.n; j++)
		if (!seen[j])
			order[n++] = j;
	free(seen);
	return order;
}

/* The new number of a node that had number @id. */
static int new_id(const struct machine *machine, const size_t *order, int id)
{
	for (size_t i = 0; i < machine->nodes.n; i++)
		if (machine->nodes.v[order[i]].id == id)
			return (int)i;
	return id;
}

static void renumber_uses(struct machine *machine, const size_t *order)
{
	for (size_t i = 0; i < machine->cpus.n; i++)
		machine->cpus.v[i].node = new_id(machine, order, machine->cpus.v[i].node);
	for (size_t i = 0; i < machine->hmat.n; i++) {
		struct machine_hmat *row = &machine->hmat.v[i];

		row->initiator = new_id(machine, order, row->initiator);
		row->target = new_id(machine, order, row->target);
	}
	for (size_t i = 0; i < machine->roots.n; i++)
		machine->roots.v[i].affinity.node =
			new_id(machine, order, machine->roots.v[i].affinity.node);
	for (size_t i = 0; i < machine->functions.n; i++)
		machine->functions.v[i].affinity.node =
			new_id(machine, order, machine->functions.v[i].affinity.node);
}

static void reorder_nodes(struct machine *machine, const size_t *order)
{
	size_t n = machine->nodes.n;
	struct machine_node *nodes = xcalloc(n, sizeof(*nodes));
	uint32_t *distances = xcalloc(n * n, sizeof(*distances));

	for (size_t i = 0; i < n; i++) {
		nodes[i] = machine->nodes.v[order[i]];
		nodes[i].id = (int)i;
		for (size_t j = 0; machine->distances && j < n; j++)
			distances[i * n + j] =
				machine->distances[order[i] * n + order[j]];
	}
	memcpy(machine->nodes.v, nodes, n * sizeof(*nodes));
	if (machine->distances)
		memcpy(machine->distances, distances, n * n * sizeof(*distances));
	free(nodes);
	free(distances);
}

void predict_renumber(struct machine *machine)
{
	_cleanup_free_ size_t *order = srat_order(machine);

	renumber_uses(machine, order);
	reorder_nodes(machine, order);
}
