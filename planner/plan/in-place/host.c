/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Each cell is backed by host nodes: those that <memnode>,
 * <numatune> or the pins of its vCPUs name, or else one that the plan chooses, nodes of
 * assigned devices first. A domain without cells gets one for each host node that it is
 * bound to or has devices on. A device then belongs below an expander bus of the cell
 * that its host node backs, with one bus for each host root complex; existing buses are
 * kept. Last, memory and vCPUs without a binding are bound to the nodes of their cells.
 */
#include "planner/plan/in-place/host.h"

#include "planner/plan/request/mirror.h"

#include <strings.h>

#define MIB (UINT64_C(1) << 20)

/* The host nodes that a domain without cells is bound to, or has devices on. */
static struct set nodes_to_be(const struct in_place *plan)
{
	const struct guest *old = &plan->old;
	struct set nodes;

	if (old->numatune_nodes.state == VALUE_VALID)
		return set_copy(&old->numatune_nodes.set);
	nodes = in_place_device_nodes(plan);
	for (unsigned vcpu = 0; vcpu < MIN(old->vcpus.value, 4096u); vcpu++) {
		const struct set *pin = in_place_pin_of(old, vcpu);
		struct set of_pin = {};

		if (pin)
			of_pin = in_place_nodes_of_cpus(plan->host, pin);
		/* A vCPU that may run on several nodes is ignored. */
		if (set_count(&of_pin) == 1)
			set_union(&nodes, &of_pin);
		set_free(&of_pin);
	}
	return nodes;
}

/* The only host node that a vCPU may run on, or UNKNOWN_ID. */
static int node_of_vcpu(const struct in_place *plan, unsigned vcpu)
{
	const struct set *pin = in_place_pin_of(&plan->old, vcpu);
	_cleanup_set_ struct set nodes = {};

	if (pin)
		nodes = in_place_nodes_of_cpus(plan->host, pin);
	return set_count(&nodes) == 1 ? set_first(&nodes) : UNKNOWN_ID;
}

static void share_vcpus(struct in_place *plan, unsigned cells)
{
	struct request *request = plan->request;
	unsigned threads = (unsigned)MAX(plan->old.threads.value, 1u), n;
	unsigned total = (unsigned)plan->old.vcpus.value, next = 0;

	if (total % threads != 0)
		threads = 1;
	n = total / threads;
	for (unsigned cell = 0; cell < cells; cell++) {
		unsigned cores = n / cells + (cell < n % cells);

		for (unsigned i = 0; i < cores * threads; i++, next++) {
			int pinned = node_of_vcpu(plan, next);
			unsigned to = cell;

			for (size_t j = 0; j < request->nodes.n; j++)
				if (pinned != UNKNOWN_ID &&
				    request->nodes.v[j].host_node == pinned)
					to = (unsigned)j;
			set_add(&request->nodes.v[to].vcpu_list, next);
		}
	}
	for (size_t i = 0; i < request->nodes.n; i++)
		request->nodes.v[i].vcpus = set_count(&request->nodes.v[i].vcpu_list);
}

/* Divides memory into equal parts of whole pages; the first part gets the rest. */
static void share_memory(struct in_place *plan, uint64_t granule)
{
	struct request *request = plan->request;
	uint64_t total = plan->old.memory_bytes.value, pages, n = request->nodes.n;

	for (size_t i = 0; i < plan->old.devices.n; i++)
		if (streq(plan->old.devices.v[i].tag, "memory"))
			total -= MIN(total, plan->old.devices.v[i].size_bytes.value);
	pages = total / granule;
	for (size_t i = 0; i < n; i++)
		request->nodes.v[i].memory_bytes =
			(pages / n + (i < pages % n)) * granule;
}

static int check_node(const struct in_place *plan, int id, struct error *error)
{
	const struct machine_node *node = machine_node(plan->host, id);

	if (node && !set_empty(&node->cpus) && node->memory_bytes != 0)
		return 0;
	return in_place_refuse(
		plan, error, plan->old.vcpu_element,
		"<vcpu>: host node %d, which the domain uses for a device or is bound to, lacks CPUs or memory; use --node to specify the cells",
		id);
}

static int make_cells(struct in_place *plan, const struct set *nodes, struct error *error)
{
	unsigned n = set_count(nodes);

	if (plan->old.vcpus.state != VALUE_VALID || plan->old.vcpus.value < n ||
	    plan->old.memory_bytes.state != VALUE_VALID ||
	    plan->old.memory_bytes.value < n * in_place_granule(plan))
		return in_place_refuse(
			plan, error, plan->old.vcpu_element,
			"<vcpu>: its vCPUs and memory cannot be divided among the %u host nodes of its devices; use --node to specify the cells",
			n);
	set_foreach (id, nodes) {
		struct request_node *node;

		if (check_node(plan, id, error) < 0)
			return -1;
		node = vec_add(&plan->request->nodes);
		node->host_node = id;
	}
	share_vcpus(plan, n);
	share_memory(plan, in_place_granule(plan));
	for (unsigned i = 0; i < n; i++)
		if (plan->request->nodes.v[i].vcpus == 0)
			request_note(
				plan->request,
				"cell %u, on host node %d, has memory but no vCPU, because all vCPUs are pinned to CPUs of other nodes",
				i, plan->request->nodes.v[i].host_node);
	return 0;
}

/* Bindings of the whole domain, which rule out a plan. */
static int check_bindings(const struct in_place *plan, struct error *error)
{
	const struct guest *old = &plan->old;

	if (streq_null(old->numatune_placement, "auto"))
		return in_place_refuse(
			plan, error, old->numatune_memory_element,
			"<memory placement='auto'>: numad chooses the host nodes, so plan cannot bind the cells to host nodes; remove placement");
	if (streq_null(old->vcpu_placement, "auto") &&
	    old->numatune_nodes.state == VALUE_ABSENT)
		return in_place_refuse(
			plan, error, old->vcpu_element,
			"<vcpu placement='auto'>: numad chooses the host nodes, so plan cannot bind the cells to host nodes; write placement='static'");
	return 0;
}

int in_place_host_cells(struct in_place *plan, struct error *error)
{
	_cleanup_set_ struct set nodes = in_place_device_nodes(plan);

	if (set_empty(&nodes) && !plan->request->iothreads)
		return 0;
	plan->binds = true;
	if (check_bindings(plan, error) < 0)
		return -1;
	if (plan->request->nodes.n == 0) {
		_cleanup_set_ struct set all = nodes_to_be(plan);

		if (!set_empty(&all) && make_cells(plan, &all, error) < 0)
			return -1;
	}
	return 0;
}

static bool is_on(const struct in_place *plan, int cell, int node, unsigned most)
{
	return cell >= 0 && cell < (int)plan->backing.n &&
	       set_has(&plan->backing.v[cell], (unsigned)node) &&
	       set_count(&plan->backing.v[cell]) <= most;
}

/*
 * The cell for a device of a host node: one that only this node backs, else one that it
 * backs; the one that the device is on, else the first. NO_CELL: it backs none. On an
 * empty cell, which no node backs, a device stays: the user has put it there.
 */
static int cell_for(const struct in_place *plan, size_t device, int node)
{
	int there = in_place_old_cell(plan, device);

	if (there >= 0 && there < (int)plan->request->nodes.n &&
	    in_place_is_empty(&plan->request->nodes.v[there]))
		return there;
	for (unsigned most = 1; most <= MACHINE_NODE_LIMIT; most *= MACHINE_NODE_LIMIT) {
		if (is_on(plan, there, node, most))
			return there;
		for (int i = 0; i < (int)plan->backing.n; i++)
			if (is_on(plan, i, node, most))
				return i;
	}
	return NO_CELL;
}

static char *describe_cells(const struct in_place *plan)
{
	struct text text = {};

	for (size_t i = 0; i < plan->backing.n; i++) {
		text_printf(&text, "%scell %zu: host node ", i > 0 ? ", " : "", i);
		text_add_set(&text, &plan->backing.v[i]);
		if (set_empty(&plan->backing.v[i]))
			text_adds(&text, "unknown");
	}
	return text_take(&text);
}

/* The host's name of a device. The caller frees it. */
static char *host_name(const struct guest_device *device)
{
	return device->vdpa_path ? xstrdup(device->vdpa_path)
				 : xasprintf(PCI_FORMAT, PCI_ARGS(device->source.at));
}

/*
 * The root complex and switch that a wish with a cell is to be below, if its device is a
 * function of the host.
 */
static void place_on_host(struct in_place *plan, struct mirror_index *index, int function,
			  struct in_place_wish *wanted)
{
	bool vdpa = plan->old.devices.v[wanted->device].vdpa_path != NULL;

	/* VFIO does not know a vDPA device: its group and card do not matter. */
	wanted->function = vdpa ? -1 : function;
	if (function < 0 || (vdpa && in_place_accelerates(plan)))
		return; /* not below the SMMUv3 of its root complex's host devices */
	if (plan->request->per == PER_ROOT_COMPLEX || !plan->request->per_given)
		mirror_place(plan->host, (size_t)function, plan->request, index,
			     &wanted->to);
}

static void note_unmoved(struct in_place *plan, size_t device)
{
	_cleanup_free_ char *name = host_name(&plan->old.devices.v[device]);

	request_note(
		plan->request,
		"%s: not moved, because the host does not report its node (use --locality to specify the node)",
		name);
}

/* A device as a wish: its cell, and the root complex and switch it is to be below. */
static int wish(struct in_place *plan, struct mirror_index *index, size_t device,
		int function, struct error *error)
{
	int node = machine_function_node(plan->host, function);
	int cell = node == UNKNOWN_ID ? NO_CELL : cell_for(plan, device, node);
	const struct guest_device *it = &plan->old.devices.v[device];
	_cleanup_free_ char *name = host_name(it);
	struct in_place_wish *wanted;

	if (node == UNKNOWN_ID) {
		note_unmoved(plan, device);
		return 0;
	}
	if (cell == NO_CELL) {
		_cleanup_free_ char *cells = describe_cells(plan);

		return in_place_refuse(
			plan, error, it->element,
			"<%s>: %s is on host node %d, which backs no cell (%s); back a cell with it, or remove the device",
			it->tag, name, node, cells);
	}
	wanted = vec_add(&plan->wishes);
	wanted->device = (int)device;
	wanted->to = (struct request_device){.cell = cell,
					     .root = -1,
					     .switch_port = -1,
					     .assigned = !it->vdpa_path};
	place_on_host(plan, index, function, wanted);
	return 0;
}

/* Cells without distances get those of their host nodes. */
static void mirror_missing_distances(struct in_place *plan)
{
	struct request *request = plan->request;

	for (size_t i = 0; i < plan->old.cells.n; i++)
		if (plan->old.cells.v[i].distances_element >= 0)
			return;
	if (request->distances)
		return;
	for (size_t i = 0; i < plan->backing.n; i++) {
		struct request_node *node = &request->nodes.v[i];

		/* An empty cell without a device gets the default. */
		if (node->vcpus == 0 && node->memory_bytes == 0 && !node->initiator)
			continue;
		if (set_count(&plan->backing.v[i]) != 1)
			return;
		node->host_node = set_first(&plan->backing.v[i]);
	}
	mirror_distances(plan->host, request);
}

static bool is_called(const struct guest_device *device, const char *name)
{
	struct pci_address at;

	return streq_null(device->target_dev, name) || streq_null(device->alias, name) ||
	       (device->mac && strcasecmp(device->mac, name) == 0) ||
	       (device->source.state == VALUE_VALID && pci_address_parse(name, &at) &&
		pci_address_equal(device->source.at, at));
}

static bool has_wish(const struct in_place *plan, size_t device)
{
	for (size_t i = 0; i < plan->wishes.n; i++)
		if (plan->wishes.v[i].device == (int)device)
			return true;
	return false;
}

/*
 * --place takes precedence over the host's node of a device, but its root complex and
 * switch are still those of the host: a second plan with the same --hostdev comes here.
 */
static int place_named(struct in_place *plan, struct mirror_index *index,
		       const struct request_place *place, struct error *error)
{
	for (size_t i = 0; i < plan->old.devices.n; i++) {
		const struct guest_device *it = &plan->old.devices.v[i];
		struct in_place_wish *wanted;

		if (!is_called(it, place->device))
			continue;
		if (!device_on_pci(it) || place->cell >= (int)plan->request->nodes.n)
			return in_place_refuse(plan, error, it->element,
					       "<%s>: --place %s=%d: %s", it->tag,
					       place->device, place->cell,
					       device_on_pci(it)
						       ? "the domain has no such cell"
						       : "the device is not on PCI");
		if (has_wish(plan, i))
			return in_place_refuse(plan, error, it->element,
					       "<%s>: --place names %s twice", it->tag,
					       place->device);
		wanted = vec_add(&plan->wishes);
		wanted->device = (int)i;
		wanted->to =
			(struct request_device){.cell = place->cell,
						.root = -1,
						.switch_port = -1,
						.assigned = in_place_is_host_device(it)};
		place_on_host(plan, index, in_place_host_function(plan, i), wanted);
		return 0;
	}
	return error_input(
		error,
		"%s: --place %s: no device has that disk target, MAC, alias or host address",
		plan->document->name, place->device);
}

/*
 * For accelerated SMMUv3, host devices get buses of their own, also if the host is not
 * given.
 */
static void separate(struct in_place *plan)
{
	for (size_t i = 0; i < plan->old.devices.n; i++) {
		const struct guest_device *it = &plan->old.devices.v[i];
		int cell = in_place_old_cell(plan, i);
		struct in_place_wish *wanted;

		if (!in_place_is_host_device(it) || cell == NO_CELL || has_wish(plan, i))
			continue;
		wanted = vec_add(&plan->wishes);
		wanted->device = (int)i;
		wanted->function = -1;
		wanted->to = (struct request_device){.cell = cell,
						     .root = -1,
						     .switch_port = -1,
						     .assigned = true};
	}
}

/* New host devices go below the bus of their root complex, as those of the domain do. */
static void place_new(struct in_place *plan, struct mirror_index *index)
{
	struct request *request = plan->request;

	if (!plan->host || (request->per_given && request->per != PER_ROOT_COMPLEX))
		return;
	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];
		int function = device->assigned && device->cell >= 0
				       ? machine_function_index(plan->host, device->host)
				       : -1;

		if (function >= 0)
			mirror_place(plan->host, (size_t)function, request, index,
				     device);
	}
}

int in_place_host_wishes(struct in_place *plan, struct error *error)
{
	_cleanup_mirror_index_ struct mirror_index index = {};

	mirror_index_begin(&index, plan->request);
	index.by_iommu = in_place_accelerates(plan); /* smmu-accel-host */
	for (size_t i = 0; i < plan->request->places.n; i++)
		if (place_named(plan, &index, &plan->request->places.v[i], error) < 0)
			return -1;
	in_place_initiator_cells(plan);
	if (plan->request->accelerates && !plan->host)
		separate(plan);
	if (!plan->binds) {
		for (size_t i = 0; plan->host && i < plan->old.devices.n; i++)
			if (in_place_host_function(plan, i) >= 0 && !has_wish(plan, i) &&
			    in_place_old_cell(plan, i) == NO_CELL)
				note_unmoved(plan, i);
		place_new(plan, &index);
		return 0;
	}
	in_place_back_cells(plan);
	mirror_missing_distances(plan);
	for (size_t i = 0; i < plan->old.devices.n; i++) {
		int function = in_place_host_function(plan, i);

		if (function >= 0 && !has_wish(plan, i) &&
		    wish(plan, &index, i, function, error) < 0)
			return -1;
	}
	place_new(plan, &index);
	return 0;
}
