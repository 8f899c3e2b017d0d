/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* show.c - texts that the tree and the drawing share. */
#include "topology/show.h"

#include <stdio.h>

const char *machine_source_name(enum machine_source source)
{
	static const char *const names[] = {
		[MACHINE_LIVE] = "live",
		[MACHINE_SYSFS] = "sysfs",
		[MACHINE_HWLOC] = "hwloc",
		[MACHINE_SYNTHETIC] = "synthetic",
		[MACHINE_CAPABILITIES] = "capabilities",
		[MACHINE_GUEST] = "guest",
		[MACHINE_TABLES] = "tables",
		[MACHINE_NCCL] = "nccl",
	};

	return names[source];
}

static int by_number(const void *a, const void *b)
{
	const int *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* How many CPUs share each core of the node, if all cores are alike; else 0. */
static size_t threads_a_core(int *cores, size_t n)
{
	size_t threads = 0, run = 1;

	qsort(cores, n, sizeof(*cores), by_number);
	for (size_t i = 1; i <= n; i++, run++) {
		if (i < n && cores[i] == cores[i - 1])
			continue;
		if (threads && run != threads)
			return 0;
		threads = run;
		run = 0;
	}
	return threads;
}

char *show_cores(const struct machine *machine, const struct machine_node *node)
{
	int *cores = xcalloc(machine->cpus.n + 1, sizeof(*cores));
	size_t n = 0, threads = 0;
	bool known = true;

	for (size_t i = 0; i < machine->cpus.n; i++) {
		const struct machine_cpu *cpu = &machine->cpus.v[i];

		if (cpu->id >= SET_LIMIT || !set_has(&node->cpus, (unsigned)cpu->id))
			continue;
		known &= cpu->core != UNKNOWN_ID;
		cores[n++] = cpu->core;
	}
	if (known && n > 0)
		threads = threads_a_core(cores, n);
	free(cores);
	if (threads)
		return xasprintf("%zu core%s x %zu thread%s", n / threads,
				 n / threads == 1 ? "" : "s", threads,
				 threads == 1 ? "" : "s");
	n = set_count(&node->cpus);
	return xasprintf("%zu CPU%s", n, n == 1 ? "" : "s");
}

/* A function's group, to sort by. */
struct grouped {
	int group;
	size_t function;
};

static int by_group(const void *a, const void *b)
{
	const struct grouped *left = a, *right = b;

	return (left->group > right->group) - (left->group < right->group);
}

bool *groups_shared(const struct machine *machine)
{
	bool *shared = xcalloc(machine->functions.n + 1, sizeof(*shared));
	struct grouped *grouped = xcalloc(machine->functions.n + 1, sizeof(*grouped));
	size_t n = 0;

	for (size_t i = 0; i < machine->functions.n; i++)
		if (!machine->functions.v[i].bridge &&
		    machine->functions.v[i].iommu_group >= 0)
			grouped[n++] =
				(struct grouped){machine->functions.v[i].iommu_group, i};
	qsort(grouped, n, sizeof(*grouped), by_group);
	for (size_t i = 1; i < n; i++)
		if (grouped[i].group == grouped[i - 1].group)
			shared[grouped[i].function] = shared[grouped[i - 1].function] =
				true;
	free(grouped);
	return shared;
}

static bool alike(const struct machine_function *a, const struct machine_function *b)
{
	return a->vendor == b->vendor && a->device == b->device &&
	       a->class_code == b->class_code && a->upstream == b->upstream &&
	       a->root == b->root && a->physical_function == b->physical_function &&
	       a->total_vfs == b->total_vfs && a->num_vfs == b->num_vfs &&
	       a->link_mb_s == b->link_mb_s && streq_null(a->driver, b->driver) &&
	       a->affinity.what == b->affinity.what &&
	       a->affinity.node == b->affinity.node &&
	       set_equal(&a->affinity.nodes, &b->affinity.nodes);
}

size_t show_run(const struct machine *machine, const bool *shared, const size_t *order,
		size_t n)
{
	const struct machine_function *functions = machine->functions.v;
	size_t last = 1;

	while (last < n && alike(&functions[order[0]], &functions[order[last]]) &&
	       shared[order[0]] == shared[order[last]])
		last++;
	return last;
}

/* "0000:0b:00.0,2-3": functions of one slot. */
static char *slot_text(const struct machine *machine, const size_t *order, size_t n)
{
	struct pci_address first = machine->functions.v[order[0]].at;
	_cleanup_set_ struct set functions = {};
	_cleanup_text_ struct text text = {};

	for (size_t i = 0; i < n; i++)
		set_add(&functions, machine->functions.v[order[i]].at.function);
	text_printf(&text, "%04x:%02x:%02x.", first.domain, first.bus, first.slot);
	text_add_set(&text, &functions);
	return text_take(&text);
}

char *show_run_name(const struct machine *machine, const size_t *order, size_t n)
{
	struct pci_address first = machine->functions.v[order[0]].at;
	struct pci_address last = machine->functions.v[order[n - 1]].at;

	if (first.bus == last.bus && first.slot == last.slot)
		return slot_text(machine, order, n);
	return xasprintf(PCI_FORMAT " to %02x:%02x.%x", PCI_ARGS(first), last.bus,
			 last.slot, last.function);
}

void text_add_link(struct text *text, uint32_t link_mb_s)
{
	if (link_mb_s >= 10000)
		text_printf(text, "%.1f GB/s", link_mb_s / 1000.0);
	else if (link_mb_s > 0)
		text_printf(text, "%.2f GB/s", link_mb_s / 1000.0);
}

const char *show_no_affinity(const struct machine *machine)
{
	switch (machine->source) {
	case MACHINE_LIVE:
	case MACHINE_SYSFS:
		return "firmware names no node for them (numa_node is -1)";
	case MACHINE_HWLOC:
		return "hwloc attached them to the whole machine, which it also does if their node is unknown";
	case MACHINE_CAPABILITIES:
		return "the nodedev descriptions name no node, or are missing";
	case MACHINE_GUEST:
		return "their root bus has no node";
	case MACHINE_TABLES:
		return "their host bridge has no _PXM";
	case MACHINE_NCCL:
		return "they are in no <cpu> with a number";
	case MACHINE_SYNTHETIC:
		break;
	}
	return "a synthetic description has none";
}
