/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/layout.h"

#include "topology/pci-address.h"

#define LAST_INDEX 255u
#define VIDEO_SLOT 1u
#define LAST_BUS_NR 254u /* libvirt 9.0 src/conf/domain_validate.c */
#define LPC_SLOT 0x1fu

static const struct kind_row {
	const char *name;
	bool controller, bridge;
	unsigned first_slot, last_slot; /* that its children may take */
} kinds[] = {
	/* libvirt 9.0 src/conf/domain_addr.c, virDomainPCIAddressBusSetModel */
	[LAYOUT_ROOT] = { "pcie-root", true, false, 1, 30 },
	[LAYOUT_EXPANDER] = { "pcie-expander-bus", true, false, 0, 31 },
	[LAYOUT_ROOT_PORT] = { "pcie-root-port", true, true, 0, 0 },
	[LAYOUT_UPSTREAM] = { "pcie-switch-upstream-port", true, true, 0, 31 },
	[LAYOUT_DOWNSTREAM] = { "pcie-switch-downstream-port", true, true, 0, 0 },
	[LAYOUT_ENDPOINT] = { "device", false, false, 1, 0 },
};

bool layout_is_bridge(enum layout_kind kind)
{
	return kinds[kind].bridge;
}

void layout_begin(struct layout *layout)
{
	*layout = (struct layout){ .headroom = 8, .last_bus = 255 };
	layout_add(layout, LAYOUT_ROOT, LAYOUT_NONE);
	layout->items.v[0].has_index = true;
}

int layout_add(struct layout *layout, enum layout_kind kind, int parent)
{
	struct layout_item *item = vec_add(&layout->items);

	item->kind = kind;
	item->parent = parent;
	item->owner = LAYOUT_NONE;
	return (int)layout->items.n - 1;
}

void layout_free(struct layout *layout)
{
	vec_free(&layout->items);
}

unsigned layout_count(const struct layout *layout, enum layout_kind kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++)
		count += layout->items.v[i].kind == kind;
	return count;
}

/* The expander bus or pcie-root above an item; itself if it is one. */
static int root_of(const struct layout *layout, int item)
{
	while (layout->items.v[item].kind != LAYOUT_ROOT &&
	       layout->items.v[item].kind != LAYOUT_EXPANDER)
		item = layout->items.v[item].parent;
	return item;
}

unsigned layout_bridges_below(const struct layout *layout, int item)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		int above = layout->items.v[i].parent;

		if (!kinds[layout->items.v[i].kind].bridge)
			continue;
		while (above > item && layout->items.v[above].kind != LAYOUT_EXPANDER)
			above = layout->items.v[above].parent;
		count += above == item;
	}
	return count;
}

static int give_indexes(struct layout *layout, struct error *error)
{
	bool used[LAST_INDEX + 1] = {};
	unsigned next = 1, controllers = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		controllers += kinds[item->kind].controller;
		if (item->has_index && item->index <= LAST_INDEX)
			used[item->index] = true;
	}
	if (controllers > LAST_INDEX + 1)
		return error_input(error,
				   "%u PCI controllers are needed and libvirt numbers them "
				   "0-%u: ask for fewer devices, ports or nodes",
				   controllers, LAST_INDEX);
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (!kinds[item->kind].controller || item->has_index)
			continue;
		while (next <= LAST_INDEX && used[next])
			next++;
		if (next > LAST_INDEX)
			return error_input(error, "no controller index up to %u is free",
					   LAST_INDEX);
		item->index = next++;
	}
	return 0;
}

/* Which functions of which slots of one bus are taken: a bit per function. */
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
			return error_input(error,
					   "slot 0x%02x function %u of controller %u is "
					   "taken twice",
					   item->slot, item->function,
					   layout->items.v[parent].index);
		slots->taken[item->slot] |= (uint8_t)(1u << item->function);
	}
	return 0;
}

static unsigned count_free_children(const struct layout *layout, int parent,
				    enum layout_kind kind)
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
	const struct kind_row *row = &kinds[layout->items.v[parent].kind];
	unsigned reserved = parent == 0 ? layout->reserved_slots : 0, count = 0;

	for (unsigned slot = row->first_slot; slot <= row->last_slot; slot++)
		count += !slots->taken[slot] && !(reserved >> slot & 1);
	return count;
}

/* The lowest free slot; the one for video last. PCI_SLOTS if there is none. */
static unsigned lowest_slot(const struct layout *layout, int parent,
			    const struct slots *slots)
{
	const struct kind_row *row = &kinds[layout->items.v[parent].kind];
	unsigned reserved = parent == 0 ? layout->reserved_slots : 0;
	unsigned keep = parent == 0 ? VIDEO_SLOT : PCI_SLOTS;

	for (unsigned slot = row->first_slot; slot <= row->last_slot; slot++)
		if (!slots->taken[slot] && !(reserved >> slot & 1) && slot != keep)
			return slot;
	if (keep < PCI_SLOTS && !slots->taken[keep] && !(reserved >> keep & 1))
		return keep;
	return PCI_SLOTS;
}

static int no_slot(const struct layout *layout, int parent, enum layout_kind kind,
		   struct error *error)
{
	const struct layout_item *bus = &layout->items.v[parent];
	unsigned wanted = count_free_children(layout, parent, kind);

	return error_input(error,
			   "%u %s%s on %s (controller %u) do not fit: it has %u slots of %u "
			   "functions: ask for fewer, or spread them over more nodes",
			   wanted, kinds[kind].name, wanted == 1 ? "" : "s",
			   kinds[bus->kind].name, bus->index,
			   kinds[bus->kind].last_slot - kinds[bus->kind].first_slot + 1,
			   PCI_FUNCTIONS);
}

/*
 * Gives the children of one kind their addresses, @per_slot to a slot as functions. Only
 * pcie-root-port and pcie-expander-bus may share a slot.
 */
static int place_kind(struct layout *layout, int parent, enum layout_kind kind,
		      unsigned per_slot, struct slots *slots, struct error *error)
{
	unsigned slot = PCI_SLOTS, function = per_slot;

	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		if (item->parent != parent || item->kind != kind || item->has_address)
			continue;
		if (function >= per_slot) {
			slot = lowest_slot(layout, parent, slots);
			function = 0;
		}
		if (slot >= PCI_SLOTS)
			return no_slot(layout, parent, kind, error);
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
 * On pcie-root, general ports always share slots, eight to one: they leave room for
 * expander buses. Elsewhere a slot each, until there are more than slots.
 */
static unsigned functions_per_slot(const struct layout *layout, int parent,
				   enum layout_kind kind, const struct slots *slots)
{
	unsigned wanted = count_free_children(layout, parent, kind);
	unsigned room = free_slots(layout, parent, slots);

	if (kind == LAYOUT_ROOT_PORT && parent == 0)
		return PCI_FUNCTIONS;
	if ((kind != LAYOUT_ROOT_PORT && kind != LAYOUT_EXPANDER) || room == 0)
		return 1;
	return MIN(MAX(divide_up(wanted, room), 1u), (unsigned)PCI_FUNCTIONS);
}

static int give_addresses_on(struct layout *layout, int parent, struct error *error)
{
	/* Endpoints last: they are few, and the ports of a plan should stand together. */
	static const enum layout_kind order[] = { LAYOUT_ROOT_PORT, LAYOUT_EXPANDER,
						  LAYOUT_UPSTREAM, LAYOUT_DOWNSTREAM,
						  LAYOUT_ENDPOINT };
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
			item->multifunction = item->function == 0 &&
					      slots.taken[item->slot] > 1;
	}
	return 0;
}

static int give_addresses(struct layout *layout, struct error *error)
{
	for (size_t i = 0; i < layout->items.n; i++)
		if (kinds[layout->items.v[i].kind].controller &&
		    give_addresses_on(layout, (int)i, error) < 0)
			return -1;
	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];

		item->chassis = item->index;
		item->port = item->slot * PCI_FUNCTIONS + item->function;
	}
	return 0;
}

/* How the numbers divide: what each root needs, and what may be kept spare. */
struct budget {
	unsigned roots, needed, wished;
};

static struct budget count_budget(const struct layout *layout)
{
	struct budget budget = { .roots = 1 };

	budget.needed = 1 + layout_bridges_below(layout, 0) + layout->headroom;
	for (size_t i = 0; i < layout->items.n; i++) {
		if (layout->items.v[i].kind != LAYOUT_EXPANDER)
			continue;
		budget.roots++;
		budget.needed += 1 + layout_bridges_below(layout, (int)i);
		budget.wished += layout->items.v[i].spare;
	}
	return budget;
}

/*
 * From the top downwards: the last expander bus in order gets the highest window. Those
 * with a given busNr stay where they are and divide what is left.
 */
static int give_windows(struct layout *layout, unsigned share, struct error *error)
{
	unsigned end = layout->last_bus + 1;

	for (size_t n = layout->items.n; n-- > 0;) {
		struct layout_item *item = &layout->items.v[n];
		unsigned below;

		if (item->kind != LAYOUT_EXPANDER)
			continue;
		below = layout_bridges_below(layout, (int)n);
		if (!item->has_bus_nr) {
			unsigned spare = MIN(item->spare, share);

			if (end < 1 + below + spare + 1)
				return error_input(error, "no bus number is left for "
							  "expander bus %u", item->index);
			item->bus_nr = (uint8_t)MIN(end - 1 - below - spare, LAST_BUS_NR);
		}
		if (item->bus_nr + below >= end)
			return error_input(error,
					   "expander bus %u with busNr %u needs the buses "
					   "%u-%u, and %u is the next one's",
					   item->index, item->bus_nr, item->bus_nr,
					   item->bus_nr + below, end);
		item->spare = end - 1 - below - item->bus_nr;
		end = item->bus_nr;
	}
	if (layout_bridges_below(layout, 0) >= end)
		return error_input(error,
				   "pcie-root needs the buses 0-%u, and the lowest busNr is "
				   "%u: raise it",
				   layout_bridges_below(layout, 0), end);
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

		if (item->parent == parent && kinds[item->kind].bridge)
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

		if ((int)i != root_of(layout, (int)i))
			continue;
		item->secondary = item->kind == LAYOUT_ROOT ? 0 : item->bus_nr;
		item->subordinate =
			(uint8_t)number_below(layout, (int)i, item->secondary);
	}
}

int layout_solve(struct layout *layout, struct error *error)
{
	struct budget budget = count_budget(layout);
	unsigned numbers = layout->last_bus + 1, share;

	if (give_indexes(layout, error) < 0 || give_addresses(layout, error) < 0)
		return -1;
	if (budget.needed > numbers)
		return error_input(error,
				   "%u bus numbers are needed and a PCI segment has %u: ask "
				   "for %u fewer ports (devices, spare ports or nodes)",
				   budget.needed, numbers, budget.needed - numbers);
	share = (numbers - budget.needed) / budget.roots;
	if (give_windows(layout, share, error) < 0)
		return -1;
	give_numbers(layout);
	return 0;
}
