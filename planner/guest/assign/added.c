/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What <qemu:commandline> adds behind libvirt's back: buses, bridges and IOMMUs become
 * part of the guest like others, marked `added`, so that prediction and check include
 * them. libvirt assigns addresses without knowing about them, so they are added last.
 * Their controllers get the highest free indexes, which are used only inside this
 * program.
 */
#include "planner/guest/assign/parts.h"

struct added {
	struct guest *guest;
	bool used[INDEXES];    /* controller indexes */
	int index_of[INDEXES]; /* by argument; -1: adds none */
};

static bool is_controller(const struct addition *addition)
{
	return addition->kind == ADDITION_EXPANDER || addition->kind == ADDITION_PORT;
}

/* Uses the highest free indexes, in ascending order, so that parents come first. */
static void give_indexes(struct added *added, size_t n)
{
	const struct commandline *list = &added->guest->commandline;
	int index = (int)ARRAY_SIZE(added->used) - 1;

	for (size_t i = n; i-- > 0;) {
		added->index_of[i] = -1;
		if (!is_controller(&list->additions.v[i]))
			continue;
		while (index > 0 && added->used[index])
			index--;
		if (index > 0)
			added->index_of[i] = index--;
	}
}

/* The index of the controller that a bus name refers to, or -1 if unknown. */
static int bus_of(const struct added *added, const struct addition *addition)
{
	const struct commandline *list = &added->guest->commandline;
	const char *bus = addition_text(addition, "bus");

	if (!bus)
		return -1;
	for (size_t i = 0; i < MIN(list->additions.n, ARRAY_SIZE(added->index_of)); i++)
		if (streq_null(addition_text(&list->additions.v[i], "id"), bus))
			return added->index_of[i];
	return commandline_bus_index(bus);
}

static struct guest_number number_from(const struct addition *addition, const char *name)
{
	const struct addition_value *value = addition_value(addition, name);

	return value ? number_of(value->number) : (struct guest_number){};
}

static struct guest_switch switch_from(const struct addition *addition, const char *name)
{
	const struct addition_value *value = addition_value(addition, name);

	if (!value || streq_null(value->text, "auto"))
		return (struct guest_switch){};
	return switch_of(value->text ? streq(value->text, "on") : value->number != 0);
}

/* Without a bus or an address QEMU chooses, and the choice is not known here. */
static void set_address(const struct added *added, const struct addition *addition,
			struct guest_address *address)
{
	const struct addition_value *place = addition_value(addition, "addr");
	int bus = bus_of(added, addition);

	if (!place || bus < 0)
		return;
	address->type = xstrdup("pci");
	address->state = VALUE_VALID;
	address->at =
		(struct pci_address){.bus = (uint8_t)bus,
				     .slot = (uint8_t)(place->number / PCI_FUNCTIONS),
				     .function = place->number % PCI_FUNCTIONS};
	address->multifunction = switch_from(addition, "multifunction");
}

static void add_controller(struct added *added, size_t number)
{
	const struct addition *addition = &added->guest->commandline.additions.v[number];
	int index = added->index_of[number];
	struct guest_controller *controller = guest_add_controller(added->guest, "pci");

	controller->added = true;
	controller->element = addition->element;
	controller->index = number_of((unsigned)index);
	controller->model = xstrdup(
		controller_rows[controller_model_of_device(addition->driver)].name);
	controller->model_name = xstrdup(addition->driver);
	controller->bus_nr = number_from(addition, "bus_nr");
	controller->node = number_from(addition, "numa_node");
	controller->chassis = number_from(addition, "chassis");
	controller->slot = (uint16_t)number_from(addition, "slot").value;
	controller->port = number_from(addition, "port");
	controller->hotplug = switch_from(addition, "hotplug");
}

static void add_iommu(struct added *added, const struct addition *addition)
{
	struct guest_iommu *iommu = guest_add_iommu(added->guest, addition->model);

	iommu->added = true;
	iommu->element = iommu->driver_element = addition->element;
	iommu->intremap = switch_from(addition, "intremap");
	iommu->eim = switch_from(addition, "eim");
	iommu->caching_mode = switch_from(addition, "caching-mode");
	iommu->iotlb = switch_from(addition, "device-iotlb");
	iommu->aw_bits = number_from(addition, "aw-bits");
	set_address(added, addition, &iommu->address);
}

void assign_added(struct guest *guest)
{
	struct added added = {.guest = guest};
	const struct commandline *list = &guest->commandline;
	size_t n = MIN(list->additions.n, ARRAY_SIZE(added.index_of)), first;

	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest_pci_index(&guest->controllers.v[i]) >= 0)
			added.used[guest_pci_index(&guest->controllers.v[i])] = true;
	first = guest->controllers.n;
	give_indexes(&added, n);
	for (size_t i = 0; i < n; i++)
		if (added.index_of[i] >= 0)
			add_controller(&added, i);
	for (size_t i = 0; i < n; i++) {
		if (added.index_of[i] >= 0)
			set_address(&added, &list->additions.v[i],
				    &guest->controllers.v[first++].address);
		else if (list->additions.v[i].kind == ADDITION_IOMMU)
			add_iommu(&added, &list->additions.v[i]);
	}
}
