/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shortage.c - where a host has too little memory for what domains need (demand.h).
 *
 * Theory of operation. Memory that is bound to a set of nodes can only come from them, so
 * what is needed of a set alone is the sum over all its subsets, and a set lacks what it
 * needs beyond what it has. The sets that are asked are those that something is bound to,
 * from the smallest, then unions of those that overlap, then all nodes. What a set lacks
 * is added to what each set around it has: so each cause is listed once.
 */
#include "planner/check/demand.h"

#include <stdio.h>

typedef VEC(struct set) sets;

static void free_sets(sets *list)
{
	for (size_t i = 0; i < list->n; i++)
		set_free(&list->v[i]);
	vec_free(list);
}

void memory_shortages_free(memory_shortages *shortages)
{
	for (size_t i = 0; i < shortages->n; i++)
		set_free(&shortages->v[i].nodes);
	vec_free(shortages);
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static bool huge_known(const struct machine *host)
{
	for (size_t i = 0; i < host->nodes.n; i++)
		if (host->nodes.v[i].huge_known != KNOWN_YES)
			return false;
	return true;
}

/* Ordinary memory: whatever is bound, if the host's huge pages are not known. */
static bool counts(const struct machine *host, const struct memory_demand *demand,
		   enum memory_pool pool, uint64_t page_bytes)
{
	if (pool != POOL_ORDINARY)
		return demand->page_bytes == page_bytes;
	return !set_empty(&demand->nodes) &&
	       (demand->page_bytes == 0 || !huge_known(host));
}

/* Whether they are all nodes of the host. */
static bool covers(const struct machine *host, const struct set *nodes)
{
	for (size_t i = 0; i < host->nodes.n; i++)
		if (!set_has(nodes, (unsigned)host->nodes.v[i].id))
			return false;
	return true;
}

/* Whether it can only come from these nodes. */
static bool is_within(const struct machine *host, const struct memory_demand *demand,
		      const struct set *nodes)
{
	return set_empty(&demand->nodes) ? covers(host, nodes)
					 : set_subset(&demand->nodes, nodes);
}

uint64_t memory_wanted(const struct machine *host, const memory_demands *demands,
		       enum memory_pool pool, const struct set *nodes,
		       uint64_t page_bytes)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < demands->n; i++) {
		const struct memory_demand *demand = &demands->v[i];
		uint64_t bytes = demand->bytes;

		if (!counts(host, demand, pool, page_bytes) ||
		    !is_within(host, demand, nodes))
			continue;
		sum = plus(sum, page_bytes == 0
					? bytes
					: bytes / page_bytes + (bytes % page_bytes != 0));
	}
	return sum;
}

/* UINT64_MAX: not known, so enough. */
static uint64_t pages_of(const struct machine_node *node, bool free_ones, uint64_t bytes)
{
	if (node->huge_known != KNOWN_YES)
		return UINT64_MAX;
	for (size_t i = 0; i < node->huge.n; i++)
		if (node->huge.v[i].page_bytes == bytes)
			return free_ones ? node->huge.v[i].free_pages
					 : node->huge.v[i].total_pages;
	return 0;
}

static uint64_t ordinary_of(const struct machine_node *node)
{
	uint64_t bytes = node->memory_bytes;

	if (bytes == UNKNOWN_U64 || node->huge_known != KNOWN_YES)
		return bytes;
	for (size_t i = 0; i < node->huge.n; i++) {
		uint64_t taken;

		if (__builtin_mul_overflow(node->huge.v[i].page_bytes,
					   node->huge.v[i].total_pages, &taken) ||
		    taken > bytes)
			return 0;
		bytes -= taken;
	}
	return bytes;
}

/* Pages that the kernel makes as they are needed, on any node. */
static uint64_t overcommit(const struct machine *host, uint64_t page_bytes)
{
	const char *fact = machine_fact(host, "huge-pages.overcommit");

	while (fact && *fact) {
		unsigned long long kib, pages;

		if (sscanf(fact, "%12llu kB %15llu", &kib, &pages) == 2 &&
		    kib * 1024 == page_bytes)
			return pages;
		fact = strchr(fact, ';');
		fact = fact ? fact + 1 : NULL;
	}
	return 0;
}

static uint64_t has(const struct machine *host, enum memory_pool pool,
		    const struct set *nodes, uint64_t page_bytes)
{
	uint64_t sum = page_bytes == 0 ? 0 : overcommit(host, page_bytes);

	for (size_t i = 0; i < host->nodes.n; i++)
		if (set_has(nodes, (unsigned)host->nodes.v[i].id))
			sum = plus(sum, pool == POOL_ORDINARY
						? ordinary_of(&host->nodes.v[i])
						: pages_of(&host->nodes.v[i],
							   pool == POOL_FREE_PAGES,
							   page_bytes));
	return sum;
}

static void add_set(sets *list, const struct set *set)
{
	for (size_t i = 0; i < list->n; i++)
		if (set_equal(&list->v[i], set))
			return;
	*(struct set *)vec_add(list) = set_copy(set);
}

static int compare_sets(const void *a, const void *b)
{
	unsigned left = set_count(a), right = set_count(b);

	if (left != right)
		return left < right ? -1 : 1;
	return set_first((const struct set *)a) - set_first((const struct set *)b);
}

/* The unions of sets that overlap, and all nodes. */
static void add_unions(const struct machine *host, sets *list)
{
	size_t n = list->n;
	struct set all = {};

	for (size_t i = 0; i < n; i++) {
		_cleanup_set_ struct set whole = set_copy(&list->v[i]);

		for (size_t j = 0; j < n; j++)
			if (set_intersects(&whole, &list->v[j]))
				set_union(&whole, &list->v[j]);
		add_set(list, &whole);
	}
	for (size_t i = 0; i < host->nodes.n; i++)
		set_add(&all, (unsigned)host->nodes.v[i].id);
	add_set(list, &all);
	set_free(&all);
	vec_sort(list, compare_sets);
}

static int element_of(const struct machine *host, const memory_demands *demands,
		      enum memory_pool pool, const struct set *nodes, uint64_t page_bytes)
{
	for (size_t i = 0; i < demands->n; i++)
		if (counts(host, &demands->v[i], pool, page_bytes) &&
		    is_within(host, &demands->v[i], nodes))
			return demands->v[i].element;
	return -1;
}

static bool any_unbound(const struct machine *host, const memory_demands *demands,
			enum memory_pool pool, uint64_t page_bytes)
{
	for (size_t i = 0; i < demands->n; i++)
		if (counts(host, &demands->v[i], pool, page_bytes) &&
		    set_empty(&demands->v[i].nodes))
			return true;
	return false;
}

static void ask(const struct machine *host, const memory_demands *demands,
		enum memory_pool pool, uint64_t page_bytes, const struct set *nodes,
		memory_shortages *ret)
{
	uint64_t wanted = memory_wanted(host, demands, pool, nodes, page_bytes);
	uint64_t own = has(host, pool, nodes, page_bytes), lent = own;
	struct memory_shortage *row;

	for (size_t i = 0; i < ret->n; i++)
		if (ret->v[i].page_bytes == page_bytes &&
		    set_subset(&ret->v[i].nodes, nodes))
			lent = plus(lent, ret->v[i].lacks);
	if (wanted <= lent)
		return;
	row = vec_add(ret);
	*row = (struct memory_shortage){.nodes = set_copy(nodes),
					.whole_host = covers(host, nodes) &&
						      any_unbound(host, demands, pool,
								  page_bytes),
					.page_bytes = page_bytes,
					.wanted = wanted,
					.has = own,
					.lacks = wanted - lent,
					.element = element_of(host, demands, pool, nodes,
							      page_bytes)};
}

static void ask_size(const struct machine *host, const memory_demands *demands,
		     enum memory_pool pool, uint64_t page_bytes, memory_shortages *ret)
{
	sets list = {};

	for (size_t i = 0; i < demands->n; i++)
		if (counts(host, &demands->v[i], pool, page_bytes) &&
		    !set_empty(&demands->v[i].nodes))
			add_set(&list, &demands->v[i].nodes);
	add_unions(host, &list);
	for (size_t i = 0; i < list.n; i++)
		ask(host, demands, pool, page_bytes, &list.v[i], ret);
	free_sets(&list);
}

static void ask_sizes(const struct machine *host, const memory_demands *demands,
		      enum memory_pool pool, memory_shortages *ret)
{
	for (size_t i = 0; i < demands->n; i++) {
		uint64_t size = demands->v[i].page_bytes;
		bool asked = size == 0 || size == PAGE_BYTES_UNKNOWN;

		for (size_t j = 0; j < i; j++)
			asked |= demands->v[j].page_bytes == size;
		if (!asked)
			ask_size(host, demands, pool, size, ret);
	}
}

static bool meets(const memory_shortages *list, const struct memory_shortage *row)
{
	for (size_t i = 0; list && i < list->n; i++)
		if (list->v[i].page_bytes == row->page_bytes &&
		    set_intersects(&list->v[i].nodes, &row->nodes))
			return true;
	return false;
}

void memory_shortages_list(const struct machine *host, const memory_demands *demands,
			   enum memory_pool pool, const memory_shortages *known,
			   memory_shortages *ret)
{
	memory_shortages all = {};

	if (pool == POOL_ORDINARY)
		ask_size(host, demands, pool, 0, &all);
	else
		ask_sizes(host, demands, pool, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (meets(known, &all.v[i]))
			set_free(&all.v[i].nodes);
		else
			*(struct memory_shortage *)vec_add(ret) = all.v[i];
	}
	vec_free(&all);
}

char *memory_shortage_where(const struct memory_shortage *shortage)
{
	struct text text = {};

	if (shortage->whole_host)
		return xstrdup("the host");
	text_adds(&text, set_count(&shortage->nodes) == 1 ? "host node " : "host nodes ");
	text_add_set(&text, &shortage->nodes);
	return text_take(&text);
}

char *memory_shortage_pages(const struct memory_shortage *shortage, enum memory_pool pool,
			    const char *whose)
{
	_cleanup_free_ char *where = memory_shortage_where(shortage);
	bool one = set_count(&shortage->nodes) == 1;

	return xasprintf("%s%s%s needs %llu huge page%s of %llu KiB, but %s %llu%s",
			 whose, shortage->whole_host ? "" : " bound to ",
			 shortage->whole_host ? "" : where, ULL(shortage->wanted),
			 shortage->wanted == 1 ? "" : "s",
			 ULL(shortage->page_bytes / 1024),
			 shortage->whole_host ? "the host has"
			 : one                ? "it has"
					      : "they have",
			 ULL(shortage->has), pool == POOL_FREE_PAGES ? " free" : "");
}
