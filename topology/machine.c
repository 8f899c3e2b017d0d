/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/machine.h"

#include <stdio.h>

/* Nobody reads more than this, and a hostile file can cause millions. */
#define COMPLAINT_LIMIT 1000

static void free_strings(char **strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(strings[i]);
}

static void free_node(struct machine_node *node)
{
	set_free(&node->cpus);
	set_free(&node->near);
	free(node->kind);
	vec_free(&node->huge);
	vec_free(&node->initiators);
}

void machine_function_free(struct machine_function *function)
{
	set_free(&function->affinity.nodes);
	free(function->driver);
	free(function->iommu);
	free_strings(function->names.v, function->names.n);
	vec_free(&function->names);
}

static void free_fact(struct machine_fact *fact)
{
	free(fact->name);
	free(fact->value);
	free(fact->unknown);
}

void machine_free(struct machine *machine)
{
	for (size_t i = 0; i < machine->nodes.n; i++)
		free_node(&machine->nodes.v[i]);
	for (size_t i = 0; i < machine->caches.n; i++)
		set_free(&machine->caches.v[i].cpus);
	for (size_t i = 0; i < machine->roots.n; i++)
		set_free(&machine->roots.v[i].affinity.nodes);
	for (size_t i = 0; i < machine->functions.n; i++)
		machine_function_free(&machine->functions.v[i]);
	for (size_t i = 0; i < machine->facts.n; i++)
		free_fact(&machine->facts.v[i]);
	for (size_t i = 0; i < machine->files.n; i++) {
		free(machine->files.v[i].path);
		free(machine->files.v[i].bytes);
	}
	for (size_t i = 0; i < machine->emulators.n; i++)
		machine_emulator_free(&machine->emulators.v[i]);
	for (size_t i = 0; i < machine->firmware.n; i++)
		machine_firmware_free(&machine->firmware.v[i]);
	free_strings(machine->complaints.v, machine->complaints.n);
	free(machine->emulators.v);
	free(machine->firmware.v);
	free(machine->nodes.v);
	free(machine->cpus.v);
	free(machine->caches.v);
	free(machine->hmat.v);
	free(machine->distances);
	free(machine->roots.v);
	free(machine->functions.v);
	free(machine->facts.v);
	free(machine->files.v);
	free(machine->complaints.v);
	free(machine->architecture);
	*machine = (struct machine){};
}

const struct machine_emulator *machine_emulator(const struct machine *machine,
						const char *path,
						const char *architecture)
{
	for (size_t i = 0; machine && i < machine->emulators.n; i++) {
		const struct machine_emulator *emulator = &machine->emulators.v[i];

		if (path ? streq_null(emulator->path, path)
			 : streq_null(emulator->architecture, architecture))
			return emulator;
	}
	return NULL;
}

static int node_by_id(const void *key, const void *node)
{
	int id = *(const int *)key, other = ((const struct machine_node *)node)->id;

	return (id > other) - (id < other);
}

struct machine_node *machine_node(const struct machine *machine, int id)
{
	if (!machine->nodes.n)
		return NULL;
	return bsearch(&id, machine->nodes.v, machine->nodes.n, sizeof(*machine->nodes.v),
		       node_by_id);
}

static int cpu_by_id(const void *key, const void *cpu)
{
	int id = *(const int *)key, other = ((const struct machine_cpu *)cpu)->id;

	return (id > other) - (id < other);
}

struct machine_cpu *machine_cpu(const struct machine *machine, int id)
{
	if (!machine->cpus.n)
		return NULL;
	return bsearch(&id, machine->cpus.v, machine->cpus.n, sizeof(*machine->cpus.v),
		       cpu_by_id);
}

static int function_by_address(const void *key, const void *function)
{
	return pci_address_compare(*(const struct pci_address *)key,
				   ((const struct machine_function *)function)->at);
}

struct machine_function *machine_function(const struct machine *machine,
					  struct pci_address at)
{
	if (!machine->functions.n)
		return NULL;
	return bsearch(&at, machine->functions.v, machine->functions.n,
		       sizeof(*machine->functions.v), function_by_address);
}

void machine_loose_cpus(const struct machine *machine, struct set *ret)
{
	for (size_t i = 0; i < machine->cpus.n; i++)
		if (machine->cpus.v[i].node == UNKNOWN_ID &&
		    machine->cpus.v[i].id < SET_LIMIT)
			set_add(ret, (unsigned)machine->cpus.v[i].id);
}

int machine_function_index(const struct machine *machine, struct pci_address at)
{
	const struct machine_function *function = machine_function(machine, at);

	return function ? (int)(function - machine->functions.v) : -1;
}

uint64_t machine_device_key(const struct machine *machine, int index)
{
	int physical = machine->functions.v[index].physical_function;
	struct pci_address at = machine->functions.v[physical < 0 ? index : physical].at;

	at.function = 0;
	return pci_address_key(at);
}

int machine_function_node(const struct machine *machine, int index)
{
	const struct machine_affinity *affinity =
		index < 0 ? NULL : &machine->functions.v[index].affinity;

	return affinity && affinity->what == AFFINITY_NODE ? affinity->node : UNKNOWN_ID;
}

const struct machine_hmat *machine_local_hmat(const struct machine *machine, int id)
{
	for (size_t i = 0; i < machine->hmat.n; i++)
		if (machine->hmat.v[i].initiator == id && machine->hmat.v[i].target == id)
			return &machine->hmat.v[i];
	return NULL;
}

uint32_t machine_distance(const struct machine *machine, int from_id, int to_id)
{
	const struct machine_node *from = machine_node(machine, from_id);
	const struct machine_node *to = machine_node(machine, to_id);
	const struct machine_node *first = machine->nodes.v;

	if (!machine->distances || !from || !to)
		return 0;
	return machine->distances[(size_t)(from - first) * machine->nodes.n +
				  (size_t)(to - first)];
}

/* Index of the first fact whose name is not before @name. Facts are always sorted. */
static size_t fact_place(const struct machine *machine, const char *name)
{
	size_t low = 0, high = machine->facts.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(machine->facts.v[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool fact_is_at(const struct machine *machine, size_t place, const char *name)
{
	return place < machine->facts.n && streq(machine->facts.v[place].name, name);
}

const char *machine_fact(const struct machine *machine, const char *name)
{
	size_t place = fact_place(machine, name);

	return fact_is_at(machine, place, name) ? machine->facts.v[place].value : NULL;
}

static void put_fact(struct machine *machine, const char *name, const char *value,
		     const char *unknown)
{
	size_t place = fact_place(machine, name);
	struct machine_fact fact = {xstrdup(name), xstrdup(value), xstrdup(unknown)};

	if (fact_is_at(machine, place, name)) {
		free_fact(&machine->facts.v[place]);
	} else {
		vec_add(&machine->facts);
		memmove(&machine->facts.v[place + 1], &machine->facts.v[place],
			(machine->facts.n - 1 - place) * sizeof(fact));
	}
	machine->facts.v[place] = fact;
}

void machine_set_fact(struct machine *machine, const char *name, const char *value)
{
	put_fact(machine, name, value, NULL);
}

void machine_unknown_fact(struct machine *machine, const char *name, const char *why)
{
	put_fact(machine, name, NULL, why);
}

void machine_complain(struct machine *machine, const char *format, ...)
{
	struct text text = {};
	va_list args;

	if (machine->complaints.n > COMPLAINT_LIMIT)
		return;
	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	/* A record has those of its source, which may be made again. */
	for (size_t i = 0; i < machine->complaints.n; i++)
		if (streq(machine->complaints.v[i], text.s)) {
			text_free(&text);
			return;
		}
	*vec_add(&machine->complaints) = text_take(&text);
	if (machine->complaints.n == COMPLAINT_LIMIT)
		*vec_add(&machine->complaints) = xstrdup("more like this were left out");
}

struct machine_node *machine_add_node(struct machine *machine, int id)
{
	struct machine_node *node = vec_add(&machine->nodes);

	node->id = id;
	return node;
}

struct machine_cpu *machine_add_cpu(struct machine *machine, int id)
{
	struct machine_cpu *cpu = vec_add(&machine->cpus);

	*cpu = (struct machine_cpu){
		.id = id,
		.node = UNKNOWN_ID,
		.package = UNKNOWN_ID,
		.die = UNKNOWN_ID,
		.cluster = UNKNOWN_ID,
		.core = UNKNOWN_ID,
		.thread = UNKNOWN_ID,
		.kind = UNKNOWN_ID,
	};
	return cpu;
}

struct machine_function *machine_add_function(struct machine *machine,
					      struct pci_address at)
{
	struct machine_function *function = vec_add(&machine->functions);

	*function = (struct machine_function){
		.at = at,
		.prog_if_known = KNOWN_UNKNOWN,
		.upstream = -1,
		.root = -1,
		.pcie_type = PCIE_UNKNOWN,
		.affinity.node = UNKNOWN_ID,
		.iommu_group = GROUP_UNKNOWN,
		.physical_function = -1,
		.total_vfs = UNKNOWN_ID,
		.num_vfs = UNKNOWN_ID,
		.bars_known = KNOWN_UNKNOWN,
		.acs = KNOWN_UNKNOWN,
		.flr = KNOWN_UNKNOWN,
	};
	return function;
}

void machine_affinity_set(struct machine_affinity *affinity, int node,
			  enum affinity_source source)
{
	set_free(&affinity->nodes);
	*affinity = (struct machine_affinity){AFFINITY_NODE, source, node, {}};
}

void machine_affinity_forget(struct machine_affinity *affinity)
{
	set_free(&affinity->nodes);
	*affinity = (struct machine_affinity){.node = UNKNOWN_ID};
}

const char *affinity_source_name(enum affinity_source source)
{
	static const char *const names[] = {
		[AFFINITY_FROM_NOTHING] = "nothing",
		[AFFINITY_FROM_SYSFS] = "sysfs",
		[AFFINITY_FROM_HWLOC] = "hwloc",
		[AFFINITY_FROM_LIBVIRT] = "libvirt",
		[AFFINITY_FROM_PARENT] = "physical-function",
		[AFFINITY_FROM_ONLY_NODE] = "only-node",
		[AFFINITY_FROM_USER] = "user",
	};

	return names[source];
}
