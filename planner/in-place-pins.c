/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory, vCPUs, the emulator and I/O threads follow the host nodes of the cells. What is
 * bound to the right nodes already stays; what is bound to others is bound anew, with a
 * word.
 */
#include "planner/in-place-host.h"

static const char *mode_of(const struct guest *guest)
{
	if (guest->memnodes.n > 0 && guest->memnodes.v[0].mode)
		return guest->memnodes.v[0].mode;
	return guest->numatune_mode ? guest->numatune_mode : "strict";
}

static bool has_memnode(const struct guest *guest, size_t cell)
{
	for (size_t i = 0; i < guest->memnodes.n; i++)
		if (number_is(guest->memnodes.v[i].cell, cell))
			return true;
	return false;
}

static struct guest_set set_value(const struct set *set)
{
	return (struct guest_set){VALUE_VALID, set_copy(set)};
}

static void bind_memory(struct in_place *plan)
{
	struct guest *new = &plan->new;
	_cleanup_set_ struct set all = {};

	for (size_t i = 0; i < plan->backing.n; i++) {
		const struct set *nodes = &plan->backing.v[i];
		struct guest_memnode *row;

		set_union(&all, nodes);
		if (set_empty(nodes) || has_memnode(new, i) ||
		    (new->numatune_nodes.state ==
		     VALUE_VALID &&set_equal(&new->numatune_nodes.set, nodes)))
			continue;
		row = vec_add(&new->memnodes);
		row->element = -1;
		row->cell = number_of(i);
		row->mode = xstrdup(mode_of(&plan->old));
		row->nodes = set_value(nodes);
	}
	if (new->numatune_nodes.state == VALUE_ABSENT && !new->numatune_mode &&
	    !set_empty(&all)) {
		new->numatune_mode = xstrdup(mode_of(&plan->old));
		new->numatune_nodes = set_value(&all);
	}
}

static struct guest_pin *pin_row(struct guest *guest, unsigned vcpu)
{
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (number_is(guest->vcpupins.v[i].id, vcpu))
			return &guest->vcpupins.v[i];
	return NULL;
}

static void note_moved(struct in_place *plan, const char *what, unsigned id,
		       const struct set *from, const struct set *to)
{
	_cleanup_text_ struct text was = {}, is = {};

	text_add_set(&was, from);
	text_add_set(&is, to);
	request_note(plan->request,
		     "%s %u was pinned to host CPUs %s, which are not on the host nodes "
		     "of its "
		     "memory; now %s",
		     what, id, was.s, is.s);
}

/* Pins one vCPU to @cpus unless it is on some of them only already. */
static void pin_vcpu(struct in_place *plan, unsigned vcpu, const struct set *cpus)
{
	struct guest *new = &plan->new;
	struct guest_pin *row = pin_row(new, vcpu);

	if (row && row->cpus.state == VALUE_VALID) {
		if (set_subset(&row->cpus.set, cpus))
			return;
		note_moved(plan, "vCPU", vcpu, &row->cpus.set, cpus);
		set_free(&row->cpus.set);
	} else if (!row) {
		if (new->vcpu_cpuset.state == VALUE_VALID &&
		    set_subset(&new->vcpu_cpuset.set, cpus))
			return;
		row = vec_add(&new->vcpupins);
		row->element = -1;
		row->id = number_of(vcpu);
	}
	row->cpus = set_value(cpus);
}

static void pin_cells(struct in_place *plan)
{
	for (size_t i = 0; i < plan->backing.n; i++) {
		_cleanup_set_ struct set cpus =
			in_place_cpus_of_nodes(plan->host, &plan->backing.v[i]);

		if (set_empty(&cpus))
			continue;
		set_foreach (vcpu, &plan->request->nodes.v[i].vcpu_list)
			pin_vcpu(plan, (unsigned)vcpu, &cpus);
	}
}

/* All CPUs of the cells' nodes, without those that single vCPUs have for themselves. */
static struct set common_cpus(const struct in_place *plan)
{
	_cleanup_set_ struct set nodes = {}, own = {};
	struct set cpus;

	for (size_t i = 0; i < plan->backing.n; i++)
		set_union(&nodes, &plan->backing.v[i]);
	for (size_t i = 0; i < plan->new.vcpupins.n; i++)
		if (set_count(&plan->new.vcpupins.v[i].cpus.set) == 1)
			set_union(&own, &plan->new.vcpupins.v[i].cpus.set);
	cpus = in_place_cpus_of_nodes(plan->host, &nodes);
	if (!set_subset(&cpus, &own))
		set_subtract(&cpus, &own);
	return cpus;
}

static void pin_emulator(struct in_place *plan, const struct set *cpus)
{
	struct guest *new = &plan->new;

	if (new->emulatorpin.state == VALUE_ABSENT &&
	    !(new->vcpu_cpuset.state ==
	      VALUE_VALID &&set_subset(&new->vcpu_cpuset.set, cpus)))
		new->emulatorpin = set_value(cpus);
}

static bool has_iothreadpin(const struct guest *guest, unsigned id)
{
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		if (number_is(guest->iothreadpins.v[i].id, id))
			return true;
	return false;
}

/* The cells whose disks an I/O thread serves, by the expander buses that they are below.
 */
static struct set nodes_of_iothread(const struct in_place *plan, unsigned id)
{
	struct set nodes = {};

	if (plan->request->iothreads && id <= plan->backing.n)
		return set_copy(&plan->backing.v[id - 1]);
	for (size_t i = 0; i < plan->new.devices.n; i++) {
		const struct guest_device *device = &plan->new.devices.v[i];
		int bus, cell;

		if (!number_is(device->driver_iothread, id))
			continue;
		bus = i < plan->full.devices.n
			      ? in_place_bus(plan, &plan->full.devices.v[i].address)
			      : LAYOUT_NONE;
		cell = bus == LAYOUT_NONE
			       ? NO_CELL
			       : in_place_cell(plan, in_place_root(&plan->layout, bus));
		if (cell >= 0 && (size_t)cell < plan->backing.n)
			set_union(&nodes, &plan->backing.v[cell]);
	}
	return nodes;
}

static void pin_iothreads(struct in_place *plan, const struct set *common)
{
	struct guest *new = &plan->new;
	unsigned n = new->iothreads.state == VALUE_VALID
			     ? (unsigned)MIN(new->iothreads.value, 256u)
			     : 0;

	for (unsigned id = 1; id <= n; id++) {
		_cleanup_set_ struct set nodes = nodes_of_iothread(plan, id);
		_cleanup_set_ struct set cpus = {};
		struct guest_pin *row;

		if (has_iothreadpin(new, id))
			continue;
		cpus = set_empty(&nodes) ? set_copy(common)
					 : in_place_cpus_of_nodes(plan->host, &nodes);
		row = vec_add(&new->iothreadpins);
		row->element = -1;
		row->id = number_of(id);
		row->cpus = set_value(&cpus);
	}
}

void in_place_host_pins(struct in_place *plan)
{
	_cleanup_set_ struct set cpus = {};

	if (!plan->binds)
		return;
	bind_memory(plan);
	pin_cells(plan);
	cpus = common_cpus(plan);
	if (set_empty(&cpus))
		return;
	pin_emulator(plan, &cpus);
	pin_iothreads(plan, &cpus);
}
