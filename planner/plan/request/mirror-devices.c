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

/* Cells are fewer than 2^24. */
static uint64_t root_key(const struct request_root *root)
{
	return (uint64_t)root->host_domain << 32 | (uint64_t)root->host_bus << 24 |
	       (uint64_t)(root->cell + 1);
}

void mirror_index_begin(struct mirror_index *index, const struct request *request)
{
	*index = (struct mirror_index){};
	for (size_t i = 0; i < request->roots.n; i++)
		first_add(&index->roots, request->roots.v[i].host_iommu,
			  root_key(&request->roots.v[i]), (int)i);
	for (size_t i = 0; i < request->switches.n; i++)
		chain_add(&index->switches, NULL,
			  pci_address_key(request->switches.v[i].host), (int)i);
}

void mirror_index_free(struct mirror_index *index)
{
	firsts_free(&index->roots);
	chains_free(&index->switches);
}

static int find_root(struct request *request, struct mirror_index *index,
		     const struct machine *machine,
		     const struct machine_function *function, int cell)
{
	const struct machine_root *host = &machine->roots.v[function->root];
	struct request_root root = {.cell = cell,
				    .host_domain = host->domain,
				    .host_bus = host->first_bus,
				    .host_iommu =
					    index->by_iommu ? function->iommu : NULL};
	int number = first_add(&index->roots, root.host_iommu, root_key(&root),
			       (int)request->roots.n);

	if (number == (int)request->roots.n)
		*vec_add(&request->roots) = root;
	return number;
}

static int find_switch(struct request *request, struct mirror_index *index, int root,
		       int parent, struct pci_address host)
{
	uint64_t key = pci_address_key(host);
	struct request_switch *wanted;

	for (int i = chain_first(&index->switches, NULL, key);
	     i < (int)request->switches.n; i = index->switches.next.v[i])
		if (request->switches.v[i].root == root)
			return i;
	chain_add(&index->switches, NULL, key, (int)request->switches.n);
	wanted = vec_add(&request->switches);
	wanted->root = root;
	wanted->parent = parent;
	wanted->host = host;
	return (int)request->switches.n - 1;
}

/* Without a cell it is on pcie-root, but below its switch. */
static void place_root(const struct machine *machine, size_t number,
		       struct request *request, struct mirror_index *index,
		       struct request_device *device)
{
	const struct machine_function *function = &machine->functions.v[number];

	if (function->root >= 0 && device->cell != NO_CELL)
		device->root = find_root(request, index, machine, function, device->cell);
}

void mirror_place(const struct machine *machine, size_t number, struct request *request,
		  struct mirror_index *index, struct request_device *device)
{
	struct way way = way_to(machine, number);

	place_root(machine, number, request, index, device);
	if (machine->functions.v[number].root < 0)
		return;
	for (int level = 0; level < way.n; level++)
		if (machine_is_upstream_port(machine, way.bridges[level],
					     level + 1 < way.n))
			device->switch_port =
				find_switch(request, index, device->root,
					    device->switch_port,
					    machine->functions.v[way.bridges[level]].at);
}

int mirror_switch_above(const struct request *request, const struct request_device *to)
{
	int number = to->switch_port;

	while (number >= 0 && request->switches.v[number].parent >= 0)
		number = request->switches.v[number].parent;
	return number;
}

static int cell_of(const struct request *request, const struct machine_function *function)
{
	if (function->affinity.what != AFFINITY_NODE)
		return NO_CELL;
	return mirror_cell(request, function->affinity.node);
}

static void add_stand_in(const struct machine *machine, size_t number,
			 const struct device_kind *kind, struct request *request,
			 struct mirror_index *index)
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
		mirror_place(machine, number, request, index, &device);
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
			below[mirror_switch_above(request, &request->devices.v[i])]++;
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].switch_port >= 0)
			shares[i] =
				below[mirror_switch_above(request,
							  &request->devices.v[i])] > 1;
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
	_cleanup_mirror_index_ struct mirror_index index = {};

	forget_places(request);
	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];
		int function = device->mirrors
				       ? machine_function_index(machine, device->host)
				       : -1;

		if (function < 0)
			continue;
		if (kept && !kept[i])
			place_root(machine, (size_t)function, request, &index, device);
		else
			mirror_place(machine, (size_t)function, request, &index, device);
	}
}

/* Of the placed devices: root complexes of one node become one expander bus. */
static void note_merged(struct request *request)
{
	size_t roots = request->roots.n, buses = 0;

	for (size_t i = 0; i < roots; i++) {
		size_t first = 0;

		while (request->roots.v[first].cell != request->roots.v[i].cell)
			first++;
		buses += first == i;
	}
	if (buses < roots)
		request_note(
			request,
			"the devices of %zu root complexes are below %zu expander bus%s, one for each node; --per root-complex gives each root complex its own",
			roots, buses, buses > 1 ? "es" : "");
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
		note_merged(request);
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
			"%zu switch%s of the host %s kept, because mirrored devices share %s (--per node leaves switches out)",
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

/* How much has been mirrored. */
struct mirrored {
	unsigned on_cell;                /* of the cell at hand */
	unsigned of_kind[MIRROR_LIMITS]; /* by limit */
};

/* Counts one more of this kind, if it is within the limits. */
static bool count_within(const struct mirror_options *options,
			 const struct device_kind *kind, struct mirrored *mirrored)
{
	if (options->limited && mirrored->on_cell >= options->devices_per_node)
		return false;
	for (size_t i = 0; i < options->n_limits; i++)
		if (options->limits[i].kind == kind &&
		    mirrored->of_kind[i] >= options->limits[i].most)
			return false;
	mirrored->on_cell++;
	for (size_t i = 0; i < options->n_limits; i++)
		mirrored->of_kind[i] += options->limits[i].kind == kind;
	return true;
}

/* The functions that have a stand-in, by cell; without one: the number of cells. */
static void list_by_cell(const struct machine *machine, const struct request *request,
			 struct chains *ret)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];
		int own = cell_of(request, function);

		if (mirror_kind(function, &request->target))
			chain_add(ret, NULL,
				  own == NO_CELL ? request->nodes.n : (size_t)own,
				  (int)i);
	}
}

/* Sorts by cell, those without one last; within a cell by host address. */
void mirror_devices(const struct machine *machine, const struct mirror_options *options,
		    struct request *request)
{
	_cleanup_mirror_index_ struct mirror_index index = {};
	_cleanup_chains_ struct chains by_cell = {};
	struct mirrored mirrored = {};
	unsigned beyond = 0;

	mirror_index_begin(&index, request);
	list_by_cell(machine, request, &by_cell);
	for (size_t cell = 0; cell <= request->nodes.n; cell++) {
		int n = (int)machine->functions.n;

		mirrored.on_cell = 0;
		for (int i = chain_first(&by_cell, NULL, cell); i < n;
		     i = by_cell.next.v[i]) {
			const struct device_kind *kind =
				mirror_kind(&machine->functions.v[i], &request->target);

			if (count_within(options, kind, &mirrored))
				add_stand_in(machine, (size_t)i, kind, request, &index);
			else
				beyond++;
		}
	}
	if (beyond)
		request_note(request, "%u function%s left out, because of --mirror",
			     beyond, beyond > 1 ? "s" : "");
	if (!request->per_given)
		keep_switches(machine, request);
	note_unplaced(request);
}
