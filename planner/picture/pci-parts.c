/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Each root bus is a frame, and so is each bridge below which there
 * are several others: a switch. All other bridges are ports, and only named in the rows
 * of the devices below them. So two devices are in one inner frame if, and only if, they
 * share a switch.
 *
 * A frame is collected first, as a list of entries, and then written, so that devices
 * next to each other can be folded.
 */
#include "planner/picture/parts-build.h"

#include "topology/class-name.h"
#include "topology/show.h"

#include <stdio.h>
#include <stdlib.h>

/* Frames deeper than this are not drawn: what is in them is in the frame above. */
#define DEPTH_MOST 6
/* No bridges are that deep: each needs a bus number. */
#define CHAIN_MOST 256

enum entry_kind { ENTRY_DEVICE, ENTRY_SWITCH, ENTRY_EMPTY, ENTRY_MINOR };

struct frame {
	struct builder *builder;
	size_t part;
	int depth;
	VEC(struct entry {
		enum entry_kind kind;
		size_t function;
		char *via; /* owned; NULL: none */
	})
	entries;
};

static void link_child(int *first, int *last, int *next, int child)
{
	if (*first < 0)
		*first = child;
	else
		next[*last] = child;
	*last = child;
}

static int *filled(size_t n, int value)
{
	int *list = xcalloc(n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = value;
	return list;
}

/* A virtual function is shown with its physical function. */
static bool is_vf(const struct machine *machine, const struct machine_function *function)
{
	return function->physical_function >= 0 &&
	       (size_t)function->physical_function < machine->functions.n &&
	       machine->functions.v[function->physical_function].physical_function < 0;
}

/*
 * The IOMMU unit that serves all functions of a root bus, NULL if there is not only one.
 */
static void find_units(struct builder *builder)
{
	const struct machine *machine = builder->machine;
	bool *several = xcalloc(machine->roots.n + 1, sizeof(*several));

	builder->units = xcalloc(machine->roots.n + 1, sizeof(*builder->units));
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];
		int root = function->root;

		if (root < 0 || !function->iommu)
			continue;
		if (!builder->units[root])
			builder->units[root] = function->iommu;
		else if (!streq(builder->units[root], function->iommu))
			several[root] = true;
	}
	for (size_t i = 0; i < machine->roots.n; i++)
		if (several[i])
			builder->units[i] = NULL;
	free(several);
}

void prepare_pci(struct builder *builder)
{
	const struct machine *machine = builder->machine;
	size_t n = machine->functions.n, devices = 0;
	_cleanup_free_ int *root_last = filled(machine->roots.n, -1);

	builder->first = filled(n, -1);
	builder->next = filled(n, -1);
	builder->last = filled(n, -1);
	builder->root_first = filled(machine->roots.n, -1);
	find_units(builder);
	builder->vfs = filled(n, 0);
	for (size_t i = 0; i < n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		devices += !function->bridge;
		if (i > 0 && function->at.domain != machine->functions.v[0].at.domain)
			builder->several_domains = true;
		if (is_vf(machine, function))
			builder->vfs[function->physical_function]++;
		else if (function->upstream >= 0)
			link_child(&builder->first[function->upstream],
				   &builder->last[function->upstream], builder->next,
				   (int)i);
		else if (function->root >= 0)
			link_child(&builder->root_first[function->root],
				   &root_last[function->root], builder->next, (int)i);
	}
	builder->fold = devices > 150;
	builder->rows_most = MAX((size_t)4, 1000 / MAX(machine->roots.n, (size_t)1));
}

static void add_entry(struct frame *frame, enum entry_kind kind, size_t function,
		      const char *via)
{
	*vec_add(&frame->entries) =
		(struct entry){kind, function, via ? xstrdup(via) : NULL};
}

/* A function of the chipset or a companion that nobody looks for. */
static bool is_minor(const struct builder *builder, size_t index)
{
	const struct machine_function *function = &builder->machine->functions.v[index];

	return !mark_of(function) && function->names.n == 0 &&
	       (function->upstream < 0 ||
		(function->at.function > 0 && !builder->shared[index]));
}

static void collect_below(struct frame *frame, int first, const char *via, int chain);

/* "through 3a:00.0 > 3b:00.0"; the last ones if there are many. */
static char *longer_via(const struct builder *builder, const char *via, size_t bridge)
{
	struct text text = {};

	text_adds(&text, via ? via : "port ");
	if (via)
		text_adds(&text, " > ");
	text_add_short_address(&text, builder, builder->machine->functions.v[bridge].at);
	return text_take(&text);
}

static void collect_bridge(struct frame *frame, size_t bridge, const char *via, int chain)
{
	const struct builder *builder = frame->builder;
	_cleanup_free_ char *longer = NULL;
	size_t bridges = 0, children = 0;

	for (int i = builder->first[bridge]; i >= 0; i = builder->next[i]) {
		bridges += builder->machine->functions.v[i].bridge;
		children++;
	}
	if (children == 0) {
		add_entry(frame, ENTRY_EMPTY, bridge, NULL);
		return;
	}
	if (bridges > 0 && children > 1 && frame->depth < DEPTH_MOST) {
		add_entry(frame, ENTRY_SWITCH, bridge, via);
		return;
	}
	longer = chain < 4 ? longer_via(builder, via, bridge) : xstrdup(via ? via : "");
	if (chain < CHAIN_MOST)
		collect_below(frame, builder->first[bridge], longer, chain + 1);
}

static void collect_below(struct frame *frame, int first, const char *via, int chain)
{
	const struct builder *builder = frame->builder;

	for (int i = first; i >= 0; i = builder->next[i]) {
		const struct machine_function *function =
			&builder->machine->functions.v[i];

		if (function->bridge)
			collect_bridge(frame, (size_t)i, via, chain);
		else
			add_entry(frame,
				  is_minor(builder, (size_t)i) ? ENTRY_MINOR
							       : ENTRY_DEVICE,
				  (size_t)i, via);
	}
}

static bool alike(const struct builder *builder, size_t left, size_t right)
{
	const struct machine_function *a = &builder->machine->functions.v[left];
	const struct machine_function *b = &builder->machine->functions.v[right];

	return a->vendor == b->vendor && a->device == b->device &&
	       a->class_code == b->class_code && streq_null(a->driver, b->driver) &&
	       a->link_mb_s == b->link_mb_s && a->total_vfs == b->total_vfs &&
	       builder->vfs[left] == builder->vfs[right] &&
	       a->affinity.what == b->affinity.what &&
	       a->affinity.node == b->affinity.node &&
	       builder->shared[left] == builder->shared[right] &&
	       streq_null(a->iommu, b->iommu);
}

/* How many entries from @from on share a row. */
static size_t run_of(const struct frame *frame, size_t from)
{
	const struct entry *entries = frame->entries.v;
	size_t n = 1;

	if (!frame->builder->fold)
		return 1;
	while (from + n < frame->entries.n && entries[from + n].kind == ENTRY_DEVICE &&
	       alike(frame->builder, entries[from].function, entries[from + n].function))
		n++;
	return n;
}

/* "6 system peripherals" of those of a kind that are left in one row. */
static void note_classes(struct frame *frame, size_t part, const size_t *functions,
			 size_t n)
{
	const struct machine *machine = frame->builder->machine;
	bool *noted = xcalloc(n + 1, sizeof(*noted));

	for (size_t i = 0, kinds = 0; i < n && kinds < 6; i++) {
		const char *class =
			pci_class_name(machine->functions.v[functions[i]].class_code);
		size_t same = 0;

		if (noted[i])
			continue;
		for (size_t j = i; j < n; j++)
			if (!noted[j] &&
			    streq(class,
				  pci_class_name(
					  machine->functions.v[functions[j]].class_code)))
				noted[j] = ++same > 0;
		kinds++;
		part_note(frame->builder, part,
			  same > 1 ? xasprintf("%zu x %s", same, class) : xstrdup(class));
	}
	free(noted);
}

static void note_addresses(struct frame *frame, size_t part, const size_t *functions,
			   size_t n)
{
	const struct machine *machine = frame->builder->machine;
	const size_t most = 12;

	for (size_t i = 0; i < MIN(n, most); i++) {
		struct text text = {};

		text_add_short_address(&text, frame->builder,
				       machine->functions.v[functions[i]].at);
		part_note(frame->builder, part, text_take(&text));
	}
	if (n > most)
		part_note(frame->builder, part, xasprintf("%zu more", n - most));
}

/* One row for the entries of a kind from @from on. */
static void add_folded(struct frame *frame, enum entry_kind kind, size_t from,
		       const char *one, const char *many)
{
	struct builder *builder = frame->builder;
	size_t *functions = xcalloc(frame->entries.n + 1, sizeof(*functions)), n = 0,
	       part;

	for (size_t i = from; i < frame->entries.n; i++)
		if (frame->entries.v[i].kind == kind)
			functions[n++] = frame->entries.v[i].function;
	if (n > 0) {
		struct pci_address at = builder->machine->functions.v[functions[0]].at;

		part = part_open(builder, (int)frame->part, PART_FOLDED,
				 part_id(builder, "folded-%04x-%02x-%02x-%x", at.domain,
					 at.bus, at.slot, at.function));
		builder->parts->list.v[part].name =
			xasprintf("%zu %s", n, n == 1 ? one : many);
		builder->parts->list.v[part].mark = "other";
		builder->parts->list.v[part].function = (int)functions[0];
		builder->parts->list.v[part].n_functions = n;
		if (kind == ENTRY_EMPTY)
			note_addresses(frame, part, functions, n);
		else
			note_classes(frame, part, functions, n);
		for (size_t i = 0; i < n; i++)
			builder->parts->of_function[functions[i]] = (int)part;
		part_close(builder, part);
	}
	free(functions);
}

static void write_frame(struct frame *frame);

static void add_switch(struct frame *frame, const struct entry *entry)
{
	struct builder *builder = frame->builder;
	const struct machine_function *bridge =
		&builder->machine->functions.v[entry->function];
	struct pci_address at = bridge->at;
	struct frame inner = {.builder = builder, .depth = frame->depth + 1};
	struct text name = {}, model = {};
	struct part *part;

	inner.part = part_open(builder, (int)frame->part, PART_SWITCH,
			       part_id(builder, "switch-%04x-%02x-%02x-%x", at.domain,
				       at.bus, at.slot, at.function));
	text_adds(&name, bridge->pcie_type == PCIE_TO_PCI_BRIDGE ||
					 bridge->pcie_type == PCIE_NONE
				 ? "PCI bridge "
				 : "PCIe switch ");
	text_add_short_address(&name, builder, at);
	part = &builder->parts->list.v[inner.part];
	part->name = text_take(&name);
	set_link(builder, inner.part, entry->function);
	part->function = (int)entry->function;
	part->n_functions = 1;
	builder->parts->of_function[entry->function] = (int)inner.part;
	if (builder->options->name && builder->options->name(&model, bridge))
		part_note(builder, inner.part, text_take(&model));
	text_free(&model);
	if (entry->via)
		part_note(builder, inner.part, xstrdup(entry->via));
	collect_below(&inner, builder->first[entry->function], NULL, 0);
	write_frame(&inner);
	part_close(builder, inner.part);
}

static void write_frame(struct frame *frame)
{
	size_t rows = 0, i = 0;

	for (size_t n; i < frame->entries.n && rows < frame->builder->rows_most; i += n) {
		const struct entry *entry = &frame->entries.v[i];
		size_t functions[256];

		n = 1;
		if (entry->kind == ENTRY_SWITCH)
			add_switch(frame, entry);
		if (entry->kind != ENTRY_DEVICE)
			continue;
		n = MIN(run_of(frame, i), ARRAY_SIZE(functions));
		for (size_t j = 0; j < n; j++)
			functions[j] = frame->entries.v[i + j].function;
		add_device_part(frame->builder, (int)frame->part, functions, n,
				n == 1 ? entry->via : NULL);
		rows++;
	}
	add_folded(frame, ENTRY_DEVICE, i, "more device", "more devices");
	add_folded(frame, ENTRY_SWITCH, i, "more switch", "more switches");
	add_folded(frame, ENTRY_MINOR, 0, "other function", "other functions");
	add_folded(frame, ENTRY_EMPTY, 0, "empty port", "empty ports");
	for (i = 0; i < frame->entries.n; i++)
		free(frame->entries.v[i].via);
	vec_free(&frame->entries);
}

void add_root_parts(struct builder *builder, int parent, size_t index)
{
	const struct machine_root *root = &builder->machine->roots.v[index];
	const char *unit = builder->units[index];
	struct frame frame = {.builder = builder};
	struct part *part;

	frame.part = part_open(builder, parent, PART_ROOT,
			       part_id(builder, "root-%04x-%02x", root->domain,
				       root->first_bus));
	part = &builder->parts->list.v[frame.part];
	part->name = xasprintf("root bus %04x:%02x", root->domain, root->first_bus);
	part->root = (int)index;
	part->unit = unit != NULL;
	if (unit)
		part->side = xasprintf("IOMMU %s", unit);
	collect_below(&frame, builder->root_first[index], NULL, 0);
	write_frame(&frame);
	part_close(builder, frame.part);
}
