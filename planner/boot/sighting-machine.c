/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/sighting-machine.h"

#include "topology/acpi-machine.h"
#include "topology/acpi-read.h"
#include "topology/pci-config.h"
#include "topology/pci-resources.h"

/* More functions than 64 full segments have means damage. */
enum { FUNCTION_LIMIT = 1 << 16 };

/* The windows of a bridge, by its address. */
struct bridge {
	struct pci_address at;
	struct pci_windows windows;
};

struct bridges {
	VEC(struct bridge) list;
};

static int by_address(const void *a, const void *b)
{
	return pci_address_compare(((const struct bridge *)a)->at,
				   ((const struct bridge *)b)->at);
}

static void add_function(const struct sighting_function *seen, struct machine *machine,
			 struct bridges *bridges)
{
	struct machine_function *function = machine_add_function(machine, seen->at);
	uint8_t config[PCI_CONFIG_BYTES];

	sighting_config(seen, config);
	pci_config_read(config, seen->config_bytes, function);
	pci_resources_read(config, seen->sizes, function);
	if (seen->config_bytes == PCI_CONFIG_BYTES && function->total_vfs == UNKNOWN_ID)
		function->total_vfs = 0;
	if (machine->iommu.table == KNOWN_NO)
		function->iommu_group = GROUP_NONE;
	if (function->subordinate < function->secondary) {
		machine_complain(machine, PCI_FORMAT " leads to buses %02x-%02x",
				 PCI_ARGS(seen->at), function->secondary,
				 function->subordinate);
		function->secondary = function->subordinate = 0;
	}
	if (function->bridge)
		*vec_add(&bridges->list) =
			(struct bridge){seen->at, pci_windows_read(config)};
}

static const struct bridge *find_bridge(const struct bridges *bridges,
					struct pci_address at)
{
	struct bridge key = {.at = at};

	return bridges->list.n == 0 ? NULL
				    : bsearch(&key, bridges->list.v, bridges->list.n,
					      sizeof(key), by_address);
}

/* The first bridge above a function that does not forward the BAR's addresses, or -1. */
static int stopped_by(const struct machine *machine, const struct bridges *bridges,
		      const struct machine_function *function,
		      const struct machine_bar *bar)
{
	for (int up = function->upstream; up >= 0;
	     up = machine->functions.v[up].upstream) {
		const struct bridge *bridge =
			find_bridge(bridges, machine->functions.v[up].at);

		if (bridge && !pci_windows_pass(&bridge->windows, bar))
			return up;
	}
	return -1;
}

/*
 * On a PC no BAR is at I/O port 0. Elsewhere it may be, and a bridge that forwards port 0
 * shows it; on a root bus nothing does.
 */
static void check_zero(const struct machine *machine, const struct bridges *bridges,
		       struct machine_function *function, struct machine_bar *bar)
{
	if (!(bar->flags & BAR_IO) || streq(machine->architecture, "x86_64"))
		return;
	if (function->upstream < 0)
		function->bars_known = KNOWN_UNKNOWN;
	else if (stopped_by(machine, bridges, function, bar) < 0)
		bar->flags |= BAR_AT_ZERO;
}

static void check_window(struct machine *machine, const struct bridges *bridges,
			 const struct machine_function *function, struct machine_bar *bar)
{
	int stop = stopped_by(machine, bridges, function, bar);

	if (stop < 0)
		return;
	machine_complain(machine,
			 "BAR %d of " PCI_FORMAT
			 " is at 0x%llx, outside the windows of " PCI_FORMAT,
			 (int)(bar - function->bars), PCI_ARGS(function->at),
			 (unsigned long long)bar->start,
			 PCI_ARGS(machine->functions.v[stop].at));
	bar->start = 0;
}

static void check_bars(struct machine *machine, const struct bridges *bridges)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		for (size_t j = 0; j < MACHINE_BARS; j++) {
			struct machine_bar *bar = &function->bars[j];

			if (bar->size_bytes && bar->start)
				check_window(machine, bridges, function, bar);
			else if (bar->size_bytes)
				check_zero(machine, bridges, function, bar);
		}
	}
}

/*
 * A kernel shows a root bus only by the functions on it: one without functions is not
 * visible.
 */
static void drop_empty_roots(struct machine *machine)
{
	size_t kept = 0;

	for (size_t i = 0; i < machine->roots.n; i++) {
		struct machine_root *root = &machine->roots.v[i];
		bool empty = true;

		for (size_t j = 0; empty && j < machine->functions.n; j++)
			empty = machine->functions.v[j].at.domain != root->domain ||
				machine->functions.v[j].at.bus != root->first_bus;
		if (empty)
			set_free(&root->affinity.nodes);
		else
			machine->roots.v[kept++] = *root;
	}
	machine->roots.n = kept;
}

static void add_functions(const struct sighting *sighting, struct machine *machine)
{
	struct bridges bridges = {};

	for (size_t i = 0; i < sighting->functions.n && i < FUNCTION_LIMIT; i++)
		add_function(&sighting->functions.v[i], machine, &bridges);
	if (sighting->functions.n > FUNCTION_LIMIT)
		machine_complain(machine, "more than %d PCI functions", FUNCTION_LIMIT);
	machine->pci_known = sighting->segments.n > 0 ? KNOWN_YES : KNOWN_NO;
	if (machine->pci_known == KNOWN_YES)
		drop_empty_roots(machine);
	machine_settle(machine, true);
	vec_sort(&bridges.list, by_address);
	check_bars(machine, &bridges);
	vec_free(&bridges.list);
	acpi_place_functions(machine);
}

/*
 * The number of low bits of an APIC identifier within a core, a die, a package; -1 if
 * unknown.
 */
struct cut {
	int core, die, package;
};

/*
 * Intel 64 SDM, CPUID leaves 0xb and 0x1f: the type of each level, and the shift that
 * leads to the next level. 0x1f has more types, so it is preferred if it exists.
 */
static struct cut find_cut(const struct sighting *sighting)
{
	enum { SMT = 1, DIE = 5, LEAF = 0xb, LEAF_2 = 0x1f };
	struct cut cut = {-1, -1, -1};
	uint32_t leaf = 0;

	for (size_t i = 0; i < sighting->cpuid.n; i++)
		if (sighting->cpuid.v[i].leaf == LEAF ||
		    sighting->cpuid.v[i].leaf == LEAF_2)
			leaf = MAX(leaf, sighting->cpuid.v[i].leaf);
	for (size_t i = 0; i < sighting->cpuid.n; i++) {
		const struct sighting_cpuid *level = &sighting->cpuid.v[i];
		int kind = (int)(level->ecx >> 8 & 0xff);

		if (level->leaf != leaf || leaf == 0)
			continue;
		if (kind == SMT)
			cut.core = (int)(level->eax & 0x1f);
		if (kind < DIE)
			cut.die = (int)(level->eax & 0x1f);
		cut.package = (int)(level->eax & 0x1f);
	}
	return cut;
}

/* The CPUs are the tables' enabled ones, in order: see acpi_machine. */
static void cut_cpus(const struct sighting *sighting, const struct acpi_facts *facts,
		     struct machine *machine)
{
	struct cut cut = find_cut(sighting);
	size_t id = 0;

	if (cut.core < 0 || cut.die < cut.core || cut.package < cut.die)
		return;
	for (size_t i = 0; i < facts->cpus.n; i++) {
		uint32_t apic = facts->cpus.v[i].id;
		struct machine_cpu *cpu;

		if (!facts->cpus.v[i].enabled)
			continue;
		cpu = machine_cpu(machine, (int)id++);
		if (!cpu || apic > INT32_MAX)
			continue;
		cpu->package = (int)(apic >> cut.package);
		cpu->die = (int)(apic >> cut.die);
		cpu->core = (int)(apic >> cut.core);
		cpu->thread = (int)(apic & ((1u << cut.core) - 1));
	}
}

/*
 * Without QEMU's ACPI tables SeaBIOS creates its own (src/fw/acpi.c), with nodes but no
 * expander buses and no IOMMU; they lack WAET, which QEMU provides to every x86 guest
 * (hw/i386/acpi-build.c, build_waet).
 */
void sighting_machine(const struct sighting *sighting, const char *arch,
		      struct machine *ret)
{
	_cleanup_acpi_tables_ struct acpi_tables tables = {};
	_cleanup_acpi_facts_ struct acpi_facts facts = {};

	for (size_t i = 0; i < sighting->tables.n; i++)
		acpi_add(&tables, sighting->tables.v[i].bytes, sighting->tables.v[i].n);
	acpi_read(&tables, &facts);
	acpi_machine(&facts, ACPI_AFTER_FIRMWARE, ret);
	ret->architecture = xstrdup(arch);
	if (streq(arch, "x86_64") && !acpi_find(&tables, "WAET", 0))
		machine_set_fact(ret, "firmware.acpi", "no");
	cut_cpus(sighting, &facts, ret);
	add_functions(sighting, ret);
	for (size_t i = 0; i < tables.complaints.n; i++)
		machine_complain(ret, "%s", tables.complaints.v[i]);
	for (size_t i = 0; i < sighting->left_out.n; i++) {
		_cleanup_text_ struct text text = {};

		text_add_left_out(&text, &sighting->left_out.v[i]);
		machine_complain(ret, "%s", text.s);
	}
}
