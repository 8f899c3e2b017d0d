/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settle.c - the last step of every reader, so that one machine has one form.
 *
 * Theory of operation. Entries refer to each other by index, so sorting uses a map from
 * old to new index; a duplicate entry (damaged input) maps to the first one and is a
 * complaint. The hierarchy comes either from the reader or from the bridges' bus ranges:
 * a bus belongs to the bridge with the highest secondary number whose range contains it.
 * A bridge counts as above a bus only if it is on a lower-numbered one (PCI-to-PCI bridge
 * specification 3.2.5.3: secondary comes after primary), so the path up always ends. A
 * bus with functions that no bridge leads to is a root bus.
 */
#include "topology/settle-affinity.h"

#include <stdio.h>

struct order {
	size_t old;
	struct pci_address at; /* for functions */
	int id;                /* for nodes and CPUs */
};

static int by_address_then_old(const void *a, const void *b)
{
	const struct order *left = a, *right = b;
	int rc = pci_address_compare(left->at, right->at);

	return rc ? rc : (left->old > right->old) - (left->old < right->old);
}

static int by_id_then_old(const void *a, const void *b)
{
	const struct order *left = a, *right = b;

	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return (left->old > right->old) - (left->old < right->old);
}

/* New indexes by old ones, after sorting and dropping duplicates. */
static size_t *new_indexes(struct order *order, size_t n,
			   int (*compare)(const void *, const void *), size_t *ret_n)
{
	size_t *map = xcalloc(n + 1, sizeof(*map)), kept = 0;

	qsort(order, n, sizeof(*order), compare);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || order[i].id != order[i - 1].id ||
		    !pci_address_equal(order[i].at, order[i - 1].at))
			kept++;
		map[order[i].old] = kept - 1;
	}
	*ret_n = kept;
	return map;
}

static void permute_distances(struct machine *machine, const size_t *map, size_t kept)
{
	size_t n = machine->nodes.n;
	uint32_t *distances;

	if (!machine->distances)
		return;
	distances = xcalloc(kept * kept + 1, sizeof(*distances));
	for (size_t from = n; from-- > 0;)
		for (size_t to = n; to-- > 0;)
			distances[map[from] * kept + map[to]] =
				machine->distances[from * n + to];
	free(machine->distances);
	machine->distances = distances;
}

/*
 * Moves the entries of @vec to their new indexes; the later one of a pair is dropped
 * after @gone was called for it.
 */
#define MOVE(vec, map, kept, gone)                                                       \
	({                                                                               \
		__typeof__((vec)->v) moved_ = xcalloc((kept) + 1, sizeof(*moved_));      \
		bool *taken_ = xcalloc((kept) + 1, sizeof(*taken_));                     \
		for (size_t i_ = 0; i_ < (vec)->n; i_++) {                               \
			if (taken_[(map)[i_]]) {                                         \
				gone(machine, &(vec)->v[i_]);                            \
				continue;                                                \
			}                                                                \
			taken_[(map)[i_]] = true;                                        \
			moved_[(map)[i_]] = (vec)->v[i_];                                \
		}                                                                        \
		free(taken_);                                                            \
		free((vec)->v);                                                          \
		(vec)->v = moved_;                                                       \
		(vec)->n = (kept);                                                       \
		(vec)->room = (kept) + 1;                                                \
	})

static void node_gone(struct machine *machine, struct machine_node *node)
{
	machine_complain(machine, "node %d occurs twice; the first one is used",
			 node->id);
	set_free(&node->cpus);
	set_free(&node->near);
	free(node->kind);
	vec_free(&node->huge);
	vec_free(&node->initiators);
}

static void cpu_gone(struct machine *machine, const struct machine_cpu *cpu)
{
	machine_complain(machine, "CPU %d occurs twice; the first one is used", cpu->id);
}

static void function_gone(struct machine *machine, struct machine_function *function)
{
	machine_complain(machine,
			 "function " PCI_FORMAT " occurs twice; the first one is used",
			 PCI_ARGS(function->at));
	machine_function_free(function);
}

static int huge_by_size(const void *a, const void *b)
{
	const struct machine_huge *left = a, *right = b;

	return (left->page_bytes > right->page_bytes) -
	       (left->page_bytes < right->page_bytes);
}

static void settle_nodes(struct machine *machine)
{
	struct order *order = xcalloc(machine->nodes.n + 1, sizeof(*order));
	size_t kept, *map;

	for (size_t i = 0; i < machine->nodes.n; i++)
		order[i] = (struct order){.old = i, .id = machine->nodes.v[i].id};
	map = new_indexes(order, machine->nodes.n, by_id_then_old, &kept);
	permute_distances(machine, map, kept);
	MOVE(&machine->nodes, map, kept, node_gone);
	for (size_t i = 0; i < kept; i++)
		vec_sort(&machine->nodes.v[i].huge, huge_by_size);
	free(order);
	free(map);
}

/* The nearest nodes by distance that have CPUs. */
static void near_by_distance(struct machine *machine, size_t index)
{
	struct machine_node *node = &machine->nodes.v[index];
	const uint32_t *row = machine->distances + index * machine->nodes.n;
	uint32_t nearest = UINT32_MAX;

	for (size_t i = 0; i < machine->nodes.n; i++)
		if (row[i] && !set_empty(&machine->nodes.v[i].cpus))
			nearest = MIN(nearest, row[i]);
	for (size_t i = 0; i < machine->nodes.n; i++)
		if (row[i] == nearest)
			set_union(&node->near, &machine->nodes.v[i].cpus);
}

static void settle_near(struct machine *machine)
{
	for (size_t i = 0; machine->distances && i < machine->nodes.n; i++)
		if (set_empty(&machine->nodes.v[i].cpus) &&
		    set_empty(&machine->nodes.v[i].near))
			near_by_distance(machine, i);
}

static void settle_cpus(struct machine *machine)
{
	struct order *order = xcalloc(machine->cpus.n + 1, sizeof(*order));
	size_t kept, *map;

	for (size_t i = 0; i < machine->cpus.n; i++)
		order[i] = (struct order){.old = i, .id = machine->cpus.v[i].id};
	map = new_indexes(order, machine->cpus.n, by_id_then_old, &kept);
	MOVE(&machine->cpus, map, kept, cpu_gone);
	free(order);
	free(map);
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* An index from the reader, in the new numbering; -1 if it was never valid. */
static int remapped(int index, const size_t *map, size_t n)
{
	return index < 0 || (size_t)index >= n ? -1 : (int)map[index];
}

static void settle_functions(struct machine *machine)
{
	size_t n = machine->functions.n, kept, *map;
	struct order *order = xcalloc(n + 1, sizeof(*order));

	for (size_t i = 0; i < n; i++)
		order[i] = (struct order){.old = i, .at = machine->functions.v[i].at};
	map = new_indexes(order, n, by_address_then_old, &kept);
	MOVE(&machine->functions, map, kept, function_gone);
	for (size_t i = 0; i < kept; i++) {
		struct machine_function *function = &machine->functions.v[i];

		function->upstream = remapped(function->upstream, map, n);
		function->physical_function =
			remapped(function->physical_function, map, n);
		if (function->physical_function == (int)i)
			function->physical_function = -1;
		vec_sort(&function->names, by_string);
	}
	free(order);
	free(map);
}

static bool leads_below(const struct machine_function *bridge,
			const struct machine_function *function)
{
	return bridge->at.domain == function->at.domain && bridge->bridge &&
	       bridge->at.bus < function->at.bus;
}

/* Puts the bridges of one domain into a table by bus number; the innermost range wins. */
static void bridges_by_bus(const struct machine *machine, size_t first, size_t end,
			   int table[256])
{
	for (unsigned bus = 0; bus < 256; bus++)
		table[bus] = -1;
	for (size_t i = first; i < end; i++) {
		const struct machine_function *bridge = &machine->functions.v[i];

		if (!bridge->bridge || bridge->secondary <= bridge->at.bus)
			continue;
		for (unsigned bus = bridge->secondary; bus <= bridge->subordinate; bus++)
			if (table[bus] < 0 || machine->functions.v[table[bus]].secondary <
						      bridge->secondary)
				table[bus] = (int)i;
	}
}

static void upstream_from_buses(struct machine *machine)
{
	size_t end;

	for (size_t first = 0; first < machine->functions.n; first = end) {
		uint32_t domain = machine->functions.v[first].at.domain;
		int table[256];

		for (end = first; end < machine->functions.n &&
				  machine->functions.v[end].at.domain == domain;)
			end++;
		bridges_by_bus(machine, first, end, table);
		for (size_t i = first; i < end; i++)
			machine->functions.v[i].upstream =
				table[machine->functions.v[i].at.bus];
	}
}

/* In a file of NCCL, addresses of switches say nothing. */
static void check_upstream(struct machine *machine)
{
	if (machine->source == MACHINE_NCCL)
		return;
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];
		const struct machine_function *bridge;

		if (function->upstream < 0)
			continue;
		bridge = &machine->functions.v[function->upstream];
		if (leads_below(bridge, function))
			continue;
		machine_complain(machine,
				 PCI_FORMAT " cannot be behind " PCI_FORMAT
					    ", so it is treated as being on a root bus",
				 PCI_ARGS(function->at), PCI_ARGS(bridge->at));
		function->upstream = -1;
	}
}

static int root_compare(const void *a, const void *b)
{
	const struct machine_root *left = a, *right = b;

	if (left->domain != right->domain)
		return left->domain < right->domain ? -1 : 1;
	return left->first_bus - right->first_bus;
}

struct machine_root *machine_root(const struct machine *machine, uint32_t domain,
				  uint8_t bus)
{
	struct machine_root key = {.domain = domain, .first_bus = bus};

	if (!machine->roots.n)
		return NULL;
	return bsearch(&key, machine->roots.v, machine->roots.n, sizeof(key),
		       root_compare);
}

/* The address whose bus is the root bus: of the topmost bridge, or of the function. */
static struct pci_address topmost(const struct machine *machine, size_t index)
{
	const struct machine_function *function = &machine->functions.v[index];

	while (function->upstream >= 0)
		function = &machine->functions.v[function->upstream];
	return function->at;
}

static void drop_double_roots(struct machine *machine)
{
	size_t kept = 0;

	for (size_t i = 0; i < machine->roots.n; i++) {
		struct machine_root *root = &machine->roots.v[i];

		if (kept && root_compare(root, root - 1) == 0) {
			set_free(&root->affinity.nodes);
			continue;
		}
		machine->roots.v[kept++] = *root;
	}
	machine->roots.n = kept;
}

/* Makes a root for every topmost bus that has none yet. */
static void add_roots(struct machine *machine)
{
	size_t known = machine->roots.n;
	struct machine_root *roots = machine->roots.v;
	VEC(struct machine_root) more = {};

	for (size_t i = 0; i < machine->functions.n; i++) {
		struct pci_address at = topmost(machine, i);
		struct machine_root root = {
			.domain = at.domain,
			.first_bus = at.bus,
			.last_bus = at.bus,
			.affinity.node = UNKNOWN_ID,
		};

		if ((known && bsearch(&root, roots, known, sizeof(root), root_compare)) ||
		    (more.n && root_compare(vec_last(&more), &root) == 0))
			continue;
		*vec_add(&more) = root;
	}
	for (size_t i = 0; i < more.n; i++)
		*vec_add(&machine->roots) = more.v[i];
	vec_free(&more);
	vec_sort(&machine->roots, root_compare);
	drop_double_roots(machine);
}

static void settle_roots(struct machine *machine)
{
	vec_sort(&machine->roots, root_compare);
	drop_double_roots(machine);
	add_roots(machine);
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];
		struct pci_address at = topmost(machine, i);
		struct machine_root *root = machine_root(machine, at.domain, at.bus);

		function->root = (int)(root - machine->roots.v);
		root->last_bus = MAX(root->last_bus, function->at.bus);
		if (function->bridge)
			root->last_bus = MAX(root->last_bus, function->subordinate);
	}
}

static int cache_compare(const void *a, const void *b)
{
	const struct machine_cache *left = a, *right = b;
	int left_cpu = set_first(&left->cpus), right_cpu = set_first(&right->cpus);

	if (left->level != right->level)
		return left->level - right->level;
	if (left_cpu != right_cpu)
		return left_cpu < right_cpu ? -1 : 1;
	return (left->size_bytes > right->size_bytes) -
	       (left->size_bytes < right->size_bytes);
}

static int hmat_compare(const void *a, const void *b)
{
	const struct machine_hmat *left = a, *right = b;

	if (left->initiator != right->initiator)
		return left->initiator < right->initiator ? -1 : 1;
	return (left->target > right->target) - (left->target < right->target);
}

static int file_compare(const void *a, const void *b)
{
	return strcmp(((const struct machine_file *)a)->path,
		      ((const struct machine_file *)b)->path);
}

/* A file that was read more than once is kept once. */
static void settle_files(struct machine *machine)
{
	size_t kept = 0;

	vec_sort(&machine->files, file_compare);
	for (size_t i = 0; i < machine->files.n; i++) {
		struct machine_file *file = &machine->files.v[i];

		if (kept > 0 && file_compare(file, &machine->files.v[kept - 1]) == 0) {
			free(file->path);
			free(file->bytes);
			continue;
		}
		machine->files.v[kept++] = *file;
	}
	machine->files.n = kept;
}

void machine_settle(struct machine *machine, bool from_buses)
{
	settle_nodes(machine);
	settle_near(machine);
	settle_cpus(machine);
	vec_sort(&machine->caches, cache_compare);
	vec_sort(&machine->hmat, hmat_compare);
	settle_files(machine);
	settle_functions(machine);
	if (from_buses)
		upstream_from_buses(machine);
	check_upstream(machine);
	settle_roots(machine);
	settle_affinity(machine);
}
