/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The families of rules, in the order in which they are listed. */
#include "planner/check/rules.h"

#include "base/macros.h"
#include "base/option.h"

#include <pthread.h>

/* Each ends with a row without an id. */
static const struct rule *const families[] = {
	document_rules,      controller_rules,     pci_rules,       address_rules,
	bus_rules,           place_rules,          acpi_rules,      firmware_rules,
	iommu_rules,         nvme_rules,           smmu_rules,      initiator_rules,
	iommu_devices_rules, numa_rules,           hmat_rules,      memory_rules,
	shared_rules,        memory_devices_rules, pins_rules,      queues_rules,
	version_rules,       machine_rules,        resources_rules, surroundings_rules,
	host_memory_rules,   host_pins_rules,      affinity_rules,  hostdev_rules,
	mdev_rules,          groups_rules,         installed_rules, policy_rules,
	together_rules};

/* The index of each family's first rule, and of the end; filled once. */
static size_t starts[ARRAY_SIZE(families) + 1];
static pthread_once_t counted = PTHREAD_ONCE_INIT;

static void count(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		size_t n = 0;

		while (families[i][n].id)
			n++;
		starts[i + 1] = starts[i] + n;
	}
}

/* The family of a rule, or of the row at its end; the number of families: none. */
static size_t family_of(const struct rule *rule)
{
	size_t i = 0;

	pthread_once(&counted, count);
	while (i < ARRAY_SIZE(families) &&
	       ((uintptr_t)rule < (uintptr_t)families[i] ||
		(uintptr_t)rule > (uintptr_t)&families[i][starts[i + 1] - starts[i]]))
		i++;
	return i;
}

const struct rule *rule_next(const struct rule *rule)
{
	size_t family;

	if (!rule)
		return families[0];
	if (rule[1].id)
		return rule + 1;
	family = family_of(rule) + 1;
	return family < ARRAY_SIZE(families) ? families[family] : NULL;
}

size_t rule_index(const struct rule *rule)
{
	size_t family = family_of(rule);

	if (family == ARRAY_SIZE(families))
		return starts[family];
	return starts[family] + (size_t)(rule - families[family]);
}

size_t rules_count(void)
{
	return rule_index(NULL);
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
