/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/picture/pair.h"

#include "planner/check/check.h"
#include "planner/check/drift.h"
#include "planner/check/host.h"
#include "planner/guest/predict/predict.h"
#include "planner/guest/read.h"

#include <stdlib.h>

/* Everything that the steps share. */
struct pairing {
	struct check *check;
	struct pair *pair;
	/* By element of the document: the function, root bus or node that it is; -1. */
	int *functions, *roots, *nodes;
};

const char *pair_quality_name(enum pair_quality quality)
{
	static const char *const names[] = {
		[PAIR_LOCAL] = "local",
		[PAIR_PACKAGE] = "other node of the package",
		[PAIR_REMOTE] = "remote",
		[PAIR_UNKNOWN] = "locality unknown",
	};

	return names[quality];
}

struct set pair_cell_nodes(const struct pair_cell *cell)
{
	struct set nodes = set_copy(&cell->nodes);

	if (!cell->bound && cell->stands_for >= 0)
		set_add(&nodes, (unsigned)cell->stands_for);
	return nodes;
}

void pair_free(struct pair *pair)
{
	for (size_t i = 0; i < pair->cells.n; i++)
		set_free(&pair->cells.v[i].nodes);
	for (size_t i = 0; i < pair->pins.n; i++)
		set_free(&pair->pins.v[i].cpus);
	for (size_t i = 0; i < pair->findings.n; i++) {
		struct finding *finding = &pair->findings.v[i].finding;

		free(finding->message);
		free(finding->remedy);
	}
	vec_free(&pair->links);
	vec_free(&pair->cells);
	vec_free(&pair->pins);
	vec_free(&pair->findings);
	free(pair->title);
	machine_free(&pair->guest);
	*pair = (struct pair){};
}

/* The index of the guest's function at an address of the domain; -1. */
static int function_at(const struct pairing *pairing, const struct guest_address *address)
{
	int bus;

	if (!guest_address_on_pci(address))
		return -1;
	bus = pairing->check->tree.bus[address->at.bus].number;
	if (bus < 0)
		return -1;
	return machine_function_index(&pairing->pair->guest,
				      (struct pci_address){.bus = (uint8_t)bus,
							   .slot = address->at.slot,
							   .function =
								   address->at.function});
}

static void find_functions(struct pairing *pairing)
{
	const struct guest *guest = pairing->check->guest;
	const guest_functions *functions = &pairing->check->tree.functions;

	for (size_t i = 0; i < functions->n; i++) {
		int element = assign_element(guest, functions->v[i].item);

		if (element >= 0)
			pairing->functions[element] =
				function_at(pairing, functions->v[i].address);
	}
}

/* A controller that makes a root bus is shown as that, not as the function it also is. */
static void find_roots(struct pairing *pairing)
{
	const struct guest_tree *tree = &pairing->check->tree;
	const struct machine *machine = &pairing->pair->guest;

	for (int index = 0; index < INDEXES; index++) {
		const struct guest_controller *controller =
			guest_tree_controller(tree, index);

		if (!controller || controller->element < 0 ||
		    tree->bus[index].root != index)
			continue;
		for (size_t i = 0; i < machine->roots.n; i++) {
			if (machine->roots.v[i].first_bus != tree->bus[index].number)
				continue;
			pairing->roots[controller->element] = (int)i;
			pairing->functions[controller->element] = -1;
		}
	}
}

/* A node that no cell has yet, without CPUs. */
static int spare_node(const struct pair *pair)
{
	for (size_t i = 0; i < pair->guest.nodes.n; i++) {
		bool taken = !set_empty(&pair->guest.nodes.v[i].cpus);

		for (size_t j = 0; j < pair->cells.n; j++)
			taken |= pair->cells.v[j].node == (int)i;
		if (!taken)
			return (int)i;
	}
	return -1;
}

/* The kernel numbers nodes with CPUs first, as predict_renumber() does. */
static int node_of_cell(const struct pair *pair, const struct guest_cell *cell)
{
	int first = cell->cpus.state == VALUE_VALID ? set_first(&cell->cpus.set) : -1;

	for (size_t i = 0; first >= 0 && i < pair->guest.nodes.n; i++)
		if (set_has(&pair->guest.nodes.v[i].cpus, (unsigned)first))
			return (int)i;
	return -1;
}

static void add_cell(struct pairing *pairing, size_t index)
{
	struct pair *pair = pairing->pair;
	const struct guest_cell *cell = &pairing->check->guest->cells.v[index];
	struct pair_cell *made = vec_add(&pair->cells);

	made->id = (int)MIN(cell->id.value, (uint64_t)INT16_MAX);
	made->node = node_of_cell(pair, cell);
	made->stands_for = -1;
	made->bound = check_backing(pairing->check, index, &made->nodes);
	if (cell->cpus.state == VALUE_VALID)
		set_foreach (vcpu, &cell->cpus.set)
			made->pinned |=
				check_pin_of(pairing->check, (unsigned)vcpu) != NULL;
}

static struct pair_cell *cell_of_id(struct pair *pair, int id)
{
	for (size_t i = 0; i < pair->cells.n; i++)
		if (pair->cells.v[i].id == id)
			return &pair->cells.v[i];
	return NULL;
}

/* Cells without CPUs: those of initiators have the next numbers, then the others. */
static void place_other_cells(struct pairing *pairing)
{
	struct predict_cells initiators = {};
	struct pair *pair = pairing->pair;

	predict_initiators(pairing->check->guest, &initiators);
	for (size_t i = 0; i < initiators.cells.n; i++) {
		struct pair_cell *cell = cell_of_id(pair, initiators.cells.v[i]);

		if (cell && cell->node < 0)
			cell->node = spare_node(pair);
	}
	for (size_t i = 0; i < pair->cells.n; i++)
		if (pair->cells.v[i].node < 0)
			pair->cells.v[i].node = spare_node(pair);
	vec_free(&initiators.cells);
}

static void find_cells(struct pairing *pairing)
{
	const struct guest *guest = pairing->check->guest;

	for (size_t i = 0; i < guest->cells.n; i++)
		add_cell(pairing, i);
	place_other_cells(pairing);
	for (size_t i = 0; i < guest->cells.n; i++)
		if (guest->cells.v[i].element >= 0)
			pairing->nodes[guest->cells.v[i].element] =
				pairing->pair->cells.v[i].node;
	for (size_t i = 0; i < guest->memnodes.n; i++) {
		const struct guest_memnode *memnode = &guest->memnodes.v[i];
		struct pair_cell *cell =
			cell_of_id(pairing->pair,
				   (int)MIN(memnode->cell.value, (uint64_t)INT16_MAX));

		if (cell && memnode->element >= 0)
			pairing->nodes[memnode->element] = cell->node;
	}
}

static void find_pins(struct pairing *pairing)
{
	const struct guest *guest = pairing->check->guest;
	struct pair *pair = pairing->pair;

	for (size_t i = 0; i < pair->guest.cpus.n; i++) {
		unsigned vcpu = (unsigned)pair->guest.cpus.v[i].id;
		const struct set *cpus = check_pin_of(pairing->check, vcpu);

		if (cpus)
			*vec_add(&pair->pins) = (struct pair_pin){vcpu, set_copy(cpus)};
	}
	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		const struct guest_pin *pin = &guest->vcpupins.v[i];
		const struct machine_cpu *cpu =
			machine_cpu(&pair->guest, (int)MIN(pin->id.value, 0xffffu));
		const struct machine_node *node =
			cpu ? machine_node(&pair->guest, cpu->node) : NULL;

		if (pin->element >= 0 && node)
			pairing->nodes[pin->element] = (int)(node - pair->guest.nodes.v);
	}
}

static int package_of(const struct machine *machine, int node_id)
{
	const struct machine_node *node = machine_node(machine, node_id);
	const struct machine_cpu *cpu =
		node && !set_empty(&node->cpus)
			? machine_cpu(machine, set_first(&node->cpus))
			: NULL;

	return cpu ? cpu->package : UNKNOWN_ID;
}

static enum pair_quality quality_of(const struct pairing *pairing, int host_function,
				    int guest_function)
{
	const struct machine *host = pairing->check->host;
	const struct pair *pair = pairing->pair;
	const struct machine_affinity *there, *here;

	if (!host || host_function < 0 || guest_function < 0)
		return PAIR_UNKNOWN;
	there = &host->functions.v[host_function].affinity;
	here = &pair->guest.functions.v[guest_function].affinity;
	if (there->what != AFFINITY_NODE || here->what != AFFINITY_NODE)
		return PAIR_UNKNOWN;
	for (size_t i = 0; i < pair->cells.n; i++) {
		const struct pair_cell *cell = &pair->cells.v[i];
		_cleanup_set_ struct set nodes = pair_cell_nodes(cell);

		if (cell->node < 0 || pair->guest.nodes.v[cell->node].id != here->node)
			continue;
		if (set_empty(&nodes))
			return PAIR_UNKNOWN;
		if (set_has(&nodes, (unsigned)there->node))
			return PAIR_LOCAL;
		set_foreach (node, &nodes)
			if (package_of(host, node) != UNKNOWN_ID &&
			    package_of(host, node) == package_of(host, there->node))
				return PAIR_PACKAGE;
		return PAIR_REMOTE;
	}
	return PAIR_UNKNOWN;
}

/* A host device has its own identity in the guest, which only the host knows. */
static void show_identity(const struct machine_function *host,
			  struct machine_function *guest)
{
	if (guest->vendor)
		return;
	guest->vendor = host->vendor;
	guest->device = host->device;
	guest->subvendor = host->subvendor;
	guest->subdevice = host->subdevice;
	guest->class_code = host->class_code;
}

static void add_link(struct pairing *pairing, struct pci_address host_at,
		     int guest_function, bool assigned)
{
	const struct machine *host = pairing->check->host;
	int function = host ? machine_function_index(host, host_at) : -1;

	if (assigned && function >= 0 && guest_function >= 0)
		show_identity(&host->functions.v[function],
			      &pairing->pair->guest.functions.v[guest_function]);
	*vec_add(&pairing->pair->links) = (struct pair_link){
		.host = function,
		.guest = guest_function,
		.host_at = host_at,
		.assigned = assigned,
		.quality = quality_of(pairing, function, guest_function),
	};
}

/* A note of `plan`: what a cell or an emulated device stands for. */
static void read_note(struct pairing *pairing, int element)
{
	const struct document *document = pairing->check->document;
	const char *name = document_element_name(document, element);
	const char *stands_for = document_attribute(document, element, "stands-for");
	const char *at = document_attribute(document, element, "at");
	const char *cell = document_attribute(document, element, "cell");
	struct pci_address host, guest;
	struct pair_cell *found;
	int id, node;

	if (!stands_for)
		return;
	if (streq(name, "node") && cell && parse_int(cell, &id) &&
	    parse_int(stands_for, &node) && node >= 0 && node < SET_LIMIT) {
		found = cell_of_id(pairing->pair, id);
		if (found)
			found->stands_for = node;
	}
	if (streq(name, "device") && at && pci_address_parse(at, &guest) &&
	    pci_address_parse(stands_for, &host))
		add_link(pairing, host,
			 machine_function_index(&pairing->pair->guest, guest), false);
}

/* The notes have nodes before devices. */
static void read_notes(struct pairing *pairing)
{
	const struct document *document = pairing->check->document;
	int metadata = pairing->check->guest->metadata_element;

	if (metadata < 0 || !drift_has_plan(document, pairing->check->guest))
		return;
	for (int plan = document_child(document, metadata, NULL); plan >= 0;
	     plan = document_next(document, plan, NULL)) {
		if (!streq(document_element_name(document, plan), "plan"))
			continue;
		for (int note = document_child(document, plan, NULL); note >= 0;
		     note = document_next(document, note, NULL))
			read_note(pairing, note);
	}
}

static void find_hostdevs(struct pairing *pairing)
{
	const struct guest *guest = pairing->check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (guest_address_on_pci(&device->source))
			add_link(pairing, device->source.at,
				 function_at(pairing, &device->address), true);
	}
}

/* The element of the nearest ancestor that is in the picture. */
static void place_finding(const struct pairing *pairing, struct pair_finding *finding)
{
	const struct document *document = pairing->check->document;
	size_t low = 0, high = document->elements.n;
	long line = finding->finding.place.line;

	finding->function = finding->root = finding->node = -1;
	/* The last element that begins before the position's end. */
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct document_element *it = &document->elements.v[middle];

		if (it->line < line ||
		    (it->line == line && it->column <= finding->finding.place.column))
			low = middle + 1;
		else
			high = middle;
	}
	for (int element = (int)low - 1; element >= 0;
	     element = document->elements.v[element].parent) {
		finding->function = pairing->functions[element];
		finding->root = pairing->roots[element];
		finding->node = pairing->nodes[element];
		if (finding->function >= 0 || finding->root >= 0 || finding->node >= 0)
			return;
	}
}

static int find_findings(struct pairing *pairing, struct error *error)
{
	_cleanup_check_result_ struct check_result result = {};

	if (check_document(pairing->check->document, pairing->check->options, &result,
			   error) < 0)
		return -1;
	for (size_t i = 0; i < result.report.findings.n; i++) {
		struct finding *from = &result.report.findings.v[i];
		struct pair_finding *to = vec_add(&pairing->pair->findings);

		to->finding = (struct finding){
			.rule = from->rule,
			.severity = from->severity,
			.place = {.file = pairing->pair->name,
				  .line = from->place.line,
				  .column = from->place.column},
			.message = TAKE(from->message),
			.remedy = TAKE(from->remedy),
			.fixable = from->fixable,
		};
		place_finding(pairing, to);
	}
	return 0;
}

static int *unset(size_t n)
{
	int *list = xcalloc(n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = -1;
	return list;
}

static int make_pair(struct check *check, struct pair *ret, struct error *error)
{
	struct pairing pairing = {
		.check = check,
		.pair = ret,
		.functions = unset(check->document->elements.n),
		.roots = unset(check->document->elements.n),
		.nodes = unset(check->document->elements.n),
	};
	int rc;

	find_functions(&pairing);
	find_roots(&pairing);
	find_cells(&pairing);
	find_pins(&pairing);
	read_notes(&pairing);
	find_hostdevs(&pairing);
	rc = find_findings(&pairing, error);
	free(pairing.functions);
	free(pairing.roots);
	free(pairing.nodes);
	return rc;
}

int pair_read(const struct document *document, const struct pair_wish *wish,
	      struct pair *ret, struct error *error)
{
	_cleanup_target_settled_ struct target_settled settled = {};
	_cleanup_assignment_ struct assignment assignment = {};
	_cleanup_guest_ struct guest guest = {};
	struct check_options options = {.host = wish->host, .target_wish = wish->target};
	struct check check = {.document = document,
			      .guest = &guest,
			      .assignment = &assignment,
			      .options = &options,
			      .host = wish->host};
	int rc;

	ret->name = document->name;
	if (predict_document(document, wish->target, &ret->guest, error) < 0)
		return -1;
	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	target_settle(wish->target, wish->host, document, &guest, NULL, &settled);
	assign(&guest, settled.target.libvirt, &assignment);
	check_make_indexes(&check);
	ret->title = xstrdup(guest.name ? guest.name : document->name);
	rc = make_pair(&check, ret, error);
	check_free_indexes(&check);
	return rc;
}
