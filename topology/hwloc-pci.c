/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. hwloc attaches a whole root bus to one object, determined by the
 * CPUs local to its first function; "host bridge" is its name for a root bus. The nodes
 * of that object that own CPUs are the affinity: one node is the affinity, several are
 * candidates, and the whole of a machine with several nodes is what hwloc shows if the
 * firmware gives no node, so it means unknown.
 */
#include "topology/hwloc-parts.h"

#include "topology/hwloc-read.h"

#include <math.h>

/* What is the same for all functions of a topology. */
struct places {
	hwloc_topology_t topology;
	struct machine *machine;
	struct hwloc_nodes nodes;
};

static void add_nodes(const struct set *from, hwloc_const_bitmap_t nodeset,
		      struct set *into)
{
	set_foreach (node, from)
		if (sym_hwloc_bitmap_isset(nodeset, (unsigned)node))
			set_add(into, (unsigned)node);
}

static struct machine_affinity affinity_of(const struct places *places,
					   hwloc_obj_t object)
{
	hwloc_obj_t above = hwloc_get_non_io_ancestor_obj(places->topology, object);
	hwloc_obj_t whole = hwloc_root(places->topology);
	struct machine_affinity affinity = {.node = UNKNOWN_ID};
	_cleanup_set_ struct set nodes = {};

	if (places->machine->nodes.n == 1)
		return affinity; /* no need to trust other information */
	add_nodes(&places->nodes.owners, above->nodeset, &nodes);
	if (set_count(&nodes) > 1 &&
	    sym_hwloc_bitmap_isequal(above->cpuset, whole->cpuset))
		return affinity;
	add_nodes(&places->nodes.twins, above->nodeset, &nodes);
	if (set_empty(&nodes)) /* below a node without CPUs */
		for (size_t i = 0; i < places->machine->nodes.n; i++)
			if (sym_hwloc_bitmap_isset(
				    above->nodeset,
				    (unsigned)places->machine->nodes.v[i].id))
				set_add(&nodes, (unsigned)places->machine->nodes.v[i].id);
	if (set_count(&nodes) == 1)
		machine_affinity_set(&affinity, set_first(&nodes), AFFINITY_FROM_HWLOC);
	if (set_count(&nodes) > 1) {
		affinity.what = AFFINITY_CANDIDATES;
		affinity.source = AFFINITY_FROM_HWLOC;
		affinity.nodes = nodes;
		nodes = (struct set){};
	}
	return affinity;
}

static bool is_bridge(hwloc_obj_t object)
{
	return object->type == HWLOC_OBJ_BRIDGE;
}

/* Bridges to PCI have the same attributes as functions, at the beginning of theirs. */
static const struct hwloc_pcidev_attr_s *attributes(hwloc_obj_t object)
{
	return is_bridge(object) ? &object->attr->bridge.upstream.pci
				 : &object->attr->pcidev;
}

static struct pci_address address_of(hwloc_obj_t object)
{
	const struct hwloc_pcidev_attr_s *attr = attributes(object);

	return (struct pci_address){attr->domain, attr->bus, attr->dev, attr->func};
}

/* Network, block and other devices below; they can be nested. */
static void read_names(hwloc_obj_t parent, int depth, struct machine_function *function)
{
	for (hwloc_obj_t child = parent->io_first_child; child;
	     child = child->next_sibling) {
		if (child->type != HWLOC_OBJ_OS_DEVICE)
			continue;
		if (child->name)
			*vec_add(&function->names) = xstrdup(child->name);
		if (depth < 4)
			read_names(child, depth + 1, function);
	}
}

/* GB/s of data, 0 or nonsense if unknown. */
static uint32_t link_speed(float speed)
{
	return isfinite(speed) && speed > 0 && speed < 4e6f ? (uint32_t)(speed * 1000)
							    : 0;
}

static bool leads_to_bus(hwloc_obj_t object)
{
	return is_bridge(object) &&
	       object->attr->bridge.downstream_type == HWLOC_OBJ_BRIDGE_PCI;
}

static struct machine_function *read_function(const struct places *places,
					      hwloc_obj_t object)
{
	const struct hwloc_pcidev_attr_s *attr = attributes(object);
	struct machine_function *function =
		machine_add_function(places->machine, address_of(object));

	function->class_code = (uint32_t)attr->class_id << 8;
	function->vendor = attr->vendor_id;
	function->device = attr->device_id;
	function->subvendor = attr->subvendor_id;
	function->subdevice = attr->subdevice_id;
	function->link_mb_s = link_speed(attr->linkspeed);
	function->affinity = affinity_of(places, object);
	function->bridge = leads_to_bus(object);
	if (function->bridge) {
		function->secondary = object->attr->bridge.downstream.pci.secondary_bus;
		function->subordinate =
			object->attr->bridge.downstream.pci.subordinate_bus;
	}
	read_names(object, 0, function);
	return function;
}

static void read_root(const struct places *places, hwloc_obj_t object)
{
	if (object->attr->bridge.downstream_type != HWLOC_OBJ_BRIDGE_PCI)
		return;
	*vec_add(&places->machine->roots) = (struct machine_root){
		.domain = object->attr->bridge.downstream.pci.domain,
		.first_bus = object->attr->bridge.downstream.pci.secondary_bus,
		.last_bus = object->attr->bridge.downstream.pci.subordinate_bus,
		.affinity = affinity_of(places, object),
	};
}

/*
 * Sets the upstream bridge of the functions below each bridge. The check of the file
 * limits the depth.
 */
static void read_children(const struct places *places, hwloc_obj_t parent, int above)
{
	for (hwloc_obj_t child = parent->io_first_child; child;
	     child = child->next_sibling) {
		int index = -1;

		if (child->type == HWLOC_OBJ_OS_DEVICE)
			continue;
		if (is_bridge(child) &&
		    child->attr->bridge.upstream_type == HWLOC_OBJ_BRIDGE_HOST) {
			read_root(places, child);
		} else if (child->type == HWLOC_OBJ_PCI_DEVICE || is_bridge(child)) {
			index = (int)places->machine->functions.n;
			read_function(places, child)->upstream = above;
		}
		read_children(places, child, index);
	}
}

/* All objects that are not I/O, since I/O can be attached to any of them. */
static void read_below(const struct places *places, hwloc_obj_t object)
{
	read_children(places, object, -1);
	for (hwloc_obj_t child = object->first_child; child; child = child->next_sibling)
		read_below(places, child);
	for (hwloc_obj_t child = object->memory_first_child; child;
	     child = child->next_sibling)
		read_below(places, child);
}

void hwloc_read_pci(hwloc_topology_t topology, struct machine *machine)
{
	struct places places = {.topology = topology, .machine = machine};

	hwloc_sort_nodes(topology, &places.nodes);
	if (machine->source != MACHINE_HWLOC)
		set_free(&places.nodes.twins);
	read_below(&places, hwloc_root(topology));
	machine->pci_known = machine->functions.n ? KNOWN_YES : KNOWN_NO;
	hwloc_nodes_free(&places.nodes);
}
