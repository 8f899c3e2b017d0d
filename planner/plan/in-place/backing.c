/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backing.c - which host nodes back each cell. */
#include "planner/plan/in-place/host.h"
#include "topology/vdpa.h"

int in_place_host_function(const struct in_place *plan, size_t device)
{
	const struct guest_device *it = &plan->old.devices.v[device];

	if (!plan->host)
		return -1;
	if (it->vdpa_path)
		return vdpa_function(plan->host, it->vdpa_path);
	return it->source.state == VALUE_VALID && streq_null(it->source.type, "pci")
		       ? machine_function_index(plan->host, it->source.at)
		       : -1;
}

/* The host node of a device that --hostdev adds; UNKNOWN_ID. */
static int node_of_new(const struct in_place *plan, const struct request_device *device)
{
	return device->assigned
		       ? machine_function_node(plan->host,
					       machine_function_index(plan->host,
								      device->host))
		       : UNKNOWN_ID;
}

/* The host nodes of the domain's host devices, and of new ones. The caller frees it. */
struct set in_place_device_nodes(const struct in_place *plan)
{
	struct set nodes = {};

	for (size_t i = 0; i < plan->request->devices.n; i++) {
		int node = node_of_new(plan, &plan->request->devices.v[i]);

		if (node != UNKNOWN_ID)
			set_add(&nodes, (unsigned)node);
	}

	for (size_t i = 0; i < plan->old.devices.n; i++) {
		int node = machine_function_node(plan->host,
						 in_place_host_function(plan, i));

		if (node != UNKNOWN_ID)
			set_add(&nodes, (unsigned)node);
	}
	return nodes;
}

/* The cell below whose buses a device is in the domain; NO_CELL. */
int in_place_old_cell(const struct in_place *plan, size_t device)
{
	const struct guest_address *address = &plan->old.devices.v[device].address;

	return guest_address_on_pci(address)
		       ? guest_tree_cell(&plan->old_tree, address->at.bus)
		       : NO_CELL;
}

/* The host nodes of CPUs. The caller frees it. */
struct set in_place_nodes_of_cpus(const struct machine *host, const struct set *cpus)
{
	struct set nodes = {};

	for (size_t i = 0; i < host->nodes.n; i++)
		if (set_intersects(&host->nodes.v[i].cpus, cpus))
			set_add(&nodes, (unsigned)host->nodes.v[i].id);
	return nodes;
}

struct set in_place_cpus_of_nodes(const struct machine *host, const struct set *nodes)
{
	struct set cpus = {};

	set_foreach (id, nodes) {
		const struct machine_node *node = machine_node(host, id);

		if (node)
			set_union(&cpus,
				  set_empty(&node->cpus) ? &node->near : &node->cpus);
	}
	return cpus;
}

/* Where a vCPU may run; NULL: anywhere. Borrowed. */
const struct set *in_place_pin_of(const struct guest *guest, unsigned vcpu)
{
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (number_is(guest->vcpupins.v[i].id, vcpu) &&
		    guest->vcpupins.v[i].cpus.state == VALUE_VALID)
			return &guest->vcpupins.v[i].cpus.set;
	return guest->vcpu_cpuset.state == VALUE_VALID ? &guest->vcpu_cpuset.set : NULL;
}

/* The host nodes that the domain itself gives for a cell; false if none. */
static bool given_backing(const struct in_place *plan, size_t cell,
			  const struct set *vcpus, struct set *ret)
{
	const struct guest *old = &plan->old;
	struct set pins = {};

	*ret = (struct set){};
	for (size_t i = 0; i < old->memnodes.n; i++)
		if (number_is(old->memnodes.v[i].cell, cell) &&
		    old->memnodes.v[i].nodes.state == VALUE_VALID) {
			*ret = set_copy(&old->memnodes.v[i].nodes.set);
			return true;
		}
	if (old->numatune_nodes.state == VALUE_VALID &&
	    set_count(&old->numatune_nodes.set) == 1) {
		*ret = set_copy(&old->numatune_nodes.set);
		return true;
	}
	set_foreach (vcpu, vcpus) {
		const struct set *pin = in_place_pin_of(old, (unsigned)vcpu);
		struct set nodes = {};

		if (pin)
			nodes = in_place_nodes_of_cpus(plan->host, pin);
		set_union(&pins, &nodes);
		set_free(&nodes);
	}
	if (set_count(&pins) == 1) {
		*ret = pins;
		return true;
	}
	set_free(&pins);
	return false;
}

static bool can_back(const struct in_place *plan, const struct machine_node *node)
{
	if (plan->old.numatune_nodes.state == VALUE_VALID &&
	    !set_has(&plan->old.numatune_nodes.set, (unsigned)node->id))
		return false;
	/* That of a GPU's memory goes when the GPU is assigned. */
	return node->memory_bytes != 0 && !streq_null(node->kind, "generic-initiator");
}

bool in_place_is_empty(const struct request_node *node)
{
	return node->initiator || (node->vcpus == 0 && node->memory_bytes == 0);
}

/*
 * The next host node for a cell that the domain does not bind: first one with devices,
 * then one that backs no cell yet, then any; UNKNOWN_ID if there is none.
 */
static int choose_node(const struct in_place *plan, const struct set *used,
		       const struct set *wanted, bool vcpus)
{
	for (int pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < plan->host->nodes.n; i++) {
			const struct machine_node *node = &plan->host->nodes.v[i];

			if (can_back(plan, node) &&
			    (pass == 2 || !set_has(used, (unsigned)node->id)) &&
			    (!vcpus || !set_empty(&node->cpus)) &&
			    (pass > 0 || set_has(wanted, (unsigned)node->id)))
				return node->id;
		}
	return UNKNOWN_ID;
}

/*
 * As many host nodes as there are cells that the domain does not bind. The caller frees
 * it.
 */
static struct set choose_nodes(const struct in_place *plan, const struct set *used,
			       const struct set *wanted)
{
	_cleanup_set_ struct set taken = set_copy(used);
	struct set chosen = {};

	for (size_t i = 0; i < plan->backing.n; i++) {
		const struct request_node *node = &plan->request->nodes.v[i];
		int id;

		if (!set_empty(&plan->backing.v[i]) || in_place_is_empty(node) ||
		    node->host_node != UNKNOWN_ID)
			continue;
		id = choose_node(plan, &taken, wanted, node->vcpus > 0);
		if (id == UNKNOWN_ID)
			continue;
		set_add(&taken, (unsigned)id);
		set_add(&chosen, (unsigned)id);
	}
	return chosen;
}

/* In ascending order, so that cell 0 gets the lowest. */
static void choose_backing(struct in_place *plan, struct set *used,
			   const struct set *wanted)
{
	_cleanup_set_ struct set chosen = choose_nodes(plan, used, wanted);

	for (size_t i = 0; i < plan->backing.n; i++) {
		const struct request_node *node = &plan->request->nodes.v[i];
		int id = node->host_node;

		if (!set_empty(&plan->backing.v[i]) || in_place_is_empty(node))
			continue;
		if (id == UNKNOWN_ID)
			id = set_empty(&chosen)
				     ? choose_node(plan, used, wanted, node->vcpus > 0)
				     : set_first(&chosen);
		if (id == UNKNOWN_ID)
			continue;
		set_remove(&chosen, (unsigned)id);
		set_add(&plan->backing.v[i], (unsigned)id);
		set_add(used, (unsigned)id);
	}
}

/* Whether a cell can be backed by a host node. */
static bool suits(const struct in_place *plan, size_t cell, int node)
{
	const struct machine_node *it = machine_node(plan->host, node);

	return node != UNKNOWN_ID && it && can_back(plan, it) &&
	       (plan->request->nodes.v[cell].vcpus == 0 || !set_empty(&it->cpus));
}

/*
 * The host node of the first host device that is below a bus of a cell already, so that
 * it, and what else is of that node, need not move; else of the first one that --hostdev
 * puts there. UNKNOWN_ID: there is none.
 */
static int node_of_devices(const struct in_place *plan, size_t cell)
{
	for (size_t i = 0; i < plan->old.devices.n; i++) {
		int node = machine_function_node(plan->host,
						 in_place_host_function(plan, i));

		if (in_place_old_cell(plan, i) == (int)cell && suits(plan, cell, node))
			return node;
	}
	for (size_t i = 0; i < plan->request->devices.n; i++) {
		const struct request_device *device = &plan->request->devices.v[i];
		int node = device->cell == (int)cell ? node_of_new(plan, device)
						     : UNKNOWN_ID;

		if (suits(plan, cell, node))
			return node;
	}
	return UNKNOWN_ID;
}

/* Host nodes for each node of the request. */
void in_place_back_cells(struct in_place *plan)
{
	_cleanup_set_ struct set used = {}, wanted = in_place_device_nodes(plan);

	for (size_t i = 0; i < plan->request->nodes.n; i++) {
		const struct request_node *node = &plan->request->nodes.v[i];
		struct set backing;
		int id = UNKNOWN_ID;

		if (in_place_is_empty(node)) {
			backing = (struct set){};
			if (node->host_node != UNKNOWN_ID)
				set_add(&backing, (unsigned)node->host_node);
			*vec_add(&plan->backing) = backing;
			continue;
		}
		if (!given_backing(plan, i, &node->vcpu_list, &backing) &&
		    node->host_node == UNKNOWN_ID)
			id = node_of_devices(plan, i);
		if (id != UNKNOWN_ID)
			set_add(&backing, (unsigned)id);
		set_union(&used, &backing);
		*vec_add(&plan->backing) = backing;
	}
	choose_backing(plan, &used, &wanted);
}
