/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nodes, CPUs, caches, distances and memory access values. */
#include "topology/hwloc-parts.h"

#include "topology/hwloc-read.h"

#define MEMORY_LIMIT (UINT64_C(1) << 56) /* bytes; more is damage */

static void copy_set(hwloc_const_bitmap_t from, struct set *into)
{
	/* An infinite bitmap ends at the last possible index. */
	for (int i = sym_hwloc_bitmap_first(from); i >= 0 && i < SET_LIMIT;
	     i = sym_hwloc_bitmap_next(from, i))
		set_add(into, (unsigned)i);
}

static void read_huge(hwloc_obj_t object, struct machine_node *node)
{
	node->huge_known = KNOWN_UNKNOWN;
#if HWLOC_API_VERSION < 0x30000
	/* The first size is that of base pages; hwloc counts the remaining ones. */
	for (unsigned i = 1; i < object->attr->numanode.page_types_len; i++) {
		node->huge_known = KNOWN_YES;
		if (object->attr->numanode.page_types[i].size)
			*vec_add(&node->huge) = (struct machine_huge){
				.page_bytes = object->attr->numanode.page_types[i].size,
				.total_pages = object->attr->numanode.page_types[i].count,
				.free_pages = UNKNOWN_U64,
			};
	}
#else
	(void)object;
#endif
}

static void read_node(const struct set *owners, hwloc_obj_t object,
		      struct machine *machine)
{
	struct machine_node *node = machine_add_node(machine, (int)object->os_index);

	node->memory_bytes = object->attr->numanode.local_memory;
	if (node->memory_bytes >= MEMORY_LIMIT) {
		node->memory_bytes = UNKNOWN_U64;
		machine_complain(
			machine,
			"node %d has 64 PiB of memory or more, so its size is treated as unknown",
			node->id);
	}
	node->kind = xstrdup(object->subtype);
	read_huge(object, node);
	copy_set(object->cpuset,
		 set_has(owners, object->os_index) ? &node->cpus : &node->near);
}

static int node_of(const struct machine *machine, int cpu)
{
	for (size_t i = 0; i < machine->nodes.n; i++)
		if (set_has(&machine->nodes.v[i].cpus, (unsigned)cpu))
			return machine->nodes.v[i].id;
	return UNKNOWN_ID;
}

/* logical_index is unique in the machine where os_index is not. */
static int ancestor_index(hwloc_topology_t topology, hwloc_obj_type_t type,
			  hwloc_obj_t object)
{
	hwloc_obj_t above = hwloc_get_ancestor_obj_by_type(topology, type, object);

	return above ? (int)above->logical_index : UNKNOWN_ID;
}

static int package_of(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t above =
		hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu);

	if (!above)
		return UNKNOWN_ID;
	return above->os_index < HWLOC_INDEX_LIMIT ? (int)above->os_index
						   : (int)above->logical_index;
}

/* Packages are identified by os_index if it is unique, else by logical index. */
static bool packages_differ(hwloc_topology_t topology)
{
	_cleanup_set_ struct set seen = {};
	hwloc_obj_t package = NULL;

	while ((package = hwloc_next(topology, HWLOC_OBJ_PACKAGE, package))) {
		if (package->os_index >= HWLOC_INDEX_LIMIT ||
		    set_has(&seen, package->os_index))
			return false;
		set_add(&seen, package->os_index);
	}
	return true;
}

static int thread_of(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu);
	int thread = 0;

	if (!core)
		return UNKNOWN_ID;
	for (int i = sym_hwloc_bitmap_first(core->cpuset);
	     i >= 0 && i < (int)pu->os_index; i = sym_hwloc_bitmap_next(core->cpuset, i))
		thread++;
	return thread;
}

static void read_cpus(hwloc_topology_t topology, struct machine *machine)
{
	bool differ = packages_differ(topology);
	int kinds = sym_hwloc_cpukinds_get_nr(topology, 0);
	hwloc_obj_t pu = NULL;

	while ((pu = hwloc_next(topology, HWLOC_OBJ_PU, pu))) {
		struct machine_cpu *cpu = machine_add_cpu(machine, (int)pu->os_index);

		cpu->node = node_of(machine, cpu->id);
		cpu->package = differ ? package_of(topology, pu)
				      : ancestor_index(topology, HWLOC_OBJ_PACKAGE, pu);
		cpu->die = ancestor_index(topology, HWLOC_OBJ_DIE, pu);
		cpu->core = ancestor_index(topology, HWLOC_OBJ_CORE, pu);
		cpu->thread = thread_of(topology, pu);
		if (kinds > 1)
			cpu->kind =
				sym_hwloc_cpukinds_get_by_cpuset(topology, pu->cpuset, 0);
		if (cpu->kind < 0)
			cpu->kind = UNKNOWN_ID;
	}
}

static void read_caches(hwloc_topology_t topology, struct machine *machine)
{
	static const hwloc_obj_type_t types[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE,
						 HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE,
						 HWLOC_OBJ_L5CACHE};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		hwloc_obj_t object = NULL;

		while ((object = hwloc_next(topology, types[i], object))) {
			struct machine_cache *cache = vec_add(&machine->caches);

			cache->level = (int)i + 1;
			cache->size_bytes = object->attr->cache.size;
			copy_set(object->cpuset, &cache->cpus);
		}
	}
}

/* By name; files of hwloc 1 have none, so by kind then. NULL if there is no such
 * matrix. */
static struct hwloc_distances_s *latencies(hwloc_topology_t topology)
{
	struct hwloc_distances_s *found[16];
	unsigned n = 1;

	if (sym_hwloc_distances_get_by_name(topology, "NUMALatency", &n, found, 0) == 0 &&
	    n)
		return found[0];
	n = ARRAY_SIZE(found);
	if (sym_hwloc_distances_get_by_type(topology, HWLOC_OBJ_NUMANODE, &n, found,
					    HWLOC_DISTANCES_KIND_FROM_OS | KIND_LATENCY,
					    0))
		return NULL;
	for (unsigned i = 1; i < MIN(n, ARRAY_SIZE(found)); i++)
		sym_hwloc_distances_release(topology, found[i]);
	return n ? found[0] : NULL;
}

static size_t node_index(const struct machine *machine, unsigned id)
{
	size_t i = 0;

	while (i < machine->nodes.n && machine->nodes.v[i].id != (int)id)
		i++;
	return i;
}

static void copy_distances(const struct hwloc_distances_s *from, struct machine *machine)
{
	size_t n = machine->nodes.n;

	machine->distances = xcalloc(n * n, sizeof(*machine->distances));
	for (unsigned i = 0; i < from->nbobjs; i++) {
		size_t row =
			from->objs[i] ? node_index(machine, from->objs[i]->os_index) : n;

		for (unsigned k = 0; row < n && k < from->nbobjs; k++) {
			size_t column =
				from->objs[k]
					? node_index(machine, from->objs[k]->os_index)
					: n;
			uint64_t value = from->values[i * from->nbobjs + k];

			if (column < n && value <= UINT32_MAX)
				machine->distances[row * n + column] = (uint32_t)value;
		}
	}
}

static void read_distances(hwloc_topology_t topology, struct machine *machine)
{
	struct hwloc_distances_s *found = latencies(topology);

	if (!found)
		return;
	/* "By type" gives heterogeneous matrices too; every object must be a node. */
	for (unsigned i = 0; i < found->nbobjs; i++)
		if (!found->objs[i] || found->objs[i]->type != HWLOC_OBJ_NUMANODE) {
			sym_hwloc_distances_release(topology, found);
			return;
		}
	copy_distances(found, machine);
	sym_hwloc_distances_release(topology, found);
}

static struct machine_hmat *figure(struct machine *machine, int initiator, int target)
{
	struct machine_hmat *figure;

	for (size_t i = 0; i < machine->hmat.n; i++)
		if (machine->hmat.v[i].initiator == initiator &&
		    machine->hmat.v[i].target == target)
			return &machine->hmat.v[i];
	figure = vec_add(&machine->hmat);
	figure->initiator = initiator;
	figure->target = target;
	return figure;
}

/* An initiator is a set of CPUs: it applies to each node whose CPUs are all in it. */
static void read_initiator(const struct hwloc_location *from, int target, bool latency,
			   uint32_t value, struct machine *machine)
{
	_cleanup_set_ struct set cpus = {};

	if (from->type != HWLOC_LOCATION_TYPE_CPUSET)
		return;
	copy_set(from->location.cpuset, &cpus);
	for (size_t i = 0; i < machine->nodes.n; i++) {
		const struct machine_node *node = &machine->nodes.v[i];

		if (set_empty(&node->cpus) || !set_subset(&node->cpus, &cpus))
			continue;
		if (latency)
			figure(machine, node->id, target)->latency_ns = value;
		else
			figure(machine, node->id, target)->bandwidth_mib_s = value;
	}
}

#define INITIATORS 256

static void read_figures(hwloc_topology_t topology, hwloc_obj_t node, bool latency,
			 struct machine *machine)
{
	struct hwloc_location initiators[INITIATORS];
	hwloc_uint64_t values[INITIATORS];
	unsigned n = INITIATORS;
	hwloc_memattr_id_t id =
		latency ? HWLOC_MEMATTR_ID_LATENCY : HWLOC_MEMATTR_ID_BANDWIDTH;

	if (sym_hwloc_memattr_get_initiators(topology, id, node, 0, &n, initiators,
					     values) < 0)
		return;
	for (unsigned i = 0; i < MIN(n, INITIATORS); i++)
		if (values[i] <= UINT32_MAX)
			read_initiator(&initiators[i], (int)node->os_index, latency,
				       (uint32_t)values[i], machine);
}

void hwloc_read_shape(hwloc_topology_t topology, struct machine *machine)
{
	_cleanup_hwloc_nodes_ struct hwloc_nodes nodes = {};
	hwloc_obj_t node = NULL;

	hwloc_sort_nodes(topology, &nodes);
	while ((node = hwloc_next(topology, HWLOC_OBJ_NUMANODE, node)))
		read_node(&nodes.owners, node, machine);
	/* A synthetic description is always meant literally. */
	if (machine->source == MACHINE_HWLOC) {
		hwloc_complain_of_twins(&nodes, machine);
		hwloc_complain_of_missing(topology, machine);
	}
	read_cpus(topology, machine);
	read_caches(topology, machine);
	read_distances(topology, machine);
	while ((node = hwloc_next(topology, HWLOC_OBJ_NUMANODE, node))) {
		read_figures(topology, node, true, machine);
		read_figures(topology, node, false, machine);
	}
}
