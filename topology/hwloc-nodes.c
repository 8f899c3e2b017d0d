/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. In hwloc 2 every node has CPUs: nodes without any get those of
 * their neighbours. So a node owns its CPUs only if no node before it has any of them;
 * for the others they are the CPUs nearby. Where a node has exactly the CPUs of an owner,
 * there are two possibilities:
 *
 * It is memory without CPUs: HBM or CXL next to the node of a package. Linux numbers
 * these after the nodes with CPUs, and their memory is smaller or larger.
 *
 * Both are nodes with CPUs: files of hwloc 1 converted to format 2, and hosts with
 * Cluster-on-Die, give each node the CPUs of the whole package. The nodes of a package
 * follow each other and have the same memory. Which CPUs and devices belong to which of
 * them is lost.
 *
 * Only if the numbers and the memory both say the first, it is assumed.
 */
#include "topology/hwloc-parts.h"

#include "base/text.h"

static hwloc_obj_t next_node(hwloc_topology_t topology, hwloc_obj_t node)
{
	return hwloc_next(topology, HWLOC_OBJ_NUMANODE, node);
}

static void find_owners(hwloc_topology_t topology, struct set *ret)
{
	hwloc_bitmap_t taken = sym_hwloc_bitmap_alloc();

	for (hwloc_obj_t node = NULL; (node = next_node(topology, node));) {
		if (node->os_index >= SET_LIMIT ||
		    sym_hwloc_bitmap_iszero(node->cpuset) ||
		    sym_hwloc_bitmap_intersects(node->cpuset, taken))
			continue;
		sym_hwloc_bitmap_or(taken, taken, node->cpuset);
		set_add(ret, node->os_index);
	}
	sym_hwloc_bitmap_free(taken);
}

/* The owner with exactly the CPUs of @node, NULL if there is none. */
static hwloc_obj_t owner_of(hwloc_topology_t topology, const struct set *owners,
			    hwloc_obj_t node)
{
	if (set_has(owners, node->os_index) || sym_hwloc_bitmap_iszero(node->cpuset))
		return NULL;
	for (hwloc_obj_t other = NULL; (other = next_node(topology, other));)
		if (set_has(owners, other->os_index) &&
		    sym_hwloc_bitmap_isequal(other->cpuset, node->cpuset))
			return other;
	return NULL;
}

/* By more than a quarter of the larger one. */
static bool sizes_differ(hwloc_obj_t a, hwloc_obj_t b)
{
	uint64_t x = a->attr->numanode.local_memory, y = b->attr->numanode.local_memory;

	return MIN(x, y) < MAX(x, y) - MAX(x, y) / 4;
}

static int last_of(const struct set *set)
{
	int last = -1;

	set_foreach (i, set)
		last = i;
	return last;
}

void hwloc_sort_nodes(hwloc_topology_t topology, struct hwloc_nodes *ret)
{
	int last;

	find_owners(topology, &ret->owners);
	last = last_of(&ret->owners);
	for (hwloc_obj_t node = NULL; (node = next_node(topology, node));) {
		hwloc_obj_t owner = owner_of(topology, &ret->owners, node);

		if (node->subtype || !owner || node->os_index >= SET_LIMIT)
			continue;
		if ((int)node->os_index > last && sizes_differ(node, owner))
			set_add(&ret->memory, node->os_index);
		else
			set_add(&ret->twins, node->os_index);
	}
}

void hwloc_nodes_free(struct hwloc_nodes *nodes)
{
	set_free(&nodes->owners);
	set_free(&nodes->memory);
	set_free(&nodes->twins);
}

static void complain(struct machine *machine, const struct set *nodes, const char *what)
{
	_cleanup_text_ struct text text = {};

	if (set_empty(nodes))
		return;
	text_adds(&text, set_count(nodes) > 1 ? "nodes " : "node ");
	text_add_set(&text, nodes);
	machine_complain(machine, "%s: %s; a record of that host would be more precise",
			 text.s, what);
}

void hwloc_complain_of_twins(const struct hwloc_nodes *nodes, struct machine *machine)
{
	complain(
		machine, &nodes->memory,
		"same CPUs as an earlier node but another size of memory, so treated as memory without CPUs (HBM, CXL), and devices near both are on the earlier node");
	complain(machine, &nodes->twins,
		 "same CPUs as an earlier node, so treated as having none");
}
