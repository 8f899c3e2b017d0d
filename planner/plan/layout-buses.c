/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-buses.c - windows of bus numbers, and the numbers in them. */
#include "planner/plan/layout.h"

#include "planner/plan/layout-parts.h"

#include "topology/pci-address.h"

#define LAST_BUS_NR 254u /* libvirt 9.0 src/conf/domain_validate.c */

/* How the numbers are divided: what each root needs, and what may stay spare. */
struct budget {
	unsigned roots, needed, wished;
};

static struct budget count_budget(const struct layout *layout)
{
	struct budget budget = {.roots = 1};

	budget.needed = 1 + layout_bridges_below(layout, 0) + layout->headroom;
	for (size_t i = 0; i < layout->items.n; i++) {
		if (layout->items.v[i].kind != CONTROLLER_PCIE_EXPANDER)
			continue;
		budget.roots++;
		budget.needed += 1 + layout_bridges_below(layout, (int)i);
		budget.wished += layout->items.v[i].spare;
	}
	return budget;
}

unsigned layout_next_bus(const struct layout *layout, unsigned bus_nr)
{
	unsigned next = layout->last_bus + 1;

	for (size_t i = 0; i < layout->items.n; i++)
		if (layout->items.v[i].kind == CONTROLLER_PCIE_EXPANDER &&
		    layout->items.v[i].has_bus_nr && layout->items.v[i].bus_nr > bus_nr)
			next = MIN(next, (unsigned)layout->items.v[i].bus_nr);
	return next;
}

/* The highest gap of @size numbers between given windows; 0 if there is none. */
static unsigned gap_for(const struct layout *layout, unsigned size)
{
	for (unsigned end = layout->last_bus + 1; end > 1; end--) {
		unsigned from = 0, next = layout_next_bus(layout, end - 1);

		if (next != end)
			continue;
		for (size_t i = 0; i < layout->items.n; i++) {
			const struct layout_item *item = &layout->items.v[i];

			if (item->kind == CONTROLLER_PCIE_EXPANDER && item->has_bus_nr &&
			    item->bus_nr < end)
				from = MAX(from,
					   item->bus_nr + 1 +
						   layout_bridges_below(layout, (int)i));
		}
		if (from > 0 && end >= from + size)
			return end;
	}
	return 0;
}

/*
 * The number after the window of another expander bus: below all existing windows, or
 * else in a gap between them; 0 if there is no room.
 */
static unsigned window_end(const struct layout *layout, unsigned below, unsigned *spare)
{
	unsigned end = layout_next_bus(layout, 0),
		 root = 1 + layout_bridges_below(layout, 0);

	if (end >= root + 1 + below + *spare)
		return end;
	*spare = end > root + 1 + below ? end - root - 1 - below : 0;
	if (end >= root + 1 + below)
		return end;
	return gap_for(layout, 1 + below);
}

bool layout_short_window(const struct layout *layout, struct layout_window *ret)
{
	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->kind != CONTROLLER_PCIE_EXPANDER || !item->has_bus_nr)
			continue;
		*ret = (struct layout_window){(int)i,
					      layout_bridges_below(layout, (int)i),
					      layout_next_bus(layout, item->bus_nr) - 1 -
						      item->bus_nr};
		if (ret->needed > ret->room)
			return true;
	}
	return false;
}

/* Whether each window ends before the next one begins. */
static int check_windows(const struct layout *layout, struct error *error)
{
	unsigned lowest = layout_next_bus(layout, 0);
	struct layout_window window;

	if (layout_short_window(layout, &window)) {
		const struct layout_item *item = &layout->items.v[window.item];

		return error_input(
			error,
			"expander bus %u with busNr %u needs the buses %u-%u, but %u belongs to the next one",
			item->index, item->bus_nr, item->bus_nr,
			item->bus_nr + window.needed, item->bus_nr + window.room + 1);
	}
	if (layout_bridges_below(layout, 0) >= lowest)
		return error_input(
			error,
			"pcie-root needs the buses 0-%u, but the lowest busNr is %u; raise it",
			layout_bridges_below(layout, 0), lowest);
	return 0;
}

/* What is left of each window. */
static void count_spare(struct layout *layout)
{
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->kind == CONTROLLER_PCIE_EXPANDER)
			item->spare = layout_next_bus(layout, item->bus_nr) - 1 -
				      layout_bridges_below(layout, (int)i) - item->bus_nr;
	}
}

/*
 * From the top down: the last expander bus gets the highest window. Those with a given
 * busNr keep it; the others go below.
 */
static int give_windows(struct layout *layout, unsigned share, struct error *error)
{
	for (size_t n = layout->items.n; n-- > 0;) {
		struct layout_item *item = &layout->items.v[n];
		unsigned below, spare, end;

		if (item->kind != CONTROLLER_PCIE_EXPANDER || item->has_bus_nr)
			continue;
		below = layout_bridges_below(layout, (int)n);
		spare = MIN(item->spare, share);
		end = window_end(layout, below, &spare);
		if (end == 0)
			return error_input(
				error, "there is no bus number left for expander bus %u",
				item->index);
		item->bus_nr = (uint8_t)MIN(end - 1 - below - spare, LAST_BUS_NR);
		item->has_bus_nr = true;
	}
	if (check_windows(layout, error) < 0)
		return -1;
	count_spare(layout);
	return 0;
}

static unsigned number_below(struct layout *layout, int parent, unsigned last);

/* Depth first by slot and function; returns the last number used. */
static unsigned number_child(struct layout *layout, int child, unsigned last)
{
	struct layout_item *item = &layout->items.v[child];

	item->secondary = (uint8_t)(last + 1);
	last = number_below(layout, child, last + 1);
	layout->items.v[child].subordinate = (uint8_t)last;
	return last;
}

static unsigned number_below(struct layout *layout, int parent, unsigned last)
{
	int at[PCI_SLOTS * PCI_FUNCTIONS] = {};

	for (size_t i = (size_t)parent + 1; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->parent == parent && controller_is_bridge(item->kind))
			at[item->slot * PCI_FUNCTIONS + item->function] = (int)i;
	}
	for (size_t devfn = 0; devfn < ARRAY_SIZE(at); devfn++)
		if (at[devfn] > 0)
			last = number_child(layout, at[devfn], last);
	return last;
}

static void give_numbers(struct layout *layout)
{
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->kind != CONTROLLER_PCIE_ROOT &&
		    item->kind != CONTROLLER_PCIE_EXPANDER)
			continue;
		item->secondary = item->kind == CONTROLLER_PCIE_ROOT ? 0 : item->bus_nr;
		item->subordinate =
			(uint8_t)number_below(layout, (int)i, item->secondary);
	}
}

int layout_give_buses(struct layout *layout, struct error *error)
{
	struct budget budget = count_budget(layout);
	unsigned numbers = layout->last_bus + 1, share;

	if (budget.needed > numbers)
		return error_input(
			error,
			"%u bus numbers are needed, but a PCI segment has %u; request %u fewer port%s (devices, spare ports or nodes)",
			budget.needed, numbers, budget.needed - numbers,
			budget.needed - numbers == 1 ? "" : "s");
	share = (numbers - budget.needed) / budget.roots;
	if (give_windows(layout, share, error) < 0)
		return -1;
	give_numbers(layout);
	return 0;
}
