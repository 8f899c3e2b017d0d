/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-sizes.c - sizes of queues, and of the pools of I/O threads.
 * Sources: libvirt 9.0 src/conf/domain_validate.c, src/conf/domain_conf.c,
 * src/qemu/qemu_validate.c. What 9.0, 11.3 and 12.9 refuse was tested.
 */
#include "planner/check/rules.h"

/* libvirt 11.3 refuses queue_size= of a disk that is not on bus virtio; 9.0 does not. */
#define JUDGES_DISKS VERSION_OF(11, 3)
/* VIRTIO_NET_RX_QUEUE_MIN_SIZE, VIRTQUEUE_MAX_SIZE. */
#define LEAST_SIZE 256
#define MOST_SIZE  1024
/* hw/block/virtio-blk.c: more than 2. */
#define LEAST_DISK_SIZE 4
/* QEMU 10.0 exits if the back end does not take tx_queue_size; 7.2 reduces it. */
#define TX_SIZES VERSION_OF(10, 0)

static bool is_power(uint64_t size)
{
	return (size & (size - 1)) == 0;
}

/* Only back ends of other processes take larger queues to send from. */
static bool has_own_backend(const struct guest_device *net)
{
	return !net->type || streq(net->type, "vhostuser") || streq(net->type, "vdpa");
}

static void set_remedy_of_net(struct finding *finding, const struct guest_device *net,
			      const char *name)
{
	if (streq(name, "tx_queue_size") && !has_own_backend(net))
		check_set_remedy(finding, "Write %d, or remove %s=.", LEAST_SIZE, name);
	else
		check_set_remedy(finding, "Write 256, 512 or 1024, or remove %s=.", name);
}

static void judge_size(struct check *check, const struct guest_device *net,
		       const char *name)
{
	int driver = net->driver_element;
	const char *text = document_attribute(check->document, driver, name);
	struct finding *finding = NULL;
	uint64_t size;

	if (!text)
		return;
	if (!parse_u64(text, &size) || size == 0 || size > UINT32_MAX)
		finding = check_found(check, driver,
				      "%s is \"%s\", which is not a positive number.",
				      name, text);
	else if (!is_power(size))
		finding = check_found(check, driver,
				      "%s is %llu, which is not a power of two.", name,
				      ULL(size));
	if (finding)
		set_remedy_of_net(finding, net, name);
}

static void judge_disk(struct check *check, const struct guest_device *disk, int driver)
{
	if (!streq_null(disk->bus, "virtio") &&
	    check->options->target.libvirt >= JUDGES_DISKS &&
	    document_attribute(check->document, driver, "queue_size"))
		check_set_remedy(
			check_found(
				check, driver,
				"Disk %s has queue_size=, but only disks on bus virtio have it.",
				disk->target_dev ? disk->target_dev : ""),
			"Remove queue_size=.");
}

/* <driver> of a virtio network interface; -1. */
static int driver_of_net(const struct guest_device *device)
{
	if (device->driver_element < 0 || !streq(device->tag, "interface") ||
	    !device->model || !has_prefix(device->model, "virtio"))
		return -1;
	return device->driver_element;
}

static void queue_size(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int net = driver_of_net(device);
		int disk = streq(device->tag, "disk") ? device->driver_element : -1;

		if (disk >= 0)
			judge_disk(check, device, disk);
		if (net < 0)
			continue;
		judge_size(check, device, "rx_queue_size");
		judge_size(check, device, "tx_queue_size");
	}
}

/* A power of two; false: absent, or queue-size's. */
static bool read_size(const struct check *check, const struct guest_device *net,
		      const char *name, uint64_t *ret)
{
	const char *text = document_attribute(check->document, net->driver_element, name);

	return text && parse_u64(text, ret) && *ret > 0 && *ret <= UINT32_MAX &&
	       is_power(*ret);
}

static void judge_range(struct check *check, const struct guest_device *net,
			const char *name)
{
	uint64_t size;

	if (!read_size(check, net, name, &size))
		return;
	if (size < LEAST_SIZE || size > MOST_SIZE)
		set_remedy_of_net(check_found(check, net->driver_element,
					      "%s is %llu, but QEMU supports %d to %d.",
					      name, ULL(size), LEAST_SIZE, MOST_SIZE),
				  net, name);
	else if (check->options->target.qemu >= TX_SIZES &&
		 streq(name, "tx_queue_size") && size > LEAST_SIZE &&
		 !has_own_backend(net))
		set_remedy_of_net(
			check_found(
				check, net->driver_element,
				"tx_queue_size is %llu, but QEMU supports %d with a network interface of type %s.",
				ULL(size), LEAST_SIZE, net->type),
			net, name);
}

/* libvirt leaves out 0. */
static void judge_other(struct check *check, const struct guest_device *device,
			const char *name, uint64_t least, bool powers)
{
	int driver = device->driver_element;
	const char *text = document_attribute(check->document, driver, name);
	struct finding *finding;
	uint64_t size;

	if (!text || !parse_u64(text, &size) || size == 0 || size > UINT32_MAX ||
	    (size >= least && size <= MOST_SIZE && (is_power(size) || !powers)))
		return;
	finding =
		check_found(check, driver, "%s is %llu, but QEMU supports %s%llu to %d.",
			    name, ULL(size), powers ? "powers of two from " : "",
			    ULL(least), MOST_SIZE);
	check_set_remedy(finding, "Write %s from %llu to %d, or remove %s=.",
			 powers ? "a power of two" : "a number", ULL(least), MOST_SIZE,
			 name);
}

static void queue_size_range(struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		bool user = streq_null(device->type, "vhostuser");
		int driver = device->driver_element;

		if (driver < 0)
			continue;
		if (driver_of_net(device) >= 0) {
			judge_range(check, device, "rx_queue_size");
			judge_range(check, device, "tx_queue_size");
		} else if (streq(device->tag, "disk") &&
			   streq_null(device->bus, "virtio")) {
			judge_other(check, device, "queue_size",
				    user ? 1 : LEAST_DISK_SIZE, !user);
		} else if (streq(device->tag, "filesystem") &&
			   streq_null(document_attribute(check->document, driver, "type"),
				      "virtiofs")) {
			judge_other(check, device, "queue", 1, true);
		}
	}
}

/* Without a maximum, libvirt refuses every minimum. */
static void judge_pool(struct check *check, int element)
{
	const char *least =
		document_attribute(check->document, element, "thread_pool_min");
	const char *most =
		document_attribute(check->document, element, "thread_pool_max");
	uint64_t min = 0, max = 0;

	if ((least && !parse_u64(least, &min)) || (most && !parse_u64(most, &max)))
		return;
	if (most && max == 0)
		check_found(check, element, "thread_pool_max is 0.");
	else if (least && !most)
		check_found(check, element,
			    "thread_pool_min is %llu, but there is no thread_pool_max.",
			    ULL(min));
	else if (least && min > max)
		check_found(check, element,
			    "thread_pool_min is %llu, more than thread_pool_max, %llu.",
			    ULL(min), ULL(max));
}

static void iothread_pool(struct check *check)
{
	const struct document *document = check->document;
	int row = document_find(document, 0, "defaultiothread");

	if (row >= 0)
		judge_pool(check, row);
	row = document_find(document, 0, "iothreadids");
	for (row = row < 0 ? -1 : document_child(document, row, "iothread"); row >= 0;
	     row = document_next(document, row, "iothread"))
		judge_pool(check, row);
}

const struct rule sizes_rules[] = {
	{RULE("queue-size", queue_size, ERROR, 0, LIBVIRT),
	 .what = "rx_queue_size= and tx_queue_size= of a virtio network interface are powers of two, and only disks on bus virtio have queue_size=.",
	 .why = "libvirt refuses other sizes, and from 11.3 at the latest queue_size= of other disks.",
	 .to_fix = "Write a power of two from 256 to 1024, or remove the attribute.",
	 .source = LV "qemu/qemu_validate.c; tested with 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("queue-size-range", queue_size_range, ERROR, 0, QEMU),
	 .what = "rx_queue_size= and tx_queue_size= of a virtio network interface are from 256 to 1024; tx_queue_size= is 256 unless the back end is vhostuser or vdpa. queue_size= of a virtio disk is a power of two from 4 to 1024 (of type vhostuser, any number from 1 to 1024), and queue= of virtiofs a power of two up to 1024.",
	 .why = "libvirt accepts other sizes, but QEMU exits; for tx_queue_size= above 256, QEMU from 10.0 at the latest.",
	 .to_fix = "Write a size that QEMU supports, or remove the attribute.",
	 .source =
		 "QEMU 7.2 hw/net/virtio-net.c, hw/block/virtio-blk.c, hw/virtio/vhost-user-fs.c; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("iothread-pool", iothread_pool, ERROR, 0, LIBVIRT),
	 .what = "The pool of an I/O thread has a maximum of at least 1 if it has a minimum, which is not larger.",
	 .why = "libvirt refuses other pools.",
	 .to_fix = "Write thread_pool_max=, at least as large as thread_pool_min=.",
	 .source = LV "conf/domain_validate.c; tested with 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT},
	{},
};
