/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-initiator.c - generic initiators: a host device that ACPI puts into cells of its
 * own (<acpi nodeset=>), or QEMU's acpi-generic-initiator in <qemu:commandline>.
 */
#include "planner/check/host.h"

#include "planner/guest/feature-use.h"
#include "planner/guest/predict/predict.h"
#include "topology/matrix.h"

struct initiator {
	int element;
	uint64_t cell;
};
typedef VEC(struct initiator) initiators;

/* An older libvirt drops the nodeset. */
static void list_nodesets(const struct check *check, initiators *ret)
{
	const struct guest *guest = check->guest;

	if (check->options->target.libvirt < feature_first(FEATURE_HOSTDEV_NODE).libvirt)
		return;
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (!guest_takes_initiator(device) ||
		    device->initiator.state != VALUE_VALID)
			continue;
		set_foreach (cell, &device->initiator.set)
			*vec_add(ret) =
				(struct initiator){device->acpi_element, (uint64_t)cell};
	}
}

static void list_initiators(const struct check *check, initiators *ret)
{
	const struct commandline *commandline = &check->guest->commandline;

	list_nodesets(check, ret);
	for (size_t i = 0; i < commandline->additions.n; i++) {
		const struct addition *addition = &commandline->additions.v[i];
		const struct addition_value *node =
			addition->kind == ADDITION_INITIATOR
				? addition_value(addition, "node")
				: NULL;

		if (node)
			*vec_add(ret) =
				(struct initiator){addition->element, node->number};
	}
}

/* Without cells QEMU has one node. */
static size_t count_nodes(const struct guest *guest)
{
	return MAX(guest->cells.n, (size_t)1);
}

/* Of several cells the first is reported. */
static bool is_found(const struct check *check, int element)
{
	size_t n = check->report->findings.n;

	return n > 0 && check->report->findings.v[n - 1].row == check->rule &&
	       check->elements.v[n - 1] == element;
}

static void initiator_node(struct check *check)
{
	initiators list = {};

	list_initiators(check, &list);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].cell >= count_nodes(check->guest) &&
		    !is_found(check, list.v[i].element))
			check_found(
				check, list.v[i].element,
				"A generic initiator is in cell %llu, but the guest has %zu cell%s.",
				ULL(list.v[i].cell), check->guest->cells.n,
				check->guest->cells.n == 1 ? "" : "s");
	vec_free(&list);
}

static void initiator_cell(struct check *check)
{
	const struct guest *guest = check->guest;
	initiators list = {};

	list_initiators(check, &list);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].cell < guest->cells.n &&
		    !set_empty(&guest->cells.v[list.v[i].cell].cpus.set) &&
		    !is_found(check, list.v[i].element))
			check_found(
				check, list.v[i].element,
				"A generic initiator is in cell %llu, which has vCPUs, so the device gets no node of its own.",
				ULL(list.v[i].cell));
	vec_free(&list);
}

static void say_ignored(struct check *check, int element, const char *what)
{
	int acpi = element >= 0 ? document_child(check->document, element, "acpi") : -1;

	if (acpi >= 0 && document_attribute(check->document, acpi, "nodeset"))
		check_found(
			check, acpi,
			"libvirt ignores nodeset= in a device that is not a host device (%s).",
			what);
}

static void initiator_device(struct check *check)
{
	const struct guest *guest = check->guest;

	if (check->options->target.libvirt < feature_first(FEATURE_HOSTDEV_NODE).libvirt)
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (!guest_takes_initiator(&guest->devices.v[i]))
			say_ignored(check, guest->devices.v[i].element,
				    guest->devices.v[i].tag);
	for (size_t i = 0; i < guest->controllers.n; i++)
		say_ignored(check, guest->controllers.v[i].element, "controller");
}

/* A cell in the kernel's order of nodes: @rank within @pass. */
struct numbered {
	unsigned pass, rank;
	size_t cell;
};
typedef VEC(struct numbered) numbering;

enum { PASS_CPUS, PASS_INITIATORS, PASS_MEMORY };

static int compare_numbered(const void *left, const void *right)
{
	const struct numbered *a = left, *b = right;

	if (a->pass != b->pass)
		return a->pass < b->pass ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->cell < b->cell ? -1 : a->cell > b->cell;
}

/* The position of a cell in QEMU's list, or @otherwise. */
static unsigned rank_of(const struct predict_cells *ordered, size_t cell,
			unsigned otherwise)
{
	for (size_t i = 0; i < ordered->cells.n; i++)
		if (ordered->cells.v[i] == (int)cell)
			return (unsigned)i;
	return otherwise;
}

static void place_cell(const struct guest *guest, const initiators *list,
		       const struct predict_cells *ordered, size_t cell, numbering *ret)
{
	const struct guest_cell *it = &guest->cells.v[cell];
	struct numbered row = {PASS_MEMORY, 0, cell};

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].cell == cell) {
			row.pass = PASS_INITIATORS;
			row.rank = rank_of(ordered, cell, 0);
		}
	if (!set_empty(&it->cpus.set))
		row = (struct numbered){PASS_CPUS, (unsigned)set_first(&it->cpus.set),
					cell};
	else if (row.pass == PASS_MEMORY && number_is(it->memory_bytes, 0))
		return; /* no node */
	*vec_add(ret) = row;
}

/* Unless they are @ordered, those of initiators are not considered. */
static bool say_number(struct check *check, const numbering *order, bool ordered)
{
	struct finding *finding;

	for (size_t i = 0; i < order->n; i++) {
		if (order->v[i].cell == i ||
		    (order->v[i].pass == PASS_INITIATORS && !ordered))
			continue;
		finding = check_found(check,
				      check->guest->cells.v[order->v[i].cell].element,
				      "Cell %zu is node %zu in the guest.",
				      order->v[i].cell, i);
		if (order->v[i].pass == PASS_INITIATORS)
			check_set_remedy(
				finding,
				"The order of generic initiators cannot be chosen. Let programs in the guest find a device's nodes in ACPI's SRAT.");
		return true;
	}
	return false;
}

/* Without ACPI the device tree names the numbers. */
static void node_number(struct check *check)
{
	const struct guest *guest = check->guest;
	initiators list = {};
	struct predict_cells ordered = {};
	numbering order = {};

	if (guest->acpi_element < 0)
		return;
	list_initiators(check, &list);
	predict_initiators(guest, &ordered);
	for (size_t i = 0; i < guest->cells.n; i++)
		place_cell(guest, &list, &ordered, i, &order);
	if (order.n > 0)
		qsort(order.v, order.n, sizeof(*order.v), compare_numbered);
	if (!say_number(check, &order, ordered.ordered) && !ordered.ordered)
		check_skip(
			check, "initiator-order",
			"QEMU lists several generic initiators in the order of a table of all its objects, some of which are not known here, so it is not known which number each of their nodes has");
	vec_free(&order);
	vec_free(&ordered.cells);
	vec_free(&list);
}

#define GPU_CELLS 8u

static unsigned count_initiators(const struct machine *host)
{
	unsigned n = 0;

	for (size_t i = 0; i < host->nodes.n; i++)
		n += streq_null(host->nodes.v[i].kind, "generic-initiator");
	return n;
}

/* How many nodes of the host are known to be a function's, or are usual. */
static unsigned cells_needed(const struct machine *host, struct pci_address at)
{
	bool known = false;
	unsigned n = 0;

	for (size_t i = 0; i < host->nodes.n; i++)
		for (size_t k = 0; k < host->nodes.v[i].initiators.n; k++) {
			known = true;
			n += pci_address_equal(host->nodes.v[i].initiators.v[k].at, at);
		}
	if (known)
		return n;
	return count_initiators(host) < GPU_CELLS ? 0 : GPU_CELLS;
}

/* Cells that several devices name. The caller frees it. */
static struct set shared_cells(const struct guest *guest)
{
	_cleanup_set_ struct set seen = {};
	struct set shared = {};

	for (size_t i = 0; i < guest->devices.n; i++) {
		if (guest->devices.v[i].initiator.state != VALUE_VALID)
			continue;
		set_foreach (cell, &guest->devices.v[i].initiator.set) {
			if (set_has(&seen, (unsigned)cell))
				set_add(&shared, (unsigned)cell);
			set_add(&seen, (unsigned)cell);
		}
	}
	return shared;
}

/* How many cells are a device's alone. */
static unsigned count_own(const struct guest_device *device, const struct set *shared)
{
	unsigned n = 0;

	if (device->initiator.state == VALUE_VALID)
		set_foreach (cell, &device->initiator.set)
			n += !set_has(shared, (unsigned)cell);
	return n;
}

static void initiator_gpu(struct check *check)
{
	_cleanup_set_ struct set shared = shared_cells(check->guest);
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device =
			&check->guest->devices.v[list.v[i].device];
		const struct machine_function *function =
			list.v[i].function < 0
				? NULL
				: &check->host->functions.v[list.v[i].function];
		unsigned have = count_own(device, &shared);
		unsigned need = function ? cells_needed(check->host, function->at) : 0;

		if (!function || !matrix_is_nvidia_gpu(function) || have >= need)
			continue;
		check_found(
			check, device->element,
			"The GPU " PCI_FORMAT
			" has %u cell%s of its own (<acpi nodeset=>); the host has %u nodes for its GPUs, and the driver needs %u for each.",
			PCI_ARGS(function->at), have, have == 1 ? "" : "s",
			count_initiators(check->host), need);
	}
	vec_free(&list);
}

const struct rule initiator_rules[] = {
	{RULE("initiator-node", initiator_node, ERROR, 0, QEMU),
	 .what = "The cells of a generic initiator (<acpi nodeset=>) exist.",
	 .why = "libvirt accepts any number, but QEMU exits, because the node is invalid.",
	 .to_fix = "Add the cell to <cpu><numa>, or name an existing cell.",
	 .source = "QEMU 10.0 hw/acpi/pci.c; measured",
	 .qemu = {.since = VERSION_OF(9, 0)},
	 .outside = "QEMU has no generic initiators (see feature-version).",
	 .remedy = REMEDY_EDIT},
	{RULE("initiator-cell", initiator_cell, WARNING, 0, NOBODY),
	 .what = "The cells of a generic initiator have no vCPUs.",
	 .why = "A generic initiator is meant to give the device NUMA nodes of its own, for example for a GPU's memory. In a cell with vCPUs, the device would share the node with them.",
	 .to_fix = "Name a cell without cpus=; since libvirt 11.8, its memory may be 0.",
	 .source = "ACPI 6.5, 5.2.16.6", .remedy = REMEDY_EDIT},
	{RULE("initiator-device", initiator_device, WARNING, 0, NOBODY),
	 .what = "Only host devices have <acpi nodeset=>.",
	 .why = "libvirt accepts it in any device, but creates a generic initiator only for a host device.",
	 .to_fix = "Remove nodeset=.", .source = "libvirt 12.9; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("node-number", node_number, INFO, 0, NOBODY),
	 .what = "Each cell has the number that its node has in the guest.",
	 .why = "Linux numbers nodes in the order of ACPI's tables: first the cells with vCPUs, by their lowest vCPU, then those of generic initiators, then those that have only memory. QEMU lists generic initiators in the order of a hash table of its objects, which follows from their names: of 16 from gi0 to gi15, gi9 can be the first. Programs in the guest that are told a cell's number would use another node.",
	 .to_fix =
		 "Number the cells in that order, and change what refers to their numbers. The order of generic initiators cannot be chosen.",
	 .source =
		 "Linux drivers/acpi/numa/srat.c; QEMU hw/acpi/pci.c; measured in booted guests and, for generic initiators, in the tables of QEMU 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("initiator-gpu", initiator_gpu, WARNING, NEED_HOST_PCI, NOBODY),
	 .what = "An assigned NVIDIA GPU of a host with generic initiators (Grace) has as many cells of its own in the guest as it has nodes on the host: 8, unless the host's description says otherwise.",
	 .why = "The driver puts the GPU's memory into the nodes of its generic initiators, and does not work without them.",
	 .to_fix =
		 "Add 8 cells without cpus= and with memory='0', which no other device names, and <acpi nodeset=> with their ids to the device; libvirt 11.8 and QEMU 9.0 have them.",
	 .source =
		 "KubeVirt enhancement 199; Kata Containers' ARCHITECTURE.md; not run: needs KVM on such a host",
	 .remedy = REMEDY_EDIT},
	{},
};
