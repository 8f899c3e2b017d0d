/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-queues.c - I/O threads and queues that a device or its back end cannot have.
 * Sources: libvirt 9.0 src/conf/domain_validate.c, src/qemu/qemu_validate.c,
 * src/qemu/qemu_command.c (queues of network interfaces); QEMU 7.2 hw/block/virtio-blk.c,
 * hw/scsi/virtio-scsi.c. What 9.0, 11.3 and 12.9 refuse was tested.
 */
#include "planner/check/host.h"

#include "planner/guest/iothreads.h"

/* VIRTIO_QUEUE_MAX, of which virtio-scsi keeps two for itself. */
#define BLOCK_QUEUES 1024
#define SCSI_QUEUES  1022
/* <driver><iothreads> of a controller (NEWS.rst). */
#define CONTROLLER_MAPPING VERSION_OF(11, 2)

static bool is_virtio_scsi(const struct guest_controller *c)
{
	return streq_null(c->type, "scsi") && c->model &&
	       (streq(c->model, "virtio-scsi") ||
		streq(c->model, "virtio-transitional") ||
		streq(c->model, "virtio-non-transitional"));
}

static bool is_virtio_disk(const struct guest_device *device)
{
	return streq_null(device->bus, "virtio");
}

/* <driver><iothreads> of a device or controller, where the target reads it; -1. */
static int mapping_of(const struct check *check, int element, bool controller)
{
	const struct target *target = &check->options->target;

	if (element < 0 ||
	    (controller ? target->libvirt < CONTROLLER_MAPPING
			: !target_has(target, FEATURE_IOTHREAD_VQ_MAPPING)))
		return -1;
	return document_find(check->document, element, "driver/iothreads");
}

static void iothread_bus(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *disk = &guest->devices.v[i];

		if (!streq(disk->tag, "disk") || is_virtio_disk(disk) ||
		    (disk->driver_iothread.state != VALUE_VALID &&
		     mapping_of(check, disk->element, false) < 0))
			continue;
		check_found(
			check, disk->element,
			"Disk %s has an I/O thread, but is on bus %s; only disks on bus virtio have one.",
			disk->target_dev ? disk->target_dev : "", disk->bus);
	}
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (is_virtio_scsi(c) || (c->driver_iothread.state != VALUE_VALID &&
					  mapping_of(check, c->element, true) < 0))
			continue;
		check_found(
			check, c->element,
			"A %s controller (%s) has an I/O thread; only those of model virtio-scsi have one.",
			c->type ? c->type : "", c->model ? c->model : "no model");
	}
}

static void judge_mapping(struct check *check, int element, bool both, int mapping)
{
	const struct document *document = check->document;
	_cleanup_set_ struct set seen = {};
	int row = mapping < 0 ? -1 : document_child(document, mapping, "iothread");

	if (mapping >= 0 && both)
		check_found(check, check_part(check, element, "driver"),
			    "The driver has both iothread= and <iothreads>.");
	for (; row >= 0; row = document_next(document, row, "iothread")) {
		const char *text = document_attribute(document, row, "id");
		uint64_t id;

		if (!text || !parse_u64(text, &id) || id > UINT16_MAX)
			continue;
		if (set_has(&seen, (unsigned)id))
			check_found(check, row, "I/O thread %llu is listed twice.",
				    ULL(id));
		set_add(&seen, (unsigned)id);
	}
}

static void iothread_mapping(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		judge_mapping(check, device->element,
			      device->driver_iothread.state == VALUE_VALID,
			      mapping_of(check, device->element, false));
	}
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		judge_mapping(check, c->element, c->driver_iothread.state == VALUE_VALID,
			      mapping_of(check, c->element, true));
	}
}

static bool has_queues(const struct check *check, int row)
{
	return document_child(check->document, row, "queue") >= 0;
}

/* The queues of one thread; @seen has those of the threads before it. */
static void judge_thread(struct check *check, int row, uint64_t queues, struct set *seen)
{
	const struct document *document = check->document;

	for (int element = document_child(document, row, "queue"); element >= 0;
	     element = document_next(document, element, "queue")) {
		const char *text = document_attribute(document, element, "id");
		uint64_t id;

		if (!text || !parse_u64(text, &id))
			continue;
		if (id >= queues)
			check_found(
				check, element,
				"An I/O thread has queue %llu, but the last queue is %llu.",
				ULL(id), ULL(queues - 1));
		else if (set_has(seen, (unsigned)id))
			check_found(check, element, "Two I/O threads have queue %llu.",
				    ULL(id));
		else
			set_add(seen, (unsigned)id);
	}
}

/* Whether the first thread has queues decides for all (libvirt's own test). */
static void judge_queue_map(struct check *check, struct guest_number number, int mapping)
{
	const struct document *document = check->document;
	_cleanup_set_ struct set seen = {};
	int first = mapping < 0 ? -1 : document_child(document, mapping, "iothread");
	uint64_t queues = number.state == VALUE_VALID ? number.value : 0, missing = 0;
	bool mapped = first >= 0 && has_queues(check, first);

	for (int row = first; row >= 0; row = document_next(document, row, "iothread"))
		if (has_queues(check, row) != mapped) {
			check_found(
				check, row,
				"Some I/O threads have a <queue>, but others have none.");
			return;
		}
	if (!mapped || number.state == VALUE_MALFORMED || queues > UINT16_MAX)
		return;
	if (queues == 0) {
		check_found(
			check, mapping,
			"The I/O threads have a <queue>, but the driver has no queues=.");
		return;
	}
	for (int row = first; row >= 0; row = document_next(document, row, "iothread"))
		judge_thread(check, row, queues, &seen);
	while (missing < queues && set_has(&seen, (unsigned)missing))
		missing++;
	if (missing < queues)
		check_found(check, mapping, "Queue %llu has no I/O thread.",
			    ULL(missing));
}

static void iothread_queues(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++)
		judge_queue_map(check, guest->devices.v[i].driver_queues,
				mapping_of(check, guest->devices.v[i].element, false));
	for (size_t i = 0; i < guest->controllers.n; i++)
		judge_queue_map(check, guest->controllers.v[i].driver_queues,
				mapping_of(check, guest->controllers.v[i].element, true));
}

static void queues_bus(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *disk = &guest->devices.v[i];

		if (streq(disk->tag, "disk") && !is_virtio_disk(disk) &&
		    disk->driver_queues.state == VALUE_VALID)
			check_found(
				check, disk->element,
				"Disk %s has queues, but is on bus %s; only disks on bus virtio have queues.",
				disk->target_dev ? disk->target_dev : "", disk->bus);
	}
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (c->driver_queues.state == VALUE_VALID && !is_virtio_scsi(c) &&
		    streq_null(c->type, "scsi") && c->model && !streq(c->model, "auto"))
			check_found(
				check, c->element,
				"A scsi controller of model %s has queues; only controllers of model virtio-scsi have queues.",
				c->model);
	}
}

static bool is_virtio_net(const struct guest_device *device)
{
	return streq(device->tag, "interface") && device->model &&
	       has_prefix(device->model, "virtio");
}

static void queues_backend(struct check *check)
{
	static const char *const single[] = {"user", "server", "client",  "mcast",
					     "udp",  "null",   "internal"};
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (!is_virtio_net(device) || device->driver_queues.value < 2)
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(single); j++)
			if (streq_null(device->type, single[j]))
				check_found(
					check, device->element,
					"A network interface of type %s has %llu queues, but its back end has one.",
					single[j], ULL(device->driver_queues.value));
	}
}

static void queues_limit(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *disk = &guest->devices.v[i];

		if (streq(disk->tag, "disk") && is_virtio_disk(disk) &&
		    disk->driver_queues.value > BLOCK_QUEUES)
			check_found(check, disk->element,
				    "The disk has %llu queues, but QEMU supports %d.",
				    ULL(disk->driver_queues.value), BLOCK_QUEUES);
	}
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (is_virtio_scsi(c) && c->driver_queues.value > SCSI_QUEUES)
			check_found(
				check, c->element,
				"The controller has %llu queues, but QEMU supports %d.",
				ULL(c->driver_queues.value), SCSI_QUEUES);
	}
}

static void say_vcpus(struct check *check, int element, uint64_t queues, const char *what)
{
	unsigned vcpus = guest_vcpus(check->guest);

	if (queues > vcpus)
		check_values(
			check_found(
				check, element,
				"The %s has %llu queues, but the guest has %u vCPU%s.",
				what, ULL(queues), vcpus, vcpus == 1 ? "" : "s"),
			NULL, NULL);
}

static void queues_vcpus(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (is_virtio_net(device))
			say_vcpus(check, device->element, device->driver_queues.value,
				  "network interface");
		if (streq(device->tag, "disk") && is_virtio_disk(device))
			say_vcpus(check, device->element, device->driver_queues.value,
				  "disk");
	}
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is_virtio_scsi(&guest->controllers.v[i]))
			say_vcpus(check, guest->controllers.v[i].element,
				  guest->controllers.v[i].driver_queues.value,
				  "SCSI controller");
}

struct set check_threads_of(const struct check *check, struct assign_item item)
{
	const struct guest *guest = check->guest;
	bool controller = item.device < 0;
	int element = assign_element(guest, item);
	struct set threads = {};

	guest_threads_of(check->document, element,
			 controller
				 ? guest->controllers.v[item.controller].driver_iothread
				 : guest->devices.v[item.device].driver_iothread,
			 mapping_of(check, element, controller) >= 0, &threads);
	return threads;
}

/* For each I/O thread the first disk or controller on a node that it serves. */
struct shared_threads {
	VEC(struct shared_thread {
		int thread;
		int cell;
		struct assign_item item;
		bool found; /* reported */
	})
	rows;
};

static struct shared_thread *row_of(struct shared_threads *threads, int thread)
{
	for (size_t i = 0; i < threads->rows.n; i++)
		if (threads->rows.v[i].thread == thread)
			return &threads->rows.v[i];
	return NULL;
}

/* Whether the host backs both cells with the same nodes, so that it does not matter. */
static bool same_backing(const struct check *check, int a, int b)
{
	_cleanup_set_ struct set of_a = {}, of_b = {};

	return check->host && check_backing(check, (size_t)a, &of_a) &&
	       check_backing(check, (size_t)b, &of_b) && set_equal(&of_a, &of_b);
}

static void judge_sharing(struct check *check, struct shared_threads *threads,
			  struct assign_item item)
{
	const struct guest *guest = check->guest;
	const struct guest_address *address = assign_address(guest, item);
	_cleanup_set_ struct set own = check_threads_of(check, item);
	int cell = address->state == VALUE_VALID
			   ? guest_tree_cell(&check->tree, address->at.bus)
			   : -1;

	if (cell < 0)
		return;
	set_foreach (thread, &own) {
		struct shared_thread *row = row_of(threads, thread);
		_cleanup_free_ char *name = assign_item_name(guest, item), *first = NULL;

		if (!row)
			*vec_add(&threads->rows) =
				(struct shared_thread){thread, cell, item, false};
		if (!row || row->found || row->cell == cell ||
		    same_backing(check, row->cell, cell))
			continue;
		row->found = true;
		first = assign_item_name(guest, row->item);
		check_found(
			check, assign_element(guest, item),
			"I/O thread %d serves %s on guest node %d and %s on node %d; it can run on the host node of one of them only.",
			thread, first, row->cell, name, cell);
	}
}

static void iothread_shared(struct check *check)
{
	const struct guest *guest = check->guest;
	struct shared_threads threads = {};

	for (size_t i = 0; i < guest->devices.n; i++)
		judge_sharing(check, &threads, (struct assign_item){-1, (int)i, -1});
	for (size_t i = 0; i < guest->controllers.n; i++)
		judge_sharing(check, &threads, (struct assign_item){(int)i, -1, -1});
	vec_free(&threads.rows);
}

static bool has_no_eventfd(const struct check *check, int element)
{
	int driver = document_child(check->document, element, "driver");

	return driver >= 0 &&
	       streq_null(document_attribute(check->document, driver, "ioeventfd"),
			  "off");
}

static void judge_eventfd(struct check *check, struct assign_item item)
{
	int element = assign_element(check->guest, item);
	_cleanup_set_ struct set threads = {};
	_cleanup_free_ char *name = NULL;

	if (element < 0 || !has_no_eventfd(check, element))
		return;
	threads = check_threads_of(check, item);
	if (set_empty(&threads))
		return;
	name = assign_item_name(check->guest, item);
	check_found(check, check_part(check, element, "driver"),
		    "An I/O thread serves %s, which has ioeventfd='off'.", name);
}

static void iothread_eventfd(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "disk") &&
		    is_virtio_disk(&guest->devices.v[i]))
			judge_eventfd(check, (struct assign_item){-1, (int)i, -1});
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is_virtio_scsi(&guest->controllers.v[i]))
			judge_eventfd(check, (struct assign_item){(int)i, -1, -1});
}

enum { QUEUES_LIMIT = 6 };

const struct rule queues_rules[] = {
	{RULE("iothread-bus", iothread_bus, ERROR, 0, LIBVIRT),
	 .what = "Only disks on bus virtio and controllers of model virtio-scsi have an I/O thread.",
	 .why = "libvirt refuses it for others.",
	 .to_fix =
		 "Remove iothread= or <iothreads>, or use bus virtio; for disks on bus scsi, give the I/O thread to their controller of model virtio-scsi.",
	 .source = LV "qemu/qemu_validate.c; conf/domain_validate.c; tested with 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("iothread-mapping", iothread_mapping, ERROR, 0, LIBVIRT),
	 .what = "A device has either one I/O thread or <iothreads>, in which each thread is listed once.",
	 .why = "libvirt refuses both together, and a thread that is listed twice.",
	 .to_fix = "Remove iothread=, or the second entry.",
	 .source = "tested with libvirt 11.3 and 12.9",
	 .libvirt = {.since = VERSION_OF(10, 0)},
	 .outside = "libvirt does not know <iothreads>.", .remedy = REMEDY_EDIT},
	{RULE("iothread-queues", iothread_queues, ERROR, 0, LIBVIRT),
	 .what = "If the I/O threads of a device have queues, each of its queues=, from 0 on, has exactly one thread.",
	 .why = "libvirt refuses a queue that does not exist, has two threads or none, and a <queue> for some of the threads only.",
	 .to_fix = "Give every queue to one thread, or remove all <queue> elements.",
	 .source =
		 "libvirt 11.3 src/qemu/qemu_validate.c, qemuDomainValidateIothreadMapping; measured",
	 .libvirt = {.since = VERSION_OF(10, 0)},
	 .outside = "libvirt does not know <iothreads>.", .remedy = REMEDY_EDIT},
	{RULE("iothread-shared", iothread_shared, WARNING, 0, NOBODY),
	 .what = "An I/O thread serves the disks and controllers of one guest node. Those that are on no node do not count.",
	 .why = "The thread can be pinned to the host node of one of them only; the requests of the others go to another node.",
	 .to_fix =
		 "Give each node I/O threads of its own (plan --domain FILE --iothreads per-node).",
	 .source = "libvirt docs/formatdomain.rst, CPU tuning", .remedy = REMEDY_EDIT},
	{RULE("queues-bus", queues_bus, ERROR, 0, LIBVIRT),
	 .what = "Only disks on bus virtio and controllers of model virtio-scsi have queues.",
	 .why = "libvirt refuses queues= for others.", .to_fix = "Remove queues=.",
	 .source = LV "qemu/qemu_validate.c; conf/domain_validate.c; tested with 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("queues-backend", queues_backend, ERROR, 0, QEMU),
	 .what = "A network interface with several queues has a back end with several queues.",
	 .why = "libvirt defines the domain, but refuses to start it, because multiqueue is supported only for network, bridge, direct, ethernet, vhostuser and vdpa.",
	 .to_fix = "Remove queues=, or use another type of interface.",
	 .source = LV "qemu/qemu_validate.c, qemuValidateNetSupportsMultiqueue; measured",
	 .remedy = REMEDY_EDIT},
	[QUEUES_LIMIT] =
		{RULE("queues-limit", queues_limit, ERROR, 0, QEMU),
		 .what = "A disk has at most 1024 queues, and a SCSI controller at most 1022.",
		 .why = "libvirt accepts more, but QEMU exits.",
		 .to_fix = "Reduce queues=.",
		 .source =
			 "QEMU 7.2 hw/block/virtio-blk.c, hw/scsi/virtio-scsi.c; measured",
		 .remedy = REMEDY_EDIT},
	{RULE("queues-vcpus", queues_vcpus, WARNING, 0, NOBODY),
	 .after = {&queues_rules[QUEUES_LIMIT]},
	 .what = "A device has no more queues than the guest has vCPUs.",
	 .why = "The guest's driver uses at most one queue for each vCPU; the others only cost memory.",
	 .to_fix = "Reduce queues= to the number of vCPUs.",
	 .source = "Linux drivers/net/virtio_net.c, drivers/block/virtio_blk.c",
	 .remedy = REMEDY_EDIT},
	{RULE("iothread-eventfd", iothread_eventfd, ERROR, 0, QEMU),
	 .what = "A disk or SCSI controller with an I/O thread does not have ioeventfd='off'.",
	 .why = "The I/O thread learns of requests through an eventfd. libvirt accepts both attributes, but QEMU exits (\"ioeventfd is required for iothread\").",
	 .to_fix = "Remove ioeventfd=, or the I/O thread.",
	 .source =
		 "QEMU 7.2 hw/block/dataplane/virtio-blk.c, hw/scsi/virtio-scsi-dataplane.c; measured with QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{},
};
