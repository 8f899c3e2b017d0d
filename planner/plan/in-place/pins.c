/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Binds memory, vCPUs, the emulator and I/O threads to the host nodes of the cells.
 * Correct bindings are kept; others are replaced, with a note.
 */
#include "planner/plan/in-place/host.h"

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

		if (plan->request->nodes.v[i].initiator)
			continue; /* without memory */
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

static void note_moved(struct in_place *plan, const char *what, const char *whose,
		       const struct set *from, const struct set *to)
{
	_cleanup_text_ struct text was = {}, is = {};

	text_add_set(&was, from);
	text_add_set(&is, to);
	request_note(
		plan->request,
		"%s was pinned to host CPUs %s, which are not on the host nodes of its %s; it is now pinned to %s",
		what, was.s, whose, is.s);
}

/* Pins one vCPU to @cpus unless it is already pinned to a subset. */
static void pin_vcpu(struct in_place *plan, unsigned vcpu, const struct set *cpus)
{
	struct guest *new = &plan->new;
	struct guest_pin *row = pin_row(new, vcpu);

	if (row && row->cpus.state == VALUE_VALID) {
		_cleanup_free_ char *name = xasprintf("vCPU %u", vcpu);

		if (set_subset(&row->cpus.set, cpus))
			return;
		note_moved(plan, name, "memory", &row->cpus.set, cpus);
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

/* All CPUs of the cells' nodes. The caller frees it. */
static struct set all_cpus(const struct in_place *plan)
{
	_cleanup_set_ struct set nodes = {};

	for (size_t i = 0; i < plan->backing.n; i++)
		set_union(&nodes, &plan->backing.v[i]);
	return in_place_cpus_of_nodes(plan->host, &nodes);
}

/* All CPUs of the nodes that vCPUs run on; without pins @all. The caller frees it. */
static struct set vcpus_cpus(const struct in_place *plan, const struct set *all)
{
	_cleanup_set_ struct set nodes = {};

	for (size_t i = 0; i < plan->backing.n; i++)
		set_foreach (vcpu, &plan->request->nodes.v[i].vcpu_list) {
			const struct set *pin =
				in_place_pin_of(&plan->new, (unsigned)vcpu);
			_cleanup_set_ struct set of_pin = {};

			if (pin)
				of_pin = in_place_nodes_of_cpus(plan->host, pin);
			set_union(&nodes, &of_pin);
		}
	return set_empty(&nodes) ? set_copy(all)
				 : in_place_cpus_of_nodes(plan->host, &nodes);
}

/* The CPUs of these to which no single vCPU is pinned alone, if there are any. */
static struct set common_cpus(const struct in_place *plan, const struct set *all)
{
	_cleanup_set_ struct set own = {};
	struct set cpus = set_copy(all);

	for (size_t i = 0; i < plan->new.vcpupins.n; i++)
		if (set_count(&plan->new.vcpupins.v[i].cpus.set) == 1)
			set_union(&own, &plan->new.vcpupins.v[i].cpus.set);
	if (!set_subset(&cpus, &own))
		set_subtract(&cpus, &own);
	return cpus;
}

/* Keeps a pin to nodes of vCPUs. */
static void pin_emulator(struct in_place *plan, const struct set *all)
{
	_cleanup_set_ struct set right = vcpus_cpus(plan, all);
	_cleanup_set_ struct set common = common_cpus(plan, &right);
	struct guest_set *pin = &plan->new.emulatorpin;
	const struct guest_set *cpuset = &plan->new.vcpu_cpuset;

	if (pin->state == VALUE_VALID) {
		if (set_subset(&pin->set, &right))
			return;
		note_moved(plan, "the emulator", "vCPUs", &pin->set, &common);
		set_free(&pin->set);
	} else if (pin->state != VALUE_ABSENT ||
		   (cpuset->state == VALUE_VALID && set_subset(&cpuset->set, &right))) {
		return;
	}
	*pin = set_value(&common);
}

static struct guest_pin *iothread_row(struct guest *guest, unsigned id)
{
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		if (number_is(guest->iothreadpins.v[i].id, id))
			return &guest->iothreadpins.v[i];
	return NULL;
}

static void add_backing(const struct in_place *plan, int cell, struct set *nodes)
{
	if (cell >= 0 && (size_t)cell < plan->backing.n)
		set_union(nodes, &plan->backing.v[cell]);
}

/*
 * The host nodes of the cells whose disks an I/O thread serves, found from the disks'
 * expander buses. If it serves none and --iothreads requests one per cell: those of its
 * own cell.
 */
static struct set nodes_of_iothread(const struct in_place *plan, unsigned id)
{
	unsigned per_cell = plan->request->iothreads;
	struct set nodes = {};

	for (size_t i = 0; i < plan->new.devices.n; i++) {
		_cleanup_set_ struct set threads = in_place_threads_of_device(plan, i);

		if (set_has(&threads, id))
			add_backing(plan, in_place_cell_of_device(plan, i), &nodes);
	}
	for (size_t i = 0; i < plan->new.controllers.n; i++) {
		_cleanup_set_ struct set threads =
			in_place_threads_of_controller(plan, i);

		if (set_has(&threads, id))
			add_backing(plan, in_place_cell_of_controller(plan, i), &nodes);
	}
	if (set_empty(&nodes) && per_cell > 0)
		add_backing(plan, (int)((id - 1) / per_cell), &nodes);
	return nodes;
}

/*
 * Pins it to the CPUs of its disks' nodes, or of all nodes if it has none, unless it is
 * already.
 */
static void pin_iothread(struct in_place *plan, unsigned id, const struct set *all,
			 const struct set *common)
{
	_cleanup_set_ struct set nodes = nodes_of_iothread(plan, id);
	_cleanup_set_ struct set cpus = in_place_cpus_of_nodes(plan->host, &nodes);
	const struct set *right = set_empty(&cpus) ? all : &cpus;
	const struct set *to = set_empty(&cpus) ? common : &cpus;
	_cleanup_free_ char *name = xasprintf("iothread %u", id);
	struct guest_pin *row = iothread_row(&plan->new, id);

	if (row && (row->cpus.state != VALUE_VALID || set_subset(&row->cpus.set, right)))
		return;
	if (row) {
		note_moved(plan, name, "disks", &row->cpus.set, to);
		set_free(&row->cpus.set);
	} else {
		row = vec_add(&plan->new.iothreadpins);
		row->element = -1;
		row->id = number_of(id);
	}
	row->cpus = set_value(to);
}

/*
 * All that are pinned and, unless the domain numbers its I/O threads itself, the others;
 * in any case those of --iothreads.
 */
static void pin_iothreads(struct in_place *plan, const struct set *all,
			  const struct set *common)
{
	const struct guest *new = &plan->new;
	unsigned n = 0;

	if (new->iothreads.state == VALUE_VALID &&new->iothread_ids_element < 0)
		n = (unsigned)MIN(new->iothreads.value, 256u);
	n = MAX(n, plan->request->iothreads * (unsigned)in_place_cells(plan));
	for (size_t i = 0; i < new->iothreadpins.n; i++)
		if (new->iothreadpins.v[i].id.state == VALUE_VALID)
			pin_iothread(plan, (unsigned)new->iothreadpins.v[i].id.value, all,
				     common);
	for (unsigned id = 1; id <= n; id++)
		if (!iothread_row(&plan->new, id))
			pin_iothread(plan, id, all, common);
}

void in_place_host_pins(struct in_place *plan)
{
	_cleanup_set_ struct set all = {}, common = {};

	if (!plan->binds)
		return;
	bind_memory(plan);
	pin_cells(plan);
	all = all_cpus(plan);
	if (set_empty(&all))
		return;
	common = common_cpus(plan, &all);
	pin_emulator(plan, &all);
	pin_iothreads(plan, &all, &common);
}
