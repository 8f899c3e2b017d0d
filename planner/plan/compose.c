/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compose.c - chooses the devices' kinds within the I/O budget, describes the PCI tree to
 * layout, and writes the result into the guest.
 *
 * Order on the tree: first the ports of general-purpose devices and the empty general
 * ports on pcie-root, then each expander bus with its ports. So the general ports get the
 * lowest controller indexes, which is where libvirt puts what comes without an address.
 */
#include "planner/plan/compose.h"

#include "planner/plan/compose-guest.h"
#include "planner/plan/request/io-keep.h"

#include <stdarg.h>

#define DEFAULT_GENERAL_PORTS 4

static void note(struct plan *plan, const char *format, ...) _printf_(2, 3);
static void note(struct plan *plan, const char *format, ...)
{
	struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	*vec_add(&plan->notes) = text_take(&text);
}

void plan_free(struct plan *plan)
{
	guest_free(&plan->guest);
	layout_free(&plan->layout);
	vec_free(&plan->devices);
	for (size_t i = 0; i < plan->notes.n; i++)
		free(plan->notes.v[i]);
	vec_free(&plan->notes);
}

static unsigned count_io(const struct plan *plan)
{
	unsigned count = 0;

	for (size_t i = 0; i < plan->devices.n; i++)
		count += plan->devices.v[i].kind->io_bar;
	return count;
}

/* What is past the firmware's limit now are kinds that the user named. */
static int choose_kinds(const struct request *request, struct plan *plan,
			struct error *error)
{
	unsigned limit = io_limit(request), io = 0;

	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *wanted = &request->devices.v[i];
		struct plan_device *device = vec_add(&plan->devices);

		device->wanted = i;
		device->kind = wanted->kind;
		if (!wanted->kind->io_bar || ++io <= limit)
			continue;
		return error_input(
			error,
			"more than %u devices with I/O ports (%s) do not %s: ask for fewer, or take virtio-net, which has none",
			limit, wanted->kind->name,
			request->firmware == FIRMWARE_BIOS ? "boot under SeaBIOS"
							   : "get their BARs under OVMF");
	}
	return 0;
}

/* The expander bus of each root, made when something first needs it. */
struct port_tree {
	const struct request *request;
	struct plan *plan;
	int *expander_of_cell; /* layout items; LAYOUT_NONE */
	int *expander_of_root;
	int *upstream_of_switch;
};

static int add_expander(struct port_tree *tree, int cell)
{
	int item = layout_add(&tree->plan->layout, CONTROLLER_PCIE_EXPANDER, 0);

	tree->plan->layout.items.v[item].cell = cell;
	tree->plan->layout.items.v[item].spare = DEFAULT_SPARE_BUSES;
	return item;
}

static int expander_for(struct port_tree *tree, const struct request_device *device)
{
	int *slot;

	if (device->root >= 0)
		slot = &tree->expander_of_root[device->root];
	else if (device->cell != NO_CELL)
		slot = &tree->expander_of_cell[device->cell];
	else
		return 0;
	if (*slot == LAYOUT_NONE)
		*slot = add_expander(tree,
				     device->root >= 0
					     ? tree->request->roots.v[device->root].cell
					     : device->cell);
	return *slot;
}

/* The upstream port of a mirrored switch, with the port it sits in. */
static int upstream_for(struct port_tree *tree, int number, int expander)
{
	const struct request_switch *wanted = &tree->request->switches.v[number];
	struct layout *layout = &tree->plan->layout;
	int above;

	if (tree->upstream_of_switch[number] != LAYOUT_NONE)
		return tree->upstream_of_switch[number];
	if (wanted->parent >= 0)
		above = layout_add(layout, CONTROLLER_DOWNSTREAM_PORT,
				   upstream_for(tree, wanted->parent, expander));
	else
		above = layout_add(layout, CONTROLLER_ROOT_PORT, expander);
	tree->upstream_of_switch[number] =
		layout_add(layout, CONTROLLER_UPSTREAM_PORT, above);
	return tree->upstream_of_switch[number];
}

static void add_device(struct port_tree *tree, struct plan_device *device)
{
	const struct request_device *wanted = &tree->request->devices.v[device->wanted];
	struct layout *layout = &tree->plan->layout;
	int expander = expander_for(tree, wanted), port;

	if (wanted->switch_port >= 0)
		port = layout_add(layout, CONTROLLER_DOWNSTREAM_PORT,
				  upstream_for(tree, wanted->switch_port, expander));
	else
		port = layout_add(layout, CONTROLLER_ROOT_PORT, expander);
	device->endpoint = layout_add(layout, LAYOUT_ENDPOINT, port);
	layout->items.v[device->endpoint].owner = (int)(device - tree->plan->devices.v);
}

/*
 * Children of one bus stand together in the layout's order, so devices are added expander
 * by expander, then the spare ports of each.
 */
static void add_devices(struct port_tree *tree)
{
	for (size_t i = 0; i < tree->plan->devices.n; i++)
		add_device(tree, &tree->plan->devices.v[i]);
}

static void add_spare_ports(struct port_tree *tree, int count)
{
	struct layout *layout = &tree->plan->layout;
	size_t n = layout->items.n;

	for (size_t i = 0; i < n; i++)
		for (int port = 0;
		     layout->items.v[i].kind == CONTROLLER_PCIE_EXPANDER && port < count;
		     port++)
			layout_add(layout, CONTROLLER_ROOT_PORT, (int)i);
}

/* How many empty hot-pluggable ports may stand beside @io functions with an I/O BAR. */
static int fit_empty_ports(const struct request *request, struct plan *plan,
			   unsigned expanders, int *ret_general, struct error *error)
{
	int general = request->general_ports, spare = MAX(request->spare_ports, 0);
	unsigned io = count_io(plan), limit = io_limit(request);
	int room = (int)MIN(limit - MIN(io, limit), 255u);
	int fixed = spare * (int)expanders + MAX(general, 0);

	*ret_general = general >= 0 ? general : DEFAULT_GENERAL_PORTS;
	if (!io_needs_cold_ports(request, io))
		return 0;
	if (fixed > room)
		return error_input(
			error,
			"%d empty ports do not fit under OVMF beside %u devices with I/O ports: it has %u windows in all; ask for %d or fewer, or take devices without I/O ports (virtio-net)",
			fixed, io, limit, room);
	if (general < 0 && *ret_general > room - fixed) {
		*ret_general = room - fixed;
		note(plan,
		     "%d of %d empty general ports are left out: OVMF has I/O windows for %u ports only, and %u are taken",
		     DEFAULT_GENERAL_PORTS - *ret_general, DEFAULT_GENERAL_PORTS, limit,
		     io + (unsigned)fixed);
	}
	return 0;
}

/* Expander buses that the request's devices will need. */
static unsigned count_expanders(const struct request *request)
{
	_cleanup_set_ struct set cells = {}, roots = {};

	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *device = &request->devices.v[i];

		if (device->root >= 0)
			set_add(&roots, (unsigned)device->root);
		else if (device->cell != NO_CELL)
			set_add(&cells, (unsigned)device->cell);
	}
	if (request->spare_ports > 0)
		for (size_t i = 0; i < request->nodes.n; i++)
			set_add(&cells, (unsigned)i);
	return set_count(&cells) + set_count(&roots);
}

static int *none_for(size_t n)
{
	int *items = xcalloc(n, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = LAYOUT_NONE;
	return items;
}

static int build_tree(const struct request *request, struct plan *plan,
		      struct error *error)
{
	_cleanup_free_ int *cells = none_for(request->nodes.n);
	_cleanup_free_ int *roots = none_for(request->roots.n);
	_cleanup_free_ int *switches = none_for(request->switches.n);
	struct port_tree tree = {request, plan, cells, roots, switches};
	int general;

	if (fit_empty_ports(request, plan, count_expanders(request), &general, error) < 0)
		return -1;
	layout_begin(&plan->layout);
	if (streq(request->iommu, "virtio"))
		plan->layout.reserved_slots |= 1u << IOMMU_SLOT;
	if (compose_needs_video(plan))
		plan->layout.reserved_slots |= 1u << VIDEO_SLOT;
	compose_general(request, plan);
	for (int i = 0; i < general; i++)
		layout_add(&plan->layout, CONTROLLER_ROOT_PORT, 0);
	/* Spare ports are wanted on every node, devices or not. */
	if (request->spare_ports > 0 && request->per == PER_NODE)
		for (size_t i = 0; i < request->nodes.n; i++)
			cells[i] = add_expander(&tree, (int)i);
	add_devices(&tree);
	add_spare_ports(&tree, request->spare_ports);
	return layout_solve(&plan->layout, error);
}

int compose(const struct request *request, struct guest *skeleton, struct plan *ret,
	    struct error *error)
{
	_cleanup_plan_ struct plan plan = {.guest = *skeleton};

	guest_init(skeleton);
	if (choose_kinds(request, &plan, error) < 0 ||
	    build_tree(request, &plan, error) < 0)
		return -1;
	compose_guest(request, &plan);
	*ret = plan;
	plan = (struct plan){};
	guest_init(&plan.guest);
	return 0;
}
