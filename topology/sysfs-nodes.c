/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linux: Documentation/ABI/stable/sysfs-devices-node, admin-guide/mm/numaperf.rst. */
#include "topology/sysfs-parts.h"

#include <stdio.h>

#define NODES "devices/system/node"
#define CPUS  "devices/system/cpu"

#define MEMINFO_LIMIT 65536

/* "Node 0 MemTotal:  16384 kB" */
static uint64_t memory_in(const char *text)
{
	const char *at = strstr(text, "MemTotal:");
	unsigned long long kib;

	if (at && sscanf(at, "MemTotal: %19llu kB", &kib) == 1 && kib < UINT64_MAX >> 14)
		return kib << 10;
	return UNKNOWN_U64;
}

static void read_memory(const struct tree *tree, const char *path,
			struct machine_node *node)
{
	_cleanup_free_ char *text = tree_text(tree, path);

	node->memory_bytes = text ? memory_in(text) : UNKNOWN_U64;
	if (text && node->memory_bytes == UNKNOWN_U64)
		machine_complain(tree->machine, "%s/%s: has no MemTotal", tree->path,
				 path);
}

static void read_huge(const struct tree *tree, struct machine_node *node)
{
	_cleanup_names_ struct tree_names names = {};

	node->huge_known = tree_has(tree, "hugepages") ? KNOWN_YES : KNOWN_UNKNOWN;
	tree_list(tree, "hugepages", &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *total = NULL, *free_ = NULL;
		struct machine_huge huge = {.free_pages = UNKNOWN_U64};
		unsigned kib;

		if (sscanf(names.v[i], "hugepages-%9ukB", &kib) != 1 || !kib)
			continue;
		huge.page_bytes = (uint64_t)kib << 10;
		total = xasprintf("hugepages/%s/nr_hugepages", names.v[i]);
		free_ = xasprintf("hugepages/%s/free_hugepages", names.v[i]);
		if (!tree_u64(tree, total, &huge.total_pages))
			continue;
		tree_u64(tree, free_, &huge.free_pages);
		*vec_add(&node->huge) = huge;
	}
}

static void read_cpus(const struct tree *tree, const struct set *online,
		      struct machine_node *node)
{
	_cleanup_set_ struct set map = {}, differ = {};
	bool list = tree_set(tree, "cpulist", &node->cpus);

	if (!tree_mask(tree, "cpumap", list ? &map : &node->cpus) || !list)
		return;
	set_foreach (cpu, online)
		if (set_has(&map, (unsigned)cpu) != set_has(&node->cpus, (unsigned)cpu))
			set_add(&differ, (unsigned)cpu);
	if (!set_empty(&differ))
		machine_complain(
			tree->machine,
			"node %d contradicts itself: its cpulist and its cpumap differ; the cpulist is used",
			node->id);
}

static void read_node(const struct tree *tree, const struct set *online,
		      struct machine *machine, int id)
{
	struct machine_node *node = machine_add_node(machine, id);

	read_cpus(tree, online, node);
	read_memory(tree, "meminfo", node);
	read_huge(tree, node);
}

/* The row of distances in node order into distances[index * n ...]. */
static bool read_distance_row(const struct tree *tree, struct machine *machine,
			      size_t index)
{
	_cleanup_free_ char *text = tree_text(tree, "distance");
	size_t n = machine->nodes.n, count = 0;
	char *rest = text, *word;

	if (!text)
		return false;
	while ((word = strsep(&rest, " \t\n"))) {
		uint32_t value;

		if (!*word)
			continue;
		if (count == n || !parse_u32(word, &value))
			break;
		machine->distances[index * n + count++] = value;
	}
	if (count == n && !word)
		return true;
	machine_complain(
		machine,
		"%s/distance: the count of numbers is not that of the nodes, %zu; no distances are used",
		tree->path, n);
	return false;
}

/* All rows or none: a matrix with gaps cannot be used for planning. */
static void read_distances(const struct tree *sys, struct machine *machine)
{
	size_t n = machine->nodes.n, rows = 0;

	machine->distances = xcalloc(n * n, sizeof(*machine->distances));
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path =
			xasprintf(NODES "/node%d", machine->nodes.v[i].id);
		_cleanup_tree_ struct tree tree = {};

		if (tree_sub(sys, path, &tree))
			rows += read_distance_row(&tree, machine, i);
	}
	if (rows < n)
		free(TAKE(machine->distances));
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* A kernel without NUMA has no node directories; everything is in one place. */
static void read_without_nodes(const struct tree *sys, const struct tree *proc,
			       struct machine *machine)
{
	struct machine_node *node = machine_add_node(machine, 0);
	_cleanup_tree_ struct tree pages = {.fd = -1};
	_cleanup_text_ struct text memory = {};

	/* Not as a file that a record keeps: most of it changes all the time. */
	node->memory_bytes = tree_bytes(proc, "meminfo", MEMINFO_LIMIT, &memory)
				     ? memory_in(memory.s)
				     : UNKNOWN_U64;
	node->huge_known = KNOWN_UNKNOWN;
	if (tree_sub(sys, "kernel/mm", &pages))
		read_huge(&pages, node);
	sysfs_online_cpus(sys, &node->cpus);
	machine_complain(machine,
			 "%s/" NODES ": describes no node, so everything is on node 0",
			 sys->path);
}

/* A recorded list can name offline CPUs; the kernel's own does not. */
static void keep_online(const struct set *online, struct machine *machine,
			struct set *dropped)
{
	_cleanup_set_ struct set nodes = {};
	_cleanup_text_ struct text text = {};

	for (size_t i = 0; i < machine->nodes.n; i++) {
		struct machine_node *node = &machine->nodes.v[i];
		_cleanup_set_ struct set offline = set_copy(&node->cpus);

		set_subtract(&offline, online);
		if (set_empty(&offline))
			continue;
		set_subtract(&node->cpus, &offline);
		set_union(dropped, &offline);
		set_add(&nodes, (unsigned)node->id);
	}
	if (set_empty(&nodes))
		return;
	text_add_set(&text, dropped);
	text_printf(&text, ": listed by node%s ", set_count(&nodes) > 1 ? "s" : "");
	text_add_set(&text, &nodes);
	machine_complain(machine, "CPU%s %s, but not online, so left out",
			 set_count(dropped) > 1 ? "s" : "", text.s);
}

/* CPUs that the host has, but does not use: switched off, or threads with nosmt. */
static void note_offline(const struct tree *sys, const struct set *online,
			 const struct set *noted, struct machine *machine)
{
	_cleanup_set_ struct set offline = {};
	_cleanup_text_ struct text text = {};

	if (!tree_has(sys, CPUS "/online") || !tree_set(sys, CPUS "/present", &offline))
		return;
	set_subtract(&offline, online);
	set_subtract(&offline, noted);
	if (set_empty(&offline))
		return;
	text_add_set(&text, &offline);
	machine_complain(machine, "CPU%s %s: offline, so left out",
			 set_count(&offline) > 1 ? "s" : "", text.s);
}

/* A CPU is on one node. Lists that overlap come from damaged firmware tables. */
static void keep_first(struct machine *machine)
{
	_cleanup_set_ struct set taken = {}, nodes = {};
	_cleanup_text_ struct text text = {};

	for (size_t i = 0; i < machine->nodes.n; i++) {
		struct machine_node *node = &machine->nodes.v[i];

		for (int cpu = set_first(&node->cpus); cpu >= 0;
		     cpu = set_next(&node->cpus, (unsigned)cpu + 1)) {
			if (!set_has(&taken, (unsigned)cpu))
				continue;
			set_remove(&node->cpus, (unsigned)cpu);
			set_add(&node->near, (unsigned)cpu);
			set_add(&nodes, (unsigned)node->id);
		}
		set_union(&taken, &node->cpus);
	}
	if (set_empty(&nodes))
		return;
	text_adds(&text, set_count(&nodes) > 1 ? "nodes " : "node ");
	text_add_set(&text, &nodes);
	machine_complain(
		machine,
		"%s: list%s CPUs that an earlier node lists as well; they are counted for the earlier node only",
		text.s, set_count(&nodes) > 1 ? "" : "s");
}

/* Nodes that exist because the firmware puts a device there that is not a CPU. */
static void label_initiators(const struct tree *sys, struct machine *machine)
{
	_cleanup_set_ struct set with = {};

	if (!tree_set(sys, NODES "/has_generic_initiator", &with))
		return;
	for (size_t i = 0; i < machine->nodes.n; i++) {
		struct machine_node *node = &machine->nodes.v[i];

		if (set_has(&with, (unsigned)node->id) && set_empty(&node->cpus) &&
		    !node->kind)
			node->kind = xstrdup("generic-initiator");
	}
}

struct ids {
	int *v;
	size_t n, room;
};

/* The kernel has no directories of nodes that are offline; a recorded tree can. */
static void list_nodes(const struct tree *sys, struct machine *machine, struct ids *ret)
{
	_cleanup_names_ struct tree_names names = {};
	_cleanup_set_ struct set online = {};

	tree_set(sys, NODES "/online", &online);
	tree_list(sys, NODES, &names);
	for (size_t i = 0; i < names.n; i++) {
		int id = sysfs_number(names.v[i], "node");

		if (id < 0)
			continue;
		if (set_empty(&online) || set_has(&online, (unsigned)id))
			*vec_add(ret) = id;
		else
			machine_complain(
				machine,
				"node %d: not among the nodes that are online, so left out",
				id);
	}
	vec_sort(ret, by_number);
}

/*
 * Memory that the firmware of a Grace host keeps for GPUs (EGM). Kernels of NVIDIA list
 * it in this class; no node has it.
 */
static void note_egm(const struct tree *sys, struct machine *machine)
{
	_cleanup_names_ struct tree_names names = {};

	tree_list(sys, "class/egm", &names);
	if (names.n > 0)
		machine_complain(
			machine,
			"%s/class/egm: memory that is kept for GPUs (EGM, %zu area%s) is in no node and is not recorded",
			sys->path, names.n, names.n > 1 ? "s" : "");
}

void sysfs_read_nodes(const struct tree *sys, const struct tree *proc,
		      struct machine *machine)
{
	_cleanup_set_ struct set online = {}, noted = {};
	struct ids ids = {};

	note_egm(sys, machine);
	sysfs_online_cpus(sys, &online);
	list_nodes(sys, machine, &ids);
	if (ids.n > MACHINE_NODE_LIMIT) {
		machine_complain(machine,
				 "%s/" NODES
				 ": contains more than %d nodes; the rest is left out",
				 sys->path, MACHINE_NODE_LIMIT);
		ids.n = MACHINE_NODE_LIMIT;
	}
	for (size_t i = 0; i < ids.n; i++) {
		_cleanup_free_ char *path = xasprintf(NODES "/node%d", ids.v[i]);
		_cleanup_tree_ struct tree tree = {};

		if (tree_sub(sys, path, &tree))
			read_node(&tree, &online, machine, ids.v[i]);
	}
	vec_free(&ids);
	if (!machine->nodes.n) {
		read_without_nodes(sys, proc, machine);
		note_offline(sys, &online, &noted, machine);
		return;
	}
	label_initiators(sys, machine);
	keep_online(&online, machine, &noted);
	note_offline(sys, &online, &noted, machine);
	keep_first(machine);
	read_distances(sys, machine);
}

/* The values of the initiators that are best for @target: they are equal. */
static bool read_access(const struct tree *access, struct machine *machine, int target)
{
	_cleanup_names_ struct tree_names names = {};
	uint64_t latency = 0, bandwidth = 0;
	bool any = false;

	tree_u64(access, "initiators/read_latency", &latency);
	tree_u64(access, "initiators/read_bandwidth", &bandwidth);
	if (latency > UINT32_MAX || bandwidth > UINT32_MAX || (!latency && !bandwidth))
		return false;
	tree_list(access, "initiators", &names);
	for (size_t i = 0; i < names.n; i++) {
		int initiator = sysfs_number(names.v[i], "node");

		if (initiator < 0)
			continue;
		*vec_add(&machine->hmat) = (struct machine_hmat){
			.initiator = initiator,
			.target = target,
			.latency_ns = (uint32_t)latency,
			.bandwidth_mib_s = (uint32_t)bandwidth,
		};
		any = true;
	}
	return any;
}

/*
 * access1 contains only CPUs; access0 may name a device that initiates, so it comes
 * second.
 */
void sysfs_read_hmat(const struct tree *sys, struct machine *machine)
{
	static const char *const classes[] = {"access1", "access0"};

	for (size_t i = 0; i < machine->nodes.n; i++) {
		int id = machine->nodes.v[i].id;

		for (size_t k = 0; k < ARRAY_SIZE(classes); k++) {
			_cleanup_free_ char *path =
				xasprintf(NODES "/node%d/%s", id, classes[k]);
			_cleanup_tree_ struct tree access = {};

			if (tree_sub(sys, path, &access) &&
			    read_access(&access, machine, id))
				break;
		}
	}
}
