/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine-parts.c - packages, nodes, and what is on no node; pci-parts.c has the devices.
 */
#include "planner/picture/parts-build.h"

#include "base/size.h"
#include "topology/show.h"

#include <stdio.h>
#include <stdlib.h>

static void free_part(struct part *part)
{
	free(part->id);
	free(part->name);
	free(part->side);
	for (size_t i = 0; i < part->notes.n; i++)
		free(part->notes.v[i]);
	vec_free(&part->notes);
	for (size_t i = 0; i < part->alerts.n; i++)
		free(part->alerts.v[i].words);
	vec_free(&part->alerts);
}

void parts_free(struct parts *parts)
{
	for (size_t i = 0; i < parts->list.n; i++)
		free_part(&parts->list.v[i]);
	vec_free(&parts->list);
	free(parts->of_function);
	for (size_t i = 0; parts->cpu_labels && i < parts->machine->cpus.n; i++)
		free(parts->cpu_labels[i]);
	free(parts->cpu_labels);
	*parts = (struct parts){};
}

size_t part_open(struct builder *builder, int parent, enum part_kind kind, char *id)
{
	struct part *part = vec_add(&builder->parts->list);

	part->kind = kind;
	part->number = (int)builder->parts->list.n - 1;
	part->parent = parent;
	part->id = id;
	part->node = part->root = part->function = part->group = -1;
	return builder->parts->list.n - 1;
}

void part_close(struct builder *builder, size_t part)
{
	builder->parts->list.v[part].end = builder->parts->list.n;
}

void part_note(struct builder *builder, size_t part, char *note)
{
	if (note)
		*vec_add(&builder->parts->list.v[part].notes) = note;
}

char *part_id(const struct builder *builder, const char *format, ...)
{
	struct text text = {};
	va_list args;

	if (builder->options->prefix)
		text_printf(&text, "%s-", builder->options->prefix);
	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	return text_take(&text);
}

/* The package that all CPUs of a node are in, UNKNOWN_ID if there is no such one. */
static int package_of(const struct machine *machine, const struct machine_node *node)
{
	int package = UNKNOWN_ID;

	set_foreach (id, &node->cpus) {
		const struct machine_cpu *cpu = machine_cpu(machine, id);

		if (!cpu || cpu->package == UNKNOWN_ID)
			continue;
		if (package != UNKNOWN_ID && package != cpu->package)
			return UNKNOWN_ID;
		package = cpu->package;
	}
	return package;
}

static bool has_roots(const struct machine *machine, int node_id)
{
	for (size_t i = 0; i < machine->roots.n; i++)
		if (machine->roots.v[i].affinity.what == AFFINITY_NODE &&
		    machine->roots.v[i].affinity.node == node_id)
			return true;
	return false;
}

/*
 * The index of the node that a node without CPUs belongs to: the one with the CPUs
 * nearest to it; -1 if that is not known, or if it has devices of its own.
 */
static int owner_of(const struct machine *machine, const struct machine_node *node)
{
	if (!set_empty(&node->cpus) || set_empty(&node->near) ||
	    has_roots(machine, node->id))
		return -1;
	for (size_t i = 0; i < machine->nodes.n; i++)
		if (set_intersects(&machine->nodes.v[i].cpus, &node->near))
			return (int)i;
	return -1;
}

/* "754.5 GiB". */
static void add_size(struct text *text, uint64_t size_bytes)
{
	_cleanup_text_ struct text human = {};
	char unit;

	text_add_size_human(&human, size_bytes);
	unit = human.s[human.n - 1];
	text_add(text, human.s, human.n - 1);
	text_printf(text, unit == 'B' ? " %c" : " %ciB", unit);
}

static char *memory_text(const struct machine_node *node)
{
	struct text text = {};

	if (node->memory_bytes == UNKNOWN_U64) {
		text_adds(&text, "memory unknown");
	} else if (node->memory_bytes == 0) {
		text_adds(&text, "no memory");
	} else {
		add_size(&text, node->memory_bytes);
		if (node->kind)
			text_printf(&text, " %s", node->kind);
	}
	return text_take(&text);
}

static int *owners_of(const struct machine *machine)
{
	int *owners = xcalloc(machine->nodes.n + 1, sizeof(*owners));

	for (size_t i = 0; i < machine->nodes.n; i++)
		owners[i] = owner_of(machine, &machine->nodes.v[i]);
	return owners;
}

static char *cpus_text(const struct machine *machine, const struct machine_node *node)
{
	_cleanup_free_ char *cores = NULL;
	struct text text = {};

	if (set_empty(&node->cpus)) {
		text_adds(&text, "no CPUs");
		if (!set_empty(&node->near)) {
			text_adds(&text, ", nearest ");
			text_add_set(&text, &node->near);
		}
		return text_take(&text);
	}
	cores = show_cores(machine, node);
	text_adds(&text, "CPUs ");
	text_add_set(&text, &node->cpus);
	text_printf(&text, ": %s", cores);
	return text_take(&text);
}

static void note_memory(struct builder *builder, size_t part,
			const struct machine_node *node)
{
	const struct machine_hmat *hmat = machine_local_hmat(builder->machine, node->id);

	for (size_t i = 0; i < node->huge.n; i++) {
		struct text text = {};

		if (node->huge.v[i].total_pages == 0)
			continue;
		text_printf(&text, "%ju huge pages of ",
			    (uintmax_t)node->huge.v[i].total_pages);
		text_add_size(&text, node->huge.v[i].page_bytes);
		if (node->huge.v[i].free_pages != UNKNOWN_U64)
			text_printf(&text, ", %ju free",
				    (uintmax_t)node->huge.v[i].free_pages);
		part_note(builder, part, text_take(&text));
	}
	if (hmat && hmat->latency_ns)
		part_note(builder, part, xasprintf("%u ns", hmat->latency_ns));
	if (hmat && hmat->bandwidth_mib_s)
		part_note(builder, part, xasprintf("%u MiB/s", hmat->bandwidth_mib_s));
}

static bool same_memory(const struct machine_node *a, const struct machine_node *b)
{
	return a->memory_bytes == b->memory_bytes && streq_null(a->kind, b->kind);
}

/* One chip for the nodes from @first on that belong to @owner and are alike. */
static size_t add_memory(struct builder *builder, int parent, size_t first, int owner)
{
	const struct machine *machine = builder->machine;
	const struct machine_node *node = &machine->nodes.v[first];
	uint32_t distance =
		machine_distance(machine, machine->nodes.v[owner].id, node->id);
	size_t n = 1, part;

	while (first + n < machine->nodes.n && builder->owners[first + n] == owner &&
	       same_memory(node, &machine->nodes.v[first + n]) &&
	       machine_distance(machine, machine->nodes.v[owner].id,
				machine->nodes.v[first + n].id) == distance)
		n++;
	n = n < 3 ? 1 : n;
	part = part_open(builder, parent, PART_MEMORY,
			 part_id(builder, "node-%d", node->id));
	builder->parts->list.v[part].name =
		n > 1 ? xasprintf("nodes %d-%d", node->id,
				  machine->nodes.v[first + n - 1].id)
		      : xasprintf("node %d", node->id);
	builder->parts->list.v[part].node = (int)first;
	part_note(builder, part,
		  node->memory_bytes == 0 ? xstrdup("no CPUs, no memory")
					  : memory_text(node));
	if (distance)
		part_note(builder, part, xasprintf("distance %u", distance));
	note_memory(builder, part, node);
	part_close(builder, part);
	return n;
}

static void add_roots(struct builder *builder, size_t part, int node_id)
{
	const struct machine *machine = builder->machine;

	for (size_t i = 0; i < machine->roots.n; i++)
		if (machine->roots.v[i].affinity.what == AFFINITY_NODE &&
		    machine->roots.v[i].affinity.node == node_id)
			add_root_parts(builder, (int)part, i);
}

static void add_node(struct builder *builder, int parent, size_t index, int alone_in)
{
	const struct machine *machine = builder->machine;
	const struct machine_node *node = &machine->nodes.v[index];
	size_t part = part_open(builder, parent, PART_NODE,
				part_id(builder, "node-%d", node->id));
	struct part *made = &builder->parts->list.v[part];

	made->node = (int)index;
	made->name = alone_in == UNKNOWN_ID
			     ? xasprintf("node %d", node->id)
			     : xasprintf("node %d, package %d", node->id, alone_in);
	made->side = memory_text(node);
	part_note(builder, part, cpus_text(machine, node));
	note_memory(builder, part, node);
	if (!set_empty(&node->cpus)) {
		size_t cpus = part_open(builder, (int)part, PART_CPUS,
					part_id(builder, "cpus-%d", node->id));

		builder->parts->list.v[cpus].node = (int)index;
		part_close(builder, cpus);
	}
	for (size_t i = 0; i < machine->nodes.n;) {
		if (builder->owners[i] == (int)index)
			i += add_memory(builder, (int)part, i, (int)index);
		else
			i++;
	}
	add_roots(builder, part, node->id);
	part_close(builder, part);
}

/* The package whose frame a node belongs into. */
static int frame_of(const struct machine *machine, size_t index)
{
	const struct machine_node *node = &machine->nodes.v[index];

	if (set_empty(&node->cpus) && !set_empty(&node->near)) {
		const struct machine_cpu *cpu =
			machine_cpu(machine, set_first(&node->near));

		return cpu ? cpu->package : UNKNOWN_ID;
	}
	return package_of(machine, node);
}

/* A package with all its nodes, at the first of them. */
static void add_package(struct builder *builder, size_t first, const int *packages)
{
	const struct machine *machine = builder->machine;
	int package = packages[first];
	size_t n = 0, part;

	for (size_t i = 0; i < machine->nodes.n; i++)
		n += packages[i] == package && builder->owners[i] < 0;
	if (package == UNKNOWN_ID || n == 1) {
		add_node(builder, -1, first, package);
		return;
	}
	part = part_open(builder, -1, PART_PACKAGE,
			 part_id(builder, "package-%d", package));
	builder->parts->list.v[part].name = xasprintf("package %d", package);
	for (size_t i = first; i < machine->nodes.n; i++)
		if (packages[i] == package && builder->owners[i] < 0)
			add_node(builder, (int)part, i, UNKNOWN_ID);
	part_close(builder, part);
}

static void add_nodes(struct builder *builder)
{
	const struct machine *machine = builder->machine;
	int *packages = xcalloc(machine->nodes.n + 1, sizeof(*packages));

	for (size_t i = 0; i < machine->nodes.n; i++)
		packages[i] = frame_of(machine, i);
	for (size_t i = 0; i < machine->nodes.n; i++) {
		bool begun = packages[i] == UNKNOWN_ID;

		if (builder->owners[i] >= 0)
			continue;
		for (size_t j = 0; packages[i] != UNKNOWN_ID && j < i; j++)
			begun |= packages[j] == packages[i] && builder->owners[j] < 0;
		if (packages[i] == UNKNOWN_ID)
			add_node(builder, -1, i, UNKNOWN_ID);
		else if (!begun)
			add_package(builder, i, packages);
	}
	free(packages);
}

static bool on_known_node(const struct machine *machine,
			  const struct machine_affinity *affinity)
{
	return affinity->what == AFFINITY_NODE && machine_node(machine, affinity->node);
}

static char *place_text(const struct machine *machine,
			const struct machine_affinity *affinity)
{
	struct text text = {};

	if (affinity->what == AFFINITY_CANDIDATES) {
		text_adds(&text, "node ");
		set_foreach (node, &affinity->nodes)
			text_printf(&text, "%s%d",
				    text.s[text.n - 1] == ' ' ? "" : " or ", node);
	} else if (affinity->what == AFFINITY_NODE) {
		text_printf(&text, "node %d", affinity->node);
	} else {
		text_adds(&text, machine->nodes.n ? "node unknown" : "devices");
	}
	return text_take(&text);
}

static bool same_place(const struct machine_affinity *a, const struct machine_affinity *b)
{
	return a->what == b->what && (a->what != AFFINITY_NODE || a->node == b->node) &&
	       (a->what != AFFINITY_CANDIDATES || set_equal(&a->nodes, &b->nodes));
}

/* Root buses whose node is not known, or is none of those that the machine has. */
static void add_elsewhere(struct builder *builder)
{
	const struct machine *machine = builder->machine;
	bool *done = xcalloc(machine->roots.n + 1, sizeof(*done));

	for (size_t i = 0; i < machine->roots.n; i++) {
		const struct machine_affinity *place = &machine->roots.v[i].affinity;
		size_t part;

		if (done[i] || on_known_node(machine, place))
			continue;
		part = part_open(builder, -1, PART_NODE,
				 part_id(builder, "place-%zu", i));
		builder->parts->list.v[part].name = place_text(machine, place);
		if (place->what == AFFINITY_UNKNOWN && machine->nodes.n)
			part_note(builder, part, xstrdup(show_no_affinity(machine)));
		for (size_t j = i; j < machine->roots.n; j++) {
			if (done[j] || !same_place(place, &machine->roots.v[j].affinity))
				continue;
			done[j] = true;
			add_root_parts(builder, (int)part, j);
		}
		part_close(builder, part);
	}
	free(done);
}

static void add_loose_cpus(struct builder *builder)
{
	_cleanup_set_ struct set cpus = {};
	_cleanup_text_ struct text list = {};
	size_t part;

	machine_loose_cpus(builder->machine, &cpus);
	if (set_empty(&cpus))
		return;
	text_add_set(&list, &cpus);
	part = part_open(builder, -1, PART_NODE, part_id(builder, "no-node"));
	builder->parts->list.v[part].name = xstrdup("CPUs on no node");
	part_note(builder, part, xasprintf("CPUs %s", list.s));
	part_close(builder, part);
}

void parts_of(const struct machine *machine, const struct part_options *options,
	      struct parts *ret)
{
	struct builder builder = {.machine = machine, .options = options, .parts = ret};

	ret->machine = machine;
	ret->of_function = xcalloc(machine->functions.n + 1, sizeof(*ret->of_function));
	for (size_t i = 0; i < machine->functions.n; i++)
		ret->of_function[i] = -1;
	builder.shared = groups_shared(machine);
	builder.owners = owners_of(machine);
	prepare_pci(&builder);
	add_nodes(&builder);
	add_loose_cpus(&builder);
	add_elsewhere(&builder);
	free(builder.owners);
	free(builder.shared);
	free(builder.first);
	free(builder.next);
	free(builder.last);
	free(builder.root_first);
	free(builder.vfs);
	free(builder.units);
}

static void add_count(struct text *text, size_t n, const char *one, const char *many)
{
	if (n)
		text_printf(text, "%s%zu %s", text->n ? ", " : "", n,
			    n == 1 ? one : many);
}

static size_t count_packages(const struct machine *machine)
{
	_cleanup_set_ struct set packages = {};

	for (size_t i = 0; i < machine->cpus.n; i++) {
		int package = machine->cpus.v[i].package;

		if (package >= 0 && package < SET_LIMIT)
			set_add(&packages, (unsigned)package);
	}
	return set_count(&packages);
}

void text_add_summary(struct text *text, const struct machine *machine)
{
	_cleanup_text_ struct text line = {};
	uint64_t memory = 0;
	size_t devices = 0;

	for (size_t i = 0; i < machine->nodes.n; i++)
		if (machine->nodes.v[i].memory_bytes != UNKNOWN_U64)
			memory += machine->nodes.v[i].memory_bytes;
	for (size_t i = 0; i < machine->functions.n; i++)
		devices += !machine->functions.v[i].bridge;
	if (machine->architecture)
		text_adds(&line, machine->architecture);
	add_count(&line, count_packages(machine), "package", "packages");
	add_count(&line, machine->nodes.n, "node", "nodes");
	add_count(&line, machine->cpus.n, "CPU", "CPUs");
	if (memory) {
		text_adds(&line, line.n ? ", " : "");
		add_size(&line, memory);
		text_adds(&line, " of memory");
	}
	add_count(&line, machine->roots.n, "root bus", "root buses");
	add_count(&line, devices, "device function", "device functions");
	if (machine->pci_known == KNOWN_NO)
		text_printf(&line, "%sPCI unknown from this source", line.n ? ", " : "");
	else if (machine->iommu.enabled != KNOWN_UNKNOWN)
		text_printf(&line, "%sIOMMU %s", line.n ? ", " : "",
			    machine->iommu.enabled == KNOWN_YES ? "on" : "off");
	text_adds(text, line.n ? line.s : "nothing known");
}
