/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/layout.h"

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
	[LAYOUT_BRIDGE] = { "bridge", true, true, 1, 31 },
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

/* Behind the last bridge whose address is given. */
static unsigned behind_bridges(const struct layout *layout, int parent)
{
	unsigned slot = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->parent == parent && item->has_address && kinds[item->kind].bridge)
			slot = MAX(slot, item->slot + 1u);
	}
	return slot;
}

/* From @from on; the one for video last. PCI_SLOTS if there is none. */
static unsigned free_slot_from(const struct layout *layout, int parent,
			       const struct slots *slots, unsigned from)
{
	const struct kind_row *row = &kinds[layout->items.v[parent].kind];
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

/* The lowest free slot, that bridges may have if @bridge. */
static unsigned lowest_slot(const struct layout *layout, int parent,
			    const struct slots *slots, bool bridge)
{
	unsigned slot = PCI_SLOTS;

	if (layout->append && bridge)
		slot = free_slot_from(layout, parent, slots, behind_bridges(layout, parent));
	if (slot >= PCI_SLOTS)
		slot = free_slot_from(layout, parent, slots, 0);
	return slot;
}

/* Whether all that sits in a slot are ports or expander buses, function 0 among them. */
static bool may_share(const struct layout *layout, int parent, unsigned slot)
{
	bool first = false;

	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->parent != parent || !item->has_address || item->slot != slot)
			continue;
		if (item->kind != LAYOUT_ROOT_PORT && item->kind != LAYOUT_EXPANDER)
			return false;
		first |= item->function == 0;
	}
	return first;
}

/* Where every slot is taken: a free function beside ports; the highest slot first. */
static bool share_slot(const struct layout *layout, int parent, struct slots *slots,
		       unsigned *ret_slot, unsigned *ret_function)
{
	const struct kind_row *row = &kinds[layout->items.v[parent].kind];

	for (unsigned slot = row->last_slot + 1; slot-- > row->first_slot;) {
		unsigned function = 1;

		if (!slots->taken[slot] || !may_share(layout, parent, slot))
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

static int no_slot(const struct layout *layout, int parent, enum layout_kind kind,
		   struct error *error)
{
	const struct layout_item *bus = &layout->items.v[parent];
	unsigned wanted = count_free_children(layout, parent, kind);

	if (layout->append)
		return error_input(error,
				   "%u %s%s on %s (controller %u) do not fit: its slots are "
				   "taken; free some, or ask for fewer",
				   wanted, kinds[kind].name, wanted == 1 ? "" : "s",
				   kinds[bus->kind].name, bus->index);
	return error_input(error,
			   "%u %s%s on %s (controller %u) do not fit: it has %u slots of %u "
			   "functions: ask for fewer%s",
			   wanted, kinds[kind].name, wanted == 1 ? "" : "s",
			   kinds[bus->kind].name, bus->index,
			   kinds[bus->kind].last_slot - kinds[bus->kind].first_slot + 1,
			   PCI_FUNCTIONS, parent > 0 ? ", or spread them over more nodes" : "");
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
			slot = lowest_slot(layout, parent, slots, kinds[kind].bridge);
			function = 0;
		}
		if (slot >= PCI_SLOTS) {
			if (!layout->append ||
			    (kind != LAYOUT_ROOT_PORT && kind != LAYOUT_EXPANDER) ||
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

unsigned layout_next_bus(const struct layout *layout, unsigned bus_nr)
{
	unsigned next = layout->last_bus + 1;

	for (size_t i = 0; i < layout->items.n; i++)
		if (layout->items.v[i].kind == LAYOUT_EXPANDER &&
		    layout->items.v[i].has_bus_nr && layout->items.v[i].bus_nr > bus_nr)
			next = MIN(next, (unsigned)layout->items.v[i].bus_nr);
	return next;
}

/* The highest gap between given windows that has @size numbers; 0 if there is none. */
static unsigned gap_for(const struct layout *layout, unsigned size)
{
	for (unsigned end = layout->last_bus + 1; end > 1; end--) {
		unsigned from = 0, next = layout_next_bus(layout, end - 1);

		if (next != end)
			continue;
		for (size_t i = 0; i < layout->items.n; i++) {
			const struct layout_item *item = &layout->items.v[i];

			if (item->kind == LAYOUT_EXPANDER && item->has_bus_nr &&
			    item->bus_nr < end)
				from = MAX(from, item->bus_nr + 1 +
							 layout_bridges_below(layout, (int)i));
		}
		if (from > 0 && end >= from + size)
			return end;
	}
	return 0;
}

/*
 * The number behind the window of one more expander bus: below all that have theirs, else
 * in a gap between them. 0 if there is no room.
 */
static unsigned window_end(const struct layout *layout, unsigned below, unsigned *spare)
{
	unsigned end = layout_next_bus(layout, 0), root = 1 + layout_bridges_below(layout, 0);

	if (end >= root + 1 + below + *spare)
		return end;
	*spare = end > root + 1 + below ? end - root - 1 - below : 0;
	if (end >= root + 1 + below)
		return end;
	return gap_for(layout, 1 + below);
}

/* Whether each window ends before the next one begins. */
static int check_windows(struct layout *layout, struct error *error)
{
	unsigned lowest = layout_next_bus(layout, 0);

	for (size_t i = 0; i < layout->items.n; i++) {
		struct layout_item *item = &layout->items.v[i];
		unsigned below = layout_bridges_below(layout, (int)i), next;

		if (item->kind != LAYOUT_EXPANDER)
			continue;
		next = layout_next_bus(layout, item->bus_nr);
		if (item->bus_nr + below >= next)
			return error_input(error,
					   "expander bus %u with busNr %u needs the buses "
					   "%u-%u, and %u is the next one's",
					   item->index, item->bus_nr, item->bus_nr,
					   item->bus_nr + below, next);
		item->spare = next - 1 - below - item->bus_nr;
	}
	if (layout_bridges_below(layout, 0) >= lowest)
		return error_input(error,
				   "pcie-root needs the buses 0-%u, and the lowest busNr is "
				   "%u: raise it",
				   layout_bridges_below(layout, 0), lowest);
	return 0;
}

/*
 * From the top downwards: the last expander bus in order gets the highest window. Those
 * with a given busNr stay where they are, the others go below.
 */
static int give_windows(struct layout *layout, unsigned share, struct error *error)
{
	for (size_t n = layout->items.n; n-- > 0;) {
		struct layout_item *item = &layout->items.v[n];
		unsigned below, spare, end;

		if (item->kind != LAYOUT_EXPANDER || item->has_bus_nr)
			continue;
		below = layout_bridges_below(layout, (int)n);
		spare = MIN(item->spare, share);
		end = window_end(layout, below, &spare);
		if (end == 0)
			return error_input(error, "no bus number is left for expander bus %u",
					   item->index);
		item->bus_nr = (uint8_t)MIN(end - 1 - below - spare, LAST_BUS_NR);
		item->has_bus_nr = true;
	}
	return check_windows(layout, error);
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
