/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the solved layout into the planned guest, as controllers and addresses. */
#include "planner/plan/in-place/tree.h"

#include "planner/plan/compose-guest.h"

/* The chassis numbers that the domain uses. The caller frees it. */
static struct set list_chassis(const struct in_place *plan)
{
	struct set taken = {};

	for (size_t i = 0; i < plan->full.controllers.n; i++)
		if (plan->full.controllers.v[i].chassis.state == VALUE_VALID)
			set_add(&taken,
				(unsigned)plan->full.controllers.v[i].chassis.value &
					0xff);
	return taken;
}

/* The index if it is free as a chassis number, or else the lowest free number. */
static unsigned take_chassis(struct set *taken, unsigned index)
{
	unsigned chassis = index;

	if (set_has(taken, chassis))
		for (chassis = 1; chassis < 255 && set_has(taken, chassis);)
			chassis++;
	set_add(taken, chassis);
	return chassis;
}

static void write_port(struct in_place *plan, int number, struct set *chassis,
		       struct guest_controller *controller)
{
	const struct layout_item *item = &plan->layout.items.v[number];

	controller->chassis = number_of(take_chassis(chassis, item->index));
	controller->port = number_of(item->port);
	if (in_place_shared_port(plan, number)) {
		free(controller->model_name);
		controller->model_name = xstrdup("ioh3420");
	}
}

static void write_controller(struct in_place *plan, int number, struct set *chassis)
{
	const struct layout_item *item = &plan->layout.items.v[number];
	struct guest_controller *controller = guest_add_controller(&plan->new, "pci");

	plan->item_of[item->index] = number;
	controller->index = number_of(item->index);
	controller->model = xstrdup(controller_rows[item->kind].name);
	controller->address = compose_item_address(&plan->layout, number);
	if (item->kind == CONTROLLER_PCIE_EXPANDER) {
		controller->bus_nr = number_of(item->bus_nr);
		if (item->cell != NO_CELL)
			controller->node = number_of((unsigned)item->cell);
	}
	if (controller_role(item->kind) == ROLE_PORT)
		write_port(plan, number, chassis, controller);
}

/* A controller that libvirt would add by itself, as libvirt writes it. */
static void write_implicit(struct in_place *plan, int number)
{
	const struct layout_item *item = &plan->layout.items.v[number];
	struct guest_controller *controller = guest_add_controller(&plan->new, "pci");
	const struct guest_controller *there = &plan->full.controllers.v[item->owner];

	controller->index = number_of(item->index);
	controller->model = xstrdup(there->model);
	controller->chassis = there->chassis;
	controller->port = there->port;
	controller->address = compose_item_address(&plan->layout, number);
}

/* Writes a busNr that libvirt would have chosen, because it would now choose another. */
static void write_bus_nr(struct in_place *plan, int number)
{
	const struct layout_item *item = &plan->layout.items.v[number];
	const struct guest_controller *there = &plan->full.controllers.v[item->owner];

	for (size_t i = 0; i < plan->new.controllers.n; i++)
		if (plan->new.controllers.v[i].element == there->element)
			plan->new.controllers.v[i].bus_nr = number_of(item->bus_nr);
}

/* Keeps the element's other content. */
static void write_address(struct guest_device *device, struct guest_address address)
{
	address.element = device->address.element;
	free(device->address.type);
	device->address = address;
}

static void write_video(struct in_place *plan)
{
	struct guest_device *device;

	if (!plan->video)
		return;
	device = guest_add_device(&plan->new, "video");
	device->model = xstrdup("vga");
	device->address = compose_item_address(&plan->layout, plan->video);
}

static void write_device(struct in_place *plan, const struct in_place_device *device)
{
	struct guest_address address =
		compose_item_address(&plan->layout, device->endpoint);

	if (device->general)
		compose_general(plan->request, &plan->new, device->general, address);
	else if (device->kind && plan->request->devices.v[device->wanted].assigned)
		compose_hostdev(&plan->new, plan->request->devices.v[device->wanted].host,
				address);
	else if (device->kind)
		compose_device(plan->request, &plan->new, device->kind, address);
	else
		write_address(&plan->new.devices.v[plan->wishes.v[device->wanted].device],
			      address);
}

static void write_controllers(struct in_place *plan)
{
	_cleanup_set_ struct set chassis = list_chassis(plan);

	for (size_t i = 1; i < plan->layout.items.n; i++) {
		const struct layout_item *item = &plan->layout.items.v[i];

		if (item->kind == LAYOUT_ENDPOINT)
			continue;
		if (i >= plan->n_given)
			write_controller(plan, (int)i, &chassis);
		else if (plan->full.controllers.v[item->owner].element < 0)
			write_implicit(plan, (int)i);
		else if (item->kind == CONTROLLER_PCIE_EXPANDER &&
			 plan->full.controllers.v[item->owner].bus_nr_assigned)
			write_bus_nr(plan, (int)i);
	}
}

void in_place_write_tree(struct in_place *plan)
{
	if (plan->layout.items.n == plan->n_given)
		return;
	write_controllers(plan);
	if (plan->fresh)
		compose_fixed_controllers(plan->request, &plan->new);
	write_video(plan);
	for (size_t i = 0; i < plan->devices.n; i++)
		write_device(plan, &plan->devices.v[i]);
}
