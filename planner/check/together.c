/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/together.h"

#include "planner/check/host.h"

enum { DEVICE_TWICE, GROUP_TWICE, QUEUE_TWICE, CPU_TWICE, NODE_FULL };

/* The rule about resources that only one domain can have. */
static const struct rule *const thing_rules[] = {
	[USE_MDEV] = &together_rules[DEVICE_TWICE],
	[USE_GROUP] = &together_rules[GROUP_TWICE],
	[USE_AP_QUEUE] = &together_rules[QUEUE_TWICE],
};

static struct place copy_place(const struct place *place)
{
	struct place copy = *place;

	copy.path = xstrdup(place->path);
	return copy;
}

static void add(struct check_result *result, const struct rule *rule,
		const struct place *place, const struct place *related,
		const char *message)
{
	struct finding *finding =
		report_add(&result->report, rule->id, rule->severity, "%s", message);

	finding->row = rule;
	finding->place = copy_place(place);
	if (related)
		finding->related = copy_place(related);
	finding->remedy = xstrdup(rule->to_fix);
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
					    " is also assigned in %s.",
					    PCI_ARGS(own->at),
					    a->use.devices.v[j].place.file);
			add(b, &together_rules[DEVICE_TWICE], &own->place,
			    &a->use.devices.v[j].place, message);
		}
}

/* A device in both has been reported already; its group adds nothing. */
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

			if (own->kind != other->kind || !streq(own->name, other->name) ||
			    !check_wants(options, thing_rules[own->kind]) ||
			    (own->kind == USE_GROUP && same_device(a, b)))
				continue;
			message = xasprintf("%s is also in %s.", own->name,
					    other->place.file);
			add(b, thing_rules[own->kind], &own->place, &other->place,
			    message);
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
	message = xasprintf("Host CPU %s is also used by a pin in %s.", list,
			    a->use.pins_place.file);
	add(b, &together_rules[CPU_TWICE], &b->use.pins_place, &a->use.pins_place,
	    message);
}

/* Reported where the sum first exceeds what the node has. */
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
		add(results[i], &together_rules[NODE_FULL], &results[i]->use.memory_place,
		    NULL, message);
	}
}

void check_together(struct check_result *const *results, size_t n,
		    const struct check_options *options)
{
	bool devices = check_wants(options, &together_rules[DEVICE_TWICE]);
	bool cpus = check_wants(options, &together_rules[CPU_TWICE]);
	bool memory = check_wants(options, &together_rules[NODE_FULL]);

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

const struct rule together_rules[] = {
	[DEVICE_TWICE] =
		{RULE("device-taken-twice", NULL, ERROR, NEED_HOST, LIBVIRT),
		 .what = "Each host device is assigned to only one of the domains of a host.",
		 .why = "libvirt refuses to start the second domain.",
		 .to_fix =
			 "Give one of them another device, or do not run both at the same time.",
		 .source = LV "hypervisor/virhostdev.c",
		 .untried =
			 "libvirt checks this only when the second guest starts, on a host with the device.",
		 .remedy = REMEDY_EDIT},
	[GROUP_TWICE] =
		{RULE("group-taken-twice", NULL, ERROR, NEED_HOST, LIBVIRT),
		 .what = "The devices of an IOMMU group are assigned to only one of the domains of a host.",
		 .why = "A group cannot be shared: libvirt refuses to start the second domain.",
		 .to_fix = "Assign the whole group to one of the domains.",
		 .source = LV "hypervisor/virhostdev.c",
		 .untried =
			 "libvirt checks this only when the second guest starts, on a host with the device.",
		 .remedy = REMEDY_EDIT},
	[QUEUE_TWICE] =
		{RULE("ap-queue-taken-twice", NULL, ERROR, NEED_HOST, KERNEL),
		 .what = "Each AP queue is assigned to only one of the domains of a host.",
		 .why = "The kernel assigns a queue to only one mediated device.",
		 .to_fix = "Unassign the queue from one of the mediated devices.",
		 .source = "Linux vfio-ap", .remedy = REMEDY_RECORD},
	[CPU_TWICE] =
		{RULE("cpu-taken-twice", NULL, WARNING, NEED_HOST, NOBODY),
		 .what = "No two vCPUs of different domains have the same host CPU as their only CPU.",
		 .why = "Otherwise the vCPUs take turns on it.",
		 .to_fix = "Pin one of them elsewhere.",
		 .source = "Linux sched_setaffinity(2)", .remedy = REMEDY_EDIT},
	[NODE_FULL] =
		{RULE("node-oversubscribed", NULL, WARNING, NEED_HOST, NOBODY),
		 .what = "The memory of all domains of a host fits into the nodes that it is bound to.",
		 .why = "With mode='strict', the kernel kills one of the domains when a node is full.",
		 .to_fix =
			 "Bind the memory of some domains to other nodes, or run fewer domains.",
		 .source = "Linux numa_memory_policy", .remedy = REMEDY_EDIT},
	{},
};
