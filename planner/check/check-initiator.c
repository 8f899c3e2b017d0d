/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-initiator.c - generic initiators: a host device that ACPI puts into cells of its
 * own (<acpi nodeset=>), or QEMU's acpi-generic-initiator in <qemu:commandline>.
 */
#include "planner/check/rules.h"

#include "planner/guest/feature-use.h"

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
	{},
};
