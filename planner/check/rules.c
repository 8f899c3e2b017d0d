/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The families of rules, in the order in which they are listed. */
#include "planner/check/rules.h"

#include "base/macros.h"
#include "base/option.h"

/* Each ends with a row without an id. */
static const struct rule *const families[] = {
	document_rules,      controller_rules, pci_rules,       address_rules,
	bus_rules,           place_rules,      acpi_rules,      iommu_rules,
	iommu_devices_rules, numa_rules,       hmat_rules,      memory_rules,
	pins_rules,          version_rules,    resources_rules, surroundings_rules,
	host_memory_rules,   host_pins_rules,  affinity_rules,  hostdev_rules,
	mdev_rules,          groups_rules,     policy_rules,    together_rules};

/* The family that ends with that row; NULL: none. */
static const struct rule *family_after(const struct rule *end)
{
	for (size_t i = 0; i + 1 < ARRAY_SIZE(families); i++) {
		const struct rule *rule = families[i];

		while (rule->id)
			rule++;
		if (rule == end)
			return families[i + 1];
	}
	return NULL;
}

const struct rule *rule_next(const struct rule *rule)
{
	if (!rule)
		return families[0];
	return rule[1].id ? rule + 1 : family_after(rule + 1);
}

size_t rule_index(const struct rule *rule)
{
	size_t index = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (const struct rule *it = families[i]; it->id; it++, index++)
			if (it == rule)
				return index;
	return index;
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
