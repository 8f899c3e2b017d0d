/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/layout.h"

#include "planner/plan/layout-parts.h"

#include "topology/pci-address.h"

#define LAST_INDEX 255u

static int give_indexes(struct layout *layout, struct error *error)
{
	bool used[LAST_INDEX + 1] = {};
	unsigned next = 1, controllers = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		controllers += item->kind != LAYOUT_ENDPOINT;
		if (item->has_index && item->index <= LAST_INDEX)
			used[item->index] = true;
	}
	if (controllers > LAST_INDEX + 1)
		return error_input(
			error,
			"%u PCI controllers are needed, but libvirt numbers them 0-%u; request fewer devices, ports or nodes",
			controllers, LAST_INDEX);
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->kind == LAYOUT_ENDPOINT || item->has_index)
			continue;
		while (next <= LAST_INDEX && used[next])
			next++;
		if (next > LAST_INDEX)
			return error_input(error,
					   "there is no free controller index up to %u",
					   LAST_INDEX);
		item->index = next++;
	}
	return 0;
}

/* The functions in use in each slot of one bus: a bit per function. */
struct slots {
	uint8_t taken[PCI_SLOTS];
};

static int take_given(struct layout *layout, int parent, struct slots *slots,
		      struct error *error)
{
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->parent != parent || !item->has_address)
			continue;
		if (slots->taken[item->slot] & 1u << item->function)
			return error_input(
				error,
				"slot 0x%02x function %u of controller %u is used twice",
				item->slot, item->function,
				layout->items.v[parent].index);
		slots->taken[item->slot] |= (uint8_t)(1u << item->function);
	}
	return 0;
}

static unsigned count_free_children(const struct layout *layout, int parent,
				    enum controller_model kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++)
		count += layout->items.v[i].parent == parent &&
			 layout->items.v[i].kind == kind &&
			 !layout->items.v[i].has_address;
	return count;
}

static unsigned free_slots(const struct layout *layout, int parent,
			   const struct slots *slots)
{
	const struct controller_row *row = &controller_rows[layout->items.v[parent].kind];
	unsigned reserved = parent == 0 ? layout->reserved_slots : 0, count = 0;

	for (unsigned slot = row->first_slot; slot <= row->last_slot; slot++)
		count += !slots->taken[slot] && !(reserved >> slot & 1);
	return count;
}

/* The slot after the last bridge with a given address. */
static unsigned slot_after_bridges(const struct layout *layout, int parent)
{
	unsigned slot = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->parent == parent && item->has_address &&
		    controller_is_bridge(item->kind))
			slot = MAX(slot, item->slot + 1u);
	}
	return slot;
}

/* The first free slot from @from on, that of video last; PCI_SLOTS if there is none. */
static unsigned free_slot_from(const struct layout *layout, int parent,
			       const struct slots *slots, unsigned from)
{
	const struct controller_row *row = &controller_rows[layout->items.v[parent].kind];
	unsigned reserved = parent == 0 ? layout->reserved_slots : 0;
	unsigned keep = parent == 0 ? VIDEO_SLOT : PCI_SLOTS;

	for (unsigned slot = MAX(row->first_slot, from);
	     slot <= row->last_slot && slot < PCI_SLOTS; slot++)
		if (!slots->taken[slot] && !(reserved >> slot & 1) && slot != keep)
			return slot;
	if (keep < PCI_SLOTS && keep >= from && !slots->taken[keep] &&
	    !(reserved >> keep & 1))
		return keep;
	return PCI_SLOTS;
}

/* The lowest free slot; if @bridge, one that a bridge may have. */
static unsigned lowest_slot(const struct layout *layout, int parent,
			    const struct slots *slots, bool bridge)
{
	unsigned slot = PCI_SLOTS;

	if (layout->append && bridge)
		slot = free_slot_from(layout, parent, slots,
				      slot_after_bridges(layout, parent));
	if (slot >= PCI_SLOTS)
		slot = free_slot_from(layout, parent, slots, 0);
	return slot;
}

/* Whether a slot has only ports and expander buses, among them function 0. */
static bool may_share(const struct layout *layout, int parent, unsigned slot)
{
	bool first = false;

	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->parent != parent || !item->has_address || item->slot != slot)
			continue;
		if (item->kind != CONTROLLER_ROOT_PORT &&
		    item->kind != CONTROLLER_PCIE_EXPANDER)
			return false;
		first |= item->function == 0;
	}
	return first;
}

/* If every slot is in use: a free function next to ports, the highest slot first. */
static bool share_slot(const struct layout *layout, int parent, struct slots *slots,
		       unsigned *ret_slot, unsigned *ret_function)
{
	const struct controller_row *row = &controller_rows[layout->items.v[parent].kind];
	unsigned reserved = parent == 0 ? layout->reserved_slots : 0;

	for (unsigned slot = row->last_slot + 1; slot-- > row->first_slot;) {
		unsigned function = 1;

		if (!slots->taken[slot] || (reserved >> slot & 1) ||
		    !may_share(layout, parent, slot))
			continue;
		while (function < PCI_FUNCTIONS && slots->taken[slot] >> function & 1)
			function++;
		if (function < PCI_FUNCTIONS) {
			*ret_slot = slot;
			*ret_function = function;
			return true;
		}
	}
	return false;
}

static const char *name_of(enum controller_model kind)
{
	return kind == LAYOUT_ENDPOINT ? "device" : controller_rows[kind].name;
}

static const char *plural_of(enum controller_model kind)
{
	return controller_role(kind) == ROLE_EXPANDER ? "es" : "s";
}

/* Slots that a plan may use: the last one of pcie-root belongs to the chipset. */
static unsigned count_slots(const struct layout *layout, int parent)
{
	const struct controller_row *row = &controller_rows[layout->items.v[parent].kind];

	return row->last_slot + 1 - row->first_slot - (parent == 0);
}

static int no_slot(const struct layout *layout, int parent, enum controller_model kind,
		   struct error *error)
{
	const struct layout_item *bus = &layout->items.v[parent];
	unsigned wanted = count_free_children(layout, parent, kind);

	if (layout->append)
		return error_input(
			error,
			"no room for %u %s%s on %s (controller %u): its slots are in use; free some, or request fewer",
			wanted, name_of(kind), wanted == 1 ? "" : plural_of(kind),
			name_of(bus->kind), bus->index);
	return error_input(
		error,
		"no room for %u %s%s on %s (controller %u): it has %u slots of %u functions; request fewer%s",
		wanted, name_of(kind), wanted == 1 ? "" : plural_of(kind),
		name_of(bus->kind), bus->index, count_slots(layout, parent),
		PCI_FUNCTIONS, parent > 0 ? ", or spread them over more nodes" : "");
}

/*
 * Assigns addresses to the children of one kind, @per_slot in a slot as functions. Only
 * pcie-root-port and pcie-expander-bus may share a slot.
 */
static int place_kind(struct layout *layout, int parent, enum controller_model kind,
		      unsigned per_slot, struct slots *slots, struct error *error)
{
	unsigned slot = PCI_SLOTS, function = per_slot;

	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->parent != parent || item->kind != kind || item->has_address)
			continue;
		if (function >= per_slot) {
			slot = lowest_slot(layout, parent, slots,
					   controller_is_bridge(kind));
			function = 0;
		}
		if (slot >= PCI_SLOTS) {
			if (!layout->append ||
			    (kind != CONTROLLER_ROOT_PORT &&
			     kind != CONTROLLER_PCIE_EXPANDER) ||
			    !share_slot(layout, parent, slots, &slot, &function))
				return no_slot(layout, parent, kind, error);
			item->slot = (uint8_t)slot;
			item->function = (uint8_t)function;
			slots->taken[slot] |= (uint8_t)(1u << function);
			function = per_slot;
			continue;
		}
		item->slot = (uint8_t)slot;
		item->function = (uint8_t)function;
		slots->taken[slot] |= (uint8_t)(1u << function++);
	}
	return 0;
}

static unsigned divide_up(unsigned a, unsigned b)
{
	return (a + b - 1) / b;
}

/*
 * On pcie-root, eight general ports share a slot, to leave room for expander buses.
 * Elsewhere each port has a slot unless there are more ports than slots.
 */
static unsigned functions_per_slot(const struct layout *layout, int parent,
				   enum controller_model kind, const struct slots *slots)
{
	unsigned wanted = count_free_children(layout, parent, kind);
	unsigned room = free_slots(layout, parent, slots);

	if (kind == CONTROLLER_ROOT_PORT && parent == 0)
		return PCI_FUNCTIONS;
	if ((kind != CONTROLLER_ROOT_PORT && kind != CONTROLLER_PCIE_EXPANDER) ||
	    room == 0)
		return 1;
	return MIN(MAX(divide_up(wanted, room), 1u), (unsigned)PCI_FUNCTIONS);
}

static int give_addresses_on(struct layout *layout, int parent, struct error *error)
{
	/* Endpoints last: they are few, and a plan's ports should be adjacent. */
	static const enum controller_model order[] = {CONTROLLER_ROOT_PORT,
						      CONTROLLER_PCIE_EXPANDER,
						      CONTROLLER_UPSTREAM_PORT,
						      CONTROLLER_DOWNSTREAM_PORT,
						      LAYOUT_ENDPOINT};
	struct slots slots = {};

	if (take_given(layout, parent, &slots, error) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		unsigned per_slot = functions_per_slot(layout, parent, order[i], &slots);

		if (place_kind(layout, parent, order[i], per_slot, &slots, error) < 0)
			return -1;
	}
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->parent == parent)
			item->multifunction =
				item->function == 0 && slots.taken[item->slot] > 1;
	}
	return 0;
}

static int give_addresses(struct layout *layout, struct error *error)
{
	for (size_t i = 0; i < layout->items.n; i++)
		if (layout->items.v[i].kind != LAYOUT_ENDPOINT &&
		    give_addresses_on(layout, (int)i, error) < 0)
			return -1;
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		item->chassis = item->index;
		item->port = item->slot * PCI_FUNCTIONS + item->function;
	}
	return 0;
}

int layout_solve(struct layout *layout, struct error *error)
{
	if (give_indexes(layout, error) < 0 || give_addresses(layout, error) < 0)
		return -1;
	return layout_give_buses(layout, error);
}
