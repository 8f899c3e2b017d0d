/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-machine.c - sources: Linux drivers/acpi/numa/srat.c (a domain gets the next node
 * number when it is first seen: CPUs and initiators in the SRAT's order, then memory;
 * never that of a generic port, which only hmat.c reads; slit_valid),
 * drivers/acpi/pci_root.c, arch/x86/kernel/acpi/boot.c (CPUs are counted in
 * the MADT's order).
 */
#include "topology/acpi-machine.h"

#include "base/first.h"
#include "topology/acpi-parts.h"
#include "topology/acpi-topology.h"

#include <stdio.h>

enum { LOCAL_DISTANCE = 10, REMOTE_DISTANCE = 20, INITIATOR_LIMIT = 64 };

struct numbered_domain {
	uint32_t domain;
	int node;
};

/* Proximity domains with the kernel's nodes. */
struct domains {
	struct numbered_domain v[MACHINE_NODE_LIMIT]; /* by domain, once all are there */
	uint32_t by_node[MACHINE_NODE_LIMIT];
	size_t n;
	bool full; /* there are more */
};

static int by_domain(const void *a, const void *b)
{
	const struct numbered_domain *left = a, *right = b;

	return (left->domain > right->domain) - (left->domain < right->domain);
}

static int find_domain(const struct domains *domains, uint32_t domain)
{
	struct numbered_domain key = {.domain = domain};
	const struct numbered_domain *found =
		bsearch(&key, domains->v, domains->n, sizeof(key), by_domain);

	return found ? found->node : UNKNOWN_ID;
}

/* Inserted in order, so that it can be found by searching. */
static void add_domain(struct domains *domains, uint32_t domain)
{
	size_t at = domains->n;

	if (find_domain(domains, domain) >= 0)
		return;
	if (domains->n == MACHINE_NODE_LIMIT) {
		domains->full = true;
		return;
	}
	for (; at > 0 && domains->v[at - 1].domain > domain; at--)
		domains->v[at] = domains->v[at - 1];
	domains->v[at] = (struct numbered_domain){domain, (int)domains->n};
	domains->by_node[domains->n++] = domain;
}

static void number_domains(const struct acpi_facts *facts, struct domains *ret)
{
	ret->n = 0;
	ret->full = false;
	for (int memory = 0; memory < 2; memory++)
		for (size_t i = 0; i < facts->affinities.n; i++)
			if ((facts->affinities.v[i].what == ACPI_MEMORY) == memory)
				add_domain(ret, facts->affinities.v[i].domain);
}

int acpi_node(const struct acpi_facts *facts, uint32_t domain)
{
	struct domains domains;

	number_domains(facts, &domains);
	return domains.n == 0 ? 0 : find_domain(&domains, domain);
}

/*
 * The SRAT's entries of CPUs by their ids. A kernel keeps the last one of a CPU (Linux
 * arch/x86/mm/srat.c, acpi_numa_processor_affinity_init).
 */
static void list_cpus(const struct acpi_facts *facts, struct firsts *ret)
{
	for (size_t i = facts->affinities.n; i-- > 0;)
		if (facts->affinities.v[i].what == ACPI_CPU)
			first_add(ret, NULL, facts->affinities.v[i].cpu, (int)i);
}

/* Without firmware's nodes, everything is on one node. */
static void add_cpus(const struct acpi_facts *facts, const struct domains *domains,
		     struct machine *machine)
{
	_cleanup_firsts_ struct firsts listed = {};
	int id = 0;

	list_cpus(facts, &listed);
	for (size_t i = 0; i < facts->cpus.n; i++) {
		int found = first_find(&listed, NULL, facts->cpus.v[i].id);
		struct machine_cpu *cpu;

		if (!facts->cpus.v[i].enabled)
			continue;
		cpu = machine_add_cpu(machine, id++);
		if (domains->n == 0)
			cpu->node = 0;
		else if (found >= 0)
			cpu->node =
				find_domain(domains, facts->affinities.v[found].domain);
	}
}

/* What a domain contains; a kernel does not create a node for an empty one. */
struct content {
	bool cpus, initiator;
	uint64_t memory_bytes;
};

static void add_to_content(const struct acpi_affinity *affinity, struct content *content)
{
	if (affinity->what == ACPI_INITIATOR)
		content->initiator = true;
	else if (affinity->what == ACPI_MEMORY && !affinity->hotplug)
		content->memory_bytes +=
			MIN(affinity->size_bytes, UINT64_MAX / 2 - content->memory_bytes);
}

static void add_nodes(const struct acpi_facts *facts, const struct domains *domains,
		      struct machine *machine)
{
	struct content *contents = xcalloc(domains->n + 1, sizeof(*contents));

	for (size_t i = 0; i < facts->affinities.n; i++) {
		int node = find_domain(domains, facts->affinities.v[i].domain);

		if (node >= 0)
			add_to_content(&facts->affinities.v[i], &contents[node]);
	}
	for (size_t i = 0; i < machine->cpus.n; i++)
		if (machine->cpus.v[i].node >= 0)
			contents[machine->cpus.v[i].node].cpus = true;
	if (domains->n == 0)
		contents[0] = (struct content){.cpus = true, .memory_bytes = UNKNOWN_U64};
	for (size_t i = 0; i < MAX(domains->n, (size_t)1); i++) {
		struct machine_node *node;

		if (!contents[i].cpus && !contents[i].initiator &&
		    contents[i].memory_bytes == 0)
			continue;
		node = machine_add_node(machine, (int)i);
		node->memory_bytes = contents[i].memory_bytes;
		node->huge_known = KNOWN_UNKNOWN;
	}
	free(contents);
}

/* @machine's nodes are sorted here, and include those of the CPUs. */
static void add_cpus_to_nodes(struct machine *machine)
{
	for (size_t i = 0; i < machine->cpus.n; i++) {
		const struct machine_cpu *cpu = &machine->cpus.v[i];
		struct machine_node *node = machine_node(machine, cpu->node);

		if (node)
			set_add(&node->cpus, (unsigned)cpu->id);
	}
}

/* The kernel discards a SLIT with a wrong number. */
static bool slit_is_valid(const struct acpi_facts *facts)
{
	size_t n = facts->localities;

	for (size_t i = 0; i < n * n; i++) {
		uint8_t value = facts->distances[i];

		if (i / n == i % n ? value != LOCAL_DISTANCE : value <= LOCAL_DISTANCE)
			return false;
	}
	return true;
}

static uint32_t distance(const struct acpi_facts *facts, uint32_t from, uint32_t to)
{
	if (facts->has_slit && from < facts->localities && to < facts->localities)
		return facts->distances[from * facts->localities + to];
	return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

static void add_distances(const struct acpi_facts *facts, const struct domains *domains,
			  struct machine *machine)
{
	struct acpi_facts taken = *facts;
	size_t n = machine->nodes.n;

	if (facts->has_slit && !slit_is_valid(facts)) {
		machine_complain(
			machine,
			"ACPI table SLIT: the kernel would reject its distances");
		taken.has_slit = false;
	}
	machine->distances = xcalloc(n * n + 1, sizeof(*machine->distances));
	for (size_t i = 0; i < n * n; i++) {
		int from = machine->nodes.v[i / n].id, to = machine->nodes.v[i % n].id;

		machine->distances[i] = domains->n == 0
						? LOCAL_DISTANCE
						: distance(&taken, domains->by_node[from],
							   domains->by_node[to]);
	}
}

static int by_nodes(const void *a, const void *b)
{
	const struct machine_hmat *left = a, *right = b;

	if (left->initiator != right->initiator)
		return left->initiator < right->initiator ? -1 : 1;
	return (left->target > right->target) - (left->target < right->target);
}

/* The rows of one pair become one. */
static void merge_hmat(struct machine *machine)
{
	size_t kept = 0;

	vec_sort(&machine->hmat, by_nodes);
	for (size_t i = 0; i < machine->hmat.n; i++) {
		const struct machine_hmat row = machine->hmat.v[i];
		struct machine_hmat *last = kept ? &machine->hmat.v[kept - 1] : NULL;

		if (!last || by_nodes(last, &row) != 0) {
			machine->hmat.v[kept++] = row;
			continue;
		}
		last->latency_ns = MAX(last->latency_ns, row.latency_ns);
		last->bandwidth_mib_s = MAX(last->bandwidth_mib_s, row.bandwidth_mib_s);
	}
	machine->hmat.n = kept;
}

/* Values of memory itself, the same for reading and writing. */
static void add_hmat(const struct acpi_facts *facts, const struct domains *domains,
		     struct machine *machine)
{
	enum { ACCESS_LATENCY = 0, ACCESS_BANDWIDTH = 3, PS_PER_NS = 1000 };

	for (size_t i = 0; i < facts->hmat.n; i++) {
		const struct acpi_hmat *figure = &facts->hmat.v[i];
		int from = find_domain(domains, figure->initiator);
		int to = find_domain(domains, figure->target);
		uint64_t value = figure->value;

		if (figure->level != 0 || !machine_node(machine, from) ||
		    !machine_node(machine, to))
			continue;
		if (figure->type == ACCESS_LATENCY && value / PS_PER_NS <= UINT32_MAX)
			*vec_add(&machine->hmat) =
				(struct machine_hmat){from, to,
						      (uint32_t)(value / PS_PER_NS), 0};
		else if (figure->type == ACCESS_BANDWIDTH && value <= UINT32_MAX)
			*vec_add(&machine->hmat) =
				(struct machine_hmat){from, to, 0, (uint32_t)value};
	}
	merge_hmat(machine);
}

static bool is_of_port(const struct acpi_facts *facts, int64_t domain)
{
	for (size_t i = 0; i < facts->ports.n; i++)
		if (facts->ports.v[i].domain == domain)
			return true;
	return false;
}

/* Unknown for a host bridge that was not read completely. */
static void place_root(const struct acpi_facts *facts, const struct acpi_root *root,
		       const struct domains *domains, struct machine *machine,
		       struct machine_affinity *affinity)
{
	int node = root->domain < 0 ? UNKNOWN_ID
				    : find_domain(domains, (uint32_t)root->domain);

	affinity->node = UNKNOWN_ID;
	if (machine_node(machine, node)) {
		machine_affinity_set(affinity, node, AFFINITY_FROM_SYSFS);
	} else if (root->domain >= 0) {
		machine_complain(
			machine,
			is_of_port(facts, root->domain)
				? "host bridge %s is in proximity domain %lld, of which the SRAT only has a generic port, so the kernel has no node for it"
				: "host bridge %s is in proximity domain %lld, which the SRAT does not describe",
			root->name, (long long)root->domain);
	} else if (!root->whole) {
		affinity->what = AFFINITY_CANDIDATES;
		for (size_t i = 0; i < machine->nodes.n; i++)
			set_add(&affinity->nodes, (unsigned)machine->nodes.v[i].id);
	}
}

static void add_roots(const struct acpi_facts *facts, const struct domains *domains,
		      struct machine *machine)
{
	for (size_t i = 0; i < facts->roots.n; i++) {
		const struct acpi_root *root = &facts->roots.v[i];
		struct machine_root *added = vec_add(&machine->roots);

		added->domain = root->segment;
		added->first_bus = added->last_bus = (uint8_t)root->bus;
		place_root(facts, root, domains, machine, &added->affinity);
	}
}

/* A function that a table of an IOMMU names. */
struct listed {
	struct pci_address at;
	bool bridge;
};

static int by_address(const void *a, const void *b)
{
	return pci_address_compare(((const struct listed *)a)->at,
				   ((const struct listed *)b)->at);
}

struct listing {
	VEC(struct listed) list;
};

/* An AMD unit lists bridges like other functions, so this is unknown for it. */
static void list_functions(const struct acpi_facts *facts, struct listing *ret)
{
	for (size_t i = 0; i < facts->dmar.scopes.n; i++) {
		const struct acpi_scope *scope = &facts->dmar.scopes.v[i];

		if (scope->hops == 1 && scope->unit >= 0 &&
		    (scope->type == ACPI_SCOPE_ENDPOINT ||
		     scope->type == ACPI_SCOPE_BRIDGE))
			*vec_add(&ret->list) =
				(struct listed){scope->at,
						scope->type == ACPI_SCOPE_BRIDGE};
	}
	for (size_t i = 0; i < facts->ivrs.ranges.n; i++) {
		const struct acpi_ivrs_range *range = &facts->ivrs.ranges.v[i];
		const struct acpi_ivrs_unit *unit = &facts->ivrs.units.v[range->unit];

		if (range->first == range->last)
			*vec_add(&ret->list) = (struct listed){
				acpi_function(unit->segment, range->first), false};
	}
}

/* Those on a root bus of the machine, whose roots are settled. */
static void add_functions(const struct acpi_facts *facts, struct machine *machine)
{
	struct listing listing = {};

	list_functions(facts, &listing);
	vec_sort(&listing.list, by_address);
	for (size_t i = 0; i < listing.list.n; i++) {
		const struct listed *listed = &listing.list.v[i];
		struct machine_function *function;

		if ((i > 0 && by_address(listed, listed - 1) == 0) ||
		    !machine_root(machine, listed->at.domain, listed->at.bus))
			continue;
		function = machine_add_function(machine, listed->at);
		function->bridge = listed->bridge;
		function->iommu_group = GROUP_UNKNOWN;
	}
	vec_free(&listing.list);
}

static bool has_smmu(const struct acpi_facts *facts)
{
	for (size_t i = 0; i < facts->iort.nodes.n; i++)
		if (facts->iort.nodes.v[i].type == ACPI_IORT_SMMU ||
		    facts->iort.nodes.v[i].type == ACPI_IORT_SMMUV3)
			return true;
	return false;
}

/* Whether a kernel remaps interrupts is its own choice, unless the table forbids it. */
static void add_iommu(const struct acpi_facts *facts, struct machine *machine)
{
	bool there =
		facts->has_dmar || facts->has_ivrs || facts->has_viot || has_smmu(facts);

	machine->iommu = (struct machine_iommu){
		.table = there ? KNOWN_YES : KNOWN_NO,
		.enabled = there ? KNOWN_UNKNOWN : KNOWN_NO,
		.remapping = there ? KNOWN_UNKNOWN : KNOWN_NO,
		.address_bits = facts->has_dmar ? facts->dmar.address_bits : UNKNOWN_ID,
	};
	if (facts->has_dmar && !facts->dmar.remapping)
		machine->iommu.remapping = KNOWN_NO;
}

static int by_device(const void *a, const void *b)
{
	return pci_address_compare(((const struct machine_initiator *)a)->at,
				   ((const struct machine_initiator *)b)->at);
}

void acpi_add_initiators(const struct acpi_facts *facts, struct machine *machine)
{
	struct domains domains;

	number_domains(facts, &domains);
	for (size_t i = 0; i < facts->affinities.n; i++) {
		const struct acpi_affinity *affinity = &facts->affinities.v[i];
		struct machine_node *node =
			machine_node(machine, find_domain(&domains, affinity->domain));

		if (affinity->what != ACPI_INITIATOR || !affinity->pci || !node ||
		    node->initiators.n == INITIATOR_LIMIT)
			continue;
		*vec_add(&node->initiators) = (struct machine_initiator){affinity->at};
		vec_sort(&node->initiators, by_device);
	}
}

void acpi_place_functions(struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];
		const struct machine_affinity *root;

		if (function->affinity.what != AFFINITY_UNKNOWN || function->root < 0)
			continue;
		root = &machine->roots.v[function->root].affinity;
		function->affinity =
			(struct machine_affinity){root->what, root->source, root->node,
						  set_copy(&root->nodes)};
	}
}

void acpi_machine(const struct acpi_facts *facts, enum acpi_when when,
		  struct machine *ret)
{
	struct domains domains;

	*ret = (struct machine){.source = MACHINE_TABLES, .pci_known = KNOWN_UNKNOWN};
	for (size_t i = 0; i < facts->complaints.n; i++)
		machine_complain(ret, "%s", facts->complaints.v[i]);
	number_domains(facts, &domains);
	if (domains.full)
		machine_complain(ret, "ACPI table SRAT: more than %d domains",
				 MACHINE_NODE_LIMIT);
	add_cpus(facts, &domains, ret);
	acpi_add_topology(facts, ret);
	add_nodes(facts, &domains, ret);
	add_cpus_to_nodes(ret);
	add_distances(facts, &domains, ret);
	add_hmat(facts, &domains, ret);
	add_roots(facts, &domains, ret);
	add_iommu(facts, ret);
	machine_set_fact(ret, "firmware.acpi", facts->any ? "yes" : "no");
	machine_settle(ret, true);
	if (when == ACPI_BEFORE_FIRMWARE) {
		add_functions(facts, ret);
		machine_settle(ret, true);
	} else {
		acpi_add_initiators(facts, ret);
	}
	acpi_place_functions(ret);
}

static void add_ports(const struct acpi_facts *facts, enum acpi_when when,
		      struct differences *ret)
{
	for (size_t i = 0; i < facts->ports.n; i++) {
		const struct acpi_port *port = &facts->ports.v[i];

		if (port->hid[0])
			differences_unknown(ret, "generic port", "observed",
					    "%s %u, proximity domain %u", port->hid,
					    port->uid, port->domain);
		else if (when == ACPI_AFTER_FIRMWARE)
			differences_unknown(ret, "generic port", "observed",
					    PCI_FORMAT ", proximity domain %u",
					    PCI_ARGS(port->at), port->domain);
		else
			differences_unknown(ret, "generic port", "observed",
					    "proximity domain %u", port->domain);
	}
}

void acpi_add_unknown(const struct acpi_facts *facts, enum acpi_when when,
		      struct differences *ret)
{
	add_ports(facts, when, ret);
	if (when == ACPI_AFTER_FIRMWARE)
		return;
	for (size_t i = 0; i < facts->affinities.n; i++)
		if (facts->affinities.v[i].what == ACPI_INITIATOR)
			differences_unknown(ret, "device of a generic initiator",
					    "observed", "proximity domain %u",
					    facts->affinities.v[i].domain);
	if (facts->iort.maps.n > 0)
		differences_unknown(ret, "functions behind each SMMU (IORT)", "observed",
				    "all");
	if (facts->viot.ranges.n > 0)
		differences_unknown(ret, "functions behind the virtio-iommu (VIOT)",
				    "observed", "all");
	if (facts->has_dmar || facts->has_ivrs)
		differences_unknown(ret, "functions below bridges in the IOMMU's table",
				    "observed", "all");
	differences_unknown(ret, "bus numbers behind bridges", "observed", "all");
}
