/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree.h - the PCI tree of a guest by controller index: who is above whom, which root and
 * which NUMA cell, and the bus numbers that firmware will give. For a guest whose devices
 * have their addresses (assign.h).
 */
#pragma once

#include "planner/guest/assign/assignment.h"
#include "planner/guest/controller-model.h"

/* A PCI controller's place; -1 stands for none in each int. */
struct guest_bus {
	int controller; /* in guest.controllers; the first with this index */
	enum controller_model model;
	int parent;        /* index of the controller above it */
	int root;          /* index of the root above it, or its own; -1: not reached */
	int cell;          /* the cell of its root's <node>, if there is such a cell */
	unsigned bridges;  /* of a root: bridges below it, each with a bus number */
	unsigned children; /* controllers, devices and IOMMUs on its bus */
	int number, last;  /* its bus in the guest, and the highest number below it */
};

struct guest_tree {
	const struct guest *guest; /* borrowed */
	struct guest_bus bus[INDEXES];
};

/* Controllers that are above themselves, or on a bus that does not exist, have no root.
 */
void guest_tree_read(const struct guest *guest, struct guest_tree *ret);

/* For any index, also one that is out of range: the controller, NULL; the cell, -1. */
const struct guest_controller *guest_tree_controller(const struct guest_tree *tree,
						     int index);
int guest_tree_cell(const struct guest_tree *tree, int index);
/* Whether the bus of an index is below an expander bus, or is one. */
bool guest_tree_under_expander(const struct guest_tree *tree, int index);

/* Everything in the guest that has a PCI address. */
struct guest_function {
	struct assign_item item;
	const struct guest_address *address;
};
typedef VEC(struct guest_function) guest_functions;
void guest_list_functions(const struct guest *guest, guest_functions *ret);
