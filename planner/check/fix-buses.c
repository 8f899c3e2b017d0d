/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * New bus numbers and controller indexes. Theory of operation: each expander bus needs
 * one number for itself and one for each bridge below it, and one spare if all can have
 * it. Going up, each is put after the previous one; going down, each is put before the
 * next one. So those with room stay, and the others move as little as possible.
 */
#include "planner/check/fix-parts.h"

#define LAST_BUS 256u

struct window {
	int controller; /* in guest.controllers */
	unsigned start, needs;
};
typedef VEC(struct window) windows;

static int compare_windows(const void *left, const void *right)
{
	const struct window *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->controller - b->controller;
}

/* Those out of range are put at the nearer end. */
static void list_windows(const struct check *check, windows *ret)
{
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);
		uint64_t number;

		if (!guest_is_expander(c) || c->element < 0)
			continue;
		number = c->bus_nr.state == VALUE_VALID ? c->bus_nr.value : LAST_BUS;
		*vec_add(ret) = (struct window){
			check->tree.bus[index].controller,
			(unsigned)MIN(number, (uint64_t)LAST_BUS),
			1 + check->tree.bus[index].bridges +
				controller_rows[controller_model_of(c)].own_bridges};
	}
	vec_sort(ret, compare_windows);
}

/* False if they do not fit above @lowest with that many spare numbers each. */
static bool spread(windows *list, unsigned lowest, unsigned spare)
{
	unsigned edge = lowest;

	for (size_t i = 0; i < list->n; i++) {
		list->v[i].start = MAX(list->v[i].start, edge);
		edge = list->v[i].start + list->v[i].needs + spare;
	}
	edge = LAST_BUS;
	for (size_t i = list->n; i-- > 0;) {
		unsigned needs = list->v[i].needs + spare;

		if (edge < needs + lowest)
			return false;
		list->v[i].start = MIN(list->v[i].start, edge - needs);
		edge = list->v[i].start;
	}
	return true;
}

static void write_number(struct fix *fix, const struct window *window)
{
	const struct guest_controller *c =
		&fix->check->guest->controllers.v[window->controller];
	struct want *want = want_new("controller");

	want_set(want_child(want, "target"), "busNr", "%u", window->start);
	edit_merge(&fix->edits, c->element, want);
	want_free(want);
}

/* All are written, because libvirt's choice of one depends on the others. */
void fix_bus_numbers(struct fix *fix)
{
	unsigned lowest = 1 + fix->check->tree.bus[0].bridges;
	windows list = {}, tried = {};
	bool fits = false;

	/* We cannot change the number of a bus in <qemu:commandline>. */
	for (size_t i = 0; i < fix->check->guest->controllers.n; i++)
		if (fix->check->guest->controllers.v[i].added)
			return;
	list_windows(fix->check, &list);
	for (int spare = 1; !fits && spare >= 0; spare--) {
		tried.n = 0;
		for (size_t i = 0; i < list.n; i++)
			*vec_add(&tried) = list.v[i];
		fits = spread(&tried, lowest, (unsigned)spare);
	}
	for (size_t i = 0; fits && i < tried.n; i++)
		write_number(fix, &tried.v[i]);
	vec_free(&list);
	vec_free(&tried);
}

/* Whether something refers to controllers in a way that we cannot change. */
static bool named_elsewhere(const struct guest *guest)
{
	if (guest->qemu_override || guest->commandline.additions.n > 0)
		return true;
	for (size_t i = 0; i < guest->qemu_arguments.n; i++)
		if (strstr(guest->qemu_arguments.v[i], "pci."))
			return true;
	return false;
}

/* The new index of each old one; false if something relies on a gap that libvirt
 * fills. */
static bool close_gaps(const struct check *check, int *ret)
{
	const guest_functions *functions = &check->tree.functions;
	bool used = false;
	int next = 0;

	for (int index = 0; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		ret[index] = c && (c->element >= 0 || index == 0) ? next++ : -1;
	}
	for (size_t i = 0; i < functions->n; i++)
		used |= !functions->v[i].address->assigned &&
			ret[functions->v[i].address->at.bus] < 0;
	return !used;
}

static void write_bus(struct fix *fix, const struct guest_address *address,
		      const int *new)
{
	struct want *want;

	if (address->assigned || address->element < 0 ||
	    new[address->at.bus] == address->at.bus)
		return;
	want = want_new("address");
	want_set(want, "bus", "0x%02x", (unsigned)new[address->at.bus]);
	edit_merge(&fix->edits, address->element, want);
	want_free(want);
}

/*
 * The index is spliced in separately, because the controller's address inside it has its
 * own edit.
 */
static void write_index(struct fix *fix, const struct guest_controller *c, const int *new)
{
	int index = guest_pci_index(c);
	struct want *want;

	if (c->element < 0 || index < 0 || new[index] == index)
		return;
	want = want_new("controller");
	want_set(want, "index", "%d", new[index]);
	edit_merge(&fix->edits, c->element, want);
	want_free(want);
}

void fix_indexes(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	const guest_functions *functions = &fix->check->tree.functions;
	int new[INDEXES];

	if (named_elsewhere(guest) || !close_gaps(fix->check, new))
		return;
	for (size_t i = 0; i < functions->n; i++)
		write_bus(fix, functions->v[i].address, new);
	for (size_t i = 0; i < guest->controllers.n; i++)
		write_index(fix, &guest->controllers.v[i], new);
	for (size_t i = 0; i < guest->iommus.n; i++) {
		struct guest_number bus = guest->iommus.v[i].pci_bus;
		struct want *want;

		if (bus.state != VALUE_VALID || bus.value >= INDEXES ||
		    new[bus.value] == (int)bus.value || new[bus.value] < 0)
			continue;
		want = want_new("driver");
		want_set(want, "pciBus", "%d", new[bus.value]);
		edit_merge(&fix->edits, guest->iommus.v[i].driver_element, want);
		want_free(want);
	}
}
