/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/together.h"

#include "base/chain.h"
#include "planner/check/demand.h"
#include "planner/check/host.h"

enum { DEVICE_TWICE, GROUP_TWICE, QUEUE_TWICE, CPU_TWICE, NODE_FULL, PAGES_SHORT };

/* The rule about resources that only one domain can have. */
static const struct rule *const thing_rules[] = {
	[USE_MDEV] = &together_rules[DEVICE_TWICE],
	[USE_GROUP] = &together_rules[GROUP_TWICE],
	[USE_AP_QUEUE] = &together_rules[QUEUE_TWICE],
	[USE_VDPA] = &together_rules[DEVICE_TWICE],
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
	message = set_count(&both) == 1
			  ? xasprintf("Host CPU %s is also used by a pin in %s.", list,
				      a->use.pins_place.file)
			  : xasprintf("Host CPUs %s are also used by pins in %s.", list,
				      a->use.pins_place.file);
	add(b, &together_rules[CPU_TWICE], &b->use.pins_place, &a->use.pins_place,
	    message);
}

static void add_demands(memory_demands *into, const memory_demands *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct memory_demand *row = vec_add(into);

		*row = from->v[i];
		row->nodes = set_copy(&from->v[i].nodes);
	}
}

/* The domain whose memory is the first that does not fit; NULL: it is the only one. */
static struct check_result *first_beyond(struct check_result *const *results, size_t n,
					 const struct machine *host,
					 enum memory_pool pool,
					 const struct memory_shortage *row)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t own = memory_wanted(host, &results[i]->use.memory, pool,
					     &row->nodes, row->page_bytes);
		uint64_t before = sum;

		if (__builtin_add_overflow(sum, own, &sum))
			sum = UINT64_MAX;
		if (sum > row->has)
			return before == 0 || own > row->has ? NULL : results[i];
	}
	return NULL;
}

static void add_memory(struct check_result *result, const struct memory_shortage *row)
{
	_cleanup_free_ char *where = memory_shortage_where(row);
	_cleanup_free_ char *message = xasprintf(
		"With this domain, %llu MiB are bound to %s, which %s %llu MiB.",
		ULL(row->wanted >> 20), where,
		set_count(&row->nodes) == 1 ? "has" : "have", ULL(row->has >> 20));

	add(result, &together_rules[NODE_FULL], &result->use.memory_place, NULL, message);
}

static void add_pages(struct check_result *result, const struct memory_shortage *row,
		      enum memory_pool pool)
{
	_cleanup_free_ char *text =
		memory_shortage_pages(row, pool, "the memory of all domains");
	_cleanup_free_ char *message = xasprintf("With this domain, %s.", text);
	const struct place *place = result->use.pages_place.path
					    ? &result->use.pages_place
					    : &result->use.memory_place;

	add(result, &together_rules[PAGES_SHORT], place, NULL, message);
	if (pool == POOL_FREE_PAGES)
		vec_last(&result->report.findings)->severity = SEVERITY_WARNING;
}

static void report_memory(struct check_result *const *results, size_t n,
			  const struct machine *host, enum memory_pool pool,
			  const memory_shortages *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct check_result *result =
			first_beyond(results, n, host, pool, &list->v[i]);

		if (result && pool == POOL_ORDINARY)
			add_memory(result, &list->v[i]);
		else if (result)
			add_pages(result, &list->v[i], pool);
	}
}

static void sum_ordinary(struct check_result *const *results, size_t n,
			 const struct machine *host, const memory_demands *demands)
{
	memory_shortages list = {};

	memory_shortages_list(host, demands, POOL_ORDINARY, NULL, &list);
	report_memory(results, n, host, POOL_ORDINARY, &list);
	memory_shortages_free(&list);
}

static void sum_pages(struct check_result *const *results, size_t n,
		      const struct machine *host, const memory_demands *demands)
{
	memory_shortages all = {}, free_ones = {};

	memory_shortages_list(host, demands, POOL_PAGES, NULL, &all);
	memory_shortages_list(host, demands, POOL_FREE_PAGES, &all, &free_ones);
	report_memory(results, n, host, POOL_PAGES, &all);
	report_memory(results, n, host, POOL_FREE_PAGES, &free_ones);
	memory_shortages_free(&all);
	memory_shortages_free(&free_ones);
}

static void sum_memory(struct check_result *const *results, size_t n,
		       const struct check_options *options)
{
	memory_demands demands = {};

	for (size_t i = 0; i < n; i++)
		add_demands(&demands, &results[i]->use.memory);
	if (check_wants(options, &together_rules[NODE_FULL]))
		sum_ordinary(results, n, options->host, &demands);
	if (check_wants(options, &together_rules[PAGES_SHORT]))
		sum_pages(results, n, options->host, &demands);
	memory_demands_free(&demands);
}

/* What of each domain is in another one, too, so that not all pairs are compared. */
struct shared {
	struct chains chains; /* of uses with the same key */
	VEC(int) domains;     /* of each use */
	int *seen;            /* of each domain: 1 + the last that it was found for */
	VEC(int) partners;    /* earlier domains that share something with the last one */
};

/* Kinds of keys after those of things. */
enum { KEY_DEVICE = 16, KEY_PIN };

static void add_use(struct shared *shared, int domain, const char *text, uint64_t key)
{
	int use = (int)shared->domains.n;
	int first = chain_add(&shared->chains, text, key, use);

	*vec_add(&shared->domains) = domain;
	for (int i = first; i < use; i = shared->chains.next.v[i]) {
		int other = shared->domains.v[i];

		if (other == domain || shared->seen[other] == domain + 1)
			continue;
		shared->seen[other] = domain + 1;
		*vec_add(&shared->partners) = other;
	}
}

static uint64_t key_of(const struct pci_address *at)
{
	return (uint64_t)KEY_DEVICE << 56 | (uint64_t)at->domain << 16 |
	       (uint64_t)at->bus << 8 | (uint64_t)at->slot << 3 | at->function;
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Lists the partners of a domain, in order. */
static void find_partners(struct shared *shared, const struct check_result *result,
			  int domain)
{
	shared->partners.n = 0;
	for (size_t i = 0; i < result->use.devices.n; i++)
		add_use(shared, domain, NULL, key_of(&result->use.devices.v[i].at));
	for (size_t i = 0; i < result->use.things.n; i++)
		add_use(shared, domain, result->use.things.v[i].name,
			(uint64_t)result->use.things.v[i].kind << 56);
	set_foreach (cpu, &result->use.pins)
		add_use(shared, domain, NULL, (uint64_t)KEY_PIN << 56 | (uint64_t)cpu);
	vec_sort(&shared->partners, compare_ints);
}

static void compare_domains(struct check_result *const *results, size_t n,
			    const struct check_options *options)
{
	bool devices = check_wants(options, &together_rules[DEVICE_TWICE]);
	bool cpus = check_wants(options, &together_rules[CPU_TWICE]);
	struct shared shared = {.seen = xcalloc(n, sizeof(int))};

	for (size_t i = 0; i < n; i++) {
		find_partners(&shared, results[i], (int)i);
		for (size_t j = 0; j < shared.partners.n; j++) {
			struct check_result *other = results[shared.partners.v[j]];

			if (devices)
				compare_devices(other, results[i]);
			compare_things(options, other, results[i]);
			if (cpus)
				compare_pins(other, results[i]);
		}
	}
	chains_free(&shared.chains);
	vec_free(&shared.domains);
	vec_free(&shared.partners);
	free(shared.seen);
}

void check_together(struct check_result *const *results, size_t n,
		    const struct check_options *options)
{
	compare_domains(results, n, options);
	if (n > 1)
		sum_memory(results, n, options);
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
		 .what = "The memory of all domains of a host fits into the nodes that it is bound to, besides their huge pages.",
		 .why = "With mode='strict', the kernel kills one of the domains when a node is full.",
		 .to_fix =
			 "Bind the memory of some domains to other nodes, or run fewer domains.",
		 .source = "Linux numa_memory_policy", .remedy = REMEDY_EDIT},
	[PAGES_SHORT] =
		{RULE("hugepages-oversubscribed", NULL, ERROR, NEED_HOST, QEMU),
		 .what = "The host has the huge pages that all of its domains need together.",
		 .why = "Huge pages are taken when a guest starts: QEMU exits for the guest that finds too few.",
		 .to_fix =
			 "Reserve more in nr_hugepages, or do not run all of the domains at the same time.",
		 .source = "Linux hugetlbpage",
		 .untried =
			 "It needs a host with huge pages and several guests that run at the same time.",
		 .remedy = REMEDY_RECORD},
	{},
};
