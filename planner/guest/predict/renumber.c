/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/predict/predict.h"

struct order {
	size_t n, *list; /* of nodes' indexes */
	bool *seen;
};

static void order_cell(const struct machine *machine, int cell, struct order *order)
{
	for (size_t j = 0; j < machine->nodes.n; j++)
		if (!order->seen[j] && machine->nodes.v[j].id == cell) {
			order->seen[j] = true;
			order->list[order->n++] = j;
		}
}

/* Cells in the kernel's order: by first CPU, then by initiator, then the others. */
static size_t *kernels_order(const struct guest *guest, struct machine *machine)
{
	struct order order = {.list = xcalloc(machine->nodes.n, sizeof(*order.list)),
			      .seen = xcalloc(machine->nodes.n, sizeof(*order.seen))};
	struct predict_cells initiators = {};

	for (size_t i = 0; i < machine->cpus.n; i++)
		order_cell(machine, machine->cpus.v[i].node, &order);
	predict_initiators(guest, &initiators);
	for (size_t i = 0; i < initiators.cells.n; i++)
		order_cell(machine, initiators.cells.v[i], &order);
	if (!initiators.ordered)
		machine_complain(
			machine,
			"the numbers of the nodes of generic initiators are not known: QEMU lists initiators in the order of a table of all its objects, some of which are not known; here they have the order of their cells");
	vec_free(&initiators.cells);
	for (size_t j = 0; j < machine->nodes.n; j++)
		order_cell(machine, machine->nodes.v[j].id, &order);
	free(order.seen);
	return order.list;
}

/* The new number of the node that had number @id. */
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

void predict_renumber(const struct guest *guest, struct machine *machine)
{
	_cleanup_free_ size_t *order = kernels_order(guest, machine);

	renumber_uses(machine, order);
	reorder_nodes(machine, order);
}
