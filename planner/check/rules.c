/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The families of rules, in the order in which they are listed. */
#include "planner/check/rules.h"

#include "base/macros.h"
#include "base/option.h"

#include <pthread.h>

/* Each ends with a row without an id. */
static const struct {
	const struct rule *rules;
	unsigned areas; /* what of <qemu:commandline> changes their verdict */
} families[] = {
	{document_rules, 0},
	{no_pci_rules, AREA_PCI},
	{controller_rules, AREA_PCI},
	{pci_rules, AREA_PCI},
	{address_rules, AREA_PCI},
	{bus_rules, AREA_PCI},
	{place_rules, AREA_PCI},
	{acpi_rules, 0},
	{firmware_rules, 0},
	{loader_rules, 0},
	{iommu_rules, AREA_IOMMU},
	{vcpus_rules, AREA_IOMMU},
	{single_vcpus_rules},
	{nvme_rules, 0},
	{drives_rules, 0},
	{usb_rules, 0},
	{devices_rules, 0},
	{display_rules, 0},
	{boot_order_rules, 0},
	{smmu_rules, AREA_IOMMU},
	{initiator_rules, AREA_NUMA},
	{iommu_devices_rules, AREA_IOMMU},
	{first_stage_rules, AREA_IOMMU},
	{numa_rules, AREA_NUMA},
	{hmat_rules, AREA_NUMA},
	{memory_rules, AREA_MEMORY | AREA_NUMA},
	{shared_rules, AREA_MEMORY},
	{shmem_rules, 0},
	{memory_devices_rules, AREA_MEMORY | AREA_NUMA},
	{memory_room_rules, AREA_MEMORY | AREA_NUMA},
	{pins_rules, 0},
	{queues_rules, 0},
	{sizes_rules, 0},
	{version_rules, 0},
	{machine_rules, 0},
	{commandline_rules, 0},
	{resources_rules, 0},
	{environment_rules, 0},
	{drift_rules, 0},
	{host_memory_rules, AREA_MEMORY | AREA_NUMA},
	{host_pins_rules, 0},
	{isolated_rules, 0},
	{host_caches_rules, 0},
	{affinity_rules, AREA_PCI | AREA_NUMA},
	{paths_rules, AREA_PCI | AREA_NUMA},
	{hostdev_rules, 0},
	{window_rules, 0},
	{passthrough_rules, 0},
	{mdev_rules, 0},
	{vdpa_rules, 0},
	{groups_rules, 0},
	{installed_rules, 0},
	{host_cpus_rules, 0},
	{host_firmware_rules, 0},
	{host_needs_rules, 0},
	{policy_rules, 0},
	{together_rules, 0},
};

/* The index of each family's first rule, and of the end; filled once. */
static size_t starts[ARRAY_SIZE(families) + 1];
/* The families by where their tables are in memory; filled once. */
static size_t by_place[ARRAY_SIZE(families)];
static pthread_once_t counted = PTHREAD_ONCE_INIT;

static int compare_places(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t)families[*(const size_t *)left].rules;
	uintptr_t b = (uintptr_t)families[*(const size_t *)right].rules;

	return (a > b) - (a < b);
}

static void count(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		size_t n = 0;

		while (families[i].rules[n].id)
			n++;
		starts[i + 1] = starts[i] + n;
		by_place[i] = i;
	}
	qsort(by_place, ARRAY_SIZE(by_place), sizeof(*by_place), compare_places);
}

/* The family of a rule, or of the row at its end; the number of families: none. */
static size_t family_of(const struct rule *rule)
{
	size_t low = 0, high = ARRAY_SIZE(by_place), family;

	pthread_once(&counted, count);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if ((uintptr_t)families[by_place[middle]].rules <= (uintptr_t)rule)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return ARRAY_SIZE(families);
	family = by_place[low - 1];
	return (uintptr_t)rule <= (uintptr_t)&families[family]
					  .rules[starts[family + 1] - starts[family]]
		       ? family
		       : ARRAY_SIZE(families);
}

const struct rule *rule_next(const struct rule *rule)
{
	size_t family;

	if (!rule)
		return families[0].rules;
	if (rule[1].id)
		return rule + 1;
	family = family_of(rule) + 1;
	return family < ARRAY_SIZE(families) ? families[family].rules : NULL;
}

size_t rule_index(const struct rule *rule)
{
	size_t family = family_of(rule);

	if (family == ARRAY_SIZE(families))
		return starts[family];
	return starts[family] + (size_t)(rule - families[family].rules);
}

size_t rules_count(void)
{
	return rule_index(NULL);
}

unsigned rule_areas(const struct rule *rule)
{
	/* libvirt does not look at the arguments. */
	return rule->judge == JUDGE_LIBVIRT
		       ? 0
		       : families[family_of(rule)].areas | rule->areas;
}

const struct rule *rule_named(const char *id)
{
	rules_foreach(rule) if (streq(rule->id, id)) return rule;
	return NULL;
}

const char *rule_nearest(const char *word)
{
	const char *names[RULES_LIMIT + 1] = {};

	rules_foreach(rule) if (rule_index(rule) < RULES_LIMIT) names[rule_index(rule)] =
		rule->id;
	return nearest_name(word, names);
}

static bool named(const char *const *names, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (streq(names[i], id))
			return true;
	return false;
}

bool check_wants(const struct check_options *options, const struct rule *rule)
{
	if (streq_null(options->without, rule->id))
		return false;
	if (options->only.n > 0 && !named(options->only.v, options->only.n, rule->id))
		return false;
	if (named(options->ignored.v, options->ignored.n, rule->id))
		return false;
	return !(rule->needs & NEED_POLICY) || options->policy != POLICY_NONE;
}

static bool is_within(const struct rule_range *range, unsigned version)
{
	return version >= range->since && (range->until == 0 || version < range->until);
}

bool rule_holds(const struct rule *rule, const struct target *target)
{
	return is_within(&rule->libvirt, target->libvirt) &&
	       is_within(&rule->qemu, target->qemu);
}
