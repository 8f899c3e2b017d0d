/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Everything on PCI in the domain, as libvirt would complete it,
 * becomes an item of a layout with a given address; what the request needs in addition is
 * added, and the layout is solved. So existing devices keep their addresses, and the
 * addresses that libvirt would choose stay free. If controllers are added, those that
 * libvirt would have added by itself are written out too: their indexes are lower than
 * ours, so a device without an address goes where it would have gone without the plan.
 */
#include "planner/plan/in-place/tree.h"

#include "planner/plan/in-place/host.h"

#include "planner/plan/compose-guest.h"

int in_place_bus(const struct in_place *plan, const struct guest_address *address)
{
	return guest_address_on_pci(address) ? plan->item_of[address->at.bus]
					     : LAYOUT_NONE;
}

/*
 * Only items that existed before the request's devices are found by their order in the
 * tree; those added for the devices are remembered in cell_home, root_home and
 * switch_home.
 */
static size_t count_settled(const struct in_place *plan)
{
	return MIN(plan->n_settled, plan->layout.items.n);
}

/*
 * The @rank-th expander bus of a cell in the order of the layout that suits the device,
 * or LAYOUT_NONE.
 */
static int expander_of_cell(const struct in_place *plan, int cell, bool assigned,
			    unsigned rank)
{
	for (size_t i = 0; i < count_settled(plan); i++)
		if (plan->layout.items.v[i].kind == CONTROLLER_PCIE_EXPANDER &&
		    plan->layout.items.v[i].cell == cell &&
		    in_place_suits(plan, (int)i, assigned) && rank-- == 0)
			return (int)i;
	return LAYOUT_NONE;
}

/* The position of a root of the request among those of its cell. */
static unsigned rank_of_root(const struct request *request, int root)
{
	unsigned rank = 0;

	for (int i = 0; i < root; i++)
		rank += request->roots.v[i].cell == request->roots.v[root].cell;
	return rank;
}

static bool is_others_home(const struct in_place *plan, int item)
{
	for (size_t i = 0; i < plan->request->roots.n; i++)
		if (plan->root_home[i] == item)
			return true;
	return false;
}

/*
 * The bus of a root complex: its own, or else the one in the same position among those of
 * its cell. If the host's devices decide which bus belongs to which root complex: the
 * first of its cell that is not taken.
 */
static int home_of_root(const struct in_place *plan, int root, bool assigned)
{
	int cell = plan->request->roots.v[root].cell, item;

	if (plan->root_home[root] != LAYOUT_NONE)
		return plan->root_home[root];
	if (plan->wishes.n == 0)
		return expander_of_cell(plan, cell, assigned,
					rank_of_root(plan->request, root));
	for (unsigned rank = 0;; rank++) {
		item = expander_of_cell(plan, cell, assigned, rank);
		if (item == LAYOUT_NONE || !is_others_home(plan, item))
			return item;
	}
}

/* Where the bus for a device of a cell is remembered. */
static int *cell_home(const struct in_place *plan, const struct request_device *wanted)
{
	size_t nodes = plan->request->nodes.n;
	bool apart = wanted->assigned && in_place_accelerates(plan);

	return &plan->cell_home[(size_t)wanted->cell + (apart ? nodes : 0)];
}

int in_place_home(const struct in_place *plan, const struct request_device *wanted)
{
	if (wanted->root >= 0)
		return home_of_root(plan, wanted->root, wanted->assigned);
	if (wanted->cell == NO_CELL)
		return 0;
	if (*cell_home(plan, wanted) != LAYOUT_NONE)
		return *cell_home(plan, wanted);
	return expander_of_cell(plan, wanted->cell, wanted->assigned, 0);
}

int in_place_make_home(struct in_place *plan, const struct request_device *wanted)
{
	int home = in_place_home(plan, wanted);

	if (home == LAYOUT_NONE) {
		home = layout_add(&plan->layout, CONTROLLER_PCIE_EXPANDER, 0);
		plan->layout.items.v[home].cell =
			wanted->root >= 0 ? plan->request->roots.v[wanted->root].cell
					  : wanted->cell;
		plan->layout.items.v[home].spare = DEFAULT_SPARE_BUSES;
	}
	if (wanted->root >= 0)
		plan->root_home[wanted->root] = home;
	else if (wanted->cell != NO_CELL)
		*cell_home(plan, wanted) = home;
	return home;
}

static const struct guest_controller *controller_of(const struct in_place *plan, int item)
{
	const struct layout_item *it = &plan->layout.items.v[item];

	if (!it->has_index || it->kind == LAYOUT_ENDPOINT)
		return NULL;
	return &plan->full.controllers.v[it->owner];
}

bool in_place_shared_port(const struct in_place *plan, int item)
{
	const struct guest_controller *controller = controller_of(plan, item);

	if (controller)
		return streq_null(controller->model_name, "ioh3420");
	for (size_t i = 0; i < plan->devices.n; i++)
		if (plan->devices.v[i].port == item && plan->devices.v[i].kind)
			return plan->request->devices.v[plan->devices.v[i].wanted]
				.shared_group;
	return false;
}

/* Whether a device can be plugged in while the guest runs. */
static bool is_hot(const struct in_place *plan, int item)
{
	const struct guest_controller *controller = controller_of(plan, item);

	return controller && !switch_is(controller->hotplug, false);
}

/*
 * An empty port of the domain directly below a bus, or LAYOUT_NONE. Empty ports that the
 * plan adds must stay empty.
 */
static int free_port(const struct in_place *plan, int bus, enum controller_model kind,
		     bool shared)
{
	for (size_t i = 0; i < plan->n_given; i++)
		if (plan->layout.items.v[i].parent == bus &&
		    plan->layout.items.v[i].kind == kind &&
		    !layout_has_child(&plan->layout, (int)i) &&
		    in_place_shared_port(plan, (int)i) == shared &&
		    (!plan->request->attach || is_hot(plan, (int)i)))
			return (int)i;
	return LAYOUT_NONE;
}

static unsigned place_of(const struct layout_item *item)
{
	return item->slot * PCI_FUNCTIONS + item->function;
}

/* Whether ports in use follow a port: a bridge in it would change their bus numbers. */
static bool is_before_others(const struct in_place *plan, int port)
{
	const struct layout_item *items = plan->layout.items.v;

	for (size_t i = 0; items[port].has_address && i < plan->layout.items.n; i++)
		if (items[i].parent == items[port].parent && items[i].has_address &&
		    controller_is_bridge(items[i].kind) &&
		    place_of(&items[i]) > place_of(&items[port]) &&
		    layout_has_child(&plan->layout, (int)i))
			return true;
	return false;
}

/* A port for a bridge: an empty one after those in use, or else a new one. */
static int port_for_bridge(struct in_place *plan, int bus, enum controller_model kind)
{
	for (size_t i = 0; i < plan->n_given; i++)
		if (plan->layout.items.v[i].parent == bus &&
		    plan->layout.items.v[i].kind == kind &&
		    !layout_has_child(&plan->layout, (int)i) &&
		    !in_place_shared_port(plan, (int)i) &&
		    !is_before_others(plan, (int)i))
			return (int)i;
	return layout_add(&plan->layout, kind, bus);
}

unsigned in_place_free_ports(const struct in_place *plan, int bus)
{
	unsigned count = 0;

	for (size_t i = 0; i < plan->layout.items.n; i++)
		count += plan->layout.items.v[i].parent == bus &&
			 plan->layout.items.v[i].kind == CONTROLLER_ROOT_PORT &&
			 !layout_has_child(&plan->layout, (int)i);
	return count;
}

/* The @rank-th upstream port below an expander bus or port. */
static int upstream_below(const struct in_place *plan, int home, unsigned rank)
{
	for (size_t i = 0; i < count_settled(plan); i++)
		if (plan->layout.items.v[i].kind == CONTROLLER_UPSTREAM_PORT &&
		    layout_root_of(&plan->layout, (int)i) == home && rank-- == 0)
			return (int)i;
	return LAYOUT_NONE;
}

/* The upstream port that represents a switch of the request in the domain. */
static int there_already(const struct in_place *plan, int number, int home)
{
	const struct request *request = plan->request;
	unsigned rank = 0;

	if (plan->switch_home[number] != LAYOUT_NONE || plan->wishes.n > 0)
		return plan->switch_home[number];
	for (int i = 0; i < number; i++)
		rank += request->switches.v[i].root == request->switches.v[number].root;
	return upstream_below(plan, home, rank);
}

static int upstream_of(struct in_place *plan, int number, int home)
{
	const struct request *request = plan->request;
	const struct request_switch *wanted = &request->switches.v[number];
	int upstream = there_already(plan, number, home), above;

	if (upstream != LAYOUT_NONE)
		return upstream;
	if (wanted->parent >= 0)
		above = port_for_bridge(plan, upstream_of(plan, wanted->parent, home),
					CONTROLLER_DOWNSTREAM_PORT);
	else
		above = port_for_bridge(plan, home, CONTROLLER_ROOT_PORT);
	upstream = layout_add(&plan->layout, CONTROLLER_UPSTREAM_PORT, above);
	plan->switch_home[number] = upstream;
	return upstream;
}

/* The bus of the ports that a device may go into, and their model. */
static int bus_of_ports(struct in_place *plan, const struct request_device *wanted,
			enum controller_model *ret_kind)
{
	int home = in_place_make_home(plan, wanted);

	*ret_kind = wanted->switch_port >= 0 ? CONTROLLER_DOWNSTREAM_PORT
					     : CONTROLLER_ROOT_PORT;
	return wanted->switch_port >= 0 ? upstream_of(plan, wanted->switch_port, home)
					: home;
}

/* Where a port is, from the right place to any on the node. */
enum nearness { OF_SWITCH, OF_ROOT, BELOW_ROOT, OF_NODE, ELSEWHERE };

static bool is_empty_port(const struct in_place *plan, int item, bool shared)
{
	const struct layout_item *it = &plan->layout.items.v[item];

	return (it->kind == CONTROLLER_ROOT_PORT ||
		it->kind == CONTROLLER_DOWNSTREAM_PORT) &&
	       !layout_has_child(&plan->layout, item) &&
	       in_place_shared_port(plan, item) == shared && is_hot(plan, item);
}

static enum nearness nearness_of(const struct in_place *plan, int port,
				 const struct request_device *wanted)
{
	int parent = plan->layout.items.v[port].parent;
	int root = layout_root_of(&plan->layout, port);
	int home = in_place_home(plan, wanted);

	if (plan->layout.items.v[root].kind != CONTROLLER_PCIE_EXPANDER ||
	    plan->layout.items.v[root].cell != wanted->cell ||
	    !in_place_suits(plan, root, wanted->assigned))
		return ELSEWHERE;
	if (wanted->switch_port >= 0 &&
	    there_already(plan, wanted->switch_port, home) == parent)
		return OF_SWITCH;
	if (parent == home)
		return OF_ROOT;
	return root == home ? BELOW_ROOT : OF_NODE;
}

/*
 * For a device that is attached while the guest runs: the nearest empty port to its
 * place, or LAYOUT_NONE, because then no port can be added there.
 */
static int port_to_attach(const struct in_place *plan,
			  const struct request_device *wanted)
{
	enum nearness best = ELSEWHERE;
	int found = LAYOUT_NONE;

	for (size_t i = 0; wanted->cell != NO_CELL && i < plan->n_given; i++) {
		enum nearness nearness;

		if (!is_empty_port(plan, (int)i, wanted->shared_group))
			continue;
		nearness = nearness_of(plan, (int)i, wanted);
		if (nearness >= best)
			continue;
		best = nearness;
		found = (int)i;
	}
	if (found != LAYOUT_NONE && wanted->root >= 0 &&
	    best > (wanted->switch_port >= 0 ? OF_SWITCH : OF_ROOT))
		request_note(
			plan->request,
			PCI_FORMAT
			": goes into another empty port of its node, because there is none on the switch or expander bus that stands for the one above it on the host; its paths to other devices are not as on the host",
			PCI_ARGS(wanted->host));
	return found;
}

int in_place_port(struct in_place *plan, const struct request_device *wanted)
{
	enum controller_model kind;
	int port = plan->request->attach ? port_to_attach(plan, wanted) : LAYOUT_NONE;
	int bus;

	if (port != LAYOUT_NONE)
		return port;
	bus = bus_of_ports(plan, wanted, &kind);
	port = free_port(plan, bus, kind, wanted->shared_group);

	return port == LAYOUT_NONE ? layout_add(&plan->layout, kind, bus) : port;
}

int in_place_add_bridge(struct in_place *plan, const struct request_device *wanted)
{
	enum controller_model kind;
	int bus = bus_of_ports(plan, wanted, &kind);

	return layout_add(&plan->layout, CONTROLLER_PCIE_BRIDGE,
			  port_for_bridge(plan, bus, kind));
}
