/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/together.h"

#include "planner/check/host.h"

static struct place copy_place(const struct place *place)
{
	struct place copy = *place;

	copy.path = xstrdup(place->path);
	return copy;
}

static void add(struct check_result *result, const char *id, const struct place *place,
		const struct place *related, const char *message)
{
	const struct rule *rule = rule_named(id);
	struct finding *finding =
		report_add(&result->report, rule->id, rule->severity, "%s", message);

	finding->row = rule;
	finding->place = copy_place(place);
	if (related)
		finding->related = copy_place(related);
	finding->remedy = xstrdup(rule->mend);
}

static void compare_devices(struct check_result *a, struct check_result *b)
{
	for (size_t i = 0; i < b->use.devices.n; i++)
		for (size_t j = 0; j < a->use.devices.n; j++) {
			const struct check_use_device *own = &b->use.devices.v[i];
			_cleanup_free_ char *message = NULL;

			if (!pci_address_equal(own->at, a->use.devices.v[j].at))
				continue;
			message = xasprintf("Host device " PCI_FORMAT
					    " is assigned in %s as well.",
					    PCI_ARGS(own->at),
					    a->use.devices.v[j].place.file);
			add(b, "device-taken-twice", &own->place,
			    &a->use.devices.v[j].place, message);
		}
}

/* A device in both is said already; its group adds nothing. */
static bool same_device(const struct check_result *a, const struct check_result *b)
{
	for (size_t i = 0; i < b->use.devices.n; i++)
		for (size_t j = 0; j < a->use.devices.n; j++)
			if (pci_address_equal(b->use.devices.v[i].at,
					      a->use.devices.v[j].at))
				return true;
	return false;
}

static void compare_things(const struct check_options *options, struct check_result *a,
			   struct check_result *b)
{
	for (size_t i = 0; i < b->use.things.n; i++)
		for (size_t j = 0; j < a->use.things.n; j++) {
			const struct check_use_thing *own = &b->use.things.v[i];
			const struct check_use_thing *other = &a->use.things.v[j];
			_cleanup_free_ char *message = NULL;

			if (!streq(own->rule, other->rule) ||
			    !streq(own->name, other->name) ||
			    !check_wants(options, rule_named(own->rule)) ||
			    (streq(own->rule, "group-taken-twice") && same_device(a, b)))
				continue;
			message = xasprintf("%s is in %s as well.", own->name,
					    other->place.file);
			add(b, own->rule, &own->place, &other->place, message);
			break;
		}
}

static void compare_pins(struct check_result *a, struct check_result *b)
{
	_cleanup_set_ struct set both = {};
	_cleanup_free_ char *list = NULL, *message = NULL;

	set_foreach (cpu, &b->use.pins)
		if (set_has(&a->use.pins, (unsigned)cpu))
			set_add(&both, (unsigned)cpu);
	if (set_empty(&both))
		return;
	list = check_set_string(&both);
	message = xasprintf("Host CPU %s is pinned to in %s as well.", list,
			    a->use.pins_place.file);
	add(b, "cpu-taken-twice", &b->use.pins_place, &a->use.pins_place, message);
}

/* Said where the sum first passes what the node has. */
static void sum_node(struct check_result *const *results, size_t n,
		     const struct machine_node *node)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t before = sum;
		_cleanup_free_ char *message = NULL;

		for (size_t j = 0; j < results[i]->use.memory.n; j++)
			if (results[i]->use.memory.v[j].node == node->id &&
			    __builtin_add_overflow(sum, results[i]->use.memory.v[j].bytes,
						   &sum))
				sum = UINT64_MAX;
		if (before == 0 || before > node->memory_bytes ||
		    sum <= node->memory_bytes)
			continue;
		message = xasprintf(
			"With this domain, %llu MiB are bound to host node %d, which has %llu MiB.",
			(unsigned long long)(sum >> 20), node->id,
			(unsigned long long)(node->memory_bytes >> 20));
		add(results[i], "node-oversubscribed", &results[i]->use.memory_place,
		    NULL, message);
	}
}

void check_together(struct check_result *const *results, size_t n,
		    const struct check_options *options)
{
	bool devices = check_wants(options, rule_named("device-taken-twice"));
	bool cpus = check_wants(options, rule_named("cpu-taken-twice"));
	bool memory = check_wants(options, rule_named("node-oversubscribed"));

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++) {
			if (devices)
				compare_devices(results[j], results[i]);
			compare_things(options, results[j], results[i]);
			if (cpus)
				compare_pins(results[j], results[i]);
		}
	for (size_t i = 0; memory && i < options->host->nodes.n; i++)
		if (options->host->nodes.v[i].memory_bytes != UNKNOWN_U64)
			sum_node(results, n, &options->host->nodes.v[i]);
	for (size_t i = 0; i < n; i++)
		report_sort(&results[i]->report);
}
