/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QEMU writes SRAT and SLIT from the cells (hw/i386/acpi-build.c,
 * hw/arm/virt-acpi-build.c). Linux keeps a node that has memory, CPUs or a generic
 * initiator and drops other nodes (arch/x86/mm/numa.c, drivers/acpi/numa/srat.c). Without
 * ACPI it sees one node with everything. libvirt puts vCPUs that no cell names into cell
 * 0 (qemu_domain.c, qemuDomainDefNumaCPUsRectify).
 */
#include "planner/guest/predict/predict.h"

static unsigned vcpu_count(const struct guest *guest)
{
	if (guest->current_vcpus.state == VALUE_VALID)
		return (unsigned)MIN(guest->current_vcpus.value, UINT64_C(16384));
	return guest_vcpus(guest);
}

bool predict_sees_nodes(const struct guest *guest)
{
	return (guest->acpi_element >= 0 || guest_has_device_tree(guest)) &&
	       guest->cells.n > 0;
}

static int cell_of_vcpu(const struct guest *guest, unsigned vcpu)
{
	for (size_t i = 0; predict_sees_nodes(guest) && i < guest->cells.n; i++)
		if (set_has(&guest->cells.v[i].cpus.set, vcpu))
			return (int)i;
	return 0;
}

static unsigned valid_or(struct guest_number number, unsigned otherwise)
{
	return number.state == VALUE_VALID && number.value > 0
		       ? (unsigned)MIN(number.value, UINT64_C(16384))
		       : otherwise;
}

static void add_cpus(const struct guest *guest, struct machine *machine)
{
	bool topology = guest->sockets.state == VALUE_VALID;
	unsigned threads = topology ? valid_or(guest->threads, 1) : 1;
	unsigned cores = topology ? valid_or(guest->cores, 1) : 1;
	unsigned dies = topology ? valid_or(guest->dies, 1) : 1;

	for (unsigned id = 0; id < vcpu_count(guest); id++) {
		struct machine_cpu *cpu = machine_add_cpu(machine, (int)id);

		cpu->node = cell_of_vcpu(guest, id);
		cpu->thread = (int)(id % threads);
		cpu->core = (int)(id / threads);
		cpu->die = (int)(id / threads / cores);
		cpu->package = (int)(id / threads / cores / dies);
	}
}

static uint64_t memory_of(const struct guest *guest, size_t cell)
{
	if (predict_sees_nodes(guest))
		return guest->cells.v[cell].memory_bytes.state == VALUE_VALID
			       ? guest->cells.v[cell].memory_bytes.value
			       : UNKNOWN_U64;
	return guest->memory_bytes.state == VALUE_VALID ? guest->memory_bytes.value
							: UNKNOWN_U64;
}

static struct set initiator_cells(const struct guest *guest)
{
	struct predict_cells list = {};
	struct set cells = {};

	predict_initiators(guest, &list);
	for (size_t i = 0; i < list.cells.n; i++)
		set_add(&cells, (unsigned)list.cells.v[i]);
	vec_free(&list.cells);
	return cells;
}

static void add_nodes(const struct guest *guest, struct machine *machine)
{
	size_t n = predict_sees_nodes(guest) ? guest->cells.n : 1;
	_cleanup_set_ struct set initiators = initiator_cells(guest);

	for (size_t cell = 0; cell < n; cell++) {
		struct set cpus = {};
		struct machine_node *node;

		for (size_t i = 0; i < machine->cpus.n; i++)
			if (machine->cpus.v[i].node == (int)cell)
				set_add(&cpus, (unsigned)machine->cpus.v[i].id);
		if (set_empty(&cpus) && memory_of(guest, cell) == 0 &&
		    !set_has(&initiators, (unsigned)cell)) {
			set_free(&cpus);
			continue;
		}
		node = machine_add_node(machine, (int)cell);
		node->cpus = cpus;
		node->memory_bytes = memory_of(guest, cell);
		node->huge_known = KNOWN_UNKNOWN;
	}
}

static uint32_t distance(const struct guest *guest, int from, int to)
{
	if (!predict_sees_nodes(guest))
		return from == to ? 10 : 20;
	return guest_cell_distance(guest, (size_t)from, (size_t)to);
}

static void add_distances(const struct guest *guest, struct machine *machine)
{
	size_t n = machine->nodes.n;

	machine->distances = xcalloc(n * n, sizeof(*machine->distances));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			machine->distances[i * n + j] =
				distance(guest, machine->nodes.v[i].id,
					 machine->nodes.v[j].id);
}

static struct machine_hmat *hmat_row(struct machine *machine, int initiator, int target)
{
	struct machine_hmat *row;

	for (size_t i = 0; i < machine->hmat.n; i++)
		if (machine->hmat.v[i].initiator == initiator &&
		    machine->hmat.v[i].target == target)
			return &machine->hmat.v[i];
	row = vec_add(&machine->hmat);
	row->initiator = initiator;
	row->target = target;
	return row;
}

/* Values of the memory itself; the kernel does not show those of side caches per node. */
static void add_hmat(const struct guest *guest, struct machine *machine)
{
	for (size_t i = 0; predict_sees_nodes(guest) && i < guest->interconnects.n; i++) {
		const struct guest_interconnect *link = &guest->interconnects.v[i];
		struct machine_hmat *row;

		if (link->value.state != VALUE_VALID ||
		    link->cache.state == VALUE_VALID ||
		    link->initiator.state != VALUE_VALID ||
		    link->target.state != VALUE_VALID ||
		    !streq_null(link->type, "access") ||
		    link->initiator.value >= guest->cells.n ||
		    link->target.value >= guest->cells.n)
			continue;
		row = hmat_row(machine, (int)link->initiator.value,
			       (int)link->target.value);
		if (link->bandwidth)
			row->bandwidth_mib_s = (uint32_t)(link->value.value >> 20);
		else
			row->latency_ns = (uint32_t)link->value.value;
	}
}

void predict_numa(const struct guest *guest, struct machine *machine)
{
	add_cpus(guest, machine);
	add_nodes(guest, machine);
	add_distances(guest, machine);
	add_hmat(guest, machine);
}
