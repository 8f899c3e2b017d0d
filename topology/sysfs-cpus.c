/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linux: Documentation/admin-guide/cputopology.rst, ABI/testing/sysfs-devices-system-cpu.
 *
 * Theory of operation. The kernel's die_id, cluster_id and core_id repeat in the next
 * package, but their lists of siblings do not, so a group is identified by the first CPU
 * of its list and numbered in the order of first CPUs. Old kernels lack some lists; then
 * CPUs with equal numbers in the same package are a group.
 */
#include "topology/sysfs-parts.h"

#include <stdio.h>

#define CPUS "devices/system/cpu"

void sysfs_online_cpus(const struct tree *sys, struct set *ret)
{
	_cleanup_names_ struct tree_names names = {};

	if (tree_set(sys, CPUS "/online", ret))
		return;
	tree_list(sys, CPUS, &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *topology =
			xasprintf(CPUS "/%s/topology", names.v[i]);
		int id = sysfs_number(names.v[i], "cpu");

		if (id >= 0 && tree_has(sys, topology))
			set_add(ret, (unsigned)id);
	}
}

enum level { LEVEL_DIE, LEVEL_CLUSTER, LEVEL_CORE, LEVELS };

/* New names first, then those of kernels before 5.2 or so. */
static const struct level_row {
	const char *id;
	const char *lists[2], *masks[2];
} levels[LEVELS] = {
	[LEVEL_DIE] = {"die_id", {"die_cpus_list"}, {"die_cpus"}},
	[LEVEL_CLUSTER] = {"cluster_id", {"cluster_cpus_list"}, {"cluster_cpus"}},
	[LEVEL_CORE] = {"core_id",
			{"core_cpus_list", "thread_siblings_list"},
			{"core_cpus", "thread_siblings"}},
};

/* What one CPU's directory says; a leader is a group's first CPU, -1 unknown. */
struct cpu_place {
	int id, package;
	int level_id[LEVELS], leader[LEVELS];
};

static int leader_of(const struct tree *tree, const struct level_row *level,
		     const struct set *online)
{
	_cleanup_set_ struct set siblings = {};

	for (size_t i = 0; i < 2 && set_empty(&siblings); i++)
		if (level->lists[i])
			tree_set(tree, level->lists[i], &siblings);
	for (size_t i = 0; i < 2 && set_empty(&siblings); i++)
		if (level->masks[i])
			tree_mask(tree, level->masks[i], &siblings);
	set_foreach (cpu, &siblings)
		if (set_has(online, (unsigned)cpu))
			return cpu;
	return -1;
}

/* If firmware gives no number it is -1 or, for clusters, 65535. */
static int read_id(const struct tree *tree, const char *path)
{
	int id = UNKNOWN_ID;

	tree_int(tree, path, &id);
	return id < 0 || id == 0xffff ? UNKNOWN_ID : id;
}

static struct cpu_place read_place(const struct tree *tree, int id,
				   const struct set *online)
{
	struct cpu_place place = {.id = id,
				  .package = read_id(tree, "physical_package_id")};

	for (size_t level = 0; level < LEVELS; level++) {
		place.level_id[level] = read_id(tree, levels[level].id);
		place.leader[level] = -1;
		/* Without a number there is a list of all CPUs: no such level. */
		if (place.level_id[level] >= 0 || level == LEVEL_CORE)
			place.leader[level] = leader_of(tree, &levels[level], online);
	}
	return place;
}

struct places {
	struct cpu_place *v;
	size_t n, room;
};

/* If no list gave it: the first CPU with the same numbers. */
static void lead_by_numbers(struct places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		struct cpu_place *place = &places->v[i];

		for (size_t level = 0; level < LEVELS; level++) {
			size_t k = 0;

			if (place->leader[level] >= 0 || place->level_id[level] < 0)
				continue;
			while (places->v[k].package != place->package ||
			       places->v[k].level_id[level] != place->level_id[level] ||
			       (level == LEVEL_CORE && places->v[k].leader[LEVEL_DIE] !=
							       place->leader[LEVEL_DIE]))
				k++;
			place->leader[level] = places->v[k].id;
		}
	}
}

/* Groups numbered 0.. by first CPU; *threads counts the members so far. */
struct numbering {
	int *number, *threads;
	int next;
};

static int group_number(struct numbering *numbering, int leader, int *ret_thread)
{
	if (leader < 0)
		return UNKNOWN_ID;
	if (numbering->number[leader] < 0)
		numbering->number[leader] = numbering->next++;
	*ret_thread = numbering->threads[leader]++;
	return numbering->number[leader];
}

static void number_groups(const struct places *places, enum level level,
			  struct machine *machine)
{
	/* Leaders are online CPUs, and those are in order. */
	size_t n = places->n ? (size_t)vec_last(places)->id + 1 : 0;
	struct numbering numbering = {
		.number = xcalloc(n + 1, sizeof(int)),
		.threads = xcalloc(n + 1, sizeof(int)),
	};

	memset(numbering.number, 0xff, n * sizeof(int));
	for (size_t i = 0; i < places->n; i++) {
		struct machine_cpu *cpu = &machine->cpus.v[i];
		int thread = UNKNOWN_ID;
		int group = group_number(&numbering, places->v[i].leader[level], &thread);

		if (level == LEVEL_DIE) {
			cpu->die = group;
		} else if (level == LEVEL_CLUSTER) {
			cpu->cluster = group;
		} else {
			cpu->core = group;
			cpu->thread = thread;
		}
	}
	free(numbering.number);
	free(numbering.threads);
}

/* Arm's capacities, or Intel's lists of both kinds; -1 if all are alike. */
static void read_kinds(const struct tree *sys, struct machine *machine)
{
	_cleanup_set_ struct set fast = {}, slow = {}, capacities = {};
	int *capacity = xcalloc(machine->cpus.n + 1, sizeof(*capacity));

	tree_set(sys, "devices/cpu_core/cpus", &fast);
	tree_set(sys, "devices/cpu_atom/cpus", &slow);
	for (size_t i = 0; i < machine->cpus.n; i++) {
		int id = machine->cpus.v[i].id;
		_cleanup_free_ char *path = xasprintf(CPUS "/cpu%d/cpu_capacity", id);

		capacity[i] = -1;
		if (set_has(&fast, (unsigned)id))
			capacity[i] = 1;
		else if (set_has(&slow, (unsigned)id))
			capacity[i] = 0;
		else if (!tree_int(sys, path, &capacity[i]))
			continue;
		if (capacity[i] >= 0 && capacity[i] < SET_LIMIT)
			set_add(&capacities, (unsigned)capacity[i]);
	}
	for (size_t i = 0; set_count(&capacities) > 1 && i < machine->cpus.n; i++) {
		if (capacity[i] < 0)
			continue;
		machine->cpus.v[i].kind = 0;
		set_foreach (lower, &capacities)
			machine->cpus.v[i].kind += lower < capacity[i];
	}
	free(capacity);
}

static void put_on_nodes(struct machine *machine)
{
	for (size_t i = 0; i < machine->nodes.n; i++)
		for (size_t k = 0; k < machine->cpus.n; k++)
			if (set_has(&machine->nodes.v[i].cpus,
				    (unsigned)machine->cpus.v[k].id))
				machine->cpus.v[k].node = machine->nodes.v[i].id;
}

void sysfs_read_cpus(const struct tree *sys, struct machine *machine)
{
	_cleanup_set_ struct set online = {};
	struct places places = {};

	sysfs_online_cpus(sys, &online);
	set_foreach (id, &online) {
		_cleanup_free_ char *path = xasprintf(CPUS "/cpu%d/topology", id);
		_cleanup_tree_ struct tree tree = {};
		struct machine_cpu *cpu = machine_add_cpu(machine, id);
		struct cpu_place *place = vec_add(&places);

		*place = (struct cpu_place){id, UNKNOWN_ID, {-1, -1, -1}, {-1, -1, -1}};
		if (tree_sub(sys, path, &tree))
			*place = read_place(&tree, id, &online);
		cpu->package = place->package;
	}
	lead_by_numbers(&places);
	for (enum level level = 0; level < LEVELS; level++)
		number_groups(&places, level, machine);
	vec_free(&places);
	put_on_nodes(machine);
	read_kinds(sys, machine);
	if (!machine->cpus.n)
		machine_complain(machine, "%s/" CPUS ": describes no CPU", sys->path);
}

/* "32K", "1024M". */
static uint64_t cache_bytes(const struct tree *tree)
{
	_cleanup_free_ char *text = tree_text(tree, "size");
	unsigned long long value;
	char unit = 0;

	if (!text || sscanf(text, "%9llu%c", &value, &unit) < 1)
		return 0;
	return (uint64_t)value << (unit == 'K'   ? 10
				   : unit == 'M' ? 20
				   : unit == 'G' ? 30
						 : 0);
}

/* One cacheN/indexM; the CPUs that share it are added to *seen. */
static void read_cache(const struct tree *tree, struct machine *machine, struct set *seen)
{
	_cleanup_free_ char *type = tree_text(tree, "type");
	_cleanup_set_ struct set shared = {};
	struct machine_cache *cache;
	int level;

	if (!type || streq(type, "Instruction") || !tree_int(tree, "level", &level))
		return;
	if (!tree_set(tree, "shared_cpu_list", &shared) &&
	    !tree_mask(tree, "shared_cpu_map", &shared))
		return;
	for (int cpu = set_first(&shared); cpu >= 0;
	     cpu = set_next(&shared, (unsigned)cpu + 1))
		if (!machine_cpu(machine, cpu))
			set_remove(&shared, (unsigned)cpu);
	set_union(seen, &shared);
	cache = vec_add(&machine->caches);
	cache->level = level;
	cache->size_bytes = cache_bytes(tree);
	cache->cpus = shared;
	shared = (struct set){};
}

#define CACHE_INDEXES 16

/* A cache is read once, at the first CPU that has it. CPUs are in order already. */
void sysfs_read_caches(const struct tree *sys, struct machine *machine)
{
	struct set seen[CACHE_INDEXES] = {};

	for (size_t i = 0; i < machine->cpus.n; i++) {
		int id = machine->cpus.v[i].id;
		_cleanup_free_ char *path = xasprintf(CPUS "/cpu%d/cache", id);
		_cleanup_tree_ struct tree caches = {};

		if (!tree_sub(sys, path, &caches))
			continue;
		for (int k = 0; k < CACHE_INDEXES; k++) {
			_cleanup_free_ char *name = xasprintf("index%d", k);
			_cleanup_tree_ struct tree cache = {.fd = -1};

			if (set_has(&seen[k], (unsigned)id) ||
			    !tree_sub(&caches, name, &cache))
				continue;
			read_cache(&cache, machine, &seen[k]);
		}
	}
	for (size_t k = 0; k < CACHE_INDEXES; k++)
		set_free(&seen[k]);
}
