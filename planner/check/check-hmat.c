/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Latencies, bandwidths and memory-side caches of cells (ACPI's HMAT). Sources: libvirt
 * 9.0 src/conf/numa_conf.c, virDomainNumaDefValidate; QEMU 7.2 hw/core/numa.c,
 * parse_numa_hmat_cache.
 */
#include "planner/check/rules.h"

#include "base/size.h"

#define CACHE_LEVELS 3

static void hmat_initiator(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->interconnects.n; i++) {
		const struct guest_interconnect *row = &guest->interconnects.v[i];

		if (row->initiator.state == VALUE_VALID &&
		    row->initiator.value < guest->cells.n &&
		    set_empty(&guest->cells.v[row->initiator.value].cpus.set))
			check_found(check, row->element,
				    "Cell %llu is an initiator but has no vCPUs.",
				    ULL(row->initiator.value));
	}
}

/* libvirt compares neither kind nor type if the direction is reversed. */
static bool same_pair(const struct guest_interconnect *a,
		      const struct guest_interconnect *b)
{
	bool straight = a->initiator.value == b->initiator.value &&
			a->target.value == b->target.value;
	bool crossed = a->initiator.value == b->target.value &&
		       a->target.value == b->initiator.value &&
		       a->initiator.value != a->target.value;

	return crossed ||
	       (straight && a->bandwidth == b->bandwidth &&
		a->cache.value == b->cache.value && streq_null(a->type, b->type));
}

static void hmat_twice(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->interconnects.n; i++)
		for (size_t j = 0; j < i; j++) {
			struct finding *finding;

			if (!same_pair(&guest->interconnects.v[i],
				       &guest->interconnects.v[j]))
				continue;
			finding = check_found(
				check, guest->interconnects.v[i].element,
				"The %s between cells %llu and %llu is given twice; libvirt accepts only one direction.",
				guest->interconnects.v[i].bandwidth ? "bandwidth"
								    : "latency",
				ULL(guest->interconnects.v[i].initiator.value),
				ULL(guest->interconnects.v[i].target.value));
			check_relate(check, finding, guest->interconnects.v[j].element);
			break;
		}
}

/* The level of a <cache> of a cell; -1 if it is not a number, which libvirt refuses. */
static int cache_level(const struct check *check, int element)
{
	const char *text = document_attribute(check->document, element, "level");
	int level;

	return text && parse_int(text, &level) ? level : -1;
}

static bool cell_has_cache(const struct check *check, uint64_t cell, uint64_t level)
{
	int cache = document_child(check->document, check->guest->cells.v[cell].element,
				   "cache");

	for (; cache >= 0; cache = document_next(check->document, cache, "cache"))
		if (cache_level(check, cache) == (int64_t)level)
			return true;
	return false;
}

static void hmat_nodes(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->interconnects.n; i++) {
		const struct guest_interconnect *row = &guest->interconnects.v[i];
		const struct guest_number ends[] = {row->initiator, row->target};
		bool there = true;

		for (size_t end = 0; end < ARRAY_SIZE(ends); end++) {
			if (ends[end].state != VALUE_VALID ||
			    ends[end].value < guest->cells.n)
				continue;
			there = false;
			check_found(
				check, row->element,
				"The %s, %llu, is not a cell; the domain has %zu cell%s.",
				end ? "target" : "initiator", ULL(ends[end].value),
				guest->cells.n, guest->cells.n == 1 ? "" : "s");
		}
		if (there && row->target.state == VALUE_VALID &&
		    row->cache.state == VALUE_VALID && row->cache.value > 0 &&
		    !cell_has_cache(check, row->target.value, row->cache.value))
			check_found(check, row->element,
				    "Cell %llu has no cache of level %llu.",
				    ULL(row->target.value), ULL(row->cache.value));
	}
}

static void numa_cache_level(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++) {
		int cache = document_child(check->document, guest->cells.v[i].element,
					   "cache");
		int seen[CACHE_LEVELS + 1] = {};

		for (; cache >= 0;
		     cache = document_next(check->document, cache, "cache")) {
			int level = cache_level(check, cache);

			if (level < 1 || level > CACHE_LEVELS)
				check_values(
					check_found(
						check, cache,
						"Cell %zu has a cache of level %s; levels are 1 to %d.",
						i,
						level < 0 ? "(none)"
							  : document_attribute(
								    check->document,
								    cache, "level"),
						CACHE_LEVELS),
					NULL, "1-3");
			else if (seen[level]++)
				check_found(check, cache,
					    "Cell %zu has two caches of level %d.", i,
					    level);
		}
	}
}

/* What the memory itself, not a cache of it, provides to any initiator. */
static bool memory_has(const struct guest *guest, size_t cell, bool bandwidth)
{
	for (size_t i = 0; i < guest->interconnects.n; i++)
		if (guest->interconnects.v[i].bandwidth == bandwidth &&
		    number_is(guest->interconnects.v[i].target, cell))
			return true;
	return false;
}

static void hmat_cache_first(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++) {
		int cache = document_child(check->document, guest->cells.v[i].element,
					   "cache");
		bool latency = memory_has(guest, i, false),
		     bandwidth = memory_has(guest, i, true);

		if (cache >= 0 && !(latency && bandwidth))
			check_found(
				check, cache,
				"Cell %zu has a cache, but no %s to it is given in <interconnects>.",
				i, latency ? "bandwidth" : "latency");
	}
}

/* Rows that are prerequisites of others. */
enum { HMAT_NODES, NUMA_CACHE_LEVEL };

const struct rule hmat_rules[] = {
	[HMAT_NODES] =
		{RULE("hmat-nodes", hmat_nodes, ERROR, 0, LIBVIRT),
		 .what = "Interconnects refer to existing cells and caches.",
		 .why = "libvirt refuses cells and caches that do not exist.",
		 .to_fix =
			 "Name an existing cell, and a level that the target's <cache> elements have.",
		 .source = LV "conf/numa_conf.c, virDomainNumaDefValidate",
		 .remedy = REMEDY_EDIT},
	[NUMA_CACHE_LEVEL] =
		{RULE("numa-cache-level", numa_cache_level, ERROR, 0, LIBVIRT),
		 .what = "A cell's caches have levels 1 to 3, each level at most once.",
		 .why = "libvirt refuses other levels and duplicates.",
		 .to_fix = "Give each cache of the cell a different level from 1 to 3.",
		 .source = LV "conf/numa_conf.c, virDomainNumaDefValidate",
		 .remedy = REMEDY_EDIT},
	{RULE("hmat-initiator", hmat_initiator, ERROR, 0, LIBVIRT),
	 .what = "The initiator of an interconnect has vCPUs.",
	 .why = "libvirt refuses an initiator without vCPUs.",
	 .to_fix = "Name a cell with vCPUs.", .source = LV "conf/numa_conf.c",
	 .remedy = REMEDY_EDIT},
	{RULE("hmat-twice", hmat_twice, ERROR, 0, LIBVIRT),
	 .what = "Each latency or bandwidth between two cells is given only once, and always in the same direction.",
	 .why = "libvirt refuses one that is given twice, and any between the same cells in the other direction.",
	 .to_fix = "Keep one direction.", .source = LV "conf/numa_conf.c",
	 .remedy = REMEDY_EDIT},
	{RULE("hmat-cache-first", hmat_cache_first, ERROR, 0, QEMU),
	 .after = {&hmat_rules[HMAT_NODES], &hmat_rules[NUMA_CACHE_LEVEL]},
	 .what = "<interconnects> gives a latency and a bandwidth to every cell that has a cache.",
	 .why = "libvirt accepts a cell without them, but QEMU exits, because it needs both to describe the cache.",
	 .to_fix =
		 "Add <latency> and <bandwidth> with that cell as target to <interconnects>.",
	 .source = "QEMU 7.2 hw/core/numa.c, parse_numa_hmat_cache",
	 .remedy = REMEDY_EDIT},
	{},
};
