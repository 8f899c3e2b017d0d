/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Latencies, bandwidths and memory-side caches of cells (ACPI's HMAT). Sources: libvirt
 * 9.0 src/conf/numa_conf.c, virDomainNumaDefValidate; QEMU 7.2 to 11.1 hw/core/numa.c,
 * parse_numa_hmat_lb and parse_numa_hmat_cache.
 */
#include "planner/check/rules.h"

#include "base/size.h"
#include "planner/guest/hmat-figures.h"

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

/* The structures of the HMAT: QEMU makes one of each hierarchy and type of data. */
struct hmat_structures {
	struct hmat_figures figures[2][CACHE_LEVELS + 1]
				   [3]; /* [bandwidth][cache][type] */
	bool refused[2][CACHE_LEVELS + 1][3];
};

/* The place of a row in them; false if it has none, which libvirt refuses. */
static bool place_of(const struct guest_interconnect *row, uint64_t *ret_cache,
		     size_t *ret_type)
{
	static const char *const types[] = {"access", "read", "write"};

	*ret_cache = row->cache.state == VALUE_VALID ? row->cache.value : 0;
	for (*ret_type = 0; *ret_type < ARRAY_SIZE(types); ++*ret_type)
		if (streq_null(row->type, types[*ret_type]))
			break;
	return *ret_type < ARRAY_SIZE(types) && *ret_cache <= CACHE_LEVELS &&
	       row->value.state == VALUE_VALID;
}

/* "The latency from cell 0 to cell 1, 20 ns,"; owned by the caller. */
static char *name_row(const struct guest_interconnect *row)
{
	return xasprintf("The %s from cell %llu to cell %llu, %llu %s,",
			 row->bandwidth ? "bandwidth" : "latency",
			 ULL(row->initiator.value), ULL(row->target.value),
			 row->bandwidth ? ULL(row->value.value / 1024)
					: ULL(row->value.value),
			 row->bandwidth ? "KiB/s" : "ns");
}

static void judge_figure(struct check *check, const struct guest_interconnect *row,
			 enum hmat_fit fit)
{
	_cleanup_free_ char *name = name_row(row);

	if (fit == HMAT_UNALIGNED)
		check_found(check, row->element,
			    "%s is not a multiple of 1 MiB/s (1024 KiB/s).", name);
	else
		check_found(
			check, row->element,
			"%s and those before it are not all 1 to 65534 times one power of %d.",
			name, row->bandwidth ? 2 : 10);
}

static void hmat_range(struct check *check)
{
	const struct guest *guest = check->guest;
	struct hmat_structures all = {};
	uint64_t cache;
	size_t type;

	for (size_t i = 0; i < guest->interconnects.n; i++) {
		const struct guest_interconnect *row = &guest->interconnects.v[i];
		enum hmat_fit fit;

		if (!place_of(row, &cache, &type))
			continue;
		all.figures[row->bandwidth][cache][type].bandwidth = row->bandwidth;
		fit = hmat_add(&all.figures[row->bandwidth][cache][type],
			       row->value.value);
		if (fit == HMAT_FITS)
			continue;
		all.refused[row->bandwidth][cache][type] = true;
		judge_figure(check, row, fit);
	}
	for (size_t i = 0; i < guest->interconnects.n; i++) {
		const struct guest_interconnect *row = &guest->interconnects.v[i];
		_cleanup_free_ char *name = NULL;

		if (!place_of(row, &cache, &type) ||
		    all.refused[row->bandwidth][cache][type] ||
		    hmat_shows(&all.figures[row->bandwidth][cache][type],
			       row->value.value))
			continue;
		name = name_row(row);
		check_warned(
			check, row->element,
			"%s is more than 65534 times the unit that QEMU chooses; the guest sees another value.",
			name);
	}
}

/* As libvirt passes it, in KiB; false if it is malformed. */
static bool cache_size(const struct check *check, int cache, uint64_t *ret_kib)
{
	int size = document_child(check->document, cache, "size");
	const char *text =
		size < 0 ? NULL : document_attribute(check->document, size, "value");
	uint64_t value;

	if (!text || !parse_u64(text, &value) ||
	    !size_with_unit(value, document_attribute(check->document, size, "unit"),
			    &value))
		return false;
	*ret_kib = value / 1024 + (value % 1024 > 0);
	return true;
}

static bool line_is_zero(const struct check *check, int cache)
{
	int line = document_child(check->document, cache, "line");
	const char *text =
		line < 0 ? NULL : document_attribute(check->document, line, "value");
	uint64_t value;

	return text && parse_u64(text, &value) && value == 0;
}

static void judge_caches(struct check *check, size_t cell)
{
	int cache = document_child(check->document, check->guest->cells.v[cell].element,
				   "cache");
	bool seen[CACHE_LEVELS + 1] = {true};
	uint64_t sizes_kib[CACHE_LEVELS + 1] = {};

	for (; cache >= 0; cache = document_next(check->document, cache, "cache")) {
		int level = cache_level(check, cache);
		bool known;

		if (level < 1 || level > CACHE_LEVELS) /* numa-cache-level */
			continue;
		known = cache_size(check, cache, &sizes_kib[level]);
		if (!seen[level - 1])
			check_found(
				check, cache,
				"Cell %zu has a cache of level %d without one of level %d before it.",
				cell, level, level - 1);
		else if (level > 1 && known && sizes_kib[level] <= sizes_kib[level - 1])
			check_found(
				check, cache,
				"In cell %zu, the cache of level %d (%llu KiB) is not larger than that of level %d (%llu KiB).",
				cell, level, ULL(sizes_kib[level]), level - 1,
				ULL(sizes_kib[level - 1]));
		if (line_is_zero(check, cache))
			check_found(
				check, cache,
				"The cache of level %d of cell %zu has <line value='0'>.",
				level, cell);
		seen[level] = true;
	}
}

static void hmat_caches(struct check *check)
{
	for (size_t i = 0; i < check->guest->cells.n; i++)
		judge_caches(check, i);
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
	{RULE("hmat-caches", hmat_caches, ERROR, 0, QEMU),
	 .after = {&hmat_rules[HMAT_NODES], &hmat_rules[NUMA_CACHE_LEVEL]},
	 .what = "The caches of a cell are listed from level 1 without gaps, each is larger than the one before it, and their lines are not 0 bytes.",
	 .why = "libvirt accepts others, but QEMU exits (\"Cache level=1 shall be defined first\", \"should be larger than the size\", \"Parameter 'line' is missing\").",
	 .to_fix =
		 "Sort the <cache> elements by level, add missing levels, and correct <size> or <line>.",
	 .source =
		 "QEMU 7.2 hw/core/numa.c, parse_numa_hmat_cache; measured with QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("hmat-range", hmat_range, ERROR, 0, QEMU),
	 .after = {&hmat_rules[HMAT_NODES]},
	 .what = "Bandwidths are multiples of 1 MiB/s, and those of one kind are 1 to 65534 times one power of 2; latencies of one kind are 1 to 65534 times one power of 10.",
	 .why = "libvirt accepts others, but QEMU exits (\"should be 1MB aligned\", \"should not differ from previously entered values on more than 65534\"). For example, 65537 MiB/s is refused and 65538 MiB/s is not. QEMU does not check the first latency; then the guest sees another value, which is a warning.",
	 .to_fix =
		 "Round the values to multiples of 1 MiB/s, or of a larger power of 2 (latencies: of 10), or remove the smallest ones.",
	 .source =
		 "QEMU 7.2 hw/core/numa.c, parse_numa_hmat_lb, and hw/acpi/hmat.c; measured with QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{},
};
