/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/compose-guest.h"

#include "planner/plan/identity.h"
#include "planner/plan/request/io-keep.h"
#include "topology/machine.h"

/*
 * Devices that every plan has, or that a flag asks for, each in a general port of its
 * own. An endpoint's owner is the device of the plan, or one of these below zero.
 */
enum general {
	GENERAL_SERIAL = -2, /* virtio-serial, for the guest agent */
	GENERAL_RNG = -3,
	GENERAL_MGMT = -4,
	GENERAL_DISK = -5,
};

static void add_general(struct plan *plan, enum general what)
{
	int port = layout_add(&plan->layout, CONTROLLER_ROOT_PORT, 0);
	int endpoint = layout_add(&plan->layout, LAYOUT_ENDPOINT, port);

	plan->layout.items.v[endpoint].owner = what;
}

bool compose_needs_video(const struct plan *plan)
{
	for (size_t i = 0; i < plan->devices.n; i++)
		if (streq(plan->devices.v[i].kind->tag, "video"))
			return true;
	return false;
}

void compose_general(const struct request *request, struct plan *plan)
{
	add_general(plan, GENERAL_SERIAL);
	add_general(plan, GENERAL_RNG);
	if (request->mgmt)
		add_general(plan, GENERAL_MGMT);
	if (request->disk)
		add_general(plan, GENERAL_DISK);
}

static void set_string(char **string, const char *value)
{
	free(*string);
	*string = xstrdup(value);
}

struct guest_address compose_address(unsigned bus, unsigned slot, unsigned function)
{
	return (struct guest_address){
		.element = -1,
		.type = xstrdup("pci"),
		.state = VALUE_VALID,
		.at = {.bus = (uint8_t)bus,
		       .slot = (uint8_t)slot,
		       .function = (uint8_t)function},
		.domain = number_of(0),
		.bus = number_of(bus),
		.slot = number_of(slot),
		.function = number_of(function),
	};
}

struct guest_address compose_item_address(const struct layout *layout, int number)
{
	const struct layout_item *item = &layout->items.v[number];
	struct guest_address address =
		compose_address(layout->items.v[item->parent].index, item->slot,
				item->function);

	if (item->multifunction)
		address.multifunction = switch_of(true);
	return address;
}

/* Whether the port's device is to share its group: ioh3420 has no ACS. */
static bool wants_shared_group(const struct request *request, const struct plan *plan,
			       int port)
{
	for (size_t i = 0; i < plan->devices.n; i++) {
		const struct plan_device *device = &plan->devices.v[i];

		if (plan->layout.items.v[device->endpoint].parent == port)
			return request->devices.v[device->wanted].shared_group;
	}
	return false;
}

static void add_pci_controller(const struct request *request, struct plan *plan,
			       int number, bool cold)
{
	const struct layout_item *item = &plan->layout.items.v[number];
	struct guest_controller *controller = guest_add_controller(&plan->guest, "pci");

	controller->index = number_of(item->index);
	set_string(&controller->model, controller_rows[item->kind].name);
	if (number == 0)
		return;
	controller->address = compose_item_address(&plan->layout, number);
	if (item->kind == CONTROLLER_PCIE_EXPANDER) {
		controller->bus_nr = number_of(item->bus_nr);
		if (item->cell != NO_CELL)
			controller->node = number_of((unsigned)item->cell);
	}
	if (controller_role(item->kind) != ROLE_PORT)
		return;
	if (wants_shared_group(request, plan, number))
		set_string(&controller->model_name, "ioh3420");
	controller->chassis = number_of(item->chassis);
	controller->port = number_of(item->port);
	if (cold && layout_has_child(&plan->layout, number))
		controller->hotplug = switch_of(false);
}

static void add_pci_controllers(const struct request *request, struct plan *plan)
{
	unsigned io = 0;

	for (size_t i = 0; i < plan->devices.n; i++)
		io += plan->devices.v[i].kind->io_bar;
	for (size_t i = 0; i < plan->layout.items.n; i++)
		if (plan->layout.items.v[i].kind != LAYOUT_ENDPOINT)
			add_pci_controller(request, plan, (int)i,
					   io_needs_cold_ports(request, io));
}

static void set_backend(const struct request *request, struct guest_device *device)
{
	static const struct {
		const char *type, *backend;
	} rows[] = {
		[BACKEND_USER] = {"user", NULL},
		[BACKEND_PASST] = {"user", "passt"},
		[BACKEND_MCAST] = {"mcast", NULL},
	};

	set_string(&device->type, rows[request->backend].type);
	set_string(&device->backend, rows[request->backend].backend);
}

/* An address as a string, for the MAC. */
static char *place_of(const struct guest_address *address)
{
	return xasprintf(PCI_FORMAT, PCI_ARGS(address->at));
}

static void add_interface(const struct request *request, struct guest *guest,
			  const char *model, struct guest_address address)
{
	struct guest_device *device = guest_add_device(guest, "interface");
	_cleanup_free_ char *place = place_of(&address);

	set_backend(request, device);
	set_string(&device->model, model);
	device->mac = identity_mac(request->name, place);
	device->address = address;
}

/* virtio goes past an emulated IOMMU unless it is told not to. */
static struct guest_switch through_iommu(const struct request *request, bool virtio)
{
	if (virtio && !streq(request->iommu, "none"))
		return switch_of(true);
	return (struct guest_switch){};
}

/* The lowest that no controller of the type has. */
static unsigned next_index(const struct guest *guest, const char *type)
{
	unsigned index = 0;

	for (size_t i = 0; i < guest->controllers.n; i++)
		if (streq_null(guest->controllers.v[i].type, type) &&
		    number_is(guest->controllers.v[i].index, index)) {
			index++;
			i = SIZE_MAX; /* from the first again */
		}
	return index;
}

static void add_controller_device(const struct request *request, struct guest *guest,
				  const struct device_kind *kind,
				  struct guest_address address)
{
	unsigned index = next_index(guest, kind->type);
	struct guest_controller *controller = guest_add_controller(guest, kind->type);

	controller->index = number_of(index);
	set_string(&controller->model, kind->model);
	controller->address = address;
	controller->driver_iommu = through_iommu(request, device_kind_is_virtio(kind));
}

static void add_plain_device(const struct request *request, struct guest *guest,
			     const struct device_kind *kind, struct guest_address address)
{
	struct guest_device *device = guest_add_device(guest, kind->tag);

	set_string(&device->model, kind->model);
	device->address = address;
	device->driver_iommu = through_iommu(request, device_kind_is_virtio(kind));
	if (streq(kind->tag, "rng"))
		set_string(&device->backend, "random");
}

void compose_device(const struct request *request, struct guest *guest,
		    const struct device_kind *kind, struct guest_address address)
{
	if (streq(kind->tag, "interface")) {
		add_interface(request, guest, kind->model, address);
		vec_last(&guest->devices)->driver_iommu =
			through_iommu(request, device_kind_is_virtio(kind));
	} else if (streq(kind->tag, "controller")) {
		add_controller_device(request, guest, kind, address);
	} else {
		add_plain_device(request, guest, kind, address);
	}
}

static void add_disk(const struct request *request, struct plan *plan,
		     struct guest_address address)
{
	struct guest_device *device = guest_add_device(&plan->guest, "disk");

	set_string(&device->type, "file");
	set_string(&device->device, "disk");
	set_string(&device->driver_type,
		   has_suffix(request->disk, ".qcow2") ? "qcow2" : "raw");
	set_string(&device->source_file, request->disk);
	set_string(&device->target_dev, "vda");
	set_string(&device->bus, "virtio");
	device->driver_iommu = through_iommu(request, true);
	device->address = address;
}

static void add_mgmt(const struct request *request, struct plan *plan,
		     struct guest_address address)
{
	struct guest_device *device;

	add_interface(request, &plan->guest, "virtio", address);
	device = vec_last(&plan->guest.devices);
	device->driver_iommu = through_iommu(request, true);
	if (!has_prefix(request->mgmt, "network="))
		return;
	set_string(&device->type, "network");
	set_string(&device->backend, NULL);
	set_string(&device->source_name, request->mgmt + strlen("network="));
}

static void add_general_device(const struct request *request, struct plan *plan,
			       enum general what, struct guest_address address)
{
	struct guest_controller *serial;

	switch (what) {
	case GENERAL_SERIAL:
		serial = guest_add_controller(&plan->guest, "virtio-serial");
		serial->index = number_of(0);
		serial->address = address;
		serial->driver_iommu = through_iommu(request, true);
		break;
	case GENERAL_RNG:
		add_plain_device(request, &plan->guest, device_kind_named("virtio-rng"),
				 address);
		break;
	case GENERAL_MGMT:
		add_mgmt(request, plan, address);
		break;
	case GENERAL_DISK:
		add_disk(request, plan, address);
		break;
	}
}

/*
 * libvirt makes the first video device the primary one, which for virtio is a VGA adapter
 * that takes legacy ports; a plain VGA where libvirt itself would put it keeps the
 * planned ones what they are.
 */
static void add_primary_video(struct plan *plan)
{
	struct guest_device *device;

	if (!compose_needs_video(plan))
		return;
	device = guest_add_device(&plan->guest, "video");
	set_string(&device->model, "vga");
	device->address = compose_address(0, VIDEO_SLOT, 0);
}

static void add_cdrom(const struct request *request, struct plan *plan)
{
	struct guest_device *device = guest_add_device(&plan->guest, "disk");

	set_string(&device->type, "file");
	set_string(&device->device, "cdrom");
	set_string(&device->driver_type, "raw");
	set_string(&device->source_file, request->cdrom);
	set_string(&device->target_dev, "sda");
	set_string(&device->bus, "sata");
}

static void add_endpoints(const struct request *request, struct plan *plan)
{
	for (size_t i = 0; i < plan->layout.items.n; i++) {
		const struct layout_item *item = &plan->layout.items.v[i];
		struct guest_address address;

		if (item->kind != LAYOUT_ENDPOINT)
			continue;
		address = compose_item_address(&plan->layout, (int)i);
		if (item->owner < 0) {
			add_general_device(request, plan, item->owner, address);
			continue;
		}
		plan->devices.v[item->owner].guest_at = (struct pci_address){
			.bus = plan->layout.items.v[item->parent].secondary,
			.slot = item->slot,
			.function = item->function,
		};
		compose_device(request, &plan->guest, plan->devices.v[item->owner].kind,
			       address);
	}
}

static bool plans_usb(const struct plan *plan)
{
	for (size_t i = 0; i < plan->devices.n; i++)
		if (streq_null(plan->devices.v[i].kind->type, "usb"))
			return true;
	return false;
}

/* What libvirt would add by itself at an address of its own choice is written out. */
static void add_fixed_controllers(const struct request *request, struct plan *plan)
{
	struct guest_controller *usb, *sata;

	if (!plans_usb(plan)) {
		usb = guest_add_controller(&plan->guest, "usb");
		usb->index = number_of(0);
		set_string(&usb->model, "none");
	}
	if (!streq(request->architecture, "x86_64"))
		return;
	/* The ISA bridge of q35 has it at 00:1f.2 in any case. */
	sata = guest_add_controller(&plan->guest, "sata");
	sata->index = number_of(0);
	sata->address = compose_address(0, 0x1f, 2);
}

/* Above 39 bits of guest addresses the DMAR tables need a fourth level: 48. */
static bool needs_wide_iommu(const struct guest *guest)
{
	return guest->memory_bytes.value >= UINT64_C(1) << 39;
}

void compose_intel(struct guest *guest, struct guest_iommu *iommu)
{
	iommu->intremap = switch_of(true);
	if (guest->vcpus.value > 255)
		iommu->eim = switch_of(true);
	if (needs_wide_iommu(guest))
		iommu->aw_bits = number_of(48);
	set_string(&guest->ioapic_driver, "qemu");
}

static void set_iommu(const struct request *request, struct guest *guest)
{
	struct guest_iommu *iommu;

	if (streq(request->iommu, "none"))
		return;
	iommu = guest_add_iommu(guest, request->iommu);
	if (streq(request->iommu, "virtio"))
		iommu->address = compose_address(0, IOMMU_SLOT, 0);
	/* Version 2 has no ITS, and without it VFIO takes interrupts for unsafe. */
	if (streq(request->iommu, "smmuv3"))
		set_string(&guest->gic_version, "3");
	if (!streq(request->iommu, "intel"))
		return;
	compose_intel(guest, iommu);
}

static void set_cpu(const struct request *request, struct guest *guest)
{
	_cleanup_free_ char *copy = xstrdup(request->cpu);
	char *rest = copy, *mode = strsep(&rest, "+"), *feature;

	set_string(&guest->cpu_mode, mode);
	while ((feature = strsep(&rest, "+"))) {
		struct guest_feature *row = vec_add(&guest->cpu_features);

		row->element = -1;
		row->name = xstrdup(feature);
		row->policy = xstrdup("require");
	}
}

static void set_identity(const struct request *request, struct guest *guest)
{
	bool efi = request->firmware != FIRMWARE_BIOS;

	set_string(&guest->type, request->type);
	set_string(&guest->name, request->name);
	free(guest->uuid);
	guest->uuid = identity_uuid(request->name);
	set_string(&guest->architecture, request->architecture);
	set_string(&guest->machine, request->machine);
	/* MSI needs an interrupt translation service, which GICv3 has. */
	if (streq(request->architecture, "aarch64"))
		set_string(&guest->gic_version, "3");
	if (!efi && streq(request->architecture, "x86_64"))
		return;
	set_string(&guest->firmware, "efi");
	if (streq(request->architecture, "x86_64"))
		guest->firmware_secure_boot =
			switch_of(request->firmware == FIRMWARE_EFI_SECURE);
}

void compose_debug_console(const struct request *request, struct guest *guest)
{
	struct guest_device *device;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "serial") &&
		    streq_null(guest->devices.v[i].target_type, "isa-debug"))
			return;
	device = guest_add_device(guest, "serial");
	set_string(&device->type, "file");
	set_string(&device->target_type, "isa-debug");
	free(device->source_file);
	device->source_file =
		xasprintf("/var/log/libvirt/qemu/%s-debugcon.log", request->name);
}

void compose_guest(const struct request *request, struct plan *plan)
{
	set_identity(request, &plan->guest);
	set_cpu(request, &plan->guest);
	compose_numa(request, &plan->guest);
	add_pci_controllers(request, plan);
	add_fixed_controllers(request, plan);
	add_primary_video(plan);
	add_endpoints(request, plan);
	if (request->cdrom)
		add_cdrom(request, plan);
	set_iommu(request, &plan->guest);
	if (request->debug_console)
		compose_debug_console(request, &plan->guest);
}
