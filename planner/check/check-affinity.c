/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host devices: whether they are near the memory and CPUs that use them. The host node of
 * a device is sysfs numa_node or given by the user; the guest node is the <node> of the
 * expander bus above it.
 */
#include "planner/check/fix-parts.h"

#include "base/chain.h"
#include "topology/path.h"

#define DEVICE(check, row) (&(check)->guest->devices.v[(row)->device])

typedef void (*say_hostdev)(struct check *check, const struct check_hostdev *row,
			    const struct guest_device *device);

static void each_hostdev(struct check *check, say_hostdev say)
{
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++)
		say(check, &list.v[i], DEVICE(check, &list.v[i]));
	vec_free(&list);
}

static void say_exists(struct check *check, const struct check_hostdev *row,
		       const struct guest_device *device)
{
	if (row->function < 0)
		check_found(check, device->element,
			    "The host has no PCI device " PCI_FORMAT ".",
			    PCI_ARGS(device->source.at));
}

static void hostdev_exists(struct check *check)
{
	each_hostdev(check, say_exists);
}

static bool backs(const struct check *check, int cell, int node)
{
	struct set backing;
	bool right = check_backing(check, (size_t)cell, &backing) &&
		     set_has(&backing, (unsigned)node);

	set_free(&backing);
	return right;
}

/* The expander bus on a cell that this node backs, or -1. */
static int bus_for_node(const struct check *check, int node, int *cell)
{
	for (int index = 1; index < INDEXES; index++) {
		/* libvirt has no address on one that it does not know. */
		*cell = check->tree.bus[index].root == index &&
					!guest_tree_controller(&check->tree, index)->added
				? guest_tree_cell(&check->tree, index)
				: -1;
		if (*cell >= 0 && backs(check, *cell, node))
			return index;
	}
	return -1;
}

/* A cell that this node backs, with or without an expander bus; -1. */
static int cell_for_node(const struct check *check, int node)
{
	for (int i = 0; i < (int)check->guest->cells.n; i++)
		if (backs(check, i, node))
			return i;
	return -1;
}

static void add_cell_remedy(struct check *check, struct finding *finding,
			    const struct check_hostdev *row,
			    const struct guest_device *device)
{
	int cell, bus = bus_for_node(check, row->host_node, &cell);
	_cleanup_free_ char *where = bus >= 0 ? xasprintf("expander bus %d", bus) : NULL;

	if (bus < 0) {
		cell = cell_for_node(check, row->host_node);
		where = xasprintf("an expander bus of guest node %d", cell);
	}
	if (cell < 0)
		check_set_remedy(
			finding,
			"Back guest node %d with host node %d, or remove the device.",
			row->cell, row->host_node);
	else
		check_set_remedy(
			finding,
			"Move it below %s, as virt-layout plan --hostdev " PCI_FORMAT
			",node=%d does, or back guest node %d with host node %d.",
			where, PCI_ARGS(device->source.at), cell, row->cell,
			row->host_node);
}

static void say_cell(struct check *check, const struct check_hostdev *row,
		     const struct guest_device *device)
{
	_cleanup_free_ char *nodes = NULL, *own = NULL;
	_cleanup_set_ struct set backing = {};
	struct finding *finding;
	int root;

	if (row->cell < 0 || row->host_node < 0 ||
	    !check_backing(check, (size_t)row->cell, &backing) ||
	    set_has(&backing, (unsigned)row->host_node))
		return;
	nodes = check_set_string(&backing);
	root = check->tree.bus[device->address.at.bus].root;
	finding = check_found(
		check, device->element,
		PCI_FORMAT
		" is on host node %d, but in the guest its bus (controller %u below expander bus %d) is on node %d, backed by host node %s.",
		PCI_ARGS(device->source.at), row->host_node, device->address.at.bus, root,
		row->cell, nodes);
	finding->subject = xasprintf(PCI_FORMAT, PCI_ARGS(device->source.at));
	own = xasprintf("%d", row->host_node);
	check_values(finding, nodes, own);
	add_cell_remedy(check, finding, row, device);
}

static void hostdev_cell_affinity(struct check *check)
{
	each_hostdev(check, say_cell);
}

static void say_no_affinity(struct check *check, const struct check_hostdev *row,
			    const struct guest_device *device)
{
	if (check->guest->cells.n < 2 || row->host_node < 0 || row->cell >= 0)
		return;
	check_found(
		check, device->element,
		PCI_FORMAT
		" is on host node %d, but on no node in the guest: there is no expander bus with a <node> above it.",
		PCI_ARGS(device->source.at), row->host_node);
}

static void hostdev_no_affinity(struct check *check)
{
	each_hostdev(check, say_no_affinity);
}

static void say_unbacked(struct check *check, const struct check_hostdev *row,
			 const struct guest_device *device)
{
	_cleanup_set_ struct set all = {};
	size_t cells = check->guest->cells.n;

	if (row->host_node < 0)
		return;
	for (size_t i = 0; i < MAX(cells, (size_t)1); i++) {
		_cleanup_set_ struct set backing = {};

		if (!check_backing(check, i, &backing))
			return;
		set_union(&all, &backing);
	}
	if (!set_has(&all, (unsigned)row->host_node))
		check_found(check, device->element,
			    PCI_FORMAT
			    " is on host node %d, where the guest has no memory.",
			    PCI_ARGS(device->source.at), row->host_node);
}

static void hostdev_node_unbacked(struct check *check)
{
	each_hostdev(check, say_unbacked);
}

static void say_unknown(struct check *check, const struct check_hostdev *row,
			const struct guest_device *device)
{
	if (check->host->nodes.n > 1 && row->function >= 0 && row->host_node < 0)
		check_found(check, device->element,
			    "The host's firmware does not specify the node of " PCI_FORMAT
			    ".",
			    PCI_ARGS(device->source.at));
}

static void hostdev_node_unknown(struct check *check)
{
	each_hostdev(check, say_unknown);
}

static int guest_root(const struct check *check, const struct check_hostdev *row)
{
	const struct guest_device *device = DEVICE(check, row);

	return device->address.state == VALUE_VALID
		       ? check->tree.bus[device->address.at.bus].root
		       : -1;
}

static int host_root(const struct check_assigned *assigned, int i)
{
	return assigned->check->host->functions.v[assigned->list.v[i].function].root;
}

static bool other_root(const void *context, int a, int b)
{
	return host_root(context, a) != host_root(context, b);
}

/* Of the devices below one expander bus, the first of each root complex of the host. */
static void rc_collapsed(struct check *check)
{
	_cleanup_chains_ struct chains roots = {};
	_cleanup_firsts_ struct firsts both = {};
	struct check_assigned assigned = {.check = check};

	check_list_hostdevs(check, &assigned.list);
	for (int i = 0; i < (int)assigned.list.n; i++) {
		const struct check_hostdev *row = &assigned.list.v[i];
		int root = guest_root(check, row), first;
		uint64_t pair;

		if (row->function < 0 || root <= 0)
			continue;
		first = chain_find(&roots, (uint64_t)root, i, other_root, &assigned);
		pair = (uint64_t)root << 32 | (uint32_t)host_root(&assigned, i);
		if (first_add(&both, NULL, pair, i) == i)
			chain_add(&roots, NULL, (uint64_t)root, i);
		if (first >= 0)
			check_found_pair(
				&assigned, first, i,
				"are below different root complexes of the host, but below one expander bus in the guest.");
	}
	vec_free(&assigned.list);
}

/* The lowest switch above a device in the guest, by controller index; -1. */
static int guest_switch(const struct check *check, const struct check_hostdev *row)
{
	int index = DEVICE(check, row)->address.at.bus;

	for (int steps = 0; index > 0 && steps < INDEXES; steps++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		if (c && controller_model_of(c) == CONTROLLER_UPSTREAM_PORT)
			return index;
		index = check->tree.bus[index].parent;
	}
	return -1;
}

/* Two functions of one port or below one bridge, as those of a host group can be. */
static bool stay_together(const struct check *check, const struct check_hostdev *a,
			  const struct check_hostdev *b)
{
	int bus = DEVICE(check, a)->address.at.bus;

	return bus == DEVICE(check, b)->address.at.bus && bus != guest_root(check, a);
}

/* Whether plan --domain --host leaves a device where it is. */
static bool has_no_node(const struct check *check, const struct check_hostdev *row)
{
	return machine_function_node(check->host, row->function) == UNKNOWN_ID;
}

/*
 * Of two devices below one switch of the host. If they are on pcie-root, that their node
 * is wrong comes first, unless it is not known.
 */
static bool switch_is_lost(const void *context, int first, int second)
{
	const struct check_assigned *assigned = context;
	const struct check *check = assigned->check;
	const struct check_hostdev *a = &assigned->list.v[first],
				   *b = &assigned->list.v[second];

	bool on_nodes = guest_root(check, a) > 0 && guest_root(check, b) > 0;

	return (on_nodes || (has_no_node(check, a) && has_no_node(check, b))) &&
	       !stay_together(check, a, b) &&
	       (guest_switch(check, a) < 0 ||
		guest_switch(check, a) != guest_switch(check, b));
}

static void switch_split(struct check *check)
{
	_cleanup_chains_ struct chains switches = {};
	struct check_assigned assigned = {.check = check};

	check_list_hostdevs(check, &assigned.list);
	for (int i = 0; i < (int)assigned.list.n; i++) {
		int function = assigned.list.v[i].function;
		int above =
			function < 0 ? -1 : machine_switch_above(check->host, function);
		struct finding *finding;
		int first;

		if (above < 0)
			continue;
		first = chain_find(&switches, (uint64_t)above, i, switch_is_lost,
				   &assigned);
		chain_add(&switches, NULL, (uint64_t)above, i);
		if (first < 0)
			continue;
		finding = check_found_pair(
			&assigned, first, i,
			"are below one switch of the host, but not below one in the guest.");
		if (has_no_node(check, &assigned.list.v[i]))
			check_set_remedy(
				finding,
				"Insert a pcie-switch-upstream-port with a pcie-switch-downstream-port for each device. virt-layout plan --domain --host does so if it knows their node (--locality).");
	}
	vec_free(&assigned.list);
}

const struct rule affinity_rules[] = {
	{RULE("hostdev-exists", hostdev_exists, ERROR, NEED_HOST_PCI, LIBVIRT),
	 .what = "Assigned devices exist on the host.",
	 .why = "Otherwise libvirt refuses to start the domain.",
	 .to_fix = "Name a device of the host.", .source = LV "util/virpci.c",
	 .untried =
		 "libvirt checks this only when the guest starts, and no test starts a guest with a device that the host does not have.",
	 .remedy = REMEDY_EDIT},
	{RULE("hostdev-cell-affinity", hostdev_cell_affinity, ERROR,
	      NEED_MACHINE | NEED_HOST_PCI, NOBODY),
	 .what = "An assigned device is on the guest node that is backed by the device's host node.",
	 .why = "Otherwise the guest uses memory and CPUs of the wrong node for it.",
	 .to_fix = "Move the device below an expander bus of the right node.",
	 .source = "Linux numa_node of PCI devices", .remedy = REMEDY_FIX,
	 .fix = fix_to_node, .planned = PLAN_FIXES_WITH_HOST},
	{RULE("hostdev-no-affinity", hostdev_no_affinity, WARNING,
	      NEED_MACHINE | NEED_HOST_PCI, NOBODY),
	 .what = "In a guest with several nodes, an assigned device is on one of them.",
	 .why = "Otherwise it has numa_node -1, and NCCL, DPDK and others have to guess the node.",
	 .to_fix = "Put it below an expander bus with the right <node>.",
	 .source = "Linux numa_node of PCI devices", .remedy = REMEDY_FIX,
	 .fix = fix_to_node},
	{RULE("hostdev-node-unbacked", hostdev_node_unbacked, WARNING, NEED_HOST_PCI,
	      NOBODY),
	 .what = "The guest has memory on the device's host node.",
	 .why = "Otherwise all of the device's transfers go to another node.",
	 .to_fix = "Add a cell on that node, or use a nearer device.",
	 .source = "Linux numa_node of PCI devices", .remedy = REMEDY_EDIT},
	{RULE("hostdev-node-unknown", hostdev_node_unknown, INFO, NEED_HOST_PCI, NOBODY),
	 .what = "The host knows which node each assigned device is on.",
	 .why = "If the firmware has no _PXM for a device, its numa_node is -1, and its placement cannot be checked.",
	 .to_fix = "Give the node to virt-layout check with --locality.",
	 .source = "ACPI 6.4, 6.2.14 _PXM", .remedy = REMEDY_RECORD},
	{RULE("rc-collapsed", rc_collapsed, WARNING, NEED_MACHINE | NEED_HOST_PCI,
	      NOBODY),
	 .what = "Devices of different root complexes of the host are below different expander buses in the guest.",
	 .why = "Otherwise the guest treats them as neighbours, and GPUDirect considers them close.",
	 .to_fix =
		 "Give each root complex an expander bus; several may have the same <node>.",
	 .source = "NCCL topology detection", .remedy = REMEDY_FIX,
	 .fix = fix_to_own_root},
	{RULE("switch-split", switch_split, WARNING, NEED_MACHINE | NEED_HOST_PCI,
	      NOBODY),
	 .what = "Devices below one switch of the host are also below one switch in the guest.",
	 .why = "Otherwise NCCL and GPUDirect assume that the path through the root is the only one between them.",
	 .to_fix =
		 "Insert a pcie-switch-upstream-port with a pcie-switch-downstream-port for each device, as virt-layout plan --domain --host does by itself.",
	 .source = "NCCL topology detection", .remedy = REMEDY_EDIT},
	{},
};
