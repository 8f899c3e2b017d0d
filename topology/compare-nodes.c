/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/compare-parts.h"

#include "topology/compare.h"

#include <stdio.h>

#define MIB (UINT64_C(1) << 20)

uint64_t memory_taken_at_most(uint64_t planned_bytes, bool first)
{
	return planned_bytes / 32 + (first ? 160 : 64) * MIB;
}

static void add_mib(struct text *text, uint64_t size_bytes)
{
	text_printf(text, "%llu MiB", (unsigned long long)(size_bytes / MIB));
}

/* The index of the node in the other machine's array, or -1. */
static int index_of(const struct machine *machine, int id)
{
	const struct machine_node *node = machine_node(machine, id);

	return node ? (int)(node - machine->nodes.v) : -1;
}

static void compare_presence(struct comparison *c)
{
	int acpi = compare_find(c, DIFFERENCE_ACPI_OFF, NULL);

	for (size_t i = 0; i < c->expected->nodes.n; i++) {
		int id = c->expected->nodes.v[i].id;

		c->ret->checked++;
		if (machine_node(c->observed, id))
			continue;
		compare_add(c, DIFFERENCE_NODE_MISSING, acpi, "node %d", id);
		compare_expected(c, "a NUMA node");
		compare_observed(c, "none");
	}
	for (size_t i = 0; i < c->observed->nodes.n; i++) {
		int id = c->observed->nodes.v[i].id;

		if (machine_node(c->expected, id))
			continue;
		compare_add(c, DIFFERENCE_NODE_UNPLANNED, acpi, "node %d", id);
		compare_expected(c, "none");
		compare_observed(c, "a NUMA node");
	}
}

/* The index of the difference "node missing", or -1. */
static int missing_node(struct comparison *c, int id)
{
	_cleanup_free_ char *subject = xasprintf("node %d", id);

	return compare_find(c, DIFFERENCE_NODE_MISSING, subject);
}

static void add_node(struct comparison *c, bool expected, int id)
{
	void (*say)(struct comparison *, const char *, ...) =
		expected ? compare_expected : compare_observed;

	if (id == UNKNOWN_ID)
		say(c, "no node");
	else
		say(c, "node %d", id);
}

static void compare_cpu(struct comparison *c, const struct machine_cpu *expected)
{
	const struct machine_cpu *observed = machine_cpu(c->observed, expected->id);
	_cleanup_free_ char *subject = xasprintf("CPU %d", expected->id);

	/* Every machine has some, so the source does not know. */
	if (c->observed->cpus.n == 0) {
		compare_unknown(c, "CPU", false, "CPU %d", expected->id);
		return;
	}
	c->ret->checked++;
	if (!observed) {
		compare_add(c, DIFFERENCE_CPU_MISSING,
			    compare_find(c, DIFFERENCE_ACPI_OFF, NULL), "%s", subject);
		compare_expected(c, "online");
		compare_observed(c, "not online");
		return;
	}
	if (compare_known(c, "CPU's node", subject, expected->node != UNKNOWN_ID,
			  observed->node != UNKNOWN_ID, expected->node == observed->node))
		return;
	compare_add(c, DIFFERENCE_CPU_ON_OTHER_NODE, missing_node(c, expected->node),
		    "%s", subject);
	add_node(c, true, expected->node);
	add_node(c, false, observed->node);
}

/* What CPUs may share; compared as a partition, because numbers mean nothing. */
static const struct sharing {
	const char *name;
	size_t offset;
} sharings[] = {
	{"package", offsetof(struct machine_cpu, package)},
	{"die", offsetof(struct machine_cpu, die)},
	{"core", offsetof(struct machine_cpu, core)},
};

static int shared_id(const struct machine_cpu *cpu, const struct sharing *sharing)
{
	int id;

	memcpy(&id, (const char *)cpu + sharing->offset, sizeof(id));
	return id;
}

/* The CPUs of @machine that share it with @cpu and that @other has too, into @ret. */
static void add_sharers(const struct machine *machine, const struct machine *other,
			const struct machine_cpu *cpu, const struct sharing *sharing,
			struct set *ret)
{
	for (size_t i = 0; i < machine->cpus.n; i++)
		if (shared_id(&machine->cpus.v[i], sharing) == shared_id(cpu, sharing) &&
		    machine_cpu(other, machine->cpus.v[i].id))
			set_add(ret, (unsigned)machine->cpus.v[i].id);
}

/* The subject of a difference: the first CPU that shares on either side. */
static char *sharing_text(const struct sharing *sharing, const struct set *expected,
			  const struct set *observed)
{
	int first = MIN(set_first(expected), set_first(observed));

	return xasprintf("%s of CPU %d", sharing->name, first);
}

static void compare_sharers(struct comparison *c, const struct machine_cpu *cpu,
			    const struct machine_cpu *seen, const struct sharing *sharing)
{
	_cleanup_set_ struct set expected = {}, observed = {};
	_cleanup_text_ struct text want = {}, have = {};
	_cleanup_free_ char *subject = NULL;

	add_sharers(c->expected, c->observed, cpu, sharing, &expected);
	add_sharers(c->observed, c->expected, seen, sharing, &observed);
	c->ret->checked++;
	if (set_equal(&expected, &observed))
		return;
	subject = sharing_text(sharing, &expected, &observed);
	if (compare_find(c, DIFFERENCE_CPU_TOPOLOGY, subject) >= 0)
		return;
	text_add_set(&want, &expected);
	text_add_set(&have, &observed);
	compare_add(c, DIFFERENCE_CPU_TOPOLOGY,
		    compare_find(c, DIFFERENCE_ACPI_OFF, NULL), "%s", subject);
	compare_expected(c, "CPUs %s", want.s);
	compare_observed(c, "CPUs %s", have.s);
}

static void compare_sharing(struct comparison *c, const struct machine_cpu *cpu,
			    const struct sharing *sharing)
{
	const struct machine_cpu *seen = machine_cpu(c->observed, cpu->id);

	if (!seen)
		return;
	if (shared_id(cpu, sharing) == UNKNOWN_ID)
		compare_unknown(c, sharing->name, true, "CPU %d", cpu->id);
	else if (shared_id(seen, sharing) == UNKNOWN_ID)
		compare_unknown(c, sharing->name, false, "CPU %d", cpu->id);
	else
		compare_sharers(c, cpu, seen, sharing);
}

/* If cores are divided differently, a different number adds nothing. */
static void compare_thread(struct comparison *c, const struct machine_cpu *cpu)
{
	const struct machine_cpu *seen = machine_cpu(c->observed, cpu->id);
	const struct sharing *core = &sharings[ARRAY_SIZE(sharings) - 1];
	_cleanup_free_ char *subject = xasprintf("thread of CPU %d", cpu->id),
			    *cause = NULL;
	_cleanup_set_ struct set expected = {}, observed = {};

	if (!seen ||
	    compare_known(c, "thread", subject, cpu->thread != UNKNOWN_ID,
			  seen->thread != UNKNOWN_ID, cpu->thread == seen->thread))
		return;
	add_sharers(c->expected, c->observed, cpu, core, &expected);
	add_sharers(c->observed, c->expected, seen, core, &observed);
	cause = sharing_text(core, &expected, &observed);
	compare_add(c, DIFFERENCE_CPU_TOPOLOGY,
		    compare_find(c, DIFFERENCE_CPU_TOPOLOGY, cause), "%s", subject);
	compare_expected(c, "%d", cpu->thread);
	compare_observed(c, "%d", seen->thread);
}

static void compare_cpus(struct comparison *c)
{
	for (size_t i = 0; i < c->expected->cpus.n; i++)
		compare_cpu(c, &c->expected->cpus.v[i]);
	for (size_t i = 0; i < c->observed->cpus.n; i++) {
		int id = c->observed->cpus.v[i].id;

		if (machine_cpu(c->expected, id))
			continue;
		compare_add(c, DIFFERENCE_CPU_UNPLANNED, -1, "CPU %d", id);
		compare_expected(c, "not online");
		compare_observed(c, "online");
	}
	for (size_t j = 0; j < ARRAY_SIZE(sharings); j++)
		for (size_t i = 0; i < c->expected->cpus.n; i++)
			compare_sharing(c, &c->expected->cpus.v[i], &sharings[j]);
	for (size_t i = 0; i < c->expected->cpus.n; i++)
		compare_thread(c, &c->expected->cpus.v[i]);
}

static bool is_first_with_memory(const struct machine *machine, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (machine->nodes.v[j].memory_bytes > 0)
			return false;
	return true;
}

static void compare_memory(struct comparison *c, size_t i)
{
	const struct machine_node *expected = &c->expected->nodes.v[i];
	const struct machine_node *observed = machine_node(c->observed, expected->id);
	_cleanup_free_ char *subject = xasprintf("node %d", expected->id);
	_cleanup_text_ struct text low = {}, high = {}, seen = {};
	uint64_t most = expected->memory_bytes, taken = c->options->memory_taken_bytes,
		 least;

	if (!observed)
		return;
	if (!taken)
		taken = memory_taken_at_most(most, is_first_with_memory(c->expected, i));
	/* A node with memory has some left, however much the kernel reserves. */
	least = most > taken ? most - taken : MIN(most, (uint64_t)1);
	if (compare_known(c, "memory", subject, most != UNKNOWN_U64,
			  observed->memory_bytes != UNKNOWN_U64,
			  observed->memory_bytes >= least &&
				  observed->memory_bytes <= most))
		return;
	add_mib(&low, least);
	add_mib(&high, most);
	add_mib(&seen, observed->memory_bytes);
	compare_add(c, DIFFERENCE_MEMORY,
		    c->ret->list.n ? compare_find(c, DIFFERENCE_NODE_MISSING, NULL) : -1,
		    "%s", subject);
	compare_expected(c, "%s to %s", low.s, high.s);
	compare_observed(c, "%s", seen.s);
}

static void compare_distance(struct comparison *c, int from, int to)
{
	uint32_t expected = machine_distance(c->expected, from, to);
	uint32_t observed = machine_distance(c->observed, from, to);
	_cleanup_free_ char *subject = xasprintf("node %d to node %d", from, to);

	if (compare_known(c, "distance", subject, expected, observed,
			  expected == observed))
		return;
	compare_add(c, DIFFERENCE_DISTANCE, -1, "%s", subject);
	compare_expected(c, "%u", expected);
	compare_observed(c, "%u", observed);
}

static const struct machine_hmat *find_hmat(const struct machine *machine,
					    const struct machine_hmat *like)
{
	for (size_t i = 0; i < machine->hmat.n; i++)
		if (machine->hmat.v[i].initiator == like->initiator &&
		    machine->hmat.v[i].target == like->target)
			return &machine->hmat.v[i];
	return NULL;
}

/* Linux shows only the values of a target's nearest initiators. */
static void compare_hmat(struct comparison *c, const struct machine_hmat *expected)
{
	const struct machine_hmat *observed = find_hmat(c->observed, expected);
	_cleanup_free_ char *subject =
		xasprintf("node %d to node %d", expected->initiator, expected->target);
	uint32_t latency = observed ? observed->latency_ns : 0;
	uint32_t bandwidth = observed ? observed->bandwidth_mib_s : 0;

	if (!compare_known(c, "latency", subject, expected->latency_ns, latency,
			   expected->latency_ns == latency)) {
		compare_add(c, DIFFERENCE_HMAT, -1, "latency of %s", subject);
		compare_expected(c, "%u ns", expected->latency_ns);
		compare_observed(c, "%u ns", latency);
	}
	if (!compare_known(c, "bandwidth", subject, expected->bandwidth_mib_s, bandwidth,
			   expected->bandwidth_mib_s == bandwidth)) {
		compare_add(c, DIFFERENCE_HMAT, -1, "bandwidth of %s", subject);
		compare_expected(c, "%u MiB/s", expected->bandwidth_mib_s);
		compare_observed(c, "%u MiB/s", bandwidth);
	}
}

void compare_nodes(struct comparison *c)
{
	const struct machine *expected = c->expected;

	compare_presence(c);
	compare_cpus(c);
	for (size_t i = 0; i < expected->nodes.n; i++)
		compare_memory(c, i);
	for (size_t i = 0; i < expected->nodes.n; i++)
		for (size_t j = 0; j < expected->nodes.n; j++)
			if (index_of(c->observed, expected->nodes.v[i].id) >= 0 &&
			    index_of(c->observed, expected->nodes.v[j].id) >= 0)
				compare_distance(c, expected->nodes.v[i].id,
						 expected->nodes.v[j].id);
	for (size_t i = 0; i < expected->hmat.n; i++)
		compare_hmat(c, &expected->hmat.v[i]);
}
