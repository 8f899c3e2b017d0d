/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fills in from the domain what the user did not specify, so that the request can be
 * finished and laid out like one for a fresh plan.
 */
#include "planner/plan/in-place/host.h"

#include "planner/guest/predict/show.h"
#include "planner/plan/reach.h"

static void keep(char **string, const char *there)
{
	if (!*string && there)
		*string = xstrdup(there);
}

static void keep_firmware(struct in_place *plan)
{
	if (!plan->request->firmware_given && guest_is_efi(&plan->old))
		plan->request->firmware = switch_is(plan->old.loader_secure, true)
						  ? FIRMWARE_EFI_SECURE
						  : FIRMWARE_EFI;
}

/* A cell as a node of the request. */
static void node_of_cell(const struct guest_cell *cell, struct request_node *node)
{
	node->host_node = -1;
	node->memory_bytes = cell->memory_bytes.value;
	node->vcpu_list = set_copy(&cell->cpus.set);
	node->vcpus = set_count(&node->vcpu_list);
}

/* The user's nodes keep the vCPUs of the cells if the counts match. */
static void keep_vcpu_lists(struct in_place *plan)
{
	struct request *request = plan->request;

	for (size_t i = 0; i < request->nodes.n; i++)
		if (i >= plan->old.cells.n ||
		    !set_empty(&request->nodes.v[i].vcpu_list) ||
		    set_count(&plan->old.cells.v[i].cpus.set) !=
			    request->nodes.v[i].vcpus)
			return;
	for (size_t i = 0; i < request->nodes.n; i++) {
		set_free(&request->nodes.v[i].vcpu_list); /* empty, but allocated */
		request->nodes.v[i].vcpu_list = set_copy(&plan->old.cells.v[i].cpus.set);
	}
}

/* Cells that only a host device is in. The caller frees it. */
static struct set list_initiators(const struct guest *old)
{
	struct set cells = {};

	for (size_t i = 0; i < old->devices.n; i++) {
		const struct guest_device *device = &old->devices.v[i];

		if (!guest_takes_initiator(device) ||
		    device->initiator.state != VALUE_VALID)
			continue;
		set_foreach (cell, &device->initiator.set)
			if ((size_t)cell < old->cells.n &&
			    set_empty(&old->cells.v[cell].cpus.set) &&
			    number_is(old->cells.v[cell].memory_bytes, 0))
				set_add(&cells, (unsigned)cell);
	}
	return cells;
}

/* The distance that the domain has between two cells, or libvirt's default. */
static uint32_t distance_there(const struct guest *old, size_t from, size_t to)
{
	for (size_t i = 0; from < old->cells.n && i < old->cells.v[from].distances.n; i++)
		if (number_is(old->cells.v[from].distances.v[i].id, to))
			return (uint32_t)old->cells.v[from].distances.v[i].value.value;
	return from == to ? 10 : 20;
}

/* Gives a mirrored machine's distances rows and columns for @n cells. */
static void extend_distances(struct in_place *plan, size_t n)
{
	struct request *request = plan->request;
	size_t had = request->nodes.n;
	uint32_t *distances;

	if (!request->distances)
		return;
	distances = xcalloc(n * n, sizeof(*distances));
	for (size_t i = 0; i < n * n; i++)
		distances[i] = i / n < had && i % n < had
				       ? request->distances[i / n * had + i % n]
				       : distance_there(&plan->old, i / n, i % n);
	free(request->distances);
	request->distances = distances;
}

/*
 * The plan itself adds the last cells for GPUs, so no --node names them, and they stay as
 * they are. A --node cannot become a cell after them: its devices name it by its
 * position.
 */
static int keep_initiators(struct in_place *plan, const struct set *initiators,
			   struct error *error)
{
	struct request *request = plan->request;
	const struct guest *old = &plan->old;
	size_t named = old->cells.n;

	while (named > 0 && set_has(initiators, (unsigned)named - 1))
		named--;
	if (named == old->cells.n)
		return 0;
	if (request->nodes.n != named)
		return in_place_refuse(
			plan, error, old->cells.v[named].element,
			"the domain has %zu cell%s besides those of generic initiators (<acpi nodeset=>), which come last, and plan neither removes cells nor adds any before those; request as many nodes, not %zu",
			named, named == 1 ? "" : "s", request->nodes.n);
	extend_distances(plan, old->cells.n);
	for (size_t i = named; i < old->cells.n; i++)
		node_of_cell(&old->cells.v[i], vec_add(&request->nodes));
	return 0;
}

static int fill_nodes(struct in_place *plan, struct error *error)
{
	struct request *request = plan->request;
	const struct guest *old = &plan->old;
	_cleanup_set_ struct set initiators = list_initiators(old);

	if (request->nodes.n == 0)
		for (size_t i = 0; i < old->cells.n; i++)
			node_of_cell(&old->cells.v[i], vec_add(&request->nodes));
	else if (keep_initiators(plan, &initiators, error) < 0)
		return -1;
	if (request->nodes.n < old->cells.n)
		return in_place_refuse(
			plan, error, old->cells.v[request->nodes.n].element,
			"the domain has %zu cells, more than the requested %zu, and plan never removes cells; request %zu nodes, or remove this cell from the domain first",
			old->cells.n, request->nodes.n, old->cells.n);
	if (request->nodes.n == old->cells.n)
		keep_vcpu_lists(plan);
	set_foreach (cell, &initiators)
		request->nodes.v[cell].initiator = true;
	return 0;
}

static bool has_hostdev(const struct guest *guest, struct pci_address at)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].source.state == VALUE_VALID &&
		    pci_address_equal(guest->devices.v[i].source.at, at))
			return true;
	return false;
}

static const struct guest_device *find_disk(const struct guest *guest, const char *kind,
					    const char *file)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *disk = &guest->devices.v[i];
		const char *device =
			document_attribute(guest->document, disk->element, "device");

		if (streq(disk->tag, "disk") && streq(device ? device : "disk", kind) &&
		    streq_null(disk->source_file, file))
			return disk;
	}
	return NULL;
}

/* The alias of a machine type stands for any version of it. */
static bool has_machine(const struct guest *guest, const char *name)
{
	return streq_null(guest->machine, name) ||
	       (streq(name, "q35") && guest_is_q35(guest)) ||
	       (streq(name, "virt") && guest_is_virt(guest));
}

/* Whether its command line is what a plan writes for --append, or just these words. */
static bool has_append(const struct guest *guest, const char *words)
{
	_cleanup_text_ struct text whole = {};

	text_add_kernel_words(&whole, guest);
	text_printf(&whole, "%s%s", whole.n > 0 ? " " : "", words);
	return streq_null(guest->cmdline, words) || streq_null(guest->cmdline, whole.s);
}

/*
 * Settings of a fresh domain, which an existing one has already. So the options that
 * planned a domain can be given again with it.
 */
static int check_settings(const struct in_place *plan, struct error *error)
{
	const struct request *request = plan->request;
	const struct guest *old = &plan->old;
	const struct {
		const char *flag, *value;
		bool same;
	} rows[] = {
		{"name", request->name, streq_null(old->name, request->name)},
		{"type", request->type, streq_null(old->type, request->type)},
		{"machine", request->machine,
		 request->machine && has_machine(old, request->machine)},
		{"arch", request->architecture,
		 streq_null(old->architecture, request->architecture)},
		{"disk", request->disk, find_disk(old, "disk", request->disk)},
		{"cdrom", request->cdrom, find_disk(old, "cdrom", request->cdrom)},
		{"mgmt", request->mgmt, request->mgmt && reach_has(request, old)},
		{"kernel", request->kernel, streq_null(old->kernel, request->kernel)},
		{"initrd", request->initrd, streq_null(old->initrd, request->initrd)},
		{"append", request->append,
		 request->append && has_append(old, request->append)},
		{"hmat", request->hmat_rows.n > 0 ? "" : NULL, old->interconnects.n > 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].value && !rows[i].same)
			return error_input(
				error,
				"--%s%s%s: the domain has another value, which plan does not change; change it in the domain itself",
				rows[i].flag, *rows[i].value ? " " : "", rows[i].value);
	return 0;
}

/*
 * A host device that the domain has is moved to its node, as with --place; another one is
 * added like any device.
 */
static void take_hostdevs(struct in_place *plan)
{
	struct request *request = plan->request;
	size_t n = 0;

	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];
		struct request_place *place;

		if (!device->assigned || !has_hostdev(&plan->old, device->host)) {
			request->devices.v[n++] = *device;
			continue;
		}
		place = vec_add(&request->places);
		place->device = xasprintf(PCI_FORMAT, PCI_ARGS(device->host));
		place->cell = device->cell;
	}
	request->devices.n = n;
}

/* The disk that the domain has already is moved to its node. */
static void take_disk(struct in_place *plan)
{
	struct request *request = plan->request;
	const struct guest_device *disk =
		request->disk && request->disk_cell != NO_CELL
			? find_disk(&plan->old, "disk", request->disk)
			: NULL;
	struct request_place *place;

	if (!disk || !disk->target_dev)
		return;
	place = vec_add(&request->places);
	place->device = xstrdup(disk->target_dev);
	place->cell = request->disk_cell;
}

static bool has_feature(const struct guest *guest, const char *name)
{
	for (size_t i = 0; i < guest->cpu_features.n; i++)
		if (streq_null(guest->cpu_features.v[i].name, name))
			return true;
	return false;
}

int in_place_cpu(struct in_place *plan, struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(plan->request->cpu);
	char *rest = copy, *mode = strsep(&rest, "+"), *feature;
	struct guest *new = &plan->new;

	if (new->cpu_model && !streq_null(new->cpu_mode, mode))
		return in_place_refuse(
			plan, error, new->cpu_element,
			"<cpu>: names a model; remove <model> first, so that the mode can be changed to %s",
			mode);
	free(new->cpu_mode);
	new->cpu_mode = xstrdup(mode);
	while ((feature = strsep(&rest, "+"))) {
		struct guest_feature *row;

		if (has_feature(new, feature))
			continue;
		row = vec_add(&new->cpu_features);
		row->element = -1;
		row->name = xstrdup(feature);
		row->policy = xstrdup("require");
	}
	return 0;
}

static int set_given(struct in_place *plan, struct error *error)
{
	return plan->request->cpu ? in_place_cpu(plan, error) : 0;
}

int in_place_fill_request(struct in_place *plan, struct error *error)
{
	struct request *request = plan->request;
	const struct guest *old = &plan->old;

	if (check_settings(plan, error) < 0 || set_given(plan, error) < 0)
		return -1;
	take_hostdevs(plan);
	take_disk(plan);
	keep(&request->name, old->name ? old->name : "nested");
	keep(&request->type, old->type ? old->type : "kvm");
	keep(&request->architecture, old->architecture ? old->architecture : "x86_64");
	keep(&request->machine, old->machine);
	keep(&request->cpu, old->cpu_mode ? old->cpu_mode : "custom");
	if (!request->iommu)
		request->iommu = xstrdup(old->iommus.n && old->iommus.v[0].model
						 ? old->iommus.v[0].model
						 : "none");
	keep_firmware(plan);
	if (fill_nodes(plan, error) < 0)
		return -1;
	if (plan->host && in_place_host_cells(plan, error) < 0)
		return -1;
	if (request->threads_per_core == 0 && old->threads.state == VALUE_VALID)
		request->threads_per_core = (unsigned)MIN(old->threads.value, 64u);
	if (request_finish(request, error) < 0)
		return error_wrap(error, "%s", plan->document->name);
	return 0;
}
