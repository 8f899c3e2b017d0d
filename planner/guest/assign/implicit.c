/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt 9.0 adds to a domain before it assigns addresses: the root, USB and SATA
 * controllers and the balloon of the machine (qemuDomainDefAddDefaultDevices),
 * controllers for disks and channels (virDomainDefAddImplicitControllers), a video card
 * for graphics; and the default models.
 */
#include "planner/guest/assign/assign.h"
#include "planner/guest/assign/parts.h"

#include "base/first.h"
#include "planner/guest/disk-name.h"

static bool is(const char *a, const char *b)
{
	return streq_null(a, b);
}

static bool has_controller(const struct guest *guest, const char *type, uint64_t index)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is(guest->controllers.v[i].type, type) &&
		    number_is(guest->controllers.v[i].index, index))
			return true;
	return false;
}

static bool has_device(const struct guest *guest, const char *tag)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, tag))
			return true;
	return false;
}

void assign_need_controller(struct guest *guest, const char *type, uint64_t index,
			    const char *model)
{
	struct guest_controller *controller;

	if (has_controller(guest, type, index))
		return;
	controller = guest_add_controller(guest, type);
	controller->index = number_of(index);
	controller->model = xstrdup(model);
}

/* One of the parts of an ICH9 USB 2 controller, which all have the same index. */
static bool is_usb2(const struct guest_controller *controller)
{
	static const char *const models[] = {"ich9-ehci1", "ich9-uhci1", "ich9-uhci2",
					     "ich9-uhci3"};

	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (is(controller->type, "usb") && is(controller->model, models[i]))
			return true;
	return false;
}

/* The index of the part before it, unless a part of its model has that index already. */
static struct guest_number companion_index(const struct guest *guest, size_t number,
					   const struct firsts *parts)
{
	const struct guest_controller *own = &guest->controllers.v[number];
	const struct guest_controller *before = own - 1;

	if (number == 0 || !is_usb2(own) || !is_usb2(before) ||
	    first_find(parts, own->model, before->index.value) >= 0)
		return (struct guest_number){};
	return before->index;
}

/* Indexes by type, and those of the parts of USB 2 controllers by model. */
struct indexes {
	struct firsts taken, parts;
	struct firsts lowest; /* by type: one of the counters below */
	VEC(uint64_t) next;   /* all below it are in use */
};

static void take_index(struct indexes *indexes, const struct guest_controller *controller)
{
	if (controller->index.state != VALUE_VALID)
		return;
	first_add(&indexes->taken, controller->type, controller->index.value, 0);
	if (is_usb2(controller))
		first_add(&indexes->parts, controller->model, controller->index.value, 0);
}

static uint64_t free_index(struct indexes *indexes, const char *type)
{
	int counter = first_add(&indexes->lowest, type, 0, (int)indexes->next.n);
	uint64_t *next = (size_t)counter < indexes->next.n ? &indexes->next.v[counter]
							   : vec_add(&indexes->next);

	while (first_find(&indexes->taken, type, *next) >= 0)
		(*next)++;
	return *next;
}

/* virDomainAssignControllerIndexes: the lowest free index, type by type. */
static void give_indexes(struct guest *guest)
{
	struct indexes indexes = {};

	for (size_t i = 0; i < guest->controllers.n; i++)
		take_index(&indexes, &guest->controllers.v[i]);
	for (size_t i = 0; i < guest->controllers.n; i++) {
		struct guest_controller *controller = &guest->controllers.v[i];

		if (controller->index.state != VALUE_ABSENT || !controller->type)
			continue;
		controller->index = companion_index(guest, i, &indexes.parts);
		if (controller->index.state != VALUE_VALID)
			controller->index =
				number_of(free_index(&indexes, controller->type));
		take_index(&indexes, controller);
	}
	firsts_free(&indexes.taken);
	firsts_free(&indexes.parts);
	firsts_free(&indexes.lowest);
	vec_free(&indexes.next);
}

/*
 * From libvirt 11.6 on virtio-scsi on virt, whatever others the domain has, and elsewhere
 * the model of the first one, by index, that has a model.
 */
const char *assign_scsi_model(const struct guest *guest)
{
	const struct guest_controller *first = NULL;

	if (!assign_has(guest, FEATURE_SCSI_LIKE_OTHERS))
		return "lsilogic";
	if (guest_is_virt(guest))
		return "virtio-scsi";
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (is(c->type, "scsi") && c->model && !streq(c->model, "auto") &&
		    (!first || c->index.value < first->index.value))
			first = c;
	}
	return first ? first->model : "lsilogic";
}

static const char *usb_model(const struct guest *guest)
{
	bool xhci = guest_is_virt(guest) && (!streq_null(guest->architecture, "armv7l") ||
					     assign_has(guest, FEATURE_USB_XHCI_ARMV7L));

	return xhci ? "qemu-xhci" : "piix3-uhci";
}

static void give_models(struct guest *guest)
{
	_cleanup_free_ char *scsi = xstrdup(assign_scsi_model(guest));

	for (size_t i = 0; i < guest->controllers.n; i++) {
		struct guest_controller *c = &guest->controllers.v[i];

		if (is(c->type, "usb") && (!c->model || streq(c->model, "default"))) {
			free(c->model);
			c->model = xstrdup(usb_model(guest));
		}
		if (is(c->type, "scsi") && (!c->model || streq(c->model, "auto"))) {
			free(c->model);
			c->model = xstrdup(scsi);
		}
	}
}

/*
 * "sda" is 0, and so is "nvme0n1", as each NVMe controller is a number of its own; -1 if
 * libvirt derives nothing from the name.
 */
static int disk_number(const struct guest_device *disk)
{
	struct disk_name parts;

	if (is(disk->bus, "nvme"))
		return (int)disk_nvme_controller(disk->target_dev);
	return disk->target_dev && disk_name_parse(disk->target_dev, &parts)
		       ? parts.number
		       : -1;
}

static void add_disk_controllers(struct guest *guest)
{
	static const struct {
		const char *bus;
		int per_controller;
	} rows[] = {{"scsi", SCSI_UNITS}, {"ide", 4}, {"sata", 6}, {"nvme", 1}};
	_cleanup_free_ char *scsi = xstrdup(assign_scsi_model(guest));

	for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
		int last = -1;

		for (size_t i = 0; i < guest->devices.n; i++) {
			const struct guest_device *device = &guest->devices.v[i];
			int number;

			if (!streq(device->tag, "disk") ||
			    !is(device->bus, rows[row].bus))
				continue;
			number = disk_number(device);
			if (device->controller.state == VALUE_VALID)
				last = MAX(last,
					   (int)MIN(device->controller.value, 255u));
			else if (!device->address.type && number >= 0)
				last = MAX(last, number / rows[row].per_controller);
		}
		for (int index = 0; index <= MIN(last, 255); index++)
			assign_need_controller(guest, rows[row].bus, (uint64_t)index,
					       streq(rows[row].bus, "scsi") ? scsi
									    : NULL);
	}
}

static void add_serial_controllers(struct guest *guest)
{
	_cleanup_firsts_ struct firsts there = {};

	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is(guest->controllers.v[i].type, "virtio-serial") &&
		    guest->controllers.v[i].index.state == VALUE_VALID)
			first_add(&there, NULL, guest->controllers.v[i].index.value, -1);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		uint64_t index = device->controller.state == VALUE_VALID
					 ? device->controller.value
					 : 0;

		if ((streq(device->tag, "channel") || streq(device->tag, "console")) &&
		    is(device->target_type, "virtio") &&
		    first_add(&there, NULL, index, (int)i) == (int)i)
			guest_add_controller(guest, "virtio-serial")->index =
				number_of(index);
	}
}

static void add_machine_devices(struct guest *guest)
{
	bool q35 = guest_is_q35(guest), virt = guest_is_virt(guest);

	if (!virt && !has_controller(guest, "usb", 0))
		assign_need_controller(guest, "usb", 0, q35 ? "qemu-xhci" : "piix3-uhci");
	if (q35)
		assign_need_controller(guest, "sata", 0, NULL);
	assign_need_controller(
		guest, "pci", 0,
		controller_rows[q35 || virt ? CONTROLLER_PCIE_ROOT : CONTROLLER_PCI_ROOT]
			.name);
	if (!virt && !has_device(guest, "memballoon"))
		guest_add_device(guest, "memballoon")->model = xstrdup("virtio");
}

static void add_video(struct guest *guest)
{
	if (has_device(guest, "graphics") && !has_device(guest, "video"))
		guest_add_device(guest, "video");
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "video") && !guest->devices.v[i].model)
			guest->devices.v[i].model =
				xstrdup(guest_is_virt(guest) ? "virtio" : "cirrus");
}

static void default_on(struct guest_switch *value)
{
	if (value->state == VALUE_ABSENT)
		*value = switch_of(true);
}

/*
 * More than 255 vCPUs: libvirt adds an intel IOMMU, or completes an existing one
 * (10.10; measured with 11.3 and 12.9), from 12.2 on one of another model, too (12.9).
 */
static void add_iommu(struct guest *guest)
{
	struct guest_iommu *iommu = guest->iommus.n ? guest->iommus.v : NULL;
	bool amd;

	if (!assign_has(guest, FEATURE_IOMMU_ADDED) || !guest_is_q35(guest) ||
	    guest->vcpus.state != VALUE_VALID || guest->vcpus.value <= 255)
		return;
	if (!iommu)
		iommu = guest_add_iommu(guest, "intel");
	amd = is(iommu->model, "amd");
	if (!is(iommu->model, "intel") && !assign_has(guest, FEATURE_IOMMU_ANY))
		return;
	if (amd || is(iommu->model, "intel"))
		default_on(&iommu->intremap);
	if (is(iommu->model, "intel"))
		default_on(&iommu->eim);
	if (amd)
		default_on(&iommu->xtsup);
	if (!guest->ioapic_driver)
		guest->ioapic_driver = xstrdup("qemu");
}

/* Elements that an older libvirt does not know, and drops. */
static void drop_elements(struct guest *guest)
{
	static const struct {
		const char *tag;
		enum feature feature;
	} rows[] = {{"crypto", FEATURE_CRYPTO}, {"pstore", FEATURE_PSTORE}};

	for (size_t row = 0; row < ARRAY_SIZE(rows); row++)
		for (size_t i = guest->devices.n; i-- > 0;)
			if (guest->libvirt && !assign_has(guest, rows[row].feature) &&
			    streq(guest->devices.v[i].tag, rows[row].tag))
				guest_drop_device(guest, i);
}

/* An older libvirt drops pciBus, so that the SMMUv3 is that of all buses. */
static void drop_buses(struct guest *guest)
{
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (guest->libvirt && !guest->iommus.v[i].added &&
		    !assign_has(guest, FEATURE_SMMUV3_PER_BUS))
			guest->iommus.v[i].pci_bus = (struct guest_number){};
}

void assign_implicit(struct guest *guest)
{
	drop_elements(guest);
	drop_buses(guest);
	add_iommu(guest);
	assign_hostdevs_read(guest);
	give_indexes(guest);
	add_machine_devices(guest);
	give_models(guest);
	add_disk_controllers(guest);
	assign_hostdev_controllers(guest);
	add_serial_controllers(guest);
	add_video(guest);
}
