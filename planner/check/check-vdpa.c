/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vDPA devices of the host, which the guest sees as virtio devices. libvirt opens the
 * character device when the guest starts, and the kernel lets one process open it:
 * libvirt 9.0 src/qemu/qemu_interface.c, qemuInterfaceVDPAConnect; Linux
 * drivers/vhost/vdpa.c, vhost_vdpa_open.
 */
#include "planner/check/host.h"

#include "base/first.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/each-device.h"
#include "topology/vdpa.h"

/* The vDPA devices of the host; NULL, and the rule is skipped, if they are not known. */
static const char *known_devices(struct check *check)
{
	const char *list = machine_fact(check->host, "vdpa.devices");

	if (!list)
		check_skip(check, "vdpa",
			   "the host's description does not have its vDPA devices");
	return list;
}

static void judge_exists(struct check *check, const struct guest_device *device)
{
	_cleanup_free_ char *name = vdpa_named(check->host, device->vdpa_path);
	struct finding *finding;

	if (name)
		return;
	if (!vdpa_is_device(device->vdpa_path)) {
		check_skip(check, "vdpa",
			   "%s has another name than the kernel gives to it",
			   device->vdpa_path);
		return;
	}
	finding = check_found(check, device->element, "The host has no %s.",
			      device->vdpa_path);
	finding->subject = xstrdup(device->vdpa_path);
}

static void vdpa_exists(struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (!device->vdpa_path)
			continue;
		if (!known_devices(check))
			return;
		judge_exists(check, device);
	}
}

static void vdpa_dup(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts seen = {};

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		struct finding *finding;
		int first;

		if (!device->vdpa_path)
			continue;
		first = first_add(&seen, device->vdpa_path, 0, (int)i);
		if (first == (int)i)
			continue;
		finding = check_found(check, device->element,
				      "%s is the back end of another device, too.",
				      device->vdpa_path);
		finding->subject = xstrdup(device->vdpa_path);
		check_relate(check, finding, guest->devices.v[first].element);
	}
}

static void say_node(struct check *check, const struct guest_device *device, int node,
		     int cell)
{
	_cleanup_set_ struct set backing = {};
	_cleanup_free_ char *nodes = NULL;
	struct finding *finding;

	if (!check_backing(check, (size_t)cell, &backing) ||
	    set_has(&backing, (unsigned)node))
		return;
	nodes = check_set_string(&backing);
	finding = check_found(
		check, device->element,
		"%s is on host node %d; in the guest it is on node %d, backed by host node %s.",
		device->vdpa_path, node, cell, nodes);
	finding->subject = xstrdup(device->vdpa_path);
	finding->observed = xstrdup(nodes);
	finding->expected = xasprintf("%d", node);
}

static void vdpa_affinity(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int node, cell;

		if (!device->vdpa_path || device->address.state != VALUE_VALID)
			continue;
		if (!known_devices(check))
			return;
		node = machine_function_node(check->host,
					     vdpa_function(check->host,
							   device->vdpa_path));
		cell = guest_tree_cell(&check->tree, device->address.at.bus);
		if (node >= 0 && cell >= 0)
			say_node(check, device, node, cell);
		else if (node >= 0 && guest->cells.n > 1)
			check_found(
				check, device->element,
				"%s is on host node %d, but on no node in the guest: there is no expander bus with a <node> above it.",
				device->vdpa_path, node)
				->subject = xstrdup(device->vdpa_path);
	}
}

static void vdpa_cache(struct check *check)
{
	const struct document *document = check->document;

	foreach_device (disk, check->guest, "disk") {
		int driver;
		const char *cache;

		if (!guest_is_vdpa(disk))
			continue;
		driver = disk->driver_element;
		cache = driver < 0 ? NULL : document_attribute(document, driver, "cache");
		if (streq_null(cache, "none") || streq_null(cache, "directsync"))
			continue;
		check_found(check, disk->element, "The cache of the vDPA disk is %s.",
			    cache ? cache : "not given");
	}
}

/* 9.0 takes only virtio, 11.3 these too. */
static void vdpa_model(struct check *check)
{
	unsigned libvirt = check->options->target.libvirt;

	foreach_device (card, check->guest, "interface") {
		const char *model = card->model;

		if (!guest_is_vdpa(card) || !model || streq(model, "virtio"))
			continue;
		if (!device_card_is_virtio(model) || libvirt < UNTRIED_SINCE)
			check_found(check, card->element,
				    "An interface of type vdpa has model %s, not virtio.",
				    model);
		else if (libvirt < UNTRIED_UNTIL)
			check_warned(
				check, card->element,
				"An interface of type vdpa has model %s; libvirt 9.0 refuses it.",
				model);
	}
}

const struct rule vdpa_rules[] = {
	{RULE("vdpa-exists", vdpa_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has each vDPA device that is named, and its vhost_vdpa driver drives it.",
	 .why = "Otherwise its character device does not exist, and libvirt refuses to start the domain.",
	 .to_fix =
		 "Name another one, load vhost_vdpa, or bind the device to it: echo NAME > /sys/bus/vdpa/drivers/vhost_vdpa/bind.",
	 .source = LV
	 "qemu/qemu_interface.c, qemuInterfaceVDPAConnect; Linux drivers/vhost/vdpa.c",
	 .untried =
		 "The test needs vDPA devices; it is done only with libvirt 12.9, in a nested guest.",
	 .remedy = REMEDY_EDIT},
	{RULE("vdpa-dup", vdpa_dup, ERROR, 0, LIBVIRT),
	 .what = "Each vDPA device is the back end of only one device.",
	 .why = "The kernel lets only one process open it once: libvirt defines the domain, but refuses to start it.",
	 .to_fix = "Give each device its own vDPA device.",
	 .source = LV
	 "qemu/qemu_interface.c, qemuInterfaceVDPAConnect; Linux drivers/vhost/vdpa.c, vhost_vdpa_open",
	 .untried =
		 "The test needs vDPA devices; it is done only with libvirt 12.9, in a nested guest.",
	 .remedy = REMEDY_EDIT},
	{RULE("vdpa-cache", vdpa_cache, ERROR, 0, LIBVIRT),
	 .what = "The cache of a vDPA disk is none or directsync.",
	 .why = "QEMU's driver for these disks does not use the host's page cache; libvirt refuses the domain.",
	 .to_fix = "Write <driver name='qemu' type='raw' cache='none'/>.",
	 .source = "libvirt 11.3 src/qemu/qemu_validate.c; tested with 11.3 and 12.9",
	 .libvirt = {.since = VERSION_OF(9, 8)},
	 .outside = "libvirt does not know the disk type (see feature-version).",
	 .remedy = REMEDY_EDIT},
	{RULE("vdpa-model", vdpa_model, ERROR, 0, LIBVIRT),
	 .what = "An interface of type vdpa has a virtio model.",
	 .why = "libvirt refuses other models; 9.0 also refuses virtio-transitional and virtio-non-transitional, which 11.3 accepts.",
	 .to_fix = "Write <model type='virtio'/>, or remove <model>.",
	 .source = "tested with libvirt 9.0, 11.3 and 12.9", .remedy = REMEDY_EDIT},
	{RULE("vdpa-affinity", vdpa_affinity, WARNING, NEED_MACHINE | NEED_HOST_PCI,
	      NOBODY),
	 .what = "A vDPA device is on the guest node that is backed by the host node of its PCI device.",
	 .why = "Otherwise the guest uses memory and CPUs of the wrong node for it.",
	 .to_fix =
		 "Move the device below an expander bus of the right node; virt-layout plan --domain --host does so.",
	 .source = "Linux numa_node of PCI devices", .remedy = REMEDY_EDIT,
	 .planned = PLAN_FIXES_WITH_HOST},
	{},
};
