/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kernel shows of its IOMMUs: the firmware's table (whose name is visible to all),
 * groups, registers of the units. No file says whether interrupts are remapped: but then
 * the chips in /proc/interrupts are called IR-..., and the kernel log says so. Sources:
 * Linux ABI/testing/sysfs-class-iommu{,-intel-iommu,-amd-iommu}; Intel VT-d 11.4.2 and
 * 11.4.3, AMD IOMMU 3.4.9 (extended feature register). On aarch64 the ITS of a GICv3
 * keeps the interrupts of devices apart (drivers/irqchip/irq-gic-v3-its.c), and no other
 * controller of MSIs does.
 */

#include "topology/sysfs-parts.h"

#include "topology/sysfs.h"

#include <ctype.h>

#define INTERRUPTS_LIMIT         (16u << 20)
#define ECAP_INTERRUPT_REMAPPING (UINT64_C(1) << 3)

static bool has_word(const char *line, size_t n, const char *word, bool prefix)
{
	size_t length = strlen(word);

	for (const char *at = line; at + length <= line + n; at++) {
		bool starts = at == line || isspace((unsigned char)at[-1]);
		bool ends = at + length == line + n || isspace((unsigned char)at[length]);

		if (starts && (prefix || ends) && memcmp(at, word, length) == 0)
			return true;
	}
	return false;
}

/* The words of /proc/interrupts that tell. */
static const struct {
	const char *architecture, *word;
	bool prefix;
	enum known known;
} chips[] = {
	{"x86_64", "IR-", true, KNOWN_YES},     {"x86_64", "IO-APIC", true, KNOWN_NO},
	{"x86_64", "PCI-MSI", true, KNOWN_NO},  {"aarch64", "ITS-", true, KNOWN_YES},
	{"aarch64", "GICv2m", true, KNOWN_NO},  {"aarch64", "MSI", false, KNOWN_NO},
	{"aarch64", "PCI-MSI", true, KNOWN_NO},
};

static enum known line_tells(const char *line, size_t n, const char *architecture)
{
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++)
		if (streq(chips[i].architecture, architecture) &&
		    has_word(line, n, chips[i].word, chips[i].prefix))
			return chips[i].known;
	return KNOWN_UNKNOWN;
}

enum known remapping_from_interrupts(const char *interrupts, const char *architecture)
{
	bool is_x86 = !architecture || streq(architecture, "i686");
	enum known known = KNOWN_UNKNOWN;

	while (*interrupts) {
		size_t n = strcspn(interrupts, "\n");
		enum known here =
			line_tells(interrupts, n, is_x86 ? "x86_64" : architecture);

		if (here == KNOWN_YES)
			return KNOWN_YES;
		if (here == KNOWN_NO)
			known = KNOWN_NO;
		interrupts += n + (interrupts[n] == '\n');
	}
	return known;
}

enum known remapping_from_log(const char *log)
{
	static const struct {
		const char *text;
		enum known known;
	} lines[] = {
		{"Enabled IRQ remapping", KNOWN_YES},
		{"AMD-Vi: Interrupt remapping enabled", KNOWN_YES},
		{"Failed to enable irq remapping", KNOWN_NO},
		{"Not enabling interrupt remapping", KNOWN_NO},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (strstr(log, lines[i].text))
			return lines[i].known;
	return KNOWN_UNKNOWN;
}

static enum known firmware_table(const struct tree *sys)
{
	static const char *const tables[] = {"DMAR", "IVRS", "IORT", "VIOT"};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		_cleanup_free_ char *path =
			xasprintf("firmware/acpi/tables/%s", tables[i]);

		if (tree_has(sys, path))
			return KNOWN_YES;
	}
	return tree_has(sys, "firmware/acpi/tables/FACP") ? KNOWN_NO : KNOWN_UNKNOWN;
}

/* Groups that VFIO made for devices without an IOMMU do not count. */
static bool real_group(const struct tree *groups, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/name", name);
	_cleanup_free_ char *text = tree_text(groups, path);

	return !text || !streq(text, "vfio-noiommu");
}

static enum known groups_exist(const struct tree *sys, const struct machine *machine)
{
	_cleanup_tree_ struct tree groups = {};
	_cleanup_names_ struct tree_names names = {};
	bool there = tree_sub(sys, "kernel/iommu_groups", &groups);

	if (there)
		tree_list(&groups, ".", &names);
	for (size_t i = 0; i < names.n; i++)
		if (real_group(&groups, names.v[i]))
			return KNOWN_YES;
	for (size_t i = 0; !there && i < machine->functions.n; i++)
		if (machine->functions.v[i].iommu_group >= 0)
			return KNOWN_YES;
	return there || machine->source == MACHINE_LIVE ? KNOWN_NO : KNOWN_UNKNOWN;
}

/* What all units have in common. */
struct units {
	int address_bits; /* the narrowest; UNKNOWN_ID */
	bool any, remaps; /* one of the Intel ones can remap interrupts */
};

static void narrow(struct units *units, int bits)
{
	if (units->address_bits == UNKNOWN_ID || bits < units->address_bits)
		units->address_bits = bits;
}

/* Intel: MGAW is bits 21:16 of CAP, less one. AMD: HATS, bits 11:10, levels from 4. */
static void read_unit(const struct tree *unit, struct units *units)
{
	uint64_t value;

	if (tree_hex(unit, "intel-iommu/cap", UINT64_MAX, &value))
		narrow(units, (int)(value >> 16 & 0x3f) + 1);
	if (tree_hex(unit, "intel-iommu/ecap", UINT64_MAX, &value)) {
		units->any = true;
		units->remaps = units->remaps || (value & ECAP_INTERRUPT_REMAPPING);
	}
	if (tree_hex(unit, "amd-iommu/features", UINT64_MAX, &value) &&
	    (value >> 10 & 3) < 3) {
		static const int bits[] = {48, 57, 64};

		narrow(units, bits[value >> 10 & 3]);
	}
}

static struct units read_units(const struct tree *sys)
{
	struct units units = {.address_bits = UNKNOWN_ID};
	_cleanup_names_ struct tree_names names = {};

	tree_list(sys, "class/iommu", &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *link = xasprintf("class/iommu/%s", names.v[i]);
		_cleanup_free_ char *path = tree_link_path(sys, link);
		_cleanup_tree_ struct tree unit = {};

		if (tree_sub(sys, path ? path : link, &unit))
			read_unit(&unit, &units);
	}
	return units;
}

static enum known remapping(const struct sysfs_source *source, const struct tree *proc,
			    const char *architecture, const struct units *units)
{
	_cleanup_text_ struct text interrupts = {};
	enum known known = KNOWN_UNKNOWN;

	if (tree_bytes(proc, "interrupts", INTERRUPTS_LIMIT, &interrupts))
		known = remapping_from_interrupts(interrupts.s, architecture);
	if (known == KNOWN_UNKNOWN && source->kernel_log)
		known = remapping_from_log(source->kernel_log);
	if (known == KNOWN_UNKNOWN && units->any && !units->remaps)
		known = KNOWN_NO;
	return known;
}

void sysfs_read_iommu(const struct sysfs_source *source, const struct tree *sys,
		      const struct tree *proc, struct machine *machine)
{
	struct units units = read_units(sys);

	machine->iommu = (struct machine_iommu){
		.table = firmware_table(sys),
		.enabled = groups_exist(sys, machine),
		.remapping = remapping(source, proc, machine->architecture, &units),
		.address_bits = units.address_bits,
	};
	if (machine->iommu.remapping == KNOWN_UNKNOWN)
		machine_unknown_fact(
			machine, "iommu.remapping",
			"sysfs has no file for it, and neither the interrupts in /proc nor a kernel log show it");
}
