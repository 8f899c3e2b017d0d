/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pins to where the memory or the data is. A pin is narrowed to the correct ones among
 * its CPUs; if there are none, it becomes all correct CPUs.
 */
#include "planner/check/fix-parts.h"

static struct set cpus_of_nodes(const struct machine *host, const struct set *nodes)
{
	struct set cpus = {};

	set_foreach (node, nodes) {
		const struct machine_node *row = machine_node(host, node);

		if (row)
			set_union(&cpus, &row->cpus);
	}
	return cpus;
}

static struct set common(const struct set *a, const struct set *b)
{
	struct set both = {};

	set_foreach (member, a)
		if (set_has(b, (unsigned)member))
			set_add(&both, (unsigned)member);
	return both;
}

/*
 * Writes the part of @now that is in @right, or all of @right, as the cpuset of an
 * element.
 */
static void narrow(struct fix *fix, int element, const struct set *now,
		   const struct set *right)
{
	_cleanup_set_ struct set both = common(now, right);
	const struct set *chosen = set_empty(&both) ? right : &both;
	_cleanup_free_ char *list = check_set_string(chosen);
	struct want *want;

	if (set_empty(chosen) || set_equal(chosen, now))
		return;
	want = want_new("pin");
	want_set(want, "cpuset", "%s", list);
	edit_merge(&fix->edits, element, want);
	want_free(want);
}

/* The cell that the finding is about, and the host CPUs near its memory. */
static const struct guest_cell *cell_of(const struct fix *fix, struct set *ret_cpus)
{
	const struct guest *guest = fix->check->guest;

	*ret_cpus = (struct set){};
	for (size_t i = 0; i < guest->cells.n; i++) {
		_cleanup_set_ struct set backing = {};

		if (guest->cells.v[i].element != fix->element ||
		    !check_backing(fix->check, i, &backing))
			continue;
		*ret_cpus = cpus_of_nodes(fix->check->host, &backing);
		return &guest->cells.v[i];
	}
	return NULL;
}

void fix_vcpu_split(struct fix *fix)
{
	_cleanup_set_ struct set right = {};
	const struct guest_cell *cell = cell_of(fix, &right);

	if (!cell)
		return;
	set_foreach (vcpu, &cell->cpus.set) {
		const struct guest_pin *pin = check_vcpupin(fix->check, (unsigned)vcpu);

		if (pin && !set_subset(&pin->cpus.set, &right))
			narrow(fix, pin->element, &pin->cpus.set, &right);
	}
}

void fix_vcpu_unpinned(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	_cleanup_set_ struct set right = {};
	const struct guest_cell *cell = cell_of(fix, &right);
	_cleanup_free_ char *list = check_set_string(&right);
	struct want *tune;

	if (!cell || set_empty(&right))
		return;
	tune = want_new("cputune");
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		want_set(want_child(tune, "vcpupin"), "vcpu", "%llu",
			 (unsigned long long)guest->vcpupins.v[i].id.value);
	set_foreach (vcpu, &cell->cpus.set) {
		struct want *pin;

		if (check_pin_of(fix->check, (unsigned)vcpu))
			continue;
		pin = want_set(want_child(tune, "vcpupin"), "vcpu", "%d", vcpu);
		want_set(pin, "cpuset", "%s", list);
	}
	if (guest->cputune_element >= 0)
		edit_merge(&fix->edits, guest->cputune_element, tune);
	else
		edit_insert(&fix->edits, 0, guest->vcpu_element, tune);
	want_free(tune);
}

/* Removes what does not exist; a pin of which nothing is left is for the user to fix. */
static void narrow_pin(struct fix *fix, int element, const struct guest_set *pin,
		       const struct set *online)
{
	_cleanup_set_ struct set left = {};

	if (element < 0 || pin->state != VALUE_VALID)
		return;
	left = common(&pin->set, online);
	if (!set_empty(&left) && !set_equal(&left, &pin->set))
		narrow(fix, element, &pin->set, online);
}

/* One finding stands for all pins. */
void fix_pin_online(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	_cleanup_set_ struct set online = {};

	for (size_t i = 0; i < fix->check->host->cpus.n; i++)
		set_add(&online, (unsigned)fix->check->host->cpus.v[i].id);
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		narrow_pin(fix, guest->vcpupins.v[i].element, &guest->vcpupins.v[i].cpus,
			   &online);
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		narrow_pin(fix, guest->iothreadpins.v[i].element,
			   &guest->iothreadpins.v[i].cpus, &online);
	narrow_pin(fix, guest->emulatorpin_element, &guest->emulatorpin, &online);
	narrow_pin(fix, guest->vcpu_element, &guest->vcpu_cpuset, &online);
}

/* CPUs that single vCPUs are pinned to. */
static struct set taken_cpus(const struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	struct set taken = {};

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (set_count(&guest->vcpupins.v[i].cpus.set) == 1)
			set_union(&taken, &guest->vcpupins.v[i].cpus.set);
	return taken;
}

static void write_cpu(struct fix *fix, int element, int cpu)
{
	struct want *want = want_new("pin");

	want_set(want, "cpuset", "%d", cpu);
	edit_merge(&fix->edits, element, want);
	want_free(want);
}

/* The lowest CPU of the same host node that nothing else uses. */
void fix_pin_shared(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	const struct machine_cpu *cpu;
	const struct machine_node *node;
	_cleanup_set_ struct set taken = taken_cpus(fix), free_cpus = {};

	for (size_t i = 0; fix->check->host && i < guest->vcpupins.n; i++) {
		if (guest->vcpupins.v[i].element != fix->element)
			continue;
		cpu = machine_cpu(fix->check->host,
				  set_first(&guest->vcpupins.v[i].cpus.set));
		node = cpu ? machine_node(fix->check->host, cpu->node) : NULL;
		if (!node)
			return;
		set_union(&free_cpus, &node->cpus);
		set_subtract(&free_cpus, &taken);
		set_subtract(&free_cpus, &guest->emulatorpin.set);
		if (!set_empty(&free_cpus))
			write_cpu(fix, fix->element, set_first(&free_cpus));
	}
}

/* A CPU of the same host core as @cpu that no vCPU below @first is pinned to, or -1. */
static int sibling(const struct fix *fix, int cpu, unsigned first)
{
	const struct machine *host = fix->check->host;
	const struct machine_cpu *own = machine_cpu(host, cpu);

	for (size_t i = 0; own && i < host->cpus.n; i++) {
		bool free_cpu =
			host->cpus.v[i].id != cpu && host->cpus.v[i].core == own->core;

		for (unsigned vcpu = 0; free_cpu && vcpu < first; vcpu++) {
			const struct guest_pin *pin = check_vcpupin(fix->check, vcpu);

			free_cpu = !pin ||
				   !set_has(&pin->cpus.set, (unsigned)host->cpus.v[i].id);
		}
		if (free_cpu)
			return host->cpus.v[i].id;
	}
	return -1;
}

/* Gives @vcpu that CPU, and its own CPU to the vCPU that had it. */
static void swap_pins(struct fix *fix, const struct guest_pin *pin, int cpu)
{
	const struct guest *guest = fix->check->guest;
	int own = set_first(&pin->cpus.set);

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (&guest->vcpupins.v[i] != pin &&
		    set_count(&guest->vcpupins.v[i].cpus.set) == 1 &&
		    set_first(&guest->vcpupins.v[i].cpus.set) == cpu)
			write_cpu(fix, guest->vcpupins.v[i].element, own);
	write_cpu(fix, pin->element, cpu);
}

/* The finding names the two vCPUs as its values. */
void fix_smt(struct fix *fix)
{
	int first, second, cpu;
	const struct guest_pin *a, *b;

	if (!fix->finding->subject ||
	    sscanf(fix->finding->subject, "vCPUs %d and %d", &first, &second) != 2)
		return;
	a = check_vcpupin(fix->check, (unsigned)first);
	b = check_vcpupin(fix->check, (unsigned)second);
	if (!a || !b)
		return;
	cpu = sibling(fix, set_first(&a->cpus.set), (unsigned)second);
	if (cpu >= 0)
		swap_pins(fix, b, cpu);
}

/* Moves it off CPUs that single vCPUs are pinned to, to nodes where vCPUs run. */
void fix_emulator(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	_cleanup_set_ struct set right = {}, taken = taken_cpus(fix), nodes = {};

	if (!fix->check->host) {
		set_union(&right, &guest->emulatorpin.set);
	} else {
		for (size_t i = 0; i < guest->vcpupins.n; i++) {
			_cleanup_set_ struct set own =
				check_nodes_of(fix->check->host,
					       &guest->vcpupins.v[i].cpus.set);

			set_union(&nodes, &own);
		}
		right = cpus_of_nodes(fix->check->host, &nodes);
	}
	set_subtract(&right, &taken);
	narrow(fix, guest->emulatorpin_element, &guest->emulatorpin.set, &right);
}

/* The finding's expected value is the host nodes of the data. */
void fix_iothread(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	_cleanup_set_ struct set nodes = {}, right = {};
	unsigned long long id;

	if (!fix->finding->expected ||
	    !set_parse(fix->finding->expected, false, &nodes) ||
	    sscanf(fix->finding->message, "iothread %llu", &id) != 1)
		return;
	right = cpus_of_nodes(fix->check->host, &nodes);
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		if (number_is(guest->iothreadpins.v[i].id, id))
			narrow(fix, guest->iothreadpins.v[i].element,
			       &guest->iothreadpins.v[i].cpus.set, &right);
}
