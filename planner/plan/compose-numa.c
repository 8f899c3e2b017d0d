/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-numa.c - cells, distances and memory access figures. */
#include "planner/plan/compose-guest.h"

#include "planner/plan/request/cpu-shape.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t round_up(uint64_t value, uint64_t granule)
{
	return (value + granule - 1) / granule * granule;
}

static bool default_distances(const struct request *request)
{
	size_t n = request->nodes.n;

	for (size_t i = 0; request->distances && i < n * n; i++)
		if (request->distances[i] != (i % (n + 1) == 0 ? 10 : 20))
			return false;
	return true;
}

static void add_distances(const struct request *request, struct guest_cell *cell,
			  size_t from)
{
	for (size_t to = 0; to < request->nodes.n; to++) {
		struct guest_distance *distance = vec_add(&cell->distances);

		distance->element = -1;
		distance->id = number_of(to);
		distance->value =
			number_of(request->distances[from * request->nodes.n + to]);
	}
}

static uint64_t add_cells(const struct request *request, struct guest *guest)
{
	uint64_t granule = MAX(request->hugepage_bytes, MIB), total = 0;

	for (size_t i = 0; i < request->nodes.n; i++) {
		const struct request_node *node = &request->nodes.v[i];
		struct guest_cell *cell = guest_add_cell(guest);
		uint64_t memory_bytes = round_up(node->memory_bytes, granule);

		cell->id = number_of(i);
		if (node->vcpus > 0)
			cell->cpus = (struct guest_set){VALUE_VALID,
							set_copy(&node->vcpu_list)};
		cell->memory_bytes = number_of(memory_bytes);
		total += memory_bytes;
		if (!default_distances(request))
			add_distances(request, cell, i);
	}
	return total;
}

static void add_interconnect(struct guest *guest, const struct request_hmat *row,
			     bool bandwidth, uint64_t value)
{
	struct guest_interconnect *link;

	if (value == 0)
		return;
	link = vec_add(&guest->interconnects);
	link->element = -1;
	link->bandwidth = bandwidth;
	link->initiator = number_of((unsigned)row->initiator);
	link->target = number_of((unsigned)row->target);
	link->type = xstrdup("access");
	link->value = number_of(value);
}

static void add_interconnects(const struct request *request, struct guest *guest)
{
	for (size_t i = 0; request->hmat && i < request->hmat_rows.n; i++) {
		const struct request_hmat *row = &request->hmat_rows.v[i];

		add_interconnect(guest, row, false, row->latency_ns);
		add_interconnect(guest, row, true, row->bandwidth_mib_s * MIB);
	}
}

void compose_numa(const struct request *request, struct guest *guest)
{
	struct cpu_shape shape = cpu_shape_of(request);
	uint64_t memory_bytes = add_cells(request, guest);

	add_interconnects(request, guest);
	guest->memory_bytes = number_of(memory_bytes);
	guest->current_memory_bytes = number_of(memory_bytes);
	guest->vcpus =
		number_of(shape.sockets * shape.dies * shape.cores * shape.threads);
	guest->sockets = number_of(shape.sockets);
	guest->dies = number_of(shape.dies);
	guest->cores = number_of(shape.cores);
	guest->threads = number_of(shape.threads);
	if (request->hugepage_bytes) {
		struct guest_page *page = vec_add(&guest->pages);

		guest->hugepages = true;
		page->element = -1;
		page->size_bytes = number_of(request->hugepage_bytes);
	}
}
