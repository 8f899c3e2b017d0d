/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's PCI tree by controller index: who is above whom, and which root. */
#include "planner/check/rules.h"

#include "planner/guest/device-kind.h"

static bool is_root(const struct guest_controller *controller)
{
	return number_is(controller->index, 0) ||
	       (controller->model && has_suffix(controller->model, "-expander-bus"));
}

static bool on_pci(const struct guest_address *address)
{
	return address->state == VALUE_VALID && streq_null(address->type, "pci");
}

static void find_controllers(struct check *check)
{
	for (size_t i = 0; i < INDEXES; i++)
		check->bus[i] = (struct check_bus){-1, -1, -1, 0, 0};
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		int index = guest_pci_index(&check->guest->controllers.v[i]);

		if (index >= 0 && check->bus[index].controller < 0)
			check->bus[index].controller = (int)i;
	}
}

static void find_parents(struct check *check)
{
	for (int index = 0; index < INDEXES; index++) {
		const struct guest_controller *c = check_controller(check, index);

		if (c && index > 0 && on_pci(&c->address))
			check->bus[index].parent = c->address.at.bus;
	}
}

/* A chain longer than there are indexes is a cycle. */
static int find_root(const struct check *check, int index)
{
	for (int steps = 0; index >= 0 && steps < INDEXES; steps++) {
		const struct guest_controller *c = check_controller(check, index);

		if (!c)
			return -1;
		if (is_root(c))
			return index;
		index = check->bus[index].parent;
	}
	return -1;
}

void check_build_tree(struct check *check)
{
	check_functions functions = {};

	find_controllers(check);
	find_parents(check);
	for (int index = 0; index < INDEXES; index++) {
		const struct guest_controller *c = check_controller(check, index);
		const struct bridge_kind *kind = c ? bridge_kind_of(c) : NULL;
		int root = find_root(check, index);

		check->bus[index].root = root;
		if (root >= 0 && index != root && kind && kind->bridge)
			check->bus[root].bridges++;
	}
	check_list_functions(check, &functions);
	for (size_t i = 0; i < functions.n; i++)
		check->bus[functions.v[i].address->at.bus].children++;
	vec_free(&functions);
}

const struct guest_controller *check_controller(const struct check *check, int index)
{
	int number = index >= 0 && index < INDEXES ? check->bus[index].controller : -1;

	return number >= 0 ? &check->guest->controllers.v[number] : NULL;
}

bool check_under_expander(const struct check *check, int index)
{
	return index >= 0 && index < INDEXES && check->bus[index].root > 0;
}

int check_cell_of_bus(const struct check *check, int index)
{
	const struct guest_controller *root;

	if (index < 0 || index >= INDEXES)
		return -1;
	root = check_controller(check, check->bus[index].root);
	if (!root || root->node.state != VALUE_VALID ||
	    root->node.value >= check->guest->cells.n)
		return -1;
	return (int)root->node.value;
}

void check_list_functions(const struct check *check, check_functions *ret)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->controllers.n; i++)
		if (on_pci(&guest->controllers.v[i].address))
			*vec_add(ret) =
				(struct check_function){{(int)i, -1, -1},
							&guest->controllers.v[i].address};
	for (size_t i = 0; i < guest->devices.n; i++)
		if (on_pci(&guest->devices.v[i].address))
			*vec_add(ret) =
				(struct check_function){{-1, (int)i, -1},
							&guest->devices.v[i].address};
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (on_pci(&guest->iommus.v[i].address))
			*vec_add(ret) =
				(struct check_function){{-1, -1, (int)i},
							&guest->iommus.v[i].address};
}
