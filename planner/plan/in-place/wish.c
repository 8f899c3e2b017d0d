/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host devices in the tree. Which expander bus represents which host root complex, and
 * which upstream port which switch, follows from the domain: the ones above a device that
 * is in its right place. The first such device decides, so that a second plan finds what
 * the first one made.
 */
#include "planner/plan/in-place/host.h"

#include "base/chain.h"
#include "base/first.h"
#include "planner/plan/in-place/group.h"
#include "planner/plan/in-place/tree.h"
#include "planner/plan/request/mirror.h"

/* The next upstream port above an item and below its root, or LAYOUT_NONE. */
static int upstream_above(const struct layout *layout, int item)
{
	while (layout->items.v[item].kind != CONTROLLER_UPSTREAM_PORT) {
		if (layout->items.v[item].kind == CONTROLLER_PCIE_ROOT ||
		    layout->items.v[item].kind == CONTROLLER_PCIE_EXPANDER)
			return LAYOUT_NONE;
		item = layout->items.v[item].parent;
	}
	return item;
}

/* Whether the switches above a bus are, or can be, those of the wish. */
static bool same_switches(const struct in_place *plan, int bus, int wanted)
{
	int there = upstream_above(&plan->layout, bus);

	if (wanted < 0 || there == LAYOUT_NONE)
		return wanted < 0 && there == LAYOUT_NONE;
	if (plan->switch_home[wanted] != LAYOUT_NONE &&
	    plan->switch_home[wanted] != there)
		return false;
	for (int i = 0; i < (int)plan->request->switches.n; i++)
		if (i != wanted && plan->switch_home[i] == there)
			return false;
	return same_switches(plan, plan->layout.items.v[there].parent,
			     plan->request->switches.v[wanted].parent);
}

static void take_switches(struct in_place *plan, int bus, int wanted)
{
	for (; wanted >= 0; wanted = plan->request->switches.v[wanted].parent) {
		bus = upstream_above(&plan->layout, bus);
		plan->switch_home[wanted] = bus;
		bus = plan->layout.items.v[bus].parent;
	}
}

static bool is_home_of_other(const struct in_place *plan, int item, int root)
{
	for (int i = 0; i < (int)plan->request->roots.n; i++)
		if (i != root && plan->root_home[i] == item)
			return true;
	return false;
}

/* Whether a device is below a bus that represents, or may represent, its root complex. */
static bool is_right_root(struct in_place *plan, const struct request_device *to,
			  int home)
{
	if (plan->layout.items.v[home].cell != to->cell ||
	    !in_place_suits(plan, home, to->assigned))
		return false;
	if (to->root < 0)
		return true;
	if (plan->root_home[to->root] == LAYOUT_NONE)
		return !is_home_of_other(plan, home, to->root);
	return plan->root_home[to->root] == home;
}

/* Whether a bus is, or can be, that of the bridge above the wish's group. */
static bool is_right_bridge(const struct in_place *plan, int bus,
			    const struct in_place_wish *wish)
{
	int bridge;

	if (wish->group < 0)
		return true;
	bridge = plan->groups.v[wish->group].bridge;
	return plan->layout.items.v[bus].kind == CONTROLLER_PCIE_BRIDGE &&
	       (bridge == LAYOUT_NONE || bridge == bus);
}

static bool is_right(struct in_place *plan, int number)
{
	const struct in_place_wish *wish = &plan->wishes.v[number];
	const struct guest_address *address = &plan->full.devices.v[wish->device].address;
	int bus = in_place_bus(plan, address), home;
	bool same;

	if (address->assigned || bus == LAYOUT_NONE)
		return false;
	home = layout_root_of(&plan->layout, bus);
	if (plan->layout.items.v[home].kind != CONTROLLER_PCIE_EXPANDER ||
	    !is_right_root(plan, &wish->to, home) || !is_right_bridge(plan, bus, wish))
		return false;
	same = same_switches(plan, bus, wish->to.switch_port);
	if (((plan->request->per_given && plan->request->per == PER_ROOT_COMPLEX) ||
	     wish->to.switch_port >= 0) &&
	    !same && !plan->request->attach)
		return false;
	if (wish->to.root >= 0)
		plan->root_home[wish->to.root] = home;
	if (same)
		take_switches(plan, bus, wish->to.switch_port);
	if (wish->group >= 0)
		plan->groups.v[wish->group].bridge = bus;
	return true;
}

/*
 * The card that a device is a function of: a slot of the host, of which virtual functions
 * are none if it is known; without the host, those of one cell. False: none.
 */
static bool card_of(const struct in_place *plan, const struct in_place_wish *wish,
		    uint64_t *ret)
{
	const struct guest_device *device = &plan->old.devices.v[wish->device];
	struct pci_address at = device->source.at;
	uint64_t cell = 0;

	if (plan->host) {
		const struct machine_function *function;

		if (wish->function < 0)
			return false;
		function = &plan->host->functions.v[wish->function];
		if (function->physical_function >= 0)
			return false;
		at = function->at;
	} else {
		if (device->source.state != VALUE_VALID)
			return false;
		cell = (uint64_t)(wish->to.cell + 1);
	}
	*ret = cell << 45 | (uint64_t)at.domain << 13 | (uint64_t)at.bus << 5 | at.slot;
	return true;
}

static bool same_card(const struct in_place *plan, const struct in_place_wish *a,
		      const struct in_place_wish *b)
{
	uint64_t x, y;

	return card_of(plan, a, &x) && card_of(plan, b, &y) && x == y;
}

/* The functions of one card are in one slot anyway, those of a group below one bridge. */
static bool are_apart(const struct in_place *plan, size_t i, size_t j)
{
	size_t n = plan->wishes.n;
	bool wishes = i < n && j < n;

	return i != j && !in_place_are_bridged(plan, i, j) &&
	       !(wishes && same_card(plan, &plan->wishes.v[i], &plan->wishes.v[j]));
}

/* @below: everything by the outermost switch above it. */
static bool shares_switch(struct in_place *plan, const struct chains *below, size_t i)
{
	int above = mirror_switch_above(plan->request, in_place_placed(plan, i));
	int other = above < 0 ? INT_MAX : chain_first(below, NULL, (uint64_t)above);
	int n = (int)in_place_n_placed(plan);

	while (other < n && !are_apart(plan, i, (size_t)other))
		other = below->next.v[other];
	return other < n;
}

/* Without --per, only switches that devices share are kept. */
static void choose_switches(struct in_place *plan)
{
	_cleanup_chains_ struct chains below = {};
	size_t n = plan->wishes.n + (plan->host ? plan->request->devices.n : 0);
	_cleanup_free_ bool *kept = xcalloc(n + 1, sizeof(*kept));

	for (size_t i = 0; i < in_place_n_placed(plan); i++) {
		int above = mirror_switch_above(plan->request, in_place_placed(plan, i));

		if (above >= 0)
			chain_add(&below, NULL, (uint64_t)above, (int)i);
	}
	for (size_t i = 0; i < n; i++)
		kept[i] = shares_switch(plan, &below, i);
	for (size_t i = 0; i < n; i++)
		if (!kept[i])
			in_place_placed(plan, i)->switch_port = -1;
}

void in_place_host_judge(struct in_place *plan)
{
	/* The first wish of each card, and of each slot that the plan makes. */
	_cleanup_firsts_ struct firsts cards = {}, slots = {};

	if (!plan->request->per_given)
		choose_switches(plan);
	in_place_find_groups(plan);
	for (size_t i = 0; i < plan->wishes.n; i++) {
		struct in_place_wish *wish = &plan->wishes.v[i];
		uint64_t card, slot;
		int first = (int)i;

		/* Nothing moves while the domain runs. */
		wish->stays = is_right(plan, (int)i) || plan->request->attach;
		if (!wish->stays && card_of(plan, wish, &card)) {
			slot = (uint64_t)(wish->group + 1) << 32;
			slot |= (uint32_t)first_add(&cards, NULL, card, (int)i);
			first = first_add(&slots, NULL, slot, (int)i);
		}
		wish->beside = first < (int)i ? first : -1;
	}
}

static const struct in_place_device *device_of_wish(const struct in_place *plan, int wish)
{
	return &plan->devices.v[plan->wishes.v[wish].placed];
}

/*
 * The slot on its bus: its card's, the only one of a port, or the lowest free one of a
 * bridge.
 */
static unsigned slot_of(const struct in_place *plan, const struct in_place_wish *wish,
			int bus)
{
	if (wish->beside >= 0)
		return plan->layout.items.v[device_of_wish(plan, wish->beside)->endpoint]
			.slot;
	return wish->group < 0 ? 0 : in_place_free_slot(plan, bus);
}

static int bus_of(struct in_place *plan, const struct in_place_wish *wish)
{
	if (wish->group >= 0)
		return in_place_group_bridge(plan, wish->group);
	return wish->beside >= 0 ? device_of_wish(plan, wish->beside)->port
				 : in_place_port(plan, &wish->to);
}

/* The wish that was the first to get a slot. */
static int first_in_slot(const struct in_place *plan, int wish)
{
	int beside = plan->wishes.v[wish].beside;

	return beside >= 0 ? beside : wish;
}

static struct pci_address host_address(const struct in_place *plan, int wish)
{
	return plan->old.devices.v[plan->wishes.v[wish].device].source.at;
}

/* Whether a function comes before another one of its slot: as on the host. */
static bool is_before(const struct in_place *plan, int a, int b)
{
	int order = a == b ? 0
			   : pci_address_compare(host_address(plan, a),
						 host_address(plan, b));

	return order < 0 || (order == 0 && a < b);
}

static void number_functions(struct in_place *plan)
{
	_cleanup_chains_ struct chains slots = {};

	for (int i = 0; i < (int)plan->wishes.n; i++)
		if (!plan->wishes.v[i].stays)
			chain_add(&slots, NULL, (uint64_t)first_in_slot(plan, i), i);
	for (int i = 0; i < (int)plan->wishes.n; i++) {
		uint64_t slot = (uint64_t)first_in_slot(plan, i);
		uint8_t before = 0;

		if (plan->wishes.v[i].stays)
			continue;
		for (int j = chain_first(&slots, NULL, slot); j < INT_MAX;
		     j = slots.next.v[j])
			before += is_before(plan, j, i);
		plan->layout.items.v[device_of_wish(plan, i)->endpoint].function = before;
	}
}

void in_place_host_place(struct in_place *plan)
{
	for (size_t i = 0; i < plan->wishes.n; i++) {
		struct in_place_wish *wish = &plan->wishes.v[i];
		struct in_place_device *device;
		struct layout_item *item;
		unsigned slot;
		int bus;

		if (wish->stays)
			continue;
		bus = bus_of(plan, wish);
		slot = slot_of(plan, wish, bus);
		wish->placed = (int)plan->devices.n;
		device = vec_add(&plan->devices);
		device->wanted = i;
		device->port = bus;
		device->endpoint = layout_add(&plan->layout, LAYOUT_ENDPOINT, bus);
		item = &plan->layout.items.v[device->endpoint];
		item->slot = (uint8_t)slot;
		item->has_address = true;
	}
	number_functions(plan);
}
