/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pins against the host. Source: Linux Documentation/admin-guide/cputopology.rst.
 */
#include "planner/check/fix-parts.h"

/* The pins that name a CPU which is not online, as one finding. */
struct offline {
	struct set cpus;
	size_t pins;
	const char *first; /* its name */
	int element;
};

static void add_offline(struct offline *offline, const struct set *cpus, int element,
			const char *name)
{
	set_union(&offline->cpus, cpus);
	if (offline->pins++ == 0) {
		offline->first = name;
		offline->element = element;
	}
}

/* What the host lacks of a pin: all of it, or a part. */
static void look_at_pin(const struct check *check, int element,
			const struct guest_set *pin, const char *name,
			struct offline *all, struct offline *part)
{
	_cleanup_set_ struct set missing = {};
	bool any = false;

	if (pin->state != VALUE_VALID)
		return;
	set_foreach (cpu, &pin->set) {
		if (machine_cpu(check->host, cpu))
			any = true;
		else
			set_add(&missing, (unsigned)cpu);
	}
	if (!set_empty(&missing))
		add_offline(any ? part : all, &missing, element, name);
}

static char *pins_text(const struct offline *offline)
{
	if (offline->pins == 1)
		return xasprintf("%s names", offline->first);
	return xasprintf("%s and %zu more pin%s name", offline->first, offline->pins - 1,
			 offline->pins > 2 ? "s" : "");
}

static void tell_offline(struct check *check, const struct offline *all,
			 const struct offline *part)
{
	_cleanup_free_ char *cpus =
		check_set_string(all->pins ? &all->cpus : &part->cpus);
	_cleanup_free_ char *pins = pins_text(all->pins ? all : part);

	if (all->pins)
		check_found(check, all->element,
			    "%s only host CPUs that are not online: %s.", pins, cpus);
	else if (part->pins)
		check_warned(check, part->element,
			     "%s host CPUs, some of which are not online: %s.", pins,
			     cpus);
}

/*
 * sched_setaffinity() fails if no CPU of the mask is online; libvirt 9.0 starts a domain
 * whose pins have others as well (tested).
 */
static void pin_online(struct check *check)
{
	const struct guest *guest = check->guest;
	struct offline all = {}, part = {};

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		look_at_pin(check, guest->vcpupins.v[i].element,
			    &guest->vcpupins.v[i].cpus, "vcpupin", &all, &part);
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		look_at_pin(check, guest->iothreadpins.v[i].element,
			    &guest->iothreadpins.v[i].cpus, "iothreadpin", &all, &part);
	look_at_pin(check, guest->emulatorpin_element, &guest->emulatorpin, "emulatorpin",
		    &all, &part);
	look_at_pin(check, guest->vcpu_element, &guest->vcpu_cpuset, "<vcpu> cpuset",
		    &all, &part);
	tell_offline(check, &all, &part);
	set_free(&all.cpus);
	set_free(&part.cpus);
}

static void vcpu_mem_split(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++) {
		struct set backing, pins;
		bool has_backing = check_backing(check, i, &backing);

		if (check_pin_nodes(check, i, &pins) && has_backing &&
		    !set_subset(&pins, &backing)) {
			_cleanup_free_ char *a = check_set_string(&pins);
			_cleanup_free_ char *b = check_set_string(&backing);
			struct finding *finding;

			finding = check_found(
				check, guest->cells.v[i].element,
				"The vCPUs of cell %zu run on host node %s, but its memory is on node %s.",
				i, a, b);
			check_values(finding, a, b);
		}
		set_free(&backing);
		set_free(&pins);
	}
}

static bool cell_is_pinned(const struct check *check, size_t cell)
{
	set_foreach (vcpu, &check->guest->cells.v[cell].cpus.set)
		if (!check_pin_of(check, (unsigned)vcpu))
			return false;
	return true;
}

/* A domain without cells is one cell, on whatever nodes its vCPUs happen to run. */
static void domain_unpinned(struct check *check, const check_hostdevs *list)
{
	const struct guest *guest = check->guest;
	unsigned vcpu = 0, n = guest_vcpus(guest);

	while (vcpu < n && check_pin_of(check, vcpu))
		vcpu++;
	if (vcpu == n || guest->vcpus.state != VALUE_VALID)
		return;
	for (size_t i = 0; i < list->n; i++) {
		const struct guest_device *device = &guest->devices.v[list->v[i].device];

		if (list->v[i].host_node < 0)
			continue;
		check_found(check, guest->vcpu_element,
			    "Host device " PCI_FORMAT
			    " is on host node %d, but the vCPUs are not pinned.",
			    PCI_ARGS(device->source.at), list->v[i].host_node);
		return;
	}
}

static void vcpu_unpinned(struct check *check)
{
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	if (check->host->nodes.n > 1 && check->guest->cells.n == 0)
		domain_unpinned(check, &list);
	for (size_t i = 0; check->host->nodes.n > 1 && i < list.n; i++) {
		int cell = list.v[i].cell;
		const struct guest_device *device =
			&check->guest->devices.v[list.v[i].device];

		if (cell < 0 || cell_is_pinned(check, (size_t)cell))
			continue;
		check_found(check, check->guest->cells.v[cell].element,
			    "Cell %d has host device " PCI_FORMAT
			    ", but its vCPUs are not pinned.",
			    cell, PCI_ARGS(device->source.at));
		break;
	}
	vec_free(&list);
}

static int core_of(const struct machine *host, const struct set *pin)
{
	const struct machine_cpu *cpu = pin ? machine_cpu(host, set_first(pin)) : NULL;

	return cpu ? cpu->core : UNKNOWN_ID;
}

/* The host core of a vCPU that is pinned to one CPU; UNKNOWN_ID. */
static int pinned_core(const struct check *check, unsigned vcpu)
{
	const struct set *pin = check_pin_of(check, vcpu);

	return pin && set_count(pin) == 1 ? core_of(check->host, pin) : UNKNOWN_ID;
}

/* Two vCPUs that share a core either in the guest or on the host, but not in both. */
static void say_threads(struct check *check, unsigned a, unsigned b, bool guest)
{
	struct finding *finding = check_found(
		check, check_pin_element(check, b),
		guest ? "vCPUs %u and %u are threads of one core in the guest, but pinned to different cores of the host (CPUs %d and %d)."
		      : "vCPUs %u and %u are on different cores in the guest, but pinned to threads of one core of the host (CPUs %d and %d).",
		a, b, set_first(check_pin_of(check, a)),
		set_first(check_pin_of(check, b)));

	finding->subject =
		xasprintf(guest ? "vCPUs %u and %u" : "cores of vCPUs %u and %u", a, b);
	if (!guest)
		check_set_remedy(
			finding,
			"Pin one of them to another core, or make them threads of one core in <topology>.");
}

static void smt_mismatch(struct check *check)
{
	const struct guest *guest = check->guest;
	uint64_t threads =
		guest->threads.state == VALUE_VALID ? MAX(guest->threads.value, 1u) : 1;
	unsigned n = guest_vcpus(guest);
	VEC(struct {
		int core;
		unsigned vcpu;
	})
	seen = {};

	for (unsigned vcpu = 0; guest->vcpupins.n > 0 && vcpu < n; vcpu++) {
		unsigned first = (unsigned)(vcpu / threads * threads);
		int core = pinned_core(check, vcpu);
		size_t at = 0;

		if (core == UNKNOWN_ID)
			continue;
		if (pinned_core(check, first) != UNKNOWN_ID &&
		    pinned_core(check, first) != core) {
			say_threads(check, first, vcpu, true);
			break;
		}
		while (at < seen.n && seen.v[at].core != core)
			at++;
		if (at < seen.n && seen.v[at].vcpu / threads != vcpu / threads &&
		    !set_equal(check_pin_of(check, seen.v[at].vcpu),
			       check_pin_of(check, vcpu))) {
			say_threads(check, seen.v[at].vcpu, vcpu, false);
			break;
		}
		if (at == seen.n) {
			__typeof__(*seen.v) *row = vec_add(&seen);

			row->core = core;
			row->vcpu = vcpu;
		}
	}
	vec_free(&seen);
}

static void emulator_remote(struct check *check)
{
	const struct guest *guest = check->guest;
	struct set vcpus = {}, emulator;

	if (guest->emulatorpin.state != VALUE_VALID || guest->vcpupins.n == 0)
		return;
	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		struct set nodes =
			check_nodes_of(check->host, &guest->vcpupins.v[i].cpus.set);

		set_union(&vcpus, &nodes);
		set_free(&nodes);
	}
	emulator = check_nodes_of(check->host, &guest->emulatorpin.set);
	if (!set_subset(&emulator, &vcpus))
		check_found(check, guest->emulatorpin_element,
			    "The emulator may run on host nodes that no vCPU runs on.");
	set_free(&vcpus);
	set_free(&emulator);
}

static int package_of(const struct check *check, size_t cell)
{
	const struct guest *guest = check->guest;
	int first = set_first(&guest->cells.v[cell].cpus.set);
	const struct set *pin = first >= 0 ? check_pin_of(check, (unsigned)first) : NULL;
	const struct machine_cpu *cpu =
		pin ? machine_cpu(check->host, set_first(pin)) : NULL;

	return cpu ? cpu->package : UNKNOWN_ID;
}

static void numa_splits_llc(struct check *check)
{
	const struct guest *guest = check->guest;
	uint64_t socket = guest->cores.value;

	/* The readers limit each to 32 bits; topology-product rejects an overflow. */
	if (guest->topology_element < 0 || guest->cores.state != VALUE_VALID ||
	    (guest->threads.state == VALUE_VALID &&
	     __builtin_mul_overflow(socket, guest->threads.value, &socket)) ||
	    (guest->dies.state == VALUE_VALID &&
	     __builtin_mul_overflow(socket, guest->dies.value, &socket)))
		return;
	for (size_t i = 1; socket > 0 && i < guest->cells.n; i++) {
		int a = set_first(&guest->cells.v[i - 1].cpus.set);
		int b = set_first(&guest->cells.v[i].cpus.set);

		if (a < 0 || b < 0 || (uint64_t)a / socket != (uint64_t)b / socket ||
		    package_of(check, i - 1) == UNKNOWN_ID ||
		    package_of(check, i) == UNKNOWN_ID ||
		    package_of(check, i - 1) == package_of(check, i))
			continue;
		check_found(
			check, guest->topology_element,
			"Cells %zu and %zu share a guest socket, but run on different packages of the host.",
			i - 1, i);
		return;
	}
}

static const struct set *iothread_pin(const struct guest *guest, uint64_t id)
{
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		if (number_is(guest->iothreadpins.v[i].id, id) &&
		    guest->iothreadpins.v[i].cpus.state == VALUE_VALID)
			return &guest->iothreadpins.v[i].cpus.set;
	return NULL;
}

/* The host nodes that a device's data is on: an NVMe drive's own, else its cell's. */
static bool nodes_of_data(const struct check *check, const struct guest_device *device,
			  const struct guest_address *address, struct set *ret)
{
	const struct machine_function *drive =
		device && device->source.state == VALUE_VALID
			? machine_function(check->host, device->source.at)
			: NULL;
	int cell = address->state == VALUE_VALID
			   ? guest_tree_cell(&check->tree, address->at.bus)
			   : -1;

	*ret = (struct set){};
	if (drive && drive->affinity.what == AFFINITY_NODE)
		set_add(ret, (unsigned)drive->affinity.node);
	else if (cell < 0 || !check_backing(check, (size_t)cell, ret))
		return false;
	return true;
}

static void judge_iothread(struct check *check, struct assign_item item,
			   uint64_t iothread, const struct set *data)
{
	const struct guest *guest = check->guest;
	const struct set *pin = iothread_pin(guest, iothread);
	_cleanup_set_ struct set nodes = {};
	_cleanup_free_ char *a = NULL, *b = NULL, *name = NULL;

	if (!pin)
		return;
	nodes = check_nodes_of(check->host, pin);
	if (set_empty(&nodes) || set_subset(&nodes, data))
		return;
	a = check_set_string(&nodes);
	b = check_set_string(data);
	name = assign_item_name(guest, item);
	check_values(
		check_found(
			check, assign_element(guest, item),
			"iothread %llu of %s runs on host node %s, but its data is on node %s.",
			ULL(iothread), name, a, b),
		a, b);
}

static void judge_iothreads(struct check *check, struct assign_item item)
{
	const struct guest *guest = check->guest;
	_cleanup_set_ struct set threads = check_threads_of(check, item), data = {};

	if (set_empty(&threads) ||
	    !nodes_of_data(check,
			   item.device >= 0 ? &guest->devices.v[item.device] : NULL,
			   assign_address(guest, item), &data))
		return;
	set_foreach (iothread, &threads)
		judge_iothread(check, item, (uint64_t)iothread, &data);
}

static void iothread_remote(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->iothreadpins.n == 0)
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		judge_iothreads(check, (struct assign_item){-1, (int)i, -1});
	for (size_t i = 0; i < guest->controllers.n; i++)
		judge_iothreads(check, (struct assign_item){(int)i, -1, -1});
}

/* Rows that are prerequisites of others. */
enum { PIN_ONLINE };

const struct rule host_pins_rules[] = {
	[PIN_ONLINE] =
		{RULE("pin-online", pin_online, ERROR, NEED_HOST, LIBVIRT),
		 .what = "vCPUs and threads are pinned only to CPUs that are online.",
		 .why = "libvirt fails to start the domain if none of the CPUs of a pin is online. If some are, the thread runs only on these, and the finding is only a warning.",
		 .to_fix = "Name CPUs that are online on the host.",
		 .source = "Linux sched_setaffinity(2)",
		 .untried =
			 "libvirt checks this only when the guest starts, and no test starts a guest with pins to CPUs that are not online.",
		 .remedy = REMEDY_FIX, .fix = fix_pin_online},
	{RULE("vcpu-mem-split", vcpu_mem_split, WARNING, NEED_HOST, NOBODY),
	 .after = {&host_pins_rules[PIN_ONLINE], &host_memory_rules[MEMNODE_HOST_NODE]},
	 .what = "A cell's vCPUs run on the node of its memory.",
	 .why = "Otherwise each memory access goes to another node, without the guest knowing it.",
	 .to_fix =
		 "Pin the vCPUs to CPUs of that node, or bind the cell's memory to the node of those CPUs.",
	 .source = "Linux numa_memory_policy", .remedy = REMEDY_FIX,
	 .fix = fix_vcpu_split},
	{RULE("vcpu-unpinned", vcpu_unpinned, WARNING, NEED_HOST, NOBODY),
	 .what = "In a domain with a host device, the vCPUs of the device's cell, or all vCPUs if there are no cells, are pinned.",
	 .why = "Otherwise the host may move them away from the device's node.",
	 .to_fix = "Add a vcpupin for each of these vCPUs.",
	 .source = "libvirt docs/formatdomain.rst, CPU tuning", .remedy = REMEDY_FIX,
	 .fix = fix_vcpu_unpinned},
	{RULE("smt-mismatch", smt_mismatch, WARNING, NEED_HOST, NOBODY),
	 .after = {&host_pins_rules[PIN_ONLINE]},
	 .what = "The threads of a guest core, and no other vCPUs, are pinned to the threads of one host core.",
	 .why = "The guest assumes that the threads of a core share its caches, and that other vCPUs do not.",
	 .to_fix =
		 "Pin them to the threads of one host core: see thread_siblings_list in sysfs.",
	 .source = "Linux cputopology", .remedy = REMEDY_FIX, .fix = fix_smt},
	{RULE("emulator-remote", emulator_remote, WARNING, NEED_HOST, NOBODY),
	 .after = {&host_pins_rules[PIN_ONLINE]},
	 .what = "The emulator runs on the nodes of the vCPUs.",
	 .why = "Otherwise its accesses to the guest's memory go to another node.",
	 .to_fix = "Pin the emulator to CPUs of those nodes (emulatorpin).",
	 .source = "libvirt docs/formatdomain.rst, CPU tuning", .remedy = REMEDY_FIX,
	 .fix = fix_emulator},
	{RULE("iothread-remote", iothread_remote, WARNING, NEED_HOST_PCI, NOBODY),
	 .after = {&host_pins_rules[PIN_ONLINE]},
	 .what = "An iothread runs on the host node of the disk or controller that it serves: the node of the NVMe drive, or else the one that backs the cell of the disk or controller.",
	 .why = "Otherwise each request goes to another node.",
	 .to_fix = "Pin the iothread to CPUs of that node (iothreadpin).",
	 .source = "libvirt docs/formatdomain.rst, CPU tuning", .remedy = REMEDY_FIX,
	 .fix = fix_iothread},
	{RULE("numa-splits-llc", numa_splits_llc, WARNING, NEED_HOST, NOBODY),
	 .after = {&host_pins_rules[PIN_ONLINE]},
	 .what = "Cells on different packages (sockets) of the host are not in one guest socket.",
	 .why = "Otherwise the guest assumes that they share the last-level cache.",
	 .to_fix = "Set sockets to the number of host packages that the cells are on.",
	 .source = "Linux arch/x86/kernel/smpboot.c", .remedy = REMEDY_EDIT},
	{},
};
