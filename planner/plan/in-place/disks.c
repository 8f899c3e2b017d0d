/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Queues and I/O threads of virtio disks and SCSI controllers. With T threads per node,
 * threads N * T + 1 to N * T + T serve the disks below node N's expander buses. A disk
 * that has several threads to choose from gets one queue after the other served by them
 * in turn if libvirt and QEMU can do that; otherwise such disks get one thread, in turn.
 */
#include "planner/plan/in-place/host.h"

#include "planner/guest/iothreads.h"

/* The cell of the bus that an address is on, or NO_CELL. */
static int cell_of(const struct in_place *plan, const struct guest_address *address)
{
	const struct layout *layout = &plan->layout;
	int bus = in_place_bus(plan, address);

	return bus == LAYOUT_NONE ? NO_CELL
				  : layout->items.v[layout_root_of(layout, bus)].cell;
}

int in_place_cell_of_device(const struct in_place *plan, size_t device)
{
	for (size_t i = 0; i < plan->wishes.n; i++)
		if (plan->wishes.v[i].device == (int)device)
			return plan->wishes.v[i].to.cell;
	if (device < plan->old.devices.n)
		return cell_of(plan, &plan->full.devices.v[device].address);
	return cell_of(plan, &plan->new.devices.v[device].address);
}

int in_place_cell_of_controller(const struct in_place *plan, size_t controller)
{
	if (controller < plan->old.controllers.n)
		return cell_of(plan, &plan->full.controllers.v[controller].address);
	return cell_of(plan, &plan->new.controllers.v[controller].address);
}

/* A disk or controller: where its driver's settings are, in `new`. */
struct served {
	const char *name; /* for notes */
	int cell;         /* NO_CELL: on no node */
	bool mapped, can_map;
	struct guest_number *iothread, *queues;
	struct guest_threads *map;
};

/* Threads of this plan, and whose turn it is among all, and among those of each cell. */
struct pool {
	unsigned per_cell, all, next;
	unsigned *next_of_cell;
	bool noted;
};

/* The vCPUs that a disk's queues are for. */
static unsigned vcpus_of(const struct in_place *plan, int cell)
{
	const struct request *request = plan->request;
	unsigned vcpus = 0;

	if (cell >= 0 && (size_t)cell < request->nodes.n &&
	    request->nodes.v[cell].vcpus > 0)
		return request->nodes.v[cell].vcpus;
	for (size_t i = 0; i < request->nodes.n; i++)
		vcpus += request->nodes.v[i].vcpus;
	return vcpus > 0 ? vcpus : guest_vcpus(&plan->new);
}

static void set_queues(struct in_place *plan, const struct served *it)
{
	const struct request *request = plan->request;
	unsigned wanted = request->queues == QUEUES_PER_NODE ? vcpus_of(plan, it->cell)
							     : request->queues;

	if (request->queues == QUEUES_NONE)
		return;
	if (it->queues->state == VALUE_ABSENT)
		*it->queues = number_of(wanted);
	else if (!number_is(*it->queues, wanted))
		request_note(
			plan->request,
			"%s keeps queues='%llu' (requested: %u); remove it to let the plan choose",
			it->name, (unsigned long long)it->queues->value, wanted);
}

/* Threads @first to @first + @span - 1, no more than it has queues. */
static void map_threads(const struct served *it, unsigned first, unsigned span)
{
	unsigned queues = it->queues->state == VALUE_VALID
				  ? (unsigned)MIN(it->queues->value, 1024u)
				  : 0;

	*it->map = (struct guest_threads){
		.n = queues > 0 ? MIN(span, queues) : span,
		.first = first,
		.span = span,
		.queues = queues,
	};
	if (it->map->n > 1)
		return;
	*it->iothread = number_of(first);
	*it->map = (struct guest_threads){};
}

static void note_unmapped(struct in_place *plan, struct pool *pool, enum feature feature)
{
	_cleanup_free_ char *needs = feature_needs(feature);

	if (pool->noted || pool->per_cell < 2)
		return;
	pool->noted = true;
	request_note(
		plan->request,
		"%s get one I/O thread each, because several need %s; specify that with --target",
		feature == FEATURE_CONTROLLER_MAPPING ? "SCSI controllers" : "disks",
		needs);
}

/*
 * A thread of this plan that belongs to another node would be shared by disks of several
 * nodes, and could run on the node of one of them only.
 */
static bool is_foreign(const struct pool *pool, const struct served *it)
{
	uint64_t first = (uint64_t)MAX(it->cell, 0) * pool->per_cell + 1;
	uint64_t id = it->iothread->value;

	return it->iothread->state == VALUE_VALID && it->cell != NO_CELL &&
	       first <= pool->all && id <= pool->all && id >= 1 &&
	       (id < first || id >= first + pool->per_cell);
}

static void choose_threads(struct in_place *plan, struct pool *pool,
			   const struct served *it, enum feature feature)
{
	bool own = it->cell >= 0 && (unsigned)it->cell < pool->all / pool->per_cell;
	unsigned first = own ? (unsigned)it->cell * pool->per_cell + 1 : 1;
	unsigned span = own ? pool->per_cell : pool->all;
	unsigned *next = own ? &pool->next_of_cell[it->cell] : &pool->next;

	if (is_foreign(pool, it)) {
		uint64_t was = it->iothread->value;

		*it->iothread = number_of(first + (*next)++ % span);
		request_note(
			plan->request,
			"%s had I/O thread %llu, which is for disks of another node; it now has thread %llu, which is for those of node %d",
			it->name, (unsigned long long)was,
			(unsigned long long)it->iothread->value, it->cell);
	} else if (it->iothread->state != VALUE_ABSENT || it->mapped) {
		return;
	} else if (span > 1 && it->can_map) {
		map_threads(it, first, span);
	} else {
		note_unmapped(plan, pool, feature);
		*it->iothread = number_of(first + (*next)++ % span);
	}
}

static bool has_queues(const struct guest_device *device)
{
	return streq(device->tag, "disk") && streq_null(device->bus, "virtio") &&
	       device_on_pci(device);
}

static void serve_disks(struct in_place *plan, struct pool *pool)
{
	bool can_map = target_has(&plan->request->target, FEATURE_IOTHREAD_VQ_MAPPING);

	for (size_t i = 0; i < plan->new.devices.n; i++) {
		struct guest_device *device = &plan->new.devices.v[i];
		_cleanup_free_ char *name = NULL;
		struct served it;

		if (!has_queues(device))
			continue;
		name = xasprintf("disk %s", device->target_dev ? device->target_dev : "");
		it = (struct served){
			.name = name,
			.cell = in_place_cell_of_device(plan, i),
			.mapped = device->iothreads_mapped,
			.can_map = can_map,
			.iothread = &device->driver_iothread,
			.queues = &device->driver_queues,
			.map = &device->map_iothreads,
		};
		set_queues(plan, &it);
		/* libvirt refuses I/O threads for vhost-user: its back end has its own.
		 */
		if (pool->all > 0 && !device_is_vhost_user(device))
			choose_threads(plan, pool, &it, FEATURE_IOTHREAD_VQ_MAPPING);
	}
}

static void serve_controllers(struct in_place *plan, struct pool *pool)
{
	bool can_map = target_has(&plan->request->target, FEATURE_CONTROLLER_MAPPING);

	pool->noted = false;
	for (size_t i = 0; i < plan->new.controllers.n; i++) {
		struct guest_controller *controller = &plan->new.controllers.v[i];
		const struct device_kind *kind = device_kind_of_controller(controller);
		_cleanup_free_ char *name = NULL;
		struct served it;

		if (!streq_null(controller->type, "scsi") || !kind ||
		    !device_kind_is_virtio(kind))
			continue;
		name = xasprintf("SCSI controller %llu",
				 (unsigned long long)controller->index.value);
		it = (struct served){
			.name = name,
			.cell = in_place_cell_of_controller(plan, i),
			.mapped = controller->iothreads_mapped,
			.can_map = can_map,
			.iothread = &controller->driver_iothread,
			.queues = &controller->driver_queues,
			.map = &controller->map_iothreads,
		};
		set_queues(plan, &it);
		if (pool->all > 0)
			choose_threads(plan, pool, &it, FEATURE_CONTROLLER_MAPPING);
	}
}

/* <iothreads>, so that the ids from 1 to @all exist: libvirt uses the lowest free ones.
 */
static void count_threads(struct in_place *plan, unsigned all)
{
	struct guest *new = &plan->new;
	_cleanup_set_ struct set ids = {};
	int row = new->iothread_ids_element;

	for (row = row < 0 ? -1 : document_child(plan->document, row, "iothread");
	     row >= 0; row = document_next(plan->document, row, "iothread")) {
		const char *text = document_attribute(plan->document, row, "id");
		uint64_t id;

		if (text && parse_u64(text, &id) && id <= UINT16_MAX)
			set_add(&ids, (unsigned)id);
	}
	if (all > 0)
		set_add_range(&ids, 1, all);
	if (new->iothreads.state != VALUE_VALID || new->iothreads.value < set_count(&ids))
		new->iothreads = number_of(set_count(&ids));
}

void in_place_disks(struct in_place *plan)
{
	const struct request *request = plan->request;
	size_t cells = in_place_cells(plan);
	_cleanup_free_ unsigned *next = xcalloc(cells, sizeof(*next));
	struct pool pool = {
		.per_cell = request->iothreads,
		.all = (unsigned)cells * request->iothreads,
		.next_of_cell = next,
	};

	if (pool.all > 0)
		count_threads(plan, pool.all);
	if (pool.all == 0 && request->queues == QUEUES_NONE)
		return;
	serve_disks(plan, &pool);
	serve_controllers(plan, &pool);
}

static struct set threads_of(const struct in_place *plan, int element,
			     struct guest_number single, const struct guest_threads *map)
{
	struct set threads = {};

	guest_threads_of(plan->document, element, single, true, &threads);
	for (unsigned i = 0; i < map->n; i++)
		set_add(&threads, guest_thread_id(map, i));
	return threads;
}

struct set in_place_threads_of_device(const struct in_place *plan, size_t device)
{
	const struct guest_device *it = &plan->new.devices.v[device];

	return threads_of(plan, it->element, it->driver_iothread, &it->map_iothreads);
}

struct set in_place_threads_of_controller(const struct in_place *plan, size_t controller)
{
	const struct guest_controller *it = &plan->new.controllers.v[controller];

	return threads_of(plan, it->element, it->driver_iothread, &it->map_iothreads);
}
