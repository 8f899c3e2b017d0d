/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything on PCI in the domain, as libvirt would complete it, becomes an item of a
 * layout with a given address.
 */
#include "planner/plan/in-place/tree.h"

#include "planner/plan/in-place/host.h"

/*
 * Its model. An unknown model, or one that these machines cannot have, is treated like a
 * bridge: it uses a bus number, and the plan puts nothing on it.
 */
static enum controller_model kind_of(const struct guest_controller *controller)
{
	enum controller_model model = controller_model_of(controller);

	return model == CONTROLLER_NONE || model == CONTROLLER_PCI_EXPANDER
		       ? CONTROLLER_PCI_BRIDGE
		       : model;
}

static void give_address(struct layout_item *item, const struct guest_address *address)
{
	item->has_address = true;
	item->slot = address->at.slot;
	item->function = address->at.function;
}

/*
 * A bus or bridge of <qemu:commandline> keeps its address and its numbers. libvirt cannot
 * put anything on it, so it counts as full. If QEMU chooses its address, it only uses up
 * bus numbers.
 */
static void add_added(struct in_place *plan, int number)
{
	const struct guest_controller *controller = &plan->full.controllers.v[number];
	int parent = in_place_bus(plan, &controller->address), item;
	int index = guest_pci_index(controller);
	bool expander = guest_is_expander(controller);
	struct layout_item *it;

	if (index < 0)
		return;
	if (parent == LAYOUT_NONE)
		parent = 0;
	item = layout_add(&plan->layout, kind_of(controller), parent);
	it = &plan->layout.items.v[item];
	it->owner = number;
	it->has_index = true;
	it->index = (unsigned)index;
	if (guest_address_on_pci(&controller->address))
		give_address(it, &controller->address);
	it->has_bus_nr = expander && controller->bus_nr.state == VALUE_VALID;
	it->bus_nr = (uint8_t)controller->bus_nr.value;
	plan->item_of[it->index] = item;
}

static int add_given_controller(struct in_place *plan, int number, struct error *error)
{
	const struct guest_controller *controller = &plan->full.controllers.v[number];
	unsigned index = (unsigned)controller->index.value;
	int parent = in_place_bus(plan, &controller->address), item = 0;
	struct layout_item *it;

	if (controller->added) {
		add_added(plan, number);
		return 0;
	}
	if (index > 0 && parent == LAYOUT_NONE)
		return in_place_refuse(
			plan, error, controller->element,
			"PCI controller %u must be on the bus of a controller with a lower index",
			index);
	if (index > 0)
		item = layout_add(&plan->layout, kind_of(controller), parent);
	it = &plan->layout.items.v[item];
	it->owner = number;
	it->has_index = true;
	it->index = index;
	if (index > 0)
		give_address(it, &controller->address);
	if (it->kind == CONTROLLER_PCIE_EXPANDER) {
		it->cell = guest_tree_cell(&plan->tree, (int)index);
		it->spare = DEFAULT_SPARE_BUSES;
		it->has_bus_nr =
			guest_bus_nr(controller) >= 0 && !controller->bus_nr_assigned;
		it->bus_nr = (uint8_t)MAX(guest_bus_nr(controller), 0);
	}
	plan->item_of[index] = item;
	return 0;
}

static void add_given_endpoint(struct in_place *plan, const struct guest_address *address)
{
	int parent = in_place_bus(plan, address), item;

	if (parent == LAYOUT_NONE)
		return;
	item = layout_add(&plan->layout, LAYOUT_ENDPOINT, parent);
	give_address(&plan->layout.items.v[item], address);
}

/* Added bridges are full; added devices without a row take their slots. */
static void fill_added(struct in_place *plan)
{
	const struct guest *full = &plan->full;
	struct guest_address address = {.type = (char[]){"pci"}, .state = VALUE_VALID};

	for (size_t i = 0; i < full->controllers.n; i++) {
		const struct guest_controller *c = &full->controllers.v[i];
		int index = guest_pci_index(c);
		int item = c->added && index >= 0 ? plan->item_of[index] : LAYOUT_NONE;

		if (item == LAYOUT_NONE || guest_is_expander(c) ||
		    layout_has_child(&plan->layout, item))
			continue;
		address.at = (struct pci_address){.bus = (uint8_t)index};
		add_given_endpoint(plan, &address);
	}
	for (size_t i = 0; i < full->commandline.additions.n; i++) {
		const struct addition *addition = &full->commandline.additions.v[i];
		const char *bus = addition_text(addition, "bus");
		const struct addition_value *place = addition_value(addition, "addr");
		int index = bus ? commandline_bus_index(bus) : -1;

		if (addition->kind != ADDITION_DEVICE || index < 0 || !place)
			continue;
		address.at = (struct pci_address){
			.bus = (uint8_t)index,
			.slot = (uint8_t)(place->number / PCI_FUNCTIONS),
			.function = place->number % PCI_FUNCTIONS,
		};
		add_given_endpoint(plan, &address);
	}
}

/* By device, whether it moves. The caller frees it. */
static bool *list_moved(const struct in_place *plan)
{
	bool *moved = xcalloc(plan->full.devices.n + 1, sizeof(*moved));

	for (size_t i = 0; i < plan->wishes.n; i++)
		moved[plan->wishes.v[i].device] |= !plan->wishes.v[i].stays;
	return moved;
}

static void add_given_endpoints(struct in_place *plan)
{
	const struct guest *full = &plan->full;
	_cleanup_free_ bool *moved = list_moved(plan);

	for (size_t i = 0; i < full->controllers.n; i++)
		if (!guest_is_pci(&full->controllers.v[i]))
			add_given_endpoint(plan, &full->controllers.v[i].address);
	for (size_t i = 0; i < full->devices.n; i++)
		if (!moved[i])
			add_given_endpoint(plan, &full->devices.v[i].address);
	for (size_t i = 0; i < full->iommus.n; i++)
		add_given_endpoint(plan, &full->iommus.v[i].address);
	fill_added(plan);
}

static int *none_for(size_t n)
{
	int *items = xcalloc(n, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = LAYOUT_NONE;
	return items;
}

int in_place_begin_tree(struct in_place *plan, struct error *error)
{
	for (size_t i = 0; i < INDEXES; i++)
		plan->item_of[i] = LAYOUT_NONE;
	guest_tree_read(&plan->full, &plan->tree);
	layout_begin(&plan->layout);
	plan->layout.append = !plan->fresh;
	plan->n_settled = SIZE_MAX;
	plan->cell_home = none_for(2 * plan->request->nodes.n);
	plan->root_home = none_for(plan->request->roots.n);
	plan->switch_home = none_for(plan->request->switches.n);
	for (unsigned index = 0; index < INDEXES; index++) {
		const struct guest_controller *controller =
			guest_tree_controller(&plan->tree, (int)index);

		if (controller &&
		    add_given_controller(plan,
					 (int)(controller - plan->full.controllers.v),
					 error) < 0)
			return -1;
	}
	in_place_host_judge(plan);
	add_given_endpoints(plan);
	plan->n_given = plan->layout.items.n;
	return 0;
}
