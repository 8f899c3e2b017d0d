/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host devices on the tree. The domain itself says which expander bus stands for which
 * host root complex, and which upstream port for which switch: those that a device in its
 * right place sits below. The first such device decides, so that a second plan finds what
 * the first one made.
 */
#include "planner/in-place-host.h"
#include "planner/in-place-tree.h"

static int *none_for(size_t n)
{
	int *items = xcalloc(n + 1, sizeof(*items));

	for (size_t i = 0; i <= n; i++)
		items[i] = LAYOUT_NONE;
	return items;
}

/* The next upstream port above an item, below its root; LAYOUT_NONE. */
static int upstream_above(const struct layout *layout, int item)
{
	while (layout->items.v[item].kind != LAYOUT_UPSTREAM) {
		if (layout->items.v[item].kind == LAYOUT_ROOT ||
		    layout->items.v[item].kind == LAYOUT_EXPANDER)
			return LAYOUT_NONE;
		item = layout->items.v[item].parent;
	}
	return item;
}

/* Whether the switches above a bus are, or can be, those that are wished for. */
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

/* Whether a device is below a bus that stands, or may stand, for its root complex. */
static bool is_right_root(struct in_place *plan, const struct request_device *to,
			  int home)
{
	if (in_place_cell(plan, home) != to->cell)
		return false;
	if (to->root < 0)
		return true;
	if (plan->root_home[to->root] == LAYOUT_NONE)
		return !is_home_of_other(plan, home, to->root);
	return plan->root_home[to->root] == home;
}

static bool is_right(struct in_place *plan, const struct in_place_wish *wish)
{
	const struct guest_address *address = &plan->full.devices.v[wish->device].address;
	int bus = in_place_bus(plan, address), home;

	if (address->assigned || bus == LAYOUT_NONE)
		return false;
	home = in_place_root(&plan->layout, bus);
	if (plan->layout.items.v[home].kind != LAYOUT_EXPANDER ||
	    !is_right_root(plan, &wish->to, home))
		return false;
	if (plan->request->per_said && plan->request->per == PER_ROOT_COMPLEX &&
	    !same_switches(plan, bus, wish->to.switch_port))
		return false;
	if (wish->to.root >= 0)
		plan->root_home[wish->to.root] = home;
	if (plan->request->per_said)
		take_switches(plan, bus, wish->to.switch_port);
	return true;
}

/* Functions of one card: of one slot of the host, and no virtual ones. */
static bool same_card(const struct in_place *plan, const struct in_place_wish *a,
		      const struct in_place_wish *b)
{
	const struct machine_function *x, *y;

	if (a->function < 0 || b->function < 0)
		return false;
	x = &plan->host->functions.v[a->function];
	y = &plan->host->functions.v[b->function];
	return x->physical_function < 0 && y->physical_function < 0 &&
	       x->at.domain == y->at.domain && x->at.bus == y->at.bus &&
	       x->at.slot == y->at.slot;
}

void in_place_host_judge(struct in_place *plan)
{
	if (plan->wishes.n == 0)
		return;
	plan->root_home = none_for(plan->request->roots.n);
	plan->switch_home = none_for(plan->request->switches.n);
	for (size_t i = 0; i < plan->wishes.n; i++) {
		struct in_place_wish *wish = &plan->wishes.v[i];

		wish->stays = is_right(plan, wish);
		wish->beside = -1;
		for (size_t j = 0; !wish->stays && j < i; j++)
			if (!plan->wishes.v[j].stays && plan->wishes.v[j].beside < 0 &&
			    same_card(plan, wish, &plan->wishes.v[j]))
				wish->beside = (int)j;
	}
}

static int port_of_wish(const struct in_place *plan, int wish)
{
	for (size_t i = 0; i < plan->devices.n; i++)
		if (!plan->devices.v[i].kind && (int)plan->devices.v[i].wanted == wish)
			return plan->devices.v[i].port;
	return LAYOUT_NONE;
}

/* Functions of the port's slot that are given already. */
static unsigned count_in_port(const struct in_place *plan, int port)
{
	unsigned count = 0;

	for (size_t i = 0; i < plan->layout.items.n; i++)
		count += plan->layout.items.v[i].parent == port;
	return count;
}

void in_place_host_place(struct in_place *plan)
{
	for (size_t i = 0; i < plan->wishes.n; i++) {
		const struct in_place_wish *wish = &plan->wishes.v[i];
		struct in_place_device *device;
		unsigned function;
		int port;

		if (wish->stays)
			continue;
		port = wish->beside >= 0 ? port_of_wish(plan, wish->beside)
					 : in_place_port(plan, &wish->to);
		function = count_in_port(plan, port);
		device = vec_add(&plan->devices);
		device->wanted = i;
		device->port = port;
		device->endpoint = layout_add(&plan->layout, LAYOUT_ENDPOINT, port);
		plan->layout.items.v[device->endpoint].has_address = true;
		plan->layout.items.v[device->endpoint].function = (uint8_t)function;
	}
}
