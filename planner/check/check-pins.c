/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pins and I/O threads, as far as the domain alone shows. Source: libvirt 9.0
 * src/conf/domain_conf.c (cputune).
 */
#include "planner/check/fix-parts.h"

#include "base/first.h"

/* <driver><iothreads> of a controller (NEWS.rst). */
#define CONTROLLER_MAPPING VERSION_OF(11, 2)

static void judge_pins(struct check *check, const struct guest_pin *pins, size_t n,
		       const char *what)
{
	_cleanup_set_ struct set seen = {};

	for (size_t i = 0; i < n; i++) {
		if (pins[i].id.state != VALUE_VALID || pins[i].id.value >= 16384)
			continue;
		if (set_has(&seen, (unsigned)pins[i].id.value))
			check_found(check, pins[i].element, "%s %llu is pinned twice.",
				    what, ULL(pins[i].id.value));
		set_add(&seen, (unsigned)pins[i].id.value);
	}
}

static void pin_vcpu(struct check *check)
{
	const struct guest *guest = check->guest;

	judge_pins(check, guest->vcpupins.v, guest->vcpupins.n, "vCPU");
	judge_pins(check, guest->iothreadpins.v, guest->iothreadpins.n, "iothread");
}

/*
 * Elements such as <vcpusched vcpus='0-1'/>: each CPU or thread is in one of them, and
 * vCPUs from @limit on do not exist.
 */
static void judge_schedulers_of(struct check *check, const char *name,
				const char *attribute, const char *what, uint64_t limit)
{
	const struct document *document = check->document;
	int row = check->guest->cputune_element;
	_cleanup_set_ struct set seen = {};

	for (row = row < 0 ? -1 : document_child(document, row, name); row >= 0;
	     row = document_next(document, row, name)) {
		const char *list = document_attribute(document, row, attribute);
		_cleanup_set_ struct set ids = {};

		if (!list || !*list || !set_parse(list, true, &ids))
			continue;
		set_foreach (id, &ids)
			if ((uint64_t)id >= limit) {
				check_set_remedy(
					check_found(
						check, row,
						"A scheduler is set for %s %d, which does not exist.",
						what, id),
					"Name only vCPUs that exist, 0 to %llu, or increase <vcpu>.",
					ULL(limit - 1));
				break;
			} else if (set_has(&seen, (unsigned)id)) {
				check_found(check, row,
					    "A scheduler is set twice for %s %d.", what,
					    id);
				break;
			}
		set_union(&seen, &ids);
	}
}

static void scheduler_once(struct check *check)
{
	const struct guest *guest = check->guest;
	bool readable = guest->vcpus.state != VALUE_MALFORMED;

	judge_schedulers_of(check, "vcpusched", "vcpus", "vCPU",
			    readable ? guest_vcpus(guest) : UINT64_MAX);
	judge_schedulers_of(check, "iothreadsched", "iothreads", "iothread", UINT64_MAX);
}

/* Elements of <cputune> that set a scheduler, and what they are for. */
static const struct scheduler_row {
	const char *name, *list;
} schedulers[] = {
	{"vcpusched", "vcpus"},
	{"iothreadsched", "iothreads"},
	{"emulatorsched", NULL},
};

/* Priorities are those of sched_setscheduler(2) on Linux. */
static void judge_priority(struct check *check, int element, const char *scheduler)
{
	const char *text = document_attribute(check->document, element, "priority");
	uint64_t priority = 0;

	if (!text)
		check_set_remedy(check_found(check, element,
					     "The scheduler %s needs a priority.",
					     scheduler),
				 "Write priority= with a number from 1 to 99.");
	else if (!parse_u64(text, &priority) || priority < 1 || priority > 99)
		check_set_remedy(
			check_found(
				check, element,
				"The priority of the scheduler %s is not a number from 1 to 99.",
				scheduler),
			"Write priority= with a number from 1 to 99.");
}

static void judge_scheduler(struct check *check, const struct scheduler_row *row,
			    int element)
{
	const struct document *document = check->document;
	const char *scheduler = document_attribute(document, element, "scheduler");
	const char *list =
		row->list ? document_attribute(document, element, row->list) : "0";
	_cleanup_set_ struct set ids = {};

	if (!list || !*list || !set_parse(list, true, &ids))
		check_set_remedy(list ? check_found(check, element,
						    "%s= of <%s> is not a list.",
						    row->list, row->name)
				      : check_found(check, element, "<%s> has no %s=.",
						    row->name, row->list),
				 "Write %s= with a list such as 0-3.", row->list);
	else if (set_empty(&ids))
		check_set_remedy(check_found(check, element,
					     "%s= of <%s> is an empty list.", row->list,
					     row->name),
				 "Write %s= with a list such as 0-3, or remove the <%s>.",
				 row->list, row->name);
	if (!scheduler)
		check_found(check, element, "<%s> has no scheduler=.", row->name);
	else if (streq(scheduler, "fifo") || streq(scheduler, "rr"))
		judge_priority(check, element, scheduler);
	else if (!streq(scheduler, "batch") && !streq(scheduler, "idle"))
		check_found(check, element, "<%s> has an unknown scheduler.", row->name);
	else if (document_attribute(document, element, "priority"))
		check_set_remedy(
			check_warned(
				check, element,
				"The scheduler %s has a priority, which libvirt drops; virsh define --validate refuses it.",
				scheduler),
			"Remove priority=, or write scheduler='fifo' or 'rr'.");
}

static void scheduler_attributes(struct check *check)
{
	const struct document *document = check->document;
	int tune = check->guest->cputune_element;

	for (size_t i = 0; tune >= 0 && i < ARRAY_SIZE(schedulers); i++)
		for (int it = document_child(document, tune, schedulers[i].name); it >= 0;
		     it = document_next(document, it, schedulers[i].name))
			judge_scheduler(check, &schedulers[i], it);
}

/*
 * libvirt gives ids from 1 on to those that <iothreadids> does not name, and creates as
 * many as there are names if those are more (virDomainDefIOThreads*).
 */
static bool iothread_is_there(const struct check *check, uint64_t id)
{
	const struct guest *guest = check->guest;
	const struct document *document = check->document;
	uint64_t named = 0, free_below = 0, count;
	int row = -1;

	if (guest->iothread_ids_element >= 0)
		row = document_child(document, guest->iothread_ids_element, "iothread");
	for (; row >= 0; row = document_next(document, row, "iothread"), named++) {
		const char *text = document_attribute(document, row, "id");
		int other;

		if (!text || !parse_int(text, &other))
			return true; /* not checked by this rule */
		if (other == (int64_t)id)
			return true;
		free_below += (uint64_t)other < id;
	}
	if (id == 0 || guest->iothreads.state == VALUE_MALFORMED)
		return id != 0;
	count = guest->iothreads.state == VALUE_VALID ? guest->iothreads.value : 0;
	return count > named && id - free_below <= count - named;
}

static void say_iothread(struct check *check, int element, struct guest_number id,
			 const char *what)
{
	if (element >= 0 && id.state == VALUE_VALID &&
	    !iothread_is_there(check, id.value))
		check_found(check, element, "%s iothread %llu, which does not exist.",
			    what, ULL(id.value));
}

/* <iothreadsched iothreads='1-2'/>: libvirt looks each of them up, in ascending order. */
static void judge_scheduled(struct check *check, int element)
{
	const char *list = document_attribute(check->document, element, "iothreads");
	_cleanup_set_ struct set ids = {};

	if (!list || !*list || !set_parse(list, true, &ids))
		return;
	set_foreach (id, &ids)
		if (!iothread_is_there(check, (uint64_t)id)) {
			check_found(
				check, element,
				"The scheduler is set for iothread %d, which does not exist.",
				id);
			return;
		}
}

/* <driver><iothreads><iothread id='1'/> of a device, where libvirt reads it. */
static void judge_mapped(struct check *check, int element, bool known)
{
	const struct document *document = check->document;
	int row = element < 0 || !known
			  ? -1
			  : document_find(document, element, "driver/iothreads");
	uint64_t id;

	if (row < 0)
		return;
	for (row = document_child(document, row, "iothread"); row >= 0;
	     row = document_next(document, row, "iothread")) {
		const char *text = document_attribute(document, row, "id");

		if (text && parse_u64(text, &id))
			say_iothread(check, row, number_of(id),
				     "The device's requests go to");
	}
}

static void judge_schedulers(struct check *check)
{
	const struct document *document = check->document;
	int row = check->guest->cputune_element;

	for (row = row < 0 ? -1 : document_child(document, row, "iothreadsched");
	     row >= 0; row = document_next(document, row, "iothreadsched"))
		judge_scheduled(check, row);
}

static void iothread_exists(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct target *target = &check->options->target;

	judge_schedulers(check);

	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		say_iothread(check, guest->iothreadpins.v[i].element,
			     guest->iothreadpins.v[i].id, "<iothreadpin> names");
	for (size_t i = 0; i < guest->devices.n; i++) {
		say_iothread(check, guest->devices.v[i].element,
			     guest->devices.v[i].driver_iothread,
			     "The device's requests go to");
		if (guest->devices.v[i].iothreads_mapped)
			judge_mapped(check, guest->devices.v[i].element,
				     target_has(target, FEATURE_IOTHREAD_VQ_MAPPING));
	}
	for (size_t i = 0; i < guest->controllers.n; i++) {
		say_iothread(check, guest->controllers.v[i].element,
			     guest->controllers.v[i].driver_iothread,
			     "The device's requests go to");
		judge_mapped(check, guest->controllers.v[i].element,
			     target->libvirt >= CONTROLLER_MAPPING);
	}
}

static void iothread_ids(struct check *check)
{
	const struct document *document = check->document;
	int row = check->guest->iothread_ids_element;
	_cleanup_set_ struct set seen = {};

	for (row = row < 0 ? -1 : document_child(document, row, "iothread"); row >= 0;
	     row = document_next(document, row, "iothread")) {
		const char *text = document_attribute(document, row, "id");
		uint64_t id;

		if (!text || !parse_u64(text, &id) || id > UINT16_MAX)
			continue;
		if (id == 0 || set_has(&seen, (unsigned)id))
			check_found(check, row, "The ID %llu of an I/O thread is %s.",
				    ULL(id), id == 0 ? "not allowed" : "used twice");
		set_add(&seen, (unsigned)id);
	}
}

/* If every pin names one CPU, each vCPU is meant to have its own CPU. */
static bool pins_are_single(const struct guest *guest)
{
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (set_count(&guest->vcpupins.v[i].cpus.set) != 1)
			return false;
	return guest->vcpupins.n > 0;
}

static void pin_shared(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts seen = {};

	if (!pins_are_single(guest))
		return;
	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		const struct guest_pin *b = &guest->vcpupins.v[i], *a;
		int cpu = set_first(&b->cpus.set);
		int other = first_add(&seen, NULL, (uint64_t)cpu, (int)i);

		/* A vCPU that is pinned twice shares with the first other one. */
		if (guest->vcpupins.v[other].id.value != b->id.value)
			first_add(&seen, "another", (uint64_t)cpu, (int)i);
		else
			other = first_find(&seen, "another", (uint64_t)cpu);
		if (other < 0)
			continue;
		a = &guest->vcpupins.v[other];
		check_relate(
			check,
			check_found(
				check, b->element,
				"vCPUs %llu and %llu are pinned to the same host CPU %d.",
				ULL(a->id.value), ULL(b->id.value), cpu),
			a->element);
	}
}

static void emulator_shares(struct check *check)
{
	const struct guest *guest = check->guest;
	struct set pinned = {};

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		set_union(&pinned, &guest->vcpupins.v[i].cpus.set);
	if (pins_are_single(guest) && set_intersects(&pinned, &guest->emulatorpin.set))
		check_found(
			check, guest->emulatorpin_element,
			"The emulator may run on host CPUs that vCPUs are pinned to.");
	set_free(&pinned);
}

/* Rows that are prerequisites of others. */
enum { PIN_VCPU };

const struct rule pins_rules[] = {
	[PIN_VCPU] = {RULE("pin-vcpu", pin_vcpu, ERROR, 0, LIBVIRT),
		      .what = "Each vCPU and each I/O thread is pinned only once.",
		      .why = "libvirt refuses a second vcpupin or iothreadpin for it.",
		      .to_fix = "Merge the lists.", .source = LV "conf/domain_conf.c",
		      .remedy = REMEDY_EDIT},
	{RULE("scheduler-attributes", scheduler_attributes, ERROR, 0, LIBVIRT),
	 .what = "An element that sets a scheduler names a known one and what it is for; fifo and rr have a priority from 1 to 99, and batch and idle none.",
	 .why = "libvirt refuses a domain without them, and cannot start one with another priority. It drops that of batch and idle unless it validates the domain, for which virt-layout check gives only a warning.",
	 .to_fix = "Write scheduler='batch', 'idle', 'fifo' or 'rr'.",
	 .source = "tested with libvirt 9.0, 11.3 and 12.9; Linux sched(7)",
	 .remedy = REMEDY_EDIT},
	{RULE("scheduler-once", scheduler_once, ERROR, 0, LIBVIRT),
	 .what = "A scheduler is set only for existing vCPUs, and once for each vCPU and I/O thread.",
	 .why = "libvirt refuses other vCPUs, and a second scheduler.",
	 .to_fix = "Change vcpus= or iothreads=, so that the lists do not overlap.",
	 .source = LV "conf/domain_conf.c", .remedy = REMEDY_EDIT},
	{RULE("iothread-exists", iothread_exists, ERROR, 0, LIBVIRT),
	 .what = "Every iothread that is pinned, scheduled or used is defined.",
	 .why = "libvirt refuses other IDs.",
	 .to_fix = "Increase <iothreads>, or use an ID from <iothreadids>.",
	 .source = LV "conf/domain_conf.c; qemu/qemu_validate.c", .remedy = REMEDY_EDIT},
	{RULE("iothread-ids", iothread_ids, ERROR, 0, LIBVIRT),
	 .what = "Each I/O thread in <iothreadids> has its own ID, which is not 0.",
	 .why = "libvirt refuses 0, and an ID that is used twice.",
	 .to_fix = "Change the ID.", .source = LV "conf/domain_conf.c",
	 .remedy = REMEDY_EDIT},
	{RULE("pin-shared", pin_shared, WARNING, 0, NOBODY),
	 .after = {&pins_rules[PIN_VCPU]},
	 .what = "If every vcpupin names a single CPU, no two vCPUs are pinned to the same one.",
	 .why = "Two vCPUs on one CPU take turns, which causes jitter for DPDK and real-time workloads.",
	 .to_fix = "Pin one of them elsewhere.", .source = "Linux sched_setaffinity(2)",
	 .remedy = REMEDY_FIX, .fix = fix_pin_shared},
	{RULE("emulator-shares", emulator_shares, WARNING, 0, NOBODY),
	 .what = "The emulator does not run on CPUs that vCPUs have to themselves.",
	 .why = "Otherwise its threads interrupt the vCPUs.",
	 .to_fix = "Pin the emulator to other CPUs (emulatorpin).",
	 .source = "libvirt docs/formatdomain.rst, CPU tuning", .remedy = REMEDY_FIX,
	 .fix = fix_emulator},
	{},
};
