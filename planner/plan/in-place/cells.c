/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cells of the planned domain: their vCPUs, memory, distances and pages. */
#include "planner/plan/in-place/parts.h"

#include "planner/plan/request/cpu-shape.h"

static uint64_t round_up(uint64_t value, uint64_t granule)
{
	return (value + granule - 1) / granule * granule;
}

static void set_distances(const struct request *request, struct guest_cell *cell,
			  size_t from)
{
	size_t n = request->nodes.n;

	cell->distances.n = 0;
	for (size_t to = 0; to < n; to++) {
		struct guest_distance *distance = vec_add(&cell->distances);

		distance->element = -1;
		distance->id = number_of(to);
		distance->value = number_of(request->distances[from * n + to]);
	}
}

static bool plain_distances(const struct request *request)
{
	size_t n = request->nodes.n;

	for (size_t i = 0; request->distances && i < n * n; i++)
		if (request->distances[i] != (i % (n + 1) == 0 ? 10 : 20))
			return false;
	return true;
}

/* True if the cell changes. */
static bool set_cell(struct in_place *plan, size_t number)
{
	const struct request_node *node = &plan->request->nodes.v[number];
	bool exists = number < plan->new.cells.n;
	struct guest_cell *cell =
		exists ? &plan->new.cells.v[number] : guest_add_cell(&plan->new);
	uint64_t memory_bytes = node->memory_bytes;
	bool changed = !exists;

	if (!exists)
		cell->id = number_of(number);
	if (!set_equal(&cell->cpus.set, &node->vcpu_list)) {
		set_free(&cell->cpus.set);
		cell->cpus = (struct guest_set){VALUE_VALID, set_copy(&node->vcpu_list)};
		changed = true;
	}
	if (!exists || !number_is(cell->memory_bytes, memory_bytes))
		memory_bytes = round_up(memory_bytes, in_place_granule(plan));
	if (!number_is(cell->memory_bytes, memory_bytes)) {
		cell->memory_bytes = number_of(memory_bytes);
		changed = true;
	}
	if (!plain_distances(plan->request))
		set_distances(plan->request, cell, number);
	return changed;
}

/* The value of <memory>: the cells and the memory devices. */
static uint64_t total_memory(const struct guest *guest)
{
	uint64_t total = 0;

	for (size_t i = 0; i < guest->cells.n; i++)
		total += guest->cells.v[i].memory_bytes.value;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "memory") &&
		    guest->devices.v[i].size_bytes.state == VALUE_VALID)
			total += guest->devices.v[i].size_bytes.value;
	return total;
}

/* Without cells, memory devices are on the one that libvirt adds: keep them there. */
static void keep_memory_devices(struct in_place *plan)
{
	struct guest *new = &plan->new;

	for (size_t i = 0; plan->old.cells.n == 0 && i < new->devices.n; i++) {
		struct guest_device *device = &new->devices.v[i];

		if (streq(device->tag, "memory") &&
		    !streq_null(device->model, "virtio-pmem") &&
		    device->node.state == VALUE_ABSENT)
			device->node = number_of(0);
	}
}

static int set_memory(struct in_place *plan, struct error *error)
{
	const struct guest *old = &plan->old;
	struct guest *new = &plan->new;
	uint64_t total = total_memory(new);
	bool follows = old->current_memory_bytes.state == VALUE_VALID &&
		       (number_is(old->memory_bytes, old->current_memory_bytes.value) ||
			old->current_memory_bytes.value > total);

	if (old->max_memory_bytes.state == VALUE_VALID &&
	    old->max_memory_bytes.value < total)
		return in_place_refuse(
			plan, error, old->max_memory_element,
			"the nodes' memory adds up to %ju KiB, which is more than this <maxMemory>",
			(uintmax_t)total / 1024);
	new->memory_bytes = number_of(total);
	if (follows)
		new->current_memory_bytes = number_of(total);
	return 0;
}

static unsigned part(struct guest_number number)
{
	return number.state == VALUE_VALID ? (unsigned)MIN(number.value, 1u << 16) : 1;
}

/* Whether no cell splits a core or a die of the domain's topology. */
static bool topology_fits(const struct guest *guest)
{
	unsigned die = part(guest->clusters) * part(guest->cores) * part(guest->threads);
	unsigned total = die * part(guest->dies) * part(guest->sockets);

	if (guest->sockets.state == VALUE_ABSENT)
		return true;
	if (guest->vcpus.state != VALUE_VALID || total != guest->vcpus.value)
		return false;
	for (unsigned first = 0; first + die <= total; first += die) {
		size_t cells = 0;

		for (size_t i = 0; i < guest->cells.n; i++) {
			struct set own = set_copy(&guest->cells.v[i].cpus.set),
				   die_set = {};

			set_add_range(&die_set, first, first + die - 1);
			cells += set_intersects(&own, &die_set);
			set_free(&own);
			set_free(&die_set);
		}
		if (cells > 1)
			return false;
	}
	return true;
}

static void set_topology(struct in_place *plan)
{
	struct cpu_shape shape = cpu_shape_of(plan->request);
	struct guest *new = &plan->new;

	if (!plan->fresh && topology_fits(new) && !plan->request->mirrored)
		return;
	new->sockets = number_of(shape.sockets);
	new->dies = number_of(shape.dies);
	new->clusters = (struct guest_number){};
	new->cores = number_of(shape.cores);
	new->threads = number_of(shape.threads);
}

/* Cells that no <page> of the domain backs. The caller frees it. */
static struct set unbacked_cells(const struct guest *guest)
{
	struct set cells = {};

	for (size_t i = 0; i < guest->cells.n; i++)
		set_add(&cells, (unsigned)i);
	for (size_t i = 0; i < guest->pages.n; i++)
		set_subtract(&cells, &guest->pages.v[i].cells.set);
	return cells;
}

static const struct guest_page *default_page(const struct guest *guest)
{
	for (size_t i = 0; i < guest->pages.n; i++)
		if (guest->pages.v[i].cells.state == VALUE_ABSENT)
			return &guest->pages.v[i];
	return NULL;
}

static void add_page(struct guest *guest, uint64_t size_bytes, struct set *cells)
{
	struct guest_page *page = vec_add(&guest->pages);

	guest->hugepages = true;
	page->element = -1;
	page->size_bytes = number_of(size_bytes);
	if (cells)
		page->cells = (struct guest_set){VALUE_VALID, *cells};
}

/* As requested, and for new cells of a domain whose other cells have huge pages. */
static int set_pages(struct in_place *plan, struct error *error)
{
	uint64_t asked = plan->request->hugepage_bytes;
	struct guest *new = &plan->new;
	const struct guest_page *page = default_page(new);
	struct set cells;

	if (page && asked && !number_is(page->size_bytes, asked))
		return in_place_refuse(
			plan, error, page->element,
			"<page>: backs the cells with pages of another size than --hugepages; change or remove it first");
	if (page || (new->pages.n == 0 && !asked))
		return 0;
	if (new->pages.n == 0) {
		add_page(new, asked, NULL);
		return 0;
	}
	cells = unbacked_cells(new);
	if (set_empty(&cells))
		set_free(&cells);
	else
		add_page(new, asked ? asked : new->pages.v[0].size_bytes.value, &cells);
	return 0;
}

int in_place_numa(struct in_place *plan, struct error *error)
{
	struct request *request = plan->request;
	unsigned vcpus = 0;
	bool changed = false;

	for (size_t i = 0; i < request->nodes.n; i++) {
		changed |= set_cell(plan, i);
		vcpus += request->nodes.v[i].vcpus;
	}
	if (set_pages(plan, error) < 0)
		return -1;
	if (!changed)
		return 0;
	plan->new.vcpus = number_of(vcpus);
	set_topology(plan);
	keep_memory_devices(plan);
	return set_memory(plan, error);
}
