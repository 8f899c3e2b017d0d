/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory against the host. Sources: libvirt 9.0 src/util/virnuma.c (node unavailable),
 * Linux Documentation/admin-guide/mm/numa_memory_policy.rst.
 */
#include "planner/check/demand.h"
#include "planner/check/host.h"

#include "planner/guest/each-device.h"
#include "planner/guest/memory.h"

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
	/* Those of NVDIMMs and virtio-pmem devices are not used. */
	foreach_memory(device, guest)
	{
		if (streq_null(device->model, "dimm") ||
		    streq_null(device->model, "virtio-mem"))
			check_nodeset(check,
				      check_part(check, device->element,
						 "source/nodemask"),
				      &device->source_nodes.set);
	}
}

/* Of other nodes, memnode-host-node has an error. */
static bool all_exist(const struct machine *host, const struct set *nodes)
{
	set_foreach (node, nodes)
		if (!machine_node(host, node))
			return false;
	return true;
}

static void memory_fits_node(struct check *check)
{
	memory_demands demands = {};
	memory_shortages list = {};

	memory_demands_list(check, &demands);
	memory_shortages_list(check->host, &demands, POOL_ORDINARY, NULL, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct memory_shortage *row = &list.v[i];
		_cleanup_free_ char *where = memory_shortage_where(row);
		bool one = set_count(&row->nodes) == 1;
		struct finding *finding;

		if (!all_exist(check->host, &row->nodes))
			continue;
		finding = check_found(
			check, check->guest->numatune_element,
			"The memory bound to %s needs %llu MiB, but %s %llu MiB in total.",
			where, ULL(row->wanted >> 20), one ? "it has" : "they have",
			ULL(row->has >> 20));
		finding->subject = xstrdup(where);
	}
	memory_shortages_free(&list);
	memory_demands_free(&demands);
}

/* Without free pages there, the domain is short of them now; perhaps it has them itself.
 */
static void report_pages(struct check *check, const struct memory_shortage *row,
			 enum memory_pool pool)
{
	_cleanup_free_ char *text =
		memory_shortage_pages(row, pool, "The guest's memory");
	struct finding *finding;

	if (pool == POOL_PAGES) {
		check_found(check, row->element, "%s.", text);
		return;
	}
	finding = check_warned(check, row->element, "%s.", text);
	check_set_remedy(
		finding,
		"Shut down other guests, or reserve more in the node's nr_hugepages; if this guest is running, it uses them itself.");
}

static void fit_pages(struct check *check, const memory_demands *demands)
{
	memory_shortages all = {}, free_ones = {};

	memory_shortages_list(check->host, demands, POOL_PAGES, NULL, &all);
	memory_shortages_list(check->host, demands, POOL_FREE_PAGES, &all, &free_ones);
	for (size_t i = 0; i < all.n; i++)
		report_pages(check, &all.v[i], POOL_PAGES);
	for (size_t i = 0; i < free_ones.n; i++)
		report_pages(check, &free_ones.v[i], POOL_FREE_PAGES);
	memory_shortages_free(&all);
	memory_shortages_free(&free_ones);
}

/* Lists the rule as skipped if the host's description has no huge pages. */
static bool pages_known(struct check *check)
{
	for (size_t i = 0; i < check->host->nodes.n; i++)
		if (check->host->nodes.v[i].huge_known != KNOWN_YES) {
			check_skip(check, "huge-pages",
				   "the host's description has no huge pages");
			return false;
		}
	return true;
}

static void hugepage_fit(struct check *check)
{
	memory_demands demands = {};
	bool asks = false, unknown = false;

	memory_demands_list(check, &demands);
	for (size_t i = 0; i < demands.n; i++) {
		asks |= demands.v[i].page_bytes != 0;
		unknown |= demands.v[i].page_bytes == PAGE_BYTES_UNKNOWN;
	}
	if (asks && pages_known(check)) {
		if (unknown)
			check_skip(
				check, "huge-pages.default",
				"the host's description does not give the default size of huge pages");
		fit_pages(check, &demands);
	}
	memory_demands_free(&demands);
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
	 .what = "The host has the huge pages that the guest needs, on the nodes that its memory is bound to.",
	 .why = "Otherwise QEMU exits (\"unable to map backing store for guest RAM\"). If enough are reserved, but too few of them are free, this is a warning: other guests have them, or this one, if it is running. <hugepages/> without a <page> means the host's default size. Memory that is bound to no node, or with mode='preferred' or 'interleave', may come from any.",
	 .to_fix =
		 "Reserve more in the node's nr_hugepages (on the kernel's command line: hugepagesz= and hugepages=), or reduce the memory.",
	 .source = "Linux hugetlbpage; " LV "qemu/qemu_command.c",
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
