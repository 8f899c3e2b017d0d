/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mediated devices: a vGPU is where its parent is; a vfio-ap device contains
 * cryptographic queues of s390x. Sources: Linux
 * Documentation/driver-api/vfio-mediated-device.rst, Documentation/arch/s390/vfio-ap.rst:
 * the host's own drivers keep each queue whose adapter's bit in apmask and whose domain's
 * bit in aqmask are set (bit 0 is the highest), and no queue may be in two mediated
 * devices. The host's facts contain both masks, and the parent and queues of each
 * mediated device (topology/facts.h).
 */
#include "planner/check/host.h"

#include <stdio.h>

#define MASK_BITS 256u

static const char *mdev_fact(const struct check *check, const char *uuid,
			     const char *what)
{
	_cleanup_free_ char *name = xasprintf("mdev.%s.%s", uuid, what);

	return machine_fact(check->host, name);
}

/* "05.0004" lines, all hexadecimal. */
static void parse_queues(const char *text, check_queues *ret)
{
	struct check_queue queue;
	int end;

	while (sscanf(text, " %2x.%4x%n", &queue.adapter, &queue.domain, &end) == 2) {
		*vec_add(ret) = queue;
		text += end;
	}
}

void check_list_queues(const struct check *check, const struct guest_device *device,
		       check_queues *ret)
{
	const char *matrix = check->host && device->mdev_uuid
				     ? mdev_fact(check, device->mdev_uuid, "matrix")
				     : NULL;

	if (matrix)
		parse_queues(matrix, ret);
}

static bool is_mediated(const struct guest_device *device)
{
	return streq(device->tag, "hostdev") && streq_null(device->type, "mdev");
}

static bool is_on(const struct check *check, const struct guest_device *device,
		  const char *attribute)
{
	return streq_null(document_attribute(check->document, device->element, attribute),
			  "on");
}

static void mdev_display(struct check *check)
{
	const struct guest *guest = check->guest;
	bool shown =
		document_child(check->document, guest->devices_element, "graphics") >= 0;

	for (size_t i = 0; !shown && i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (is_mediated(device) && is_on(check, device, "display"))
			check_found(
				check, device->element,
				"The mediated device has display='on', but the domain has no <graphics> to show it.");
	}
}

static void mdev_ramfb(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (is_mediated(device) && is_on(check, device, "ramfb") &&
		    !is_on(check, device, "display"))
			check_found(
				check, device->element,
				"The mediated device has ramfb='on', but not display='on'.");
	}
}

static bool is_ap(const struct guest_device *device)
{
	return device->mdev_uuid && streq_null(device->model, "vfio-ap");
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef",
		   *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Whether bit @bit of "0xffff..." is set; bit 0 is the highest of 256. */
static bool mask_has(const char *mask, unsigned bit)
{
	size_t n;
	int digit;

	mask += has_prefix(mask, "0x") ? 2 : 0;
	n = strlen(mask);
	if (bit >= MASK_BITS || bit / 4 >= n)
		return false;
	digit = hex_digit(mask[bit / 4]);
	return digit >= 0 && digit >> (3 - bit % 4) & 1;
}

typedef void (*say_queue)(struct check *check, const struct guest_device *device,
			  const struct check_queue *queue);

static void each_queue(struct check *check, say_queue say)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		check_queues queues = {};

		if (!is_ap(device))
			continue;
		if (!mdev_fact(check, device->mdev_uuid, "matrix"))
			check_skip(check, "mdev",
				   "the host's description has no mediated device %s",
				   device->mdev_uuid);
		check_list_queues(check, device, &queues);
		for (size_t j = 0; j < queues.n; j++)
			say(check, device, &queues.v[j]);
		vec_free(&queues);
	}
}

static void say_owned(struct check *check, const struct guest_device *device,
		      const struct check_queue *queue)
{
	const char *adapters = machine_fact(check->host, "vfio-ap.apmask");
	const char *domains = machine_fact(check->host, "vfio-ap.aqmask");
	struct finding *finding;

	if (!adapters || !domains) {
		check_skip(check, "apmask",
			   "the host's description has no apmask and aqmask");
		return;
	}
	if (!mask_has(adapters, queue->adapter) || !mask_has(domains, queue->domain))
		return;
	finding = check_found(
		check, device->element,
		"AP queue %02x.%04x of mediated device %s still belongs to the host: adapter 0x%02x is in its apmask and domain 0x%04x in its aqmask.",
		queue->adapter, queue->domain, device->mdev_uuid, queue->adapter,
		queue->domain);
	finding->subject = xasprintf("%02x.%04x", queue->adapter, queue->domain);
	check_set_remedy(
		finding,
		"Release it on the host: chzdev --type ap apmask=-%u, or aqmask=-%u.",
		queue->adapter, queue->domain);
}

static void ap_queue_owned(struct check *check)
{
	each_queue(check, say_owned);
}

/* Another mediated device that contains the queue, or NULL. Owned by the caller. */
static char *other_holder(const struct check *check, const char *uuid,
			  const struct check_queue *queue)
{
	const struct machine *host = check->host;
	char *holder = NULL;

	for (size_t i = 0; !holder && i < host->facts.n; i++) {
		const struct machine_fact *fact = &host->facts.v[i];
		check_queues queues = {};
		size_t n = strlen(fact->name);

		if (!fact->value || !has_prefix(fact->name, "mdev.") ||
		    !has_suffix(fact->name, ".matrix") ||
		    (n == strlen(uuid) + 12 &&
		     strncmp(fact->name + 5, uuid, n - 12) == 0))
			continue;
		parse_queues(fact->value, &queues);
		for (size_t j = 0; !holder && j < queues.n; j++)
			if (queues.v[j].adapter == queue->adapter &&
			    queues.v[j].domain == queue->domain)
				holder = xstrndup(fact->name + 5, n - 12);
		vec_free(&queues);
	}
	return holder;
}

static void say_shared(struct check *check, const struct guest_device *device,
		       const struct check_queue *queue)
{
	_cleanup_free_ char *other = other_holder(check, device->mdev_uuid, queue);

	if (other)
		check_found(check, device->element,
			    "AP queue %02x.%04x of mediated device %s is also in %s.",
			    queue->adapter, queue->domain, device->mdev_uuid, other)
			->subject = xasprintf("%02x.%04x", queue->adapter, queue->domain);
}

static void ap_queue_shared(struct check *check)
{
	each_queue(check, say_shared);
}

/* The host node of a mediated device's parent; -1 if it is not on PCI. */
static int parent_node(const struct check *check, const char *uuid,
		       struct pci_address *ret_parent)
{
	const char *parent = mdev_fact(check, uuid, "parent");

	if (!parent || !pci_address_parse(parent, ret_parent))
		return -1;
	return machine_function_node(check->host,
				     machine_function_index(check->host, *ret_parent));
}

static void mdev_parent(struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		_cleanup_free_ char *nodes = NULL;
		_cleanup_set_ struct set backing = {};
		struct pci_address parent;
		int cell, node;

		if (!device->mdev_uuid || device->address.state != VALUE_VALID)
			continue;
		if (!mdev_fact(check, device->mdev_uuid, "parent"))
			check_skip(check, "mdev",
				   "the host's description has no mediated device %s",
				   device->mdev_uuid);
		node = parent_node(check, device->mdev_uuid, &parent);
		cell = guest_tree_cell(&check->tree, device->address.at.bus);
		if (node < 0 || cell < 0 ||
		    !check_backing(check, (size_t)cell, &backing) ||
		    set_has(&backing, (unsigned)node))
			continue;
		nodes = check_set_string(&backing);
		check_values(
			check_found(
				check, device->element,
				"The parent " PCI_FORMAT
				" of mediated device %s is on host node %d; in the guest it is on node %d, backed by host node %s.",
				PCI_ARGS(parent), device->mdev_uuid, node, cell, nodes),
			nodes, NULL);
	}
}

const struct rule mdev_rules[] = {
	{RULE("mdev-display", mdev_display, ERROR, 0, LIBVIRT),
	 .what = "A domain in which a mediated device has display='on' has a <graphics>.",
	 .why = "Otherwise libvirt refuses the domain (\"graphics device is needed\").",
	 .to_fix = "Add <graphics type='spice'/> or another one, or write display='off'.",
	 .source = LV "qemu/qemu_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("mdev-ramfb", mdev_ramfb, ERROR, 0, QEMU),
	 .what = "A mediated device with ramfb='on' has display='on'.",
	 .why = "libvirt accepts ramfb='on' alone, but QEMU exits (\"ramfb=on requires display=on\").",
	 .to_fix = "Write display='on', or remove ramfb=.",
	 .source = "QEMU 7.2 hw/vfio/pci.c, vfio_realize",
	 .untried = "It needs a host with a mediated device.", .remedy = REMEDY_EDIT},
	{RULE("mdev-parent", mdev_parent, WARNING, NEED_MACHINE | NEED_HOST_PCI, NOBODY),
	 .what = "A mediated device is on the guest node that is backed by the host node of its parent.",
	 .why = "Otherwise the guest uses memory and CPUs of the wrong node for it.",
	 .to_fix = "Move the device below an expander bus of the right node.",
	 .source = "Linux vfio-mediated-device", .remedy = REMEDY_EDIT},
	{RULE("ap-queue-owned", ap_queue_owned, ERROR, NEED_HOST, KERNEL),
	 .what = "The AP queues (of s390x cryptographic adapters) of a mediated device are not used by the host itself.",
	 .why = "If a queue's adapter is in apmask and its domain in aqmask, the host's driver keeps the queue, and the guest does not get it.",
	 .to_fix =
		 "Remove the adapter from the host's apmask, or the AP domain from its aqmask.",
	 .source = "Linux vfio-ap", .remedy = REMEDY_RECORD},
	{RULE("ap-queue-shared", ap_queue_shared, ERROR, NEED_HOST, KERNEL),
	 .what = "An AP queue is in only one mediated device.",
	 .why = "The kernel assigns it only once.",
	 .to_fix = "Unassign the queue from one of the mediated devices.",
	 .source = "Linux vfio-ap", .remedy = REMEDY_RECORD},
	{},
};
