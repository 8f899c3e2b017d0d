/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cells, CPUs, memory and distances. Sources: libvirt 9.0 src/conf/numa_conf.c,
 * src/qemu/qemu_validate.c (topology), src/qemu/qemu_domain.c
 * (qemuDomainDefNumaCPUsRectify); Linux arch/x86/mm/numa.c.
 */
#include "planner/check/fix-parts.h"

#include "planner/guest/feature-use.h"

/*
 * libvirt refuses a second cell of an id only if the one before has memory. Otherwise the
 * later cell replaces it, and an id that is missing becomes an empty cell (9.0, 12.9).
 */
static void say_cell_ids(struct check *check, bool dropped)
{
	const struct guest *guest = check->guest;
	size_t *last = xcalloc(guest->cells.n, sizeof(*last)); /* of each id, from 1 */

	for (size_t i = 0; i < guest->cells.n; i++) {
		const struct guest_cell *cell = &guest->cells.v[i], *before;
		uint64_t id = cell->id.value;

		if (cell->id.state != VALUE_VALID)
			continue;
		if (id >= guest->cells.n) {
			if (!dropped)
				check_found(
					check, cell->element,
					"Cell id %llu is out of range: the cells have the ids from 0 to %zu.",
					ULL(id), guest->cells.n - 1);
			continue;
		}
		before = last[id] > 0 ? &guest->cells.v[last[id] - 1] : NULL;
		last[id] = i + 1;
		if (!before || number_is(before->memory_bytes, 0) != dropped)
			continue;
		if (dropped)
			check_relate(
				check,
				check_found(
					check, before->element,
					"Cell id %llu occurs twice, and libvirt drops this cell, because it has no memory.",
					ULL(id)),
				cell->element);
		else
			check_found(check, cell->element, "Cell id %llu occurs twice.",
				    ULL(id));
	}
	free(last);
}

#define QEMU_NODES 128 /* MAX_NODES */

static void numa_cell_ids(struct check *check)
{
	say_cell_ids(check, false);
}

static void numa_cell_dropped(struct check *check)
{
	say_cell_ids(check, true);
}

/* One more than the highest vCPU that a cell may have, to the next word. */
static size_t vcpu_room(const struct guest *guest)
{
	size_t n_words = 0;

	for (size_t i = 0; i < guest->cells.n; i++)
		n_words = MAX(n_words, guest->cells.v[i].cpus.set.n_words);
	return n_words * 64;
}

static void numa_cells_overlap(struct check *check)
{
	const struct guest *guest = check->guest;

	/* The first cell that has each vCPU, from 1. */
	size_t *owners = xcalloc(vcpu_room(guest), sizeof(*owners));

	for (size_t i = 0; i < guest->cells.n; i++) {
		size_t first = SIZE_MAX;
		struct finding *finding;

		set_foreach (cpu, &guest->cells.v[i].cpus.set)
			if (owners[cpu] > 0)
				first = MIN(first, owners[cpu] - 1);
			else
				owners[cpu] = i + 1;
		if (first == SIZE_MAX)
			continue;
		finding = check_found(check, guest->cells.v[i].element,
				      "Cells %zu and %zu share vCPUs.", first, i);
		check_relate(check, finding, guest->cells.v[first].element);
	}
	free(owners);
}

static void numa_cpu_range(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest_vcpus(guest) == 0) /* vcpus-limit reports this with a better message */
		return;
	for (size_t i = 0; i < guest->cells.n; i++) {
		int beyond = set_next(&guest->cells.v[i].cpus.set, guest_vcpus(guest));

		if (beyond >= 0)
			check_found(
				check, guest->cells.v[i].element,
				"Cell %zu has vCPU %d, but <vcpu> is %u, so the last vCPU is %u.",
				i, beyond, guest_vcpus(guest), guest_vcpus(guest) - 1);
	}
}

static void numa_cpu_cover(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_set_ struct set left = {};
	_cleanup_text_ struct text list = {};
	struct finding *finding;

	if (guest->cells.n == 0 || guest_vcpus(guest) == 0)
		return;
	set_add_range(&left, 0, guest_vcpus(guest) - 1);
	for (size_t i = 0; i < guest->cells.n; i++)
		set_subtract(&left, &guest->cells.v[i].cpus.set);
	if (set_empty(&left))
		return;
	text_add_set(&list, &left);
	finding = check_found(check, guest->numa_element,
			      "vCPU %s is in no cell; libvirt puts %s into cell 0.",
			      list.s, set_count(&left) == 1 ? "it" : "them");
	finding->observed = xstrdup(list.s);
}

static void cell_memory_zero(struct check *check)
{
	for (size_t i = 0; i < check->guest->cells.n; i++)
		if (number_is(check->guest->cells.v[i].memory_bytes, 0))
			check_found(
				check, check->guest->cells.v[i].element,
				"Cell %zu has no memory, but QEMU cannot create memory of size 0.",
				i);
}

static void cell_memory_none(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++)
		if (!number_is(guest->cells.v[i].memory_bytes, 0))
			return;
	if (guest->cells.n > 0)
		check_found(
			check, guest->numa_element,
			"No cell has memory, but QEMU divides the guest's memory among the cells.");
}

static void numa_cells_limit(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->cells.n > QEMU_NODES)
		check_found(check, guest->cells.v[QEMU_NODES].element,
			    "The domain has %zu cells; QEMU has at most %d NUMA nodes.",
			    guest->cells.n, QEMU_NODES);
}

static bool sum_of_cells(const struct guest *guest, uint64_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < guest->cells.n; i++) {
		struct guest_number memory = guest->cells.v[i].memory_bytes;

		if (memory.state != VALUE_VALID ||
		    __builtin_add_overflow(*ret, memory.value, ret))
			return false;
	}
	return guest->cells.n > 0;
}

static void memory_sum(struct check *check)
{
	const struct guest *guest = check->guest;
	struct finding *finding;
	uint64_t sum, given = guest->memory_bytes.value;
	uint64_t hotplug = 0;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "memory") &&
		    __builtin_add_overflow(hotplug, guest->devices.v[i].size_bytes.value,
					   &hotplug))
			return; /* not a value computed by us or by libvirt */
	/* Without memory in the cells libvirt keeps <memory>. */
	if (!sum_of_cells(guest, &sum) || guest->memory_bytes.state != VALUE_VALID ||
	    sum == 0 || sum == given || (given > sum && given - sum == hotplug))
		return;
	if (__builtin_add_overflow(sum, hotplug, &sum))
		return;
	finding = check_found(
		check, guest->memory_element,
		hotplug ? "<memory> is %llu KiB, but the cells and memory devices have %llu KiB together; libvirt uses their sum."
			: "<memory> is %llu KiB, but the cells have %llu KiB together; libvirt uses the sum of the cells.",
		ULL(given / 1024), ULL(sum / 1024));
	finding->observed = xasprintf("%llu", ULL(given / 1024));
	finding->expected = xasprintf("%llu", ULL(sum / 1024));
}

/* A product that overflows becomes the largest number. */
static bool part(struct guest_number number, uint64_t *product)
{
	if (number.state == VALUE_VALID &&
	    __builtin_mul_overflow(*product, number.value, product))
		*product = UINT64_MAX;
	return number.state != VALUE_MALFORMED;
}

static void topology_product(struct check *check)
{
	const struct guest *guest = check->guest;
	bool clusters = check->options->target.libvirt >=
			feature_attribute_since("topology", "clusters");
	/* Without a <vcpu> the domain has one. */
	bool given = guest->vcpus.state != VALUE_ABSENT;
	uint64_t product = 1, vcpus = given ? guest->vcpus.value : 1;
	struct finding *finding;

	if (guest->topology_element < 0 || guest->vcpus.state == VALUE_MALFORMED)
		return;
	if (!part(guest->sockets, &product) || !part(guest->dies, &product) ||
	    (clusters && !part(guest->clusters, &product)) ||
	    !part(guest->cores, &product) || !part(guest->threads, &product) ||
	    product == vcpus)
		return;
	finding = check_found(check, guest->topology_element,
			      "The topology has %s%llu CPUs, but %s %llu.",
			      product > UINT32_MAX ? "more than " : "",
			      ULL(MIN(product, UINT64_C(0xffffffff))),
			      given ? "<vcpu> is" : "without a <vcpu> the domain has",
			      ULL(vcpus));
	finding->observed = xasprintf("%llu", ULL(MIN(product, UINT64_C(0xffffffff))));
	finding->expected = xasprintf("%llu", ULL(vcpus));
}

/* No QEMU has it. */
#define NEVER UINT_MAX

/*
 * The machines whose sockets can have several dies, and whose dies several clusters: QEMU
 * 7.2, 10.0 and 11.1 were started with each. An alias is like its versions.
 */
static const struct part_machine {
	const char *name, *begins; /* whole, or with a version */
	bool arm, dies;
	unsigned clusters; /* the first QEMU that has them, or NEVER */
} part_machines[] = {
	{"q35", "pc-q35-", false, true, NEVER},
	{"pc", "pc-i440fx-", false, true, NEVER},
	{"isapc", NULL, false, true, NEVER},
	{"microvm", NULL, false, false, NEVER},
	{"x-remote", NULL, false, false, NEVER},
	{"none", NULL, false, false, NEVER},
	{"virt", "virt-", true, false, 0},
	{"sbsa-ref", NULL, true, false, VERSION_OF(10, 0)},
	{"raspi3b", NULL, true, false, NEVER},
	{"vexpress-a15", NULL, true, false, NEVER},
};

static bool is_arm(const struct guest *guest)
{
	return streq_null(guest->architecture, "aarch64") ||
	       streq_null(guest->architecture, "armv7l");
}

/* The row of the domain's machine; NULL if none is known. */
static const struct part_machine *part_machine_of(const struct guest *guest)
{
	const char *name = guest->machine;

	for (size_t i = 0; name && i < ARRAY_SIZE(part_machines); i++) {
		const struct part_machine *row = &part_machines[i];

		if (row->arm == is_arm(guest) &&
		    (streq(name, row->name) ||
		     (row->begins && has_prefix(name, row->begins))))
			return row;
	}
	return NULL;
}

static bool is_several(struct guest_number number)
{
	return number.state == VALUE_VALID && number.value > 1;
}

static void clusters_machine(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct part_machine *row = part_machine_of(guest);
	bool known = row || guest_is_i440fx(guest);

	if (is_several(guest->clusters) && known &&
	    (!row || check->options->target.qemu < row->clusters))
		check_found(
			check, guest->topology_element,
			"clusters='%llu': machine type %s has one cluster for each die.",
			ULL(guest->clusters.value), guest->machine);
}

static void dies_machine(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct part_machine *row = part_machine_of(guest);

	if (is_several(guest->dies) && row && !row->dies)
		check_found(check, guest->topology_element,
			    "dies='%llu': machine type %s has one die for each socket.",
			    ULL(guest->dies.value), guest->machine);
}

static void numa_splits_core(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned threads = guest->threads.state == VALUE_VALID
				   ? (unsigned)MIN(guest->threads.value, UINT64_C(16384))
				   : 1;

	for (size_t i = 0; threads > 1 && i < guest->cells.n; i++)
		set_foreach (cpu, &guest->cells.v[i].cpus.set) {
			unsigned first = (unsigned)cpu / threads * threads;
			unsigned other = first;

			while (other < first + threads && other < guest_vcpus(guest) &&
			       set_has(&guest->cells.v[i].cpus.set, other))
				other++;
			if (other == first + threads || other >= guest_vcpus(guest))
				continue;
			check_found(
				check, guest->cells.v[i].element,
				"vCPUs %u to %u are threads of one core, but cell %zu has vCPU %d and not %u.",
				first, first + threads - 1, i, cpu, other);
			break;
		}
}

static void distance_value(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++) {
		const struct guest_cell *cell = &guest->cells.v[i];

		for (size_t j = 0; j < cell->distances.n; j++) {
			const struct guest_distance *row = &cell->distances.v[j];
			bool self = row->id.value == cell->id.value;

			if (row->value.state != VALUE_VALID ||
			    row->id.state != VALUE_VALID)
				continue;
			if (row->value.value < 10 || row->value.value > 255 ||
			    (row->value.value == 10) != self)
				check_found(
					check, row->element,
					"The distance from cell %llu to %llu is %llu; it must be 10 to itself and 11 to 255 to others.",
					ULL(cell->id.value), ULL(row->id.value),
					ULL(row->value.value));
		}
	}
}

static void distance_sibling(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++)
		for (size_t j = 0; j < guest->cells.v[i].distances.n; j++) {
			const struct guest_distance *row =
				&guest->cells.v[i].distances.v[j];

			if (row->id.state == VALUE_VALID &&
			    row->id.value >= guest->cells.n)
				check_found(
					check, row->element,
					"There is a distance to cell %llu, which does not exist.",
					ULL(row->id.value));
		}
}

static void pxb_no_node(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; guest->cells.n > 1 && i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		_cleanup_free_ char *name = NULL;
		struct finding *finding;

		if (!guest_is_expander(c) || c->node.state != VALUE_ABSENT)
			continue;
		name = check_controller_name(c, "Expander bus");
		finding = check_found(
			check, c->element,
			"%s names no guest node, so devices below it have numa_node -1.",
			name);
		if (c->added)
			check_set_remedy(finding, "Add numa_node= to its argument.");
	}
}

static void pxb_node_empty(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		const struct guest_cell *cell;

		if (!guest_is_pci(c) || c->node.state != VALUE_VALID ||
		    c->node.value >= guest->cells.n)
			continue;
		cell = &guest->cells.v[c->node.value];
		if (set_empty(&cell->cpus.set) && number_is(cell->memory_bytes, 0) &&
		    c->node.value != 0) {
			_cleanup_free_ char *name =
				check_controller_name(c, "Expander bus");

			check_found(
				check, c->element,
				"%s is on guest node %llu, which has neither vCPUs nor memory: the kernel drops such a node.",
				name, ULL(c->node.value));
		}
	}
}

static void fix_memory(struct fix *fix)
{
	struct want *want = want_new("memory");

	want_set(want, "unit", "KiB");
	want_content(want, "%s", fix->finding->expected);
	fix_merge(fix, fix->element, want);
}

static void judge_cache(struct check *check, int cache, const char *mode,
			const char *level)
{
	const char *cpu = check->guest->cpu_mode;

	if (streq(mode, "emulate") && !streq_null(level, "3"))
		check_found(check, cache, "mode='emulate' needs level='3'.");
	else if (!streq(mode, "emulate") && level)
		check_found(check, cache, "mode='%s' takes no level=.", mode);
	else if (streq(mode, "passthrough") && !streq_null(cpu, "host-passthrough") &&
		 !streq_null(cpu, "maximum"))
		check_found(
			check, cache,
			"mode='passthrough' needs a CPU of mode host-passthrough or maximum.");
}

static void cpu_cache(struct check *check)
{
	int cache = check->guest->cpu_element < 0
			    ? -1
			    : document_child(check->document, check->guest->cpu_element,
					     "cache");
	const char *mode;

	if (cache < 0 || (!guest_is_q35(check->guest) && !guest_is_i440fx(check->guest)))
		return;
	mode = document_attribute(check->document, cache, "mode");
	if (streq_null(mode, "emulate") || streq_null(mode, "passthrough") ||
	    streq_null(mode, "disable"))
		judge_cache(check, cache, mode,
			    document_attribute(check->document, cache, "level"));
}

/* Rows that are prerequisites of others. */
enum { NUMA_CELL_IDS, NUMA_CELL_DROPPED, NUMA_CELLS_OVERLAP };

const struct rule numa_rules[] = {
	[NUMA_CELL_IDS] =
		{RULE("numa-cell-ids", numa_cell_ids, ERROR, 0, LIBVIRT),
		 .what = "Cell ids are 0, 1, 2 and so on.",
		 .why = "libvirt refuses gaps, and a second cell with the id of one that has memory.",
		 .to_fix = "Number the cells from 0 without gaps.",
		 .source = LV "conf/numa_conf.c", .remedy = REMEDY_EDIT},
	[NUMA_CELL_DROPPED] =
		{RULE("numa-cell-dropped", numa_cell_dropped, ERROR, 0, NOBODY),
		 .what = "A cell without memory has an id of its own.",
		 .why = "libvirt does not notice another cell of that id: it drops the first one, and makes an empty cell of an id that is missing.",
		 .to_fix = "Number the cells from 0 without gaps.",
		 .source = LV "conf/numa_conf.c; measured with libvirt 9.0 and 12.9",
		 .remedy = REMEDY_EDIT},
	[NUMA_CELLS_OVERLAP] = {RULE("numa-cells-overlap", numa_cells_overlap, ERROR, 0,
				     LIBVIRT),
				.after = {&numa_rules[NUMA_CELL_DROPPED]},
				.what = "Each vCPU is in only one cell.",
				.why = "libvirt refuses overlaps.",
				.to_fix = "Remove the vCPUs from one of the cells.",
				.source = LV "conf/numa_conf.c", .remedy = REMEDY_EDIT},
	{RULE("numa-cpu-range", numa_cpu_range, ERROR, 0, LIBVIRT),
	 .what = "The cells contain only existing vCPUs.",
	 .why = "libvirt refuses ids that are not less than the number of vCPUs.",
	 .to_fix = "Increase <vcpu>, or shorten the list.",
	 .source = LV "conf/domain_postparse.c", .remedy = REMEDY_EDIT},
	{RULE("numa-cpu-cover", numa_cpu_cover, WARNING, 0, NOBODY),
	 .what = "Every vCPU is in a cell.",
	 .why = "libvirt silently puts the others into cell 0.",
	 .to_fix = "Add the missing vCPUs to a cell.",
	 .source = LV "qemu/qemu_domain.c, qemuDomainDefNumaCPUsRectify",
	 .remedy = REMEDY_EDIT},
	{RULE("cell-memory-zero", cell_memory_zero, ERROR, 0, QEMU),
	 .what = "Every cell has memory.", .why = "libvirt accepts 0, but QEMU exits.",
	 .to_fix = "Give the cell at least a few MiB.",
	 .source = "QEMU 7.2 backends/hostmem.c", .libvirt = {.until = VERSION_OF(11, 8)},
	 .outside = "libvirt gives the cell no memory object, and QEMU starts.",
	 .remedy = REMEDY_EDIT},
	{RULE("cell-memory-none", cell_memory_none, ERROR, 0, QEMU),
	 .what = "At least one cell has memory.",
	 .why = "libvirt accepts cells that are all empty, but QEMU exits (\"total memory for NUMA nodes (0x0) should equal RAM size\").",
	 .to_fix = "Give a cell the guest's memory.",
	 .source =
		 "QEMU 7.2 hw/core/numa.c, numa_complete_configuration; measured with libvirt 12.9 and QEMU 11.1",
	 .libvirt = {.since = VERSION_OF(11, 8)},
	 .outside = "QEMU exits for every cell without memory (see cell-memory-zero).",
	 .remedy = REMEDY_EDIT},
	{RULE("numa-cells-limit", numa_cells_limit, ERROR, 0, QEMU),
	 .what = "A domain has at most 128 cells.",
	 .why = "libvirt accepts more, but QEMU exits (\"Max number of NUMA nodes reached: 128\").",
	 .to_fix = "Merge cells.",
	 .source =
		 "QEMU 7.2 include/sysemu/numa.h, MAX_NODES; measured with QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-sum", memory_sum, WARNING, 0, NOBODY),
	 .what = "<memory> is the sum of the cells' memory, and of memory devices.",
	 .why = "libvirt overwrites <memory> with the sum.",
	 .to_fix = "Write the sum into <memory>.", .source = LV "conf/domain_postparse.c",
	 .remedy = REMEDY_FIX, .fix = fix_memory},
	{RULE("topology-product", topology_product, ERROR, 0, LIBVIRT),
	 .what = "sockets x dies x clusters x cores x threads is the number of vCPUs.",
	 .why = "libvirt refuses anything else.",
	 .to_fix = "Change the topology or <vcpu>.", .source = LV "qemu/qemu_validate.c",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES},
	{RULE("clusters-machine", clusters_machine, ERROR, 0, QEMU),
	 .what = "Only machine type virt, and sbsa-ref of QEMU 10.0 or newer, have several clusters in a die.",
	 .why = "libvirt accepts clusters on any machine, but QEMU exits on others.",
	 .to_fix = "Write clusters='1' and more cores.",
	 .source = "QEMU 10.0 hw/core/machine-smp.c; measured",
	 .libvirt = {.since = VERSION_OF(10, 1)},
	 .outside = "libvirt drops the attribute (see attribute-dropped).",
	 .remedy = REMEDY_EDIT},
	{RULE("dies-machine", dies_machine, ERROR, 0, QEMU),
	 .what = "Only machine types q35 and pc have several dies in a socket.",
	 .why = "libvirt accepts dies on any machine, but QEMU exits on others.",
	 .to_fix = "Write dies='1' and more cores or sockets.",
	 .source =
		 "QEMU 10.0 hw/core/machine-smp.c; measured with QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("cpu-cache", cpu_cache, ERROR, 0, LIBVIRT),
	 .what = "The <cache> of <cpu> has level='3' with mode='emulate' and no level= with other modes; mode='passthrough' needs a CPU of mode host-passthrough or maximum.",
	 .why = "libvirt refuses any other combination.",
	 .to_fix = "Change mode= or level= of <cache>, or remove the element.",
	 .source = "measured with libvirt 9.0, 11.3 and 12.9", .remedy = REMEDY_EDIT},
	{RULE("numa-splits-core", numa_splits_core, WARNING, 0, NOBODY),
	 .after = {&numa_rules[NUMA_CELLS_OVERLAP]},
	 .what = "The threads of a core are in one cell.",
	 .why = "In the guest, consecutive vCPUs are the threads of one core, which is not how most hosts number their CPUs. A core that is split between cells confuses the guest's scheduler and hwloc.",
	 .to_fix = "Give each cell whole cores: cpus='0-3', not '0-1,4-5'.",
	 .source = "QEMU 7.2 hw/i386/x86.c; Linux kernel/sched/topology.c",
	 .remedy = REMEDY_EDIT},
	{RULE("distance-value", distance_value, ERROR, 0, LIBVIRT),
	 .what = "A cell's distance is 10 to itself and from 11 to 255 to other cells.",
	 .why = "libvirt refuses other values, including 10 between different cells, although some hosts report 10 between different nodes.",
	 .to_fix = "Write a value from 11 to 255.", .source = LV "conf/numa_conf.c",
	 .remedy = REMEDY_EDIT},
	{RULE("distance-sibling", distance_sibling, ERROR, 0, LIBVIRT),
	 .what = "Each <sibling> names an existing cell.",
	 .why = "libvirt refuses a cell that does not exist.",
	 .to_fix = "Remove the <sibling>.", .source = LV "conf/numa_conf.c",
	 .remedy = REMEDY_EDIT},
	{RULE("pxb-no-node", pxb_no_node, WARNING, NEED_MACHINE, NOBODY),
	 .decided_by = {"numa_node"},
	 .what = "In a domain with several cells, every expander bus names one of them.",
	 .why = "Without <node> there is no _PXM, and the devices below the expander bus have numa_node -1.",
	 .to_fix = "Add <node> to its <target>.",
	 .source = "QEMU 7.2 hw/i386/acpi-build.c", .remedy = REMEDY_EDIT},
	{RULE("pxb-node-empty", pxb_node_empty, WARNING, NEED_MACHINE, NOBODY),
	 .decided_by = {"numa_node"},
	 .what = "The node of an expander bus has vCPUs or memory.",
	 .why = "Linux drops a node with neither, and its devices have numa_node -1.",
	 .to_fix = "Give the cell a vCPU or some memory.",
	 .source = "Linux arch/x86/mm/numa.c; measured", .remedy = REMEDY_EDIT},
	{},
};
