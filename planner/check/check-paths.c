/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths between host devices (topology/path.h): what the guest's topology shows of those
 * that the host has, and what its drivers conclude from that.
 */
#include "planner/check/host.h"

#include "base/chain.h"
#include "planner/guest/port-link.h"
#include "planner/guest/predict/predict.h"
#include "topology/farther.h"
#include "topology/matrix.h"
#include "topology/pci-config.h"

#define VENDOR_MELLANOX 0x15b3

/* A function of the machine, -1 not known. */
struct spot {
	int function;
	struct path_ends ends;
};

/* The assigned devices, on the host and, if a rule needs it, in the guest. */
struct paths {
	struct check *check;
	check_hostdevs list;
	struct machine guest;
	/* Of each of the list. */
	VEC(struct spot) here, in_guest;
};

static const struct guest_device *device_at(const struct paths *paths, size_t i)
{
	return &paths->check->guest->devices.v[paths->list.v[i].device];
}

static const struct machine_function *on_host(const struct paths *paths, size_t i)
{
	return &paths->check->host->functions.v[paths->list.v[i].function];
}

static int guest_function(const struct paths *paths, size_t i)
{
	const struct guest_address *address = &device_at(paths, i)->address;
	struct pci_address at = address->at;

	if (!guest_address_on_pci(address) || paths->check->tree.bus[at.bus].number < 0)
		return -1;
	at.bus = (uint8_t)paths->check->tree.bus[at.bus].number;
	return machine_function_index(&paths->guest, at);
}

static struct spot spot_of(const struct machine *machine, int function)
{
	if (function < 0)
		return (struct spot){-1, {-1, -1}};
	return (struct spot){function, machine_path_ends(machine, (size_t)function)};
}

static void find_on_host(struct check *check, struct paths *ret)
{
	*ret = (struct paths){.check = check};
	check_list_hostdevs(check, &ret->list);
	for (size_t i = 0; i < ret->list.n; i++)
		*vec_add(&ret->here) = spot_of(check->host, ret->list.v[i].function);
}

static enum path_kind kind_between(const struct machine *machine, const struct spot *a,
				   const struct spot *b)
{
	return machine_path_kind(machine, (size_t)a->function, a->ends,
				 (size_t)b->function, b->ends);
}

/*
 * The number of a device's group on the host: a root complex is between devices of
 * different groups. It is the place on the root bus of the device, or of the port that it
 * is below, without the function: the functions of one device can be near each other.
 */
static uint64_t group_of(const struct paths *paths, size_t i)
{
	const struct spot *spot = &paths->here.v[i];
	int top = spot->ends.last >= 0 ? spot->ends.last : spot->function;
	const struct pci_address *at = &paths->check->host->functions.v[top].at;

	return (uint64_t)at->domain << 16 | (uint64_t)at->bus << 8 | at->slot;
}

/* Only for pairs, because a prediction takes longer than the other rules. */
static void find_in_guest(struct paths *paths)
{
	if (paths->list.n < 2)
		return;
	predict(paths->check->guest, &paths->guest);
	for (size_t i = 0; i < paths->list.n; i++)
		*vec_add(&paths->in_guest) =
			spot_of(&paths->guest, paths->list.v[i].function < 0
						       ? -1
						       : guest_function(paths, i));
}

static void free_paths(struct paths *paths)
{
	machine_free(&paths->guest);
	vec_free(&paths->list);
	vec_free(&paths->here);
	vec_free(&paths->in_guest);
}

static uint64_t device_key(const struct paths *paths, size_t i)
{
	return machine_device_key(paths->check->host, paths->list.v[i].function);
}

/*
 * A number of the switch above a function, whose pairs switch-split reports, or of its
 * device.
 */
static int unit_of(const struct paths *paths, size_t i, struct firsts *units)
{
	int above = machine_switch_above(paths->check->host, paths->list.v[i].function);
	uint64_t device = UINT64_C(1) << 63 | device_key(paths, i);

	return first_add(units, NULL, above >= 0 ? (uint64_t)above : device, (int)i);
}

static bool is_accelerated(const struct paths *paths, size_t i)
{
	const struct guest_iommu *iommu =
		guest_tree_iommu(&paths->check->tree,
				 device_at(paths, i)->address.at.bus);

	return iommu && guest_iommu_is_accelerated(iommu);
}

/* Below accelerated SMMUv3, those of two SMMUs of the host need two root buses. */
static bool must_be_apart(const struct paths *paths, size_t a, size_t b)
{
	const char *x = on_host(paths, a)->iommu, *y = on_host(paths, b)->iommu;

	return x && y && !streq(x, y) && is_accelerated(paths, a) &&
	       is_accelerated(paths, b);
}

/*
 * Whether a device is below a bridge with others of its host group, which have to be in
 * one address space of the guest's IOMMU.
 */
static bool needs_bridge(const struct paths *paths, size_t i)
{
	int group = on_host(paths, i)->iommu_group;

	for (size_t j = 0; j < paths->list.n; j++)
		if (j != i && group >= 0 && paths->check->guest->iommus.n > 0 &&
		    paths->list.v[j].function >= 0 &&
		    on_host(paths, j)->iommu_group == group &&
		    paths->in_guest.v[j].ends.first == paths->in_guest.v[i].ends.first)
			return true;
	return false;
}

/*
 * Of two devices below one switch of the host: whether one switch of the guest has both,
 * and a bridge makes their path longer. switch-split reports those of two switches.
 */
static bool is_bridged(const void *context, int first, int second)
{
	const struct paths *paths = context;
	size_t a = (size_t)first, b = (size_t)second;
	const struct spot *from = &paths->in_guest.v[a], *to = &paths->in_guest.v[b];
	int above = machine_switch_above(&paths->guest, from->function);
	enum path_kind host;

	if (above < 0 || above != machine_switch_above(&paths->guest, to->function) ||
	    device_key(paths, a) == device_key(paths, b))
		return false;
	host = kind_between(paths->check->host, &paths->here.v[a], &paths->here.v[b]);
	return kind_between(&paths->guest, from, to) > host && !needs_bridge(paths, a) &&
	       !needs_bridge(paths, b);
}

/* Fills in where there is no other pair yet. */
static void find_bridged(const struct paths *paths, int *before)
{
	_cleanup_chains_ struct chains switches = {};

	for (int i = 0; i < (int)paths->in_guest.n; i++) {
		int function = paths->here.v[i].function, above;

		if (function < 0 || paths->in_guest.v[i].function < 0)
			continue;
		above = machine_switch_above(paths->check->host, function);
		if (above >= 0 && before[i] < 0)
			before[i] = chain_find(&switches, (uint64_t)above, i, is_bridged,
					       paths);
		if (above >= 0)
			chain_add(&switches, NULL, (uint64_t)above, i);
	}
}

static void report_worse(const struct paths *paths, size_t a, size_t b)
{
	struct finding *finding;
	enum path_kind host = kind_between(paths->check->host, &paths->here.v[a],
					   &paths->here.v[b]),
		       guest = kind_between(&paths->guest, &paths->in_guest.v[a],
					    &paths->in_guest.v[b]);

	if (guest == PATH_NODE && must_be_apart(paths, a, b))
		return;
	finding = check_found(
		paths->check, device_at(paths, b)->element,
		PCI_FORMAT
		" and " PCI_FORMAT
		" are farther from each other in the guest (%s) than on the host (%s).",
		PCI_ARGS(on_host(paths, a)->at), PCI_ARGS(on_host(paths, b)->at),
		path_kind_name(guest), path_kind_name(host));
	if (is_bridged(paths, (int)a, (int)b))
		check_set_remedy(
			finding,
			"Put each into a pcie-switch-downstream-port; only devices of one IOMMU group of the host, in a guest with an IOMMU, need a bridge.");
	check_relate(paths->check, finding, device_at(paths, a)->element);
}

/* One finding for each device: the first of those before it. */
static void path_worse(struct check *check)
{
	_cleanup_free_ struct farther_function *functions = NULL;
	_cleanup_free_ int *before = NULL;
	_cleanup_firsts_ struct firsts units = {};
	struct paths paths;
	size_t n;

	find_on_host(check, &paths);
	find_in_guest(&paths);
	n = paths.in_guest.n;
	functions = xcalloc(n, sizeof(*functions));
	before = xcalloc(n, sizeof(*before));
	for (size_t i = 0; i < n; i++) {
		functions[i].here = paths.here.v[i].function;
		functions[i].there = paths.in_guest.v[i].function;
		if (functions[i].here >= 0)
			functions[i].unit = unit_of(&paths, i, &units);
	}
	farther_find(check->host, &paths.guest, functions, n, before);
	find_bridged(&paths, before);
	for (size_t i = 0; i < n; i++)
		if (before[i] >= 0)
			report_worse(&paths, (size_t)before[i], i);
	free_paths(&paths);
}

/* The function whose ACS redirects transfers between two devices to the root; -1. */
static int redirecting(const struct paths *paths, int a, int b)
{
	struct path path;

	machine_path(paths->check->host, (size_t)paths->list.v[a].function,
		     (size_t)paths->list.v[b].function, &path);
	return path.redirects;
}

static bool is_redirected(const void *context, int a, int b)
{
	const struct paths *paths = context;

	return device_key(paths, (size_t)a) != device_key(paths, (size_t)b) &&
	       redirecting(paths, a, b) >= 0;
}

static void report_redirected(const struct paths *paths, int a, int b)
{
	int at = redirecting(paths, a, b);

	check_relate(
		paths->check,
		check_found(
			paths->check, device_at(paths, (size_t)b)->element,
			"Transfers between " PCI_FORMAT " and " PCI_FORMAT
			" go through the root complex of the host, although a switch connects them: ACS at " PCI_FORMAT
			" redirects them.",
			PCI_ARGS(on_host(paths, (size_t)a)->at),
			PCI_ARGS(on_host(paths, (size_t)b)->at),
			PCI_ARGS(paths->check->host->functions.v[at].at)),
		device_at(paths, (size_t)a)->element);
}

/* Of devices that are alike, the first is as good as the others. */
static void acs_redirects(struct check *check)
{
	_cleanup_chains_ struct chains groups = {};
	_cleanup_firsts_ struct firsts alike = {};
	struct paths paths;

	find_on_host(check, &paths);
	for (int b = 0; b < (int)paths.list.n; b++) {
		int function = paths.here.v[b].function, a;
		uint64_t likeness;

		if (function < 0)
			continue;
		a = chain_find(&groups, group_of(&paths, (size_t)b), b, is_redirected,
			       &paths);
		if (a >= 0)
			report_redirected(&paths, a, b);
		likeness = machine_path_likeness(check->host, (size_t)function);
		if (first_add(&alike, NULL, likeness, b) == b)
			chain_add(&groups, NULL, group_of(&paths, (size_t)b), b);
	}
	free_paths(&paths);
}

/* Where plan --override link cannot help. */
static void add_link_remedy(struct check *check, const struct guest_controller *port,
			    const struct machine_link *shown, struct finding *finding)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_PORT_32_GT);
	enum { MOST_MT_S = 16000 }; /* without that feature */

	if (!guest_port_has_speed(port))
		check_set_remedy(
			finding,
			"A %s has no property for it. If that matters more than the switch, put the device into a pcie-root-port, as virt-layout plan --host --per node does in a new domain.",
			port->model_name ? port->model_name : port->model);
	else if (shown->speed_mt_s >= MOST_MT_S &&
		 !target_has(&check->options->target, FEATURE_PORT_32_GT))
		check_set_remedy(finding, "A port with more than 16 GT/s needs %s.",
				 needs);
}

static void judge_link(const struct paths *paths, size_t i)
{
	struct check *check = paths->check;
	const struct guest_address *address = &device_at(paths, i)->address;
	const struct guest_controller *c =
		guest_address_on_pci(address)
			? guest_tree_controller(&check->tree, address->at.bus)
			: NULL;
	struct machine_link host, port;
	struct finding *finding;
	uint32_t mb_s;

	if (!c || !guest_is_port(c))
		return;
	host = machine_link_above(check->host, (size_t)paths->list.v[i].function, &mb_s);
	port = guest_port_link(check->guest, c);
	if (!host.speed_mt_s || !host.width ||
	    (port.speed_mt_s >= host.speed_mt_s && port.width >= host.width))
		return;
	finding = check_found(
		check, c->element,
		"Port %d shows %u.%u GT/s and %u lane%s, but " PCI_FORMAT
		" has %u.%u GT/s and %u on the host, so its driver computes too low a rate.",
		guest_pci_index(c), port.speed_mt_s / 1000, port.speed_mt_s / 100 % 10,
		port.width, port.width > 1 ? "s" : "", PCI_ARGS(on_host(paths, i)->at),
		host.speed_mt_s / 1000, host.speed_mt_s / 100 % 10, host.width);
	add_link_remedy(check, c, &port, finding);
}

static void port_link_hidden(struct check *check)
{
	struct paths paths;

	find_on_host(check, &paths);
	for (size_t i = 0; i < paths.list.n; i++)
		if (paths.list.v[i].function >= 0 &&
		    on_host(&paths, i)->vendor == VENDOR_MELLANOX &&
		    matrix_class_of(on_host(&paths, i)) == MATRIX_NIC)
			judge_link(&paths, i);
	free_paths(&paths);
}

/* How many devices have the property, wherever it is given. */
static unsigned count_cliques(const struct guest *guest)
{
	unsigned count = 0;

	for (size_t i = 0; i < guest->commandline.unknown.n; i++)
		count += strstr(guest->commandline.unknown.v[i].text,
				"x-nv-gpudirect-clique") != NULL;
	return count;
}

static bool is_gpu(const struct paths *paths, size_t i)
{
	return paths->list.v[i].function >= 0 && matrix_is_nvidia_gpu(on_host(paths, i));
}

/* Virtual functions of one GPU are not connected by a switch. */
static bool is_near(const void *context, int a, int b)
{
	const struct paths *paths = context;
	enum path_kind kind =
		kind_between(paths->check->host, &paths->here.v[a], &paths->here.v[b]);

	return (kind == PATH_PIX || kind == PATH_PXB) &&
	       device_key(paths, (size_t)a) != device_key(paths, (size_t)b);
}

/* Marks the GPUs that a switch of the host connects with another one of the guest. */
static void mark_near_gpus(const struct paths *paths, bool *near)
{
	_cleanup_chains_ struct chains groups = {};

	for (int b = 0; b < (int)paths->list.n; b++) {
		uint64_t group;
		int a;

		if (!is_gpu(paths, (size_t)b))
			continue;
		group = group_of(paths, (size_t)b);
		a = chain_find(&groups, group, b, is_near, paths);
		chain_add(&groups, NULL, group, b);
		if (a >= 0)
			near[a] = near[b] = true;
	}
}

static void clique_missing(struct check *check)
{
	_cleanup_free_ bool *marks = NULL;
	struct paths paths;
	unsigned near = 0;
	int first = -1;

	find_on_host(check, &paths);
	marks = xcalloc(paths.list.n, sizeof(*marks));
	mark_near_gpus(&paths, marks);
	for (size_t i = 0; i < paths.list.n; i++) {
		if (!marks[i])
			continue;
		near++;
		first = first < 0 ? (int)i : first;
	}
	if (near > count_cliques(check->guest))
		check_found(
			check, device_at(&paths, (size_t)first)->element,
			"Switches of the host connect %u GPUs of the guest with each other, but %u of them %s x-nv-gpudirect-clique, so the driver in the guest does not let them access each other.",
			near, near - count_cliques(check->guest),
			near - count_cliques(check->guest) > 1 ? "have no" : "has no");
	free_paths(&paths);
}

const struct rule paths_rules[] = {
	{RULE("path-worse", path_worse, WARNING, NEED_MACHINE | NEED_HOST_PCI, NOBODY),
	 .what = "No two assigned devices are farther from each other in the guest than on the host, in the sense of virt-layout topology --matrix. The functions of one device, with their virtual functions, count as one: what they exchange, such as the packets of a NIC, does not leave the device. The bridge that devices of one IOMMU group of the host need below the guest's IOMMU is not reported.",
	 .why = "Otherwise NCCL and other programs choose a longer path between them, or do not use GPUDirect.",
	 .to_fix =
		 "Put them below one expander bus or switch, as on the host and as virt-layout plan --domain --host does by itself, without --per node.",
	 .source = "NCCL topology detection; nvidia-smi topo -m", .remedy = REMEDY_EDIT},
	{RULE("acs-redirects", acs_redirects, INFO, NEED_HOST_PCI, NOBODY),
	 .what = "Transfers between assigned devices below one switch of the host do not have to go through its root complex.",
	 .why = "ACS of the switch isolates the devices, which VFIO needs to assign them to different guests, and sends their transfers up to the root complex and back, which is slower.",
	 .to_fix =
		 "If all devices below the switch belong to this guest, turn off Request Redirect and Completion Redirect in the ACS control register of the switch's downstream ports (setpci), or turn on Direct Translated P2P, with ATS in the devices.",
	 .source = "PCI Express base specification 6.12.1", .remedy = REMEDY_RECORD},
	{RULE("port-link-hidden", port_link_hidden, INFO, NEED_MACHINE | NEED_HOST_PCI,
	      NOBODY),
	 .what = "The port of an assigned mlx5 device has at least the speed and width of the device's link on the host.",
	 .why = "The driver takes the slowest link above the device for the rate that it can have. A pcie-root-port shows the link of the device below it, but no more than 16 GT/s and 32 lanes unless they are given; other ports show 2.5 GT/s and one lane.",
	 .to_fix =
		 "virt-layout plan --domain --host --override link adds <qemu:override> with the property x-speed for the alias of the pcie-root-port, which is pci.INDEX.",
	 .source =
		 "QEMU 7.2 hw/pci/pcie.c; Linux drivers/pci/pci.c, pcie_bandwidth_available; measured in a guest of QEMU 7.2: an empty pcie-root-port shows 16 GT/s and 32 lanes, one with an emulated device 2.5 GT/s and one lane",
	 .remedy = REMEDY_EDIT},
	{RULE("clique-missing", clique_missing, INFO, NEED_HOST_PCI, NOBODY),
	 .what = "NVIDIA GPUs that a switch of the host connects have the property x-nv-gpudirect-clique.",
	 .why = "In a guest, the driver lets GPUs access each other over PCI only if they are in one clique. GPUs with NVLink do not need it.",
	 .to_fix =
		 "virt-layout plan --domain --host --override clique adds <qemu:override> with the property x-nv-gpudirect-clique for the alias of each GPU, with one number from 0 to 15 for those that share a switch.",
	 .source = "QEMU 7.2 hw/vfio/pci-quirks.c, nv_add_caps", .remedy = REMEDY_EDIT},
	{},
};
