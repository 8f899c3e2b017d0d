/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stand-ins for a mirrored machine's functions, and with --per root-complex the expander
 * buses and switches above them.
 */
#include "planner/plan/request/mirror.h"

#include "planner/plan/request/mirror-parts.h"
#include "topology/path.h"

/* Bridges above a function, outermost first. */
struct way {
	int bridges[256];
	int n;
};

static struct way way_to(const struct machine *machine, size_t function)
{
	struct way way = {};
	int up = machine->functions.v[function].upstream;

	for (int at = up; at >= 0 && way.n < 256; at = machine->functions.v[at].upstream)
		way.n++;
	for (int at = up, i = way.n; i-- > 0; at = machine->functions.v[at].upstream)
		way.bridges[i] = at;
	return way;
}

static int find_root(struct request *request, const struct machine_root *host, int cell)
{
	struct request_root *root;

	for (size_t i = 0; i < request->roots.n; i++)
		if (request->roots.v[i].host_domain == host->domain &&
		    request->roots.v[i].host_bus == host->first_bus &&
		    request->roots.v[i].cell == cell)
			return (int)i;
	root = vec_add(&request->roots);
	root->cell = cell;
	root->host_domain = host->domain;
	root->host_bus = host->first_bus;
	return (int)request->roots.n - 1;
}

static int find_switch(struct request *request, int root, int parent,
		       struct pci_address host)
{
	struct request_switch *wanted;

	for (size_t i = 0; i < request->switches.n; i++)
		if (request->switches.v[i].root == root &&
		    pci_address_equal(request->switches.v[i].host, host))
			return (int)i;
	wanted = vec_add(&request->switches);
	wanted->root = root;
	wanted->parent = parent;
	wanted->host = host;
	return (int)request->switches.n - 1;
}

void mirror_place(const struct machine *machine, size_t number, struct request *request,
		  struct request_device *device)
{
	const struct machine_function *function = &machine->functions.v[number];
	struct way way = way_to(machine, number);

	if (function->root < 0)
		return;
	/* Without a cell it is on pcie-root, but below its switch. */
	if (device->cell != NO_CELL)
		device->root = find_root(request, &machine->roots.v[function->root],
					 device->cell);
	for (int level = 0; level < way.n; level++)
		if (machine_is_upstream_port(machine, way.bridges[level],
					     level + 1 < way.n))
			device->switch_port =
				find_switch(request, device->root, device->switch_port,
					    machine->functions.v[way.bridges[level]].at);
}

/* The outermost switch of a chain, -1 for none. */
static int outermost(const struct request *request, int number)
{
	while (number >= 0 && request->switches.v[number].parent >= 0)
		number = request->switches.v[number].parent;
	return number;
}

bool mirror_shares_switch(const struct request *request, const struct request_device *a,
			  const struct request_device *b)
{
	int of_a = outermost(request, a->switch_port);

	return of_a >= 0 && of_a == outermost(request, b->switch_port);
}

static int cell_of(const struct request *request, const struct machine_function *function)
{
	if (function->affinity.what != AFFINITY_NODE)
		return NO_CELL;
	return mirror_cell(request, function->affinity.node);
}

static void add_stand_in(const struct machine *machine, size_t number,
			 const struct device_kind *kind, struct request *request)
{
	const struct machine_function *function = &machine->functions.v[number];
	struct request_device device = {
		.kind = kind,
		.cell = cell_of(request, function),
		.root = -1,
		.switch_port = -1,
		.vfs = (unsigned)MIN(MAX(function->num_vfs, 0), (int)kind->vfs),
		.mirrors = true,
		.host = function->at,
		.host_class = function->class_code,
		.host_vendor = function->vendor,
		.host_device = function->device,
		.host_vfs = (unsigned)MAX(function->num_vfs, 0),
		.host_group = function->iommu_group,
	};

	if (request->per == PER_ROOT_COMPLEX)
		mirror_place(machine, number, request, &device);
	*vec_add(&request->devices) = device;
}

/* Bus numbers of the tree that the request describes, without spare ones. */
static unsigned count_buses(const struct request *request)
{
	unsigned spare = request->spare_ports > 0 ? (unsigned)request->spare_ports : 0;
	/* pcie-root, its ports for what every guest has, and empty ports. */
	size_t count = 24 + request->roots.n * (1 + spare) + 2 * request->switches.n +
		       request->devices.n;

	return (unsigned)MIN(count, (size_t)1024);
}

/* Which devices are below a switch that another one is below, too; freed by the caller.
 */
static bool *find_sharing(const struct request *request)
{
	size_t *below = xcalloc(request->switches.n + 1, sizeof(*below));
	bool *shares = xcalloc(request->devices.n + 1, sizeof(*shares));

	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].switch_port >= 0)
			below[outermost(request, request->devices.v[i].switch_port)]++;
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].switch_port >= 0)
			shares[i] =
				below[outermost(request,
						request->devices.v[i].switch_port)] > 1;
	free(below);
	return shares;
}

static void forget_places(struct request *request)
{
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].mirrors)
			request->devices.v[i].root = request->devices.v[i].switch_port =
				-1;
	request->roots.n = request->switches.n = 0;
}

/* Puts the mirrored devices below their root complexes; those of @kept, below switches.
 */
static void place_all(const struct machine *machine, const bool *kept,
		      struct request *request)
{
	forget_places(request);
	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];
		int function = device->mirrors
				       ? machine_function_index(machine, device->host)
				       : -1;
		size_t switches = request->switches.n;

		if (function < 0)
			continue;
		mirror_place(machine, (size_t)function, request, device);
		if (kept && !kept[i]) {
			device->switch_port = -1;
			request->switches.n = switches;
		}
	}
}

/* Without --per: the root complexes and switches of the host, if devices share one. */
static void keep_switches(const struct machine *machine, struct request *request)
{
	bool *kept, any = false;

	place_all(machine, NULL, request);
	kept = find_sharing(request);
	for (size_t i = 0; i < request->devices.n; i++)
		any |= kept[i];
	if (any)
		place_all(machine, kept, request);
	free(kept);
	if (!any) {
		forget_places(request);
	} else if (count_buses(request) > 256) {
		forget_places(request);
		request_note(
			request,
			"the switches of the host are not kept, because the guest has too few bus numbers for them; --per root-complex with --mirror or fewer ports keeps them");
	} else {
		request->per = PER_ROOT_COMPLEX;
		request->keeps_switches = true;
		request_note(
			request,
			"%zu switch%s of the host %s kept, because mirrored devices share %s (--per node leaves switches out); QEMU's switches have no ACS, so if the guest has an IOMMU, the devices below a switch are in one group",
			request->switches.n, request->switches.n > 1 ? "es" : "",
			request->switches.n > 1 ? "are" : "is",
			request->switches.n > 1 ? "them" : "it");
	}
}

static void note_unplaced(struct request *request)
{
	unsigned count = 0;
	const struct request_device *first = NULL;

	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *device = &request->devices.v[i];

		if (!device->mirrors || device->cell != NO_CELL)
			continue;
		first = first ? first : device;
		count++;
	}
	if (count > 0)
		request_note(
			request,
			"%u function%s (first " PCI_FORMAT
			") without a known node: placed on pcie-root, where they have no node in the guest either; use --locality to specify the nodes that the firmware does not report",
			count, count > 1 ? "s" : "", PCI_ARGS(first->host));
}

/* Whether one more of this kind on this cell is within the limits. */
static bool is_within(const struct mirror_options *options, const struct request *request,
		      const struct device_kind *kind, int cell)
{
	unsigned on_cell = 0, of_kind = 0;

	if (!options->limited && !options->n_limits)
		return true;
	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *device = &request->devices.v[i];

		on_cell += device->mirrors && device->cell == cell;
		of_kind += device->mirrors && device->kind == kind;
	}
	if (options->limited && on_cell >= options->devices_per_node)
		return false;
	for (size_t i = 0; i < options->n_limits; i++)
		if (options->limits[i].kind == kind && of_kind >= options->limits[i].most)
			return false;
	return true;
}

/* Sorts by cell, those without one last; within a cell by host address. */
void mirror_devices(const struct machine *machine, const struct mirror_options *options,
		    struct request *request)
{
	unsigned beyond = 0;

	for (int cell = 0; cell <= (int)request->nodes.n; cell++)
		for (size_t i = 0; i < machine->functions.n; i++) {
			const struct machine_function *function =
				&machine->functions.v[i];
			const struct device_kind *kind =
				mirror_kind(function, &request->target);
			int own = cell_of(request, function);

			if (!kind ||
			    (own == NO_CELL ? (int)request->nodes.n : own) != cell)
				continue;
			if (is_within(options, request, kind, own))
				add_stand_in(machine, i, kind, request);
			else
				beyond++;
		}
	if (beyond)
		request_note(request, "%u function%s left out, because of --mirror",
			     beyond, beyond > 1 ? "s" : "");
	if (!request->per_given)
		keep_switches(machine, request);
	note_unplaced(request);
}
