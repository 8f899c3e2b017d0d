/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initiators.c - cells of generic initiators (<acpi nodeset=>): on hosts with Grace CPUs
 * each GPU has NUMA nodes of its own, without which its driver does not work. They have
 * neither vCPUs nor memory, and the distances of the host's nodes.
 *
 * The firmware's table says which nodes belong to which GPU, if it was readable when the
 * host was recorded. If not, they are assumed to be numbered GPU by GPU, in the order of
 * their addresses, as nvidia-smi topo -m shows (GPU NUMA ID), and a note says so.
 */
#include "planner/plan/in-place/host.h"

#include "planner/plan/request/mirror.h"
#include "topology/matrix.h"

static bool is_gpu(const struct machine_function *function)
{
	return matrix_is_nvidia_gpu(function) && function->physical_function < 0;
}

/* The host's initiators. The caller frees it. */
static struct set list_nodes(const struct machine *host)
{
	struct set nodes = {};

	for (size_t i = 0; i < host->nodes.n; i++)
		if (streq_null(host->nodes.v[i].kind, "generic-initiator"))
			set_add(&nodes, (unsigned)host->nodes.v[i].id);
	return nodes;
}

/* Whether the host's description has devices of initiators. */
static bool knows_devices(const struct machine *host)
{
	for (size_t i = 0; i < host->nodes.n; i++)
		if (host->nodes.v[i].initiators.n > 0)
			return true;
	return false;
}

/* The nodes whose initiators include a function; to be freed. */
static struct set nodes_of(const struct machine *host, int function)
{
	struct set nodes = {};

	for (size_t i = 0; function >= 0 && i < host->nodes.n; i++)
		for (size_t k = 0; k < host->nodes.v[i].initiators.n; k++)
			if (pci_address_equal(host->nodes.v[i].initiators.v[k].at,
					      host->functions.v[function].at) &&
			    streq_null(host->nodes.v[i].kind, "generic-initiator"))
				set_add(&nodes, (unsigned)host->nodes.v[i].id);
	return nodes;
}

/* The host nodes of a GPU by their order; nothing if they do not fit. To be freed. */
static struct set assume_nodes(const struct machine *host, int function)
{
	_cleanup_set_ struct set all = list_nodes(host);
	unsigned gpus = 0, rank = 0, each, i = 0;
	struct set nodes = {};

	if (set_empty(&all) || function < 0 || !is_gpu(&host->functions.v[function]))
		return nodes;
	for (size_t f = 0; f < host->functions.n; f++) {
		if (!is_gpu(&host->functions.v[f]))
			continue;
		rank = (int)f == function ? gpus : rank;
		gpus++;
	}
	if (set_count(&all) % gpus != 0)
		return nodes;
	each = set_count(&all) / gpus;
	set_foreach (id, &all) {
		if (i / each == rank)
			set_add(&nodes, (unsigned)id);
		i++;
	}
	return nodes;
}

/* The cells that a device of the domain has already get the host's nodes. */
static void take_cells(struct in_place *plan, const struct set *cells,
		       const struct set *nodes)
{
	int node = set_first(nodes);

	set_foreach (cell, cells) {
		struct request_node *it;

		if ((size_t)cell >= plan->request->nodes.n)
			return;
		it = &plan->request->nodes.v[cell];
		if (it->vcpus > 0 || node < 0)
			continue;
		it->initiator = true;
		it->host_node = node;
		node = set_next(nodes, (unsigned)node + 1);
	}
}

static void add_cells(struct in_place *plan, struct pci_address host,
		      const struct set *nodes)
{
	struct in_place_initiator *row = vec_add(&plan->initiators);

	row->host = host;
	set_foreach (node, nodes) {
		set_add(&row->cells, (unsigned)plan->request->nodes.n);
		*vec_add(&plan->request->nodes) =
			(struct request_node){.host_node = node, .initiator = true};
	}
}

static bool can_have(struct in_place *plan, struct pci_address host)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_HOSTDEV_NODE);

	if (target_has(&plan->request->target, FEATURE_HOSTDEV_NODE))
		return true;
	request_note(plan->request,
		     PCI_FORMAT ": this GPU needs NUMA nodes of its own, which need %s",
		     PCI_ARGS(host), needs);
	return false;
}

static void add_for(struct in_place *plan, struct pci_address host,
		    const struct set *there)
{
	int function = machine_function_index(plan->host, host);
	bool known = knows_devices(plan->host);
	_cleanup_set_ struct set nodes = known ? nodes_of(plan->host, function)
					       : assume_nodes(plan->host, function);

	if (set_empty(&nodes))
		return;
	if (!known) {
		_cleanup_text_ struct text list = {};

		text_add_set(&list, &nodes);
		request_note(
			plan->request,
			PCI_FORMAT
			": the host's description does not say which NUMA nodes belong to this GPU; assumed: %s (virt-layout record, run by root, finds out)",
			PCI_ARGS(host), list.s);
	}
	if (there)
		take_cells(plan, there, &nodes);
	else if (can_have(plan, host))
		add_cells(plan, host, &nodes);
}

void in_place_initiator_cells(struct in_place *plan)
{
	if (!plan->host || plan->request->attach || plan->request->nodes.n == 0)
		return;
	for (size_t i = 0; i < plan->old.devices.n; i++) {
		const struct guest_device *device = &plan->old.devices.v[i];

		if (in_place_is_host_device(device))
			add_for(plan, device->source.at,
				device->initiator.state != VALUE_ABSENT
					? &device->initiator.set
					: NULL);
	}
	for (size_t i = 0; i < plan->request->devices.n; i++)
		if (plan->request->devices.v[i].assigned)
			add_for(plan, plan->request->devices.v[i].host, NULL);
}

/*
 * New cells of a domain whose others have distances get theirs; libvirt takes the ones
 * in the other direction to be the same.
 */
static void write_distances(struct in_place *plan, size_t cell)
{
	struct guest_cell *it = &plan->new.cells.v[cell];

	if (it->distances.n > 0)
		return;
	for (size_t to = 0; to < plan->backing.n; to++) {
		struct guest_distance *row;

		if (set_count(&plan->backing.v[to]) != 1)
			continue;
		row = vec_add(&it->distances);
		*row = (struct guest_distance){
			.element = -1,
			.id = number_of(to),
			.value = number_of(
				mirror_distance(plan->host,
						plan->request->nodes.v[cell].host_node,
						set_first(&plan->backing.v[to])))};
	}
}

void in_place_write_initiators(struct in_place *plan)
{
	for (size_t i = 0; i < plan->initiators.n; i++)
		set_foreach (cell, &plan->initiators.v[i].cells)
			write_distances(plan, (size_t)cell);
	for (size_t i = 0; i < plan->initiators.n; i++)
		for (size_t j = 0; j < plan->new.devices.n; j++) {
			struct guest_device *device = &plan->new.devices.v[j];

			if (!in_place_is_host_device(device) ||
			    !pci_address_equal(device->source.at,
					       plan->initiators.v[i].host))
				continue;
			set_free(&device->initiator.set);
			device->initiator = (struct guest_set){
				VALUE_VALID, set_copy(&plan->initiators.v[i].cells)};
		}
}
