/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Nodes, CPUs, memory and distances of a mirrored machine, within what libvirt accepts
 * (src/conf/numa_conf.c): ids from 0 without gaps, distances of 10 to itself and 11-255
 * to others; and within what QEMU can create: no node of 0 bytes.
 */
#include "planner/plan/request/mirror.h"

#include "planner/plan/request/mirror-parts.h"

#include "base/size.h"

#define MIB            (UINT64_C(1) << 20)
#define SMALLEST       (128 * MIB)
#define UNKNOWN_MEMORY (1024 * MIB)

static bool has_device(const struct machine *machine, int node,
		       const struct target *target)
{
	for (size_t i = 0; i < machine->functions.n; i++)
		if (machine->functions.v[i].affinity.what == AFFINITY_NODE &&
		    machine->functions.v[i].affinity.node == node &&
		    mirror_kind(&machine->functions.v[i], target))
			return true;
	return false;
}

static bool is_worth(const struct machine *machine, const struct machine_node *node,
		     const struct target *target)
{
	return !set_empty(&node->cpus) || node->memory_bytes != 0 ||
	       has_device(machine, node->id, target);
}

static bool is_initiator(const struct machine_node *node)
{
	return node->initiators.n > 0 || streq_null(node->kind, "generic-initiator");
}

/* A note that applies to many nodes is given once. */
struct tally {
	struct set unknown, empty, shrunk_cpus, shrunk_memory, dropped, initiators;
};

static uint64_t memory_for(const struct machine_node *node,
			   const struct mirror_options *options, struct tally *tally)
{
	uint64_t memory_bytes = node->memory_bytes;

	if (memory_bytes == UNKNOWN_U64) {
		if (options->memory_per_node_bytes)
			return options->memory_per_node_bytes;
		set_add(&tally->unknown, (unsigned)node->id);
		return UNKNOWN_MEMORY;
	}
	if (memory_bytes < MIB) {
		set_add(&tally->empty, (unsigned)node->id);
		return SMALLEST;
	}
	if (options->memory_per_node_bytes &&
	    memory_bytes > options->memory_per_node_bytes) {
		set_add(&tally->shrunk_memory, (unsigned)node->id);
		return options->memory_per_node_bytes;
	}
	return (memory_bytes + MIB - 1) / MIB * MIB;
}

static unsigned cpus_for(const struct machine_node *node,
			 const struct mirror_options *options, struct tally *tally)
{
	unsigned count = set_count(&node->cpus);

	if (options->cpus_per_node && count > options->cpus_per_node) {
		set_add(&tally->shrunk_cpus, (unsigned)node->id);
		return options->cpus_per_node;
	}
	return count;
}

static void note_set(struct request *request, const struct set *nodes, const char *what)
{
	_cleanup_text_ struct text list = {};

	if (set_empty(nodes))
		return;
	text_add_set(&list, nodes);
	request_note(request, "host node%s %s: %s", set_count(nodes) > 1 ? "s" : "",
		     list.s, what);
}

static void note_tally(struct request *request, struct tally *tally)
{
	note_set(
		request, &tally->initiators,
		"neither CPUs nor memory, only generic initiators, such as GPUs: left out, because libvirt gives such nodes only to assigned devices");
	note_set(
		request, &tally->dropped,
		"neither CPUs nor memory nor a device: left out, because Linux would drop it");
	note_set(
		request, &tally->unknown,
		"the amount of memory is unknown: 1 GiB each; use --memory-per-node to set it");
	note_set(request, &tally->empty,
		 "no memory, but QEMU cannot create such a node: 128 MiB each");
	note_set(request, &tally->shrunk_cpus, "fewer CPUs, because of --cpus-per-node");
	note_set(request, &tally->shrunk_memory,
		 "less memory, because of --memory-per-node");
	set_free(&tally->unknown);
	set_free(&tally->empty);
	set_free(&tally->shrunk_cpus);
	set_free(&tally->shrunk_memory);
	set_free(&tally->dropped);
	set_free(&tally->initiators);
}

static void add_node(const struct machine_node *node,
		     const struct mirror_options *options, struct request *request,
		     struct tally *tally)
{
	struct request_node *wanted = vec_add(&request->nodes);

	wanted->host_node = node->id;
	wanted->vcpus = cpus_for(node, options, tally);
	wanted->memory_bytes = memory_for(node, options, tally);
}

/*
 * Nodes without CPUs come last: Linux numbers nodes in the order of the SRAT, and in
 * QEMU's SRAT all CPUs precede all memory, so the guest would give a CPU-less cell in the
 * middle another number than the XML does (drivers/acpi/numa/srat.c,
 * acpi_map_pxm_to_node).
 */
static void add_nodes(const struct machine *machine, const struct mirror_options *options,
		      struct request *request)
{
	struct tally tally = {};

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < machine->nodes.n; i++) {
			const struct machine_node *node = &machine->nodes.v[i];

			if (set_empty(&node->cpus) != (pass == 1))
				continue;
			if (is_worth(machine, node, &request->target))
				add_node(node, options, request, &tally);
			else
				set_add(is_initiator(node) ? &tally.initiators
							   : &tally.dropped,
					(unsigned)node->id);
		}
	note_tally(request, &tally);
}

static uint32_t legal_distance(uint32_t value, bool self, unsigned *ret_changed)
{
	uint32_t legal = self ? 10 : value == 0 ? 20 : MIN(MAX(value, 11u), 255u);

	*ret_changed += value != 0 && legal != value;
	return legal;
}

uint32_t mirror_distance(const struct machine *machine, int from, int to)
{
	unsigned changed = 0;

	return legal_distance(machine_distance(machine, from, to), from == to, &changed);
}

void mirror_distances(const struct machine *machine, struct request *request)
{
	size_t n = request->nodes.n;
	unsigned changed = 0;

	request->distances = xcalloc(n * n, sizeof(*request->distances));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			request->distances[i * n + j] = legal_distance(
				machine_distance(machine, request->nodes.v[i].host_node,
						 request->nodes.v[j].host_node),
				i == j, &changed);
	if (changed)
		request_note(
			request,
			"%u distance%s changed: a distance must be 10 from a node to itself, and 11 to 255 to other nodes",
			changed, changed > 1 ? "s" : "");
}

/* A CPU of no node is left out. */
static bool is_mirrored(const struct machine_cpu *cpu, const struct request *request)
{
	return cpu->node != UNKNOWN_ID && mirror_cell(request, cpu->node) != NO_CELL;
}

static unsigned count_distinct(const struct machine *machine,
			       const struct request *request, size_t offset)
{
	_cleanup_set_ struct set seen = {};

	for (size_t i = 0; i < machine->cpus.n; i++) {
		int id;

		if (!is_mirrored(&machine->cpus.v[i], request))
			continue;
		memcpy(&id, (const char *)&machine->cpus.v[i] + offset, sizeof(id));
		if (id >= 0 && id < SET_LIMIT)
			set_add(&seen, (unsigned)id);
	}
	return set_count(&seen);
}
#define COUNT_DISTINCT(machine, request, field)                                          \
	count_distinct(machine, request, offsetof(struct machine_cpu, field))

/* L3 caches of the nodes that the guest has. */
static unsigned count_l3s(const struct machine *machine, const struct request *request)
{
	unsigned n = 0;

	for (size_t i = 0; i < machine->caches.n; i++) {
		const struct machine_cache *cache = &machine->caches.v[i];
		const struct machine_cpu *cpu =
			cache->level == 3 ? machine_cpu(machine, set_first(&cache->cpus))
					  : NULL;

		n += cpu && is_mirrored(cpu, request);
	}
	return n;
}

static void set_shape(const struct machine *machine, struct request *request)
{
	unsigned cores = COUNT_DISTINCT(machine, request, core);
	unsigned cpus = COUNT_DISTINCT(machine, request, id);
	unsigned dies = COUNT_DISTINCT(machine, request, die);

	request->host_cpus = cpus;
	request->host_cores = cores;
	request->host_kinds = COUNT_DISTINCT(machine, request, kind);
	request->host_l3s = count_l3s(machine, request);
	request->packages = COUNT_DISTINCT(machine, request, package);
	if (cores > 0 && cpus % cores == 0)
		request->threads_per_core = cpus / cores;
	if (request->packages > 0 && dies % request->packages == 0)
		request->dies_per_package = dies / request->packages;
}

int mirror_nodes(const struct machine *machine, const struct mirror_options *options,
		 struct request *request, struct error *error)
{
	unsigned vcpus = 0;

	add_nodes(machine, options, request);
	if (request->nodes.n == 0)
		return error_input(
			error,
			"the machine has no NUMA node with CPUs or memory; describe the guest with --node instead of --like");
	for (size_t i = 0; i < request->nodes.n; i++)
		vcpus += request->nodes.v[i].vcpus;
	if (vcpus == 0)
		return error_input(
			error,
			"the machine's nodes have no CPUs; describe the guest with --node instead of --like");
	mirror_distances(machine, request);
	mirror_hmat(machine, request);
	set_shape(machine, request);
	return 0;
}
