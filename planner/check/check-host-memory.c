/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory against the host. Sources: libvirt 9.0 src/util/virnuma.c (node unavailable),
 * Linux Documentation/admin-guide/mm/numa_memory_policy.rst.
 */
#include "planner/check/host.h"

static void check_nodeset(struct check *check, int element, const struct set *nodes)
{
	set_foreach (node, nodes) {
		const struct machine_node *host = machine_node(check->host, node);

		if (host && host->memory_bytes != 0)
			continue;
		check_found(check, element, "Host node %d %s.", node,
			    host ? "has no memory" : "does not exist");
	}
}

static void memnode_host_node(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->memnodes.n; i++)
		check_nodeset(check, guest->memnodes.v[i].element,
			      &guest->memnodes.v[i].nodes.set);
	check_nodeset(check, guest->numatune_memory_element, &guest->numatune_nodes.set);
}

static bool is_strict(const struct guest *guest, size_t cell)
{
	for (size_t i = 0; i < guest->memnodes.n; i++)
		if (number_is(guest->memnodes.v[i].cell, cell))
			return !guest->memnodes.v[i].mode ||
			       streq(guest->memnodes.v[i].mode, "strict");
	return !guest->numatune_mode || streq(guest->numatune_mode, "strict");
}

/* What the cells need from one host node alone, in bytes. */
static uint64_t wanted_of_node(const struct check *check, int node, uint64_t page)
{
	const struct guest *guest = check->guest;
	uint64_t sum = 0;

	for (size_t i = 0; i < guest->cells.n; i++) {
		struct set backing;

		if (check_backing(check, i, &backing) && is_strict(guest, i) &&
		    set_count(&backing) == 1 && set_has(&backing, (unsigned)node) &&
		    guest->cells.v[i].memory_bytes.state == VALUE_VALID) {
			bool right = page == 0;

			for (size_t j = 0; j < guest->pages.n; j++)
				right |= guest->pages.v[j].size_bytes.value == page &&
					 (guest->pages.v[j].cells.state != VALUE_VALID ||
					  set_has(&guest->pages.v[j].cells.set,
						  (unsigned)i));
			if (right &&
			    __builtin_add_overflow(sum,
						   guest->cells.v[i].memory_bytes.value,
						   &sum))
				sum = UINT64_MAX;
		}
		set_free(&backing);
	}
	return sum;
}

static void memory_fits_node(struct check *check)
{
	for (size_t i = 0; i < check->host->nodes.n; i++) {
		const struct machine_node *node = &check->host->nodes.v[i];
		uint64_t wanted = wanted_of_node(check, node->id, 0);
		struct finding *finding;

		if (node->memory_bytes == UNKNOWN_U64 || wanted <= node->memory_bytes)
			continue;
		finding = check_found(
			check, check->guest->numatune_element,
			"The cells bound to host node %d need %llu MiB, but it has %llu MiB in total.",
			node->id, ULL(wanted >> 20), ULL(node->memory_bytes >> 20));
		finding->subject = xasprintf("host node %d", node->id);
	}
}

static void fit_pages(struct check *check, const struct machine_node *node,
		      const struct guest_page *page)
{
	uint64_t size = page->size_bytes.value;
	uint64_t wanted, pages = 0;

	if (size == 0)
		return;
	wanted = wanted_of_node(check, node->id, size);
	wanted = wanted / size + (wanted % size != 0);
	if (wanted == 0)
		return;
	for (size_t i = 0; i < node->huge.n; i++)
		if (node->huge.v[i].page_bytes == size)
			pages = node->huge.v[i].total_pages;
	if (pages < wanted)
		check_found(
			check, page->element,
			"The cells bound to host node %d need %llu huge pages of %llu KiB, but it has %llu.",
			node->id, ULL(wanted), ULL(size / 1024), ULL(pages));
}

static void hugepage_fit(struct check *check)
{
	for (size_t i = 0; i < check->host->nodes.n; i++) {
		const struct machine_node *node = &check->host->nodes.v[i];

		if (check->guest->pages.n > 0 && node->huge_known != KNOWN_YES) {
			check_skip(check, "huge-pages",
				   "the host's description has no huge pages");
			return;
		}
		for (size_t j = 0; j < check->guest->pages.n; j++)
			fit_pages(check, node, &check->guest->pages.v[j]);
	}
}

static uint32_t guest_distance(const struct guest *guest, size_t from, size_t to)
{
	for (size_t i = 0; i < guest->cells.v[from].distances.n; i++)
		if (number_is(guest->cells.v[from].distances.v[i].id, to))
			return (uint32_t)guest->cells.v[from].distances.v[i].value.value;
	return 0;
}

/* The host node that backs each cell; -1: none, or several. The caller frees it. */
static int *only_nodes(const struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_set *all = &guest->numatune_nodes;
	bool one = all->state == VALUE_VALID && set_count(&all->set) == 1;
	int *node = xcalloc(guest->cells.n + 1, sizeof(*node));
	bool *bound = xcalloc(guest->cells.n + 1, sizeof(*bound));

	for (size_t i = 0; i < guest->cells.n; i++)
		node[i] = one ? set_first(&all->set) : -1;
	for (size_t i = 0; i < guest->memnodes.n; i++) {
		const struct guest_memnode *memnode = &guest->memnodes.v[i];
		uint64_t cell = memnode->cell.value;

		if (memnode->cell.state != VALUE_VALID || cell >= guest->cells.n ||
		    memnode->nodes.state != VALUE_VALID || bound[cell])
			continue;
		one = set_count(&memnode->nodes.set) == 1;
		node[cell] = one ? set_first(&memnode->nodes.set) : -1;
		bound[cell] = true;
	}
	free(bound);
	return node;
}

/* Whether the distance between two cells differs from that of their host nodes. */
static bool distance_differs(struct check *check, const int *node, size_t i, size_t j)
{
	uint32_t host = machine_distance(check->host, node[i], node[j]);
	uint32_t own = guest_distance(check->guest, i, j);

	if (!own)
		own = guest_distance(check->guest, j, i);
	if (!own)
		own = 20;
	if (host == 0 || host == own || host == 10)
		return false;
	check_found(
		check, check->guest->cells.v[i].element,
		"The distance between cells %zu and %zu is %u, but between their host nodes %d and %d it is %u.",
		i, j, own, node[i], node[j], host);
	return true;
}

static void distance_mirror(struct check *check)
{
	_cleanup_free_ int *node = only_nodes(check);
	size_t n = check->guest->cells.n;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; node[i] >= 0 && j < n; j++)
			if (node[j] >= 0 && node[j] != node[i] &&
			    distance_differs(check, node, i, j))
				return;
}

const struct rule host_memory_rules[] = {
	[MEMNODE_HOST_NODE] =
		{RULE("memnode-host-node", memnode_host_node, ERROR, NEED_HOST, LIBVIRT),
		 .what = "Memory is bound only to host nodes that have memory.",
		 .why = "Otherwise libvirt refuses to start the domain, because the node is unavailable.",
		 .to_fix = "Name nodes of the host that have memory.",
		 .source = LV "util/virnuma.c",
		 .untried =
			 "libvirt checks this only when the guest starts, and no test starts a guest whose memory is bound to such nodes.",
		 .remedy = REMEDY_EDIT},
	{RULE("memory-fits-node", memory_fits_node, WARNING, NEED_HOST, NOBODY),
	 .after = {&host_memory_rules[MEMNODE_HOST_NODE]},
	 .what = "The memory that is bound to a host node fits into it.",
	 .why = "With mode='strict', QEMU is killed when the node is full.",
	 .to_fix = "Reduce the cells' memory, or bind some cells to other nodes.",
	 .source = "Linux numa_memory_policy", .remedy = REMEDY_EDIT},
	{RULE("hugepage-fit", hugepage_fit, ERROR, NEED_HOST, QEMU),
	 .after = {&host_memory_rules[MEMNODE_HOST_NODE]},
	 .what = "The host node has the huge pages that the cells bound to it need.",
	 .why = "Otherwise QEMU exits (\"unable to map backing store for guest RAM\").",
	 .to_fix = "Reserve more in the node's nr_hugepages, or reduce the memory.",
	 .source = "Linux hugetlbpage",
	 .untried =
		 "It needs a host with huge pages; only QEMU 7.2 is tested, in a guest.",
	 .remedy = REMEDY_RECORD},
	{RULE("distance-mirror", distance_mirror, WARNING, NEED_HOST, NOBODY),
	 .after = {&host_memory_rules[MEMNODE_HOST_NODE]},
	 .what = "The distances between cells are those between their host nodes.",
	 .why = "The guest's scheduler and memory allocator rely on them.",
	 .to_fix = "Copy the host's distances into <distances>.",
	 .source = "ACPI 6.4, 5.2.17 SLIT", .remedy = REMEDY_EDIT},
	{},
};
