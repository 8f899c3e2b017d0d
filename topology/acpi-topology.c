/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-topology.c - only an Arm kernel reads packages, cores and threads from the PPTT
 * (Linux drivers/acpi/pptt.c, arch/arm64/kernel/topology.c): a CPU's package is the first
 * above it that is one, or the topmost; its core is itself, or if it is a thread what is
 * above it.
 */
#include "topology/acpi-topology.h"

static int by_offset(const void *a, const void *b)
{
	const struct acpi_processor *left = a, *right = b;

	return (left->offset > right->offset) - (left->offset < right->offset);
}

/* What a parent's offset names; NULL. A parent always comes before its children. */
static const struct acpi_processor *parent_of(const struct acpi_facts *facts,
					      const struct acpi_processor *child)
{
	struct acpi_processor key = {.offset = child->parent};

	if (child->parent == 0 || child->parent >= child->offset)
		return NULL;
	return bsearch(&key, facts->processors.v, facts->processors.n, sizeof(key),
		       by_offset);
}

static const struct acpi_processor *package_of(const struct acpi_facts *facts,
					       const struct acpi_processor *at)
{
	const struct acpi_processor *above;

	while (!at->package && (above = parent_of(facts, at)))
		at = above;
	return at;
}

static int by_id(const void *a, const void *b)
{
	const struct acpi_processor *const *left = a, *const *right = b;

	if ((*left)->id != (*right)->id)
		return (*left)->id < (*right)->id ? -1 : 1;
	return by_offset(*left, *right);
}

/* Those that are CPUs, by their ids: the last of one id is the lowest in the tree. */
static const struct acpi_processor **list_by_id(const struct acpi_facts *facts,
						size_t *ret_n)
{
	const struct acpi_processor **list =
		xcalloc(facts->processors.n + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < facts->processors.n; i++)
		if (facts->processors.v[i].has_id)
			list[n++] = &facts->processors.v[i];
	qsort(list, n, sizeof(*list), by_id);
	*ret_n = n;
	return list;
}

static const struct acpi_processor *find(const struct acpi_processor **list, size_t n,
					 uint32_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle]->id <= id)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && list[low - 1]->id == id ? list[low - 1] : NULL;
}

/* Numbers in order of appearance mean nothing here, so a node's index is its name. */
static void place(const struct acpi_facts *facts, const struct acpi_processor *processor,
		  struct machine_cpu *cpu)
{
	const struct acpi_processor *core =
		processor->thread ? parent_of(facts, processor) : processor;

	cpu->package = (int)(package_of(facts, processor) - facts->processors.v);
	cpu->core = core ? (int)(core - facts->processors.v) : UNKNOWN_ID;
	cpu->thread = processor->thread ? UNKNOWN_ID : 0;
}

/* Threads of a core are counted as they come. */
static void count_threads(const struct acpi_facts *facts, struct machine *machine)
{
	int *threads = xcalloc(facts->processors.n + 1, sizeof(*threads));

	for (size_t i = 0; i < machine->cpus.n; i++) {
		struct machine_cpu *cpu = &machine->cpus.v[i];

		if (cpu->core != UNKNOWN_ID && cpu->thread == UNKNOWN_ID)
			cpu->thread = threads[cpu->core]++;
	}
	free(threads);
}

void acpi_add_topology(const struct acpi_facts *facts, struct machine *machine)
{
	const struct acpi_processor **list;
	size_t n, next = 0;

	if (!facts->arm || !facts->has_pptt)
		return;
	list = list_by_id(facts, &n);
	for (size_t i = 0; i < facts->cpus.n && next < machine->cpus.n; i++) {
		const struct acpi_processor *found = find(list, n, facts->cpus.v[i].id);

		if (!facts->cpus.v[i].enabled)
			continue;
		if (found)
			place(facts, found, &machine->cpus.v[next]);
		next++;
	}
	free(list);
	count_threads(facts, machine);
}
