/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/together.h"

#include "planner/check/host.h"

static struct place place_of(const struct document *document, int element)
{
	const struct document_element *at = &document->elements.v[MAX(element, 0)];

	return (struct place){ .file = document->name, .line = at->line,
			       .column = at->column,
			       .path = document_path(document, MAX(element, 0)) };
}

/* Only pins to a single CPU: others are meant to be shared. */
static void gather_pins(const struct check *check, struct check_use *ret)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (set_count(&guest->vcpupins.v[i].cpus.set) == 1)
			set_union(&ret->pins, &guest->vcpupins.v[i].cpus.set);
	ret->pins_place = place_of(check->document, guest->cputune_element);
}

static void gather_memory(const struct check *check, struct check_use *ret)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++) {
		struct set backing;

		if (check_backing(check, i, &backing) && set_count(&backing) == 1 &&
		    guest->cells.v[i].memory_bytes.state == VALUE_VALID) {
			struct check_use_memory *row = vec_add(&ret->memory);

			row->node = set_first(&backing);
			row->bytes = guest->cells.v[i].memory_bytes.value;
		}
		set_free(&backing);
	}
	ret->memory_place = place_of(check->document, guest->numatune_element);
}

void check_gather_use(const struct check *check, struct check_use *ret)
{
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[list.v[i].device];
		struct check_use_device *row = vec_add(&ret->devices);

		row->at = device->source.at;
		row->place = place_of(check->document, device->element);
	}
	vec_free(&list);
	gather_pins(check, ret);
	gather_memory(check, ret);
}

void check_use_free(struct check_use *use)
{
	for (size_t i = 0; i < use->devices.n; i++)
		free(use->devices.v[i].place.path);
	vec_free(&use->devices);
	vec_free(&use->memory);
	set_free(&use->pins);
	free(use->pins_place.path);
	free(use->memory_place.path);
}

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
			message = xasprintf("Host device " PCI_FORMAT " is assigned in %s as "
					    "well.", PCI_ARGS(own->at),
					    a->use.devices.v[j].place.file);
			add(b, "device-taken-twice", &own->place,
			    &a->use.devices.v[j].place, message);
		}
}

static void compare_pins(struct check_result *a, struct check_result *b)
{
	_cleanup_set_ struct set both = {};
	_cleanup_free_ char *list = NULL, *message = NULL;

	set_foreach(cpu, &b->use.pins)
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
			    __builtin_add_overflow(sum, results[i]->use.memory.v[j].bytes, &sum))
				sum = UINT64_MAX;
		if (before == 0 || before > node->memory_bytes || sum <= node->memory_bytes)
			continue;
		message = xasprintf("With this domain, %llu MiB are bound to host node %d, which "
				    "has %llu MiB.",
				    (unsigned long long)(sum >> 20), node->id,
				    (unsigned long long)(node->memory_bytes >> 20));
		add(results[i], "node-oversubscribed", &results[i]->use.memory_place, NULL,
		    message);
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
			if (cpus)
				compare_pins(results[j], results[i]);
		}
	for (size_t i = 0; memory && i < options->host->nodes.n; i++)
		if (options->host->nodes.v[i].memory_bytes != UNKNOWN_U64)
			sum_node(results, n, &options->host->nodes.v[i]);
	for (size_t i = 0; i < n; i++)
		report_sort(&results[i]->report);
}
