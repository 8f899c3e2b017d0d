/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/compose-guest.h"

#include "planner/guest/predict/show.h"
#include "planner/plan/identity.h"
#include "planner/plan/reach.h"
#include "topology/machine.h"

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

/* By default, virtio bypasses an emulated IOMMU. */
static struct guest_switch through_iommu(const struct request *request, bool virtio)
{
	if (virtio && !streq(request->iommu, "none"))
		return switch_of(true);
	return (struct guest_switch){};
}

/* The lowest index that no controller of the type has. */
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

static void add_disk(const struct request *request, struct guest *guest,
		     struct guest_address address)
{
	struct guest_device *device = guest_add_device(guest, "disk");

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

static void add_mgmt(const struct request *request, struct guest *guest,
		     struct guest_address address)
{
	struct guest_device *device;

	add_interface(request, guest, "virtio", address);
	device = vec_last(&guest->devices);
	device->driver_iommu = through_iommu(request, true);
	if (!has_prefix(request->mgmt, "network=")) {
		reach_set(request, device);
		return;
	}
	set_string(&device->type, "network");
	set_string(&device->backend, NULL);
	set_string(&device->source_name, request->mgmt + strlen("network="));
}

void compose_general(const struct request *request, struct guest *guest,
		     enum general what, struct guest_address address)
{
	struct guest_controller *serial;

	switch (what) {
	case GENERAL_NONE:
		break;
	case GENERAL_SERIAL:
		serial = guest_add_controller(guest, "virtio-serial");
		serial->index = number_of(0);
		serial->address = address;
		serial->driver_iommu = through_iommu(request, true);
		break;
	case GENERAL_RNG:
		compose_device(request, guest, device_kind_named("virtio-rng"), address);
		break;
	case GENERAL_MGMT:
		add_mgmt(request, guest, address);
		break;
	case GENERAL_DISK:
		add_disk(request, guest, address);
		break;
	}
}

void compose_cdrom(const struct request *request, struct guest *guest)
{
	struct guest_device *device = guest_add_device(guest, "disk");

	set_string(&device->type, "file");
	set_string(&device->device, "cdrom");
	set_string(&device->driver_type, "raw");
	set_string(&device->source_file, request->cdrom);
	set_string(&device->target_dev, "sda");
	set_string(&device->bus, "sata");
}

static bool plans_usb(const struct request *request)
{
	for (size_t i = 0; i < request->devices.n; i++)
		if (streq_null(request->devices.v[i].kind->type, "usb"))
			return true;
	return false;
}

void compose_fixed_controllers(const struct request *request, struct guest *guest)
{
	struct guest_controller *usb, *sata;

	if (!plans_usb(request)) {
		usb = guest_add_controller(guest, "usb");
		usb->index = number_of(0);
		set_string(&usb->model, "none");
	}
	if (!streq(request->architecture, "x86_64"))
		return;
	/* q35 always has it at 00:1f.2. */
	sata = guest_add_controller(guest, "sata");
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

void compose_hostdev(struct guest *guest, struct pci_address host,
		     struct guest_address address)
{
	struct guest_device *device = guest_add_device(guest, "hostdev");

	set_string(&device->mode, "subsystem");
	set_string(&device->type, "pci");
	device->source = compose_address(host.bus, host.slot, host.function);
	device->source.domain = number_of(host.domain);
	device->source.at.domain = host.domain;
	device->address = address;
}

void compose_kernel(const struct request *request, struct guest *guest)
{
	_cleanup_text_ struct text words = {};

	if (!request->kernel)
		return;
	set_string(&guest->kernel, request->kernel);
	set_string(&guest->initrd, request->initrd);
	text_add_kernel_words(&words, guest);
	if (request->append)
		text_printf(&words, "%s%s", words.n > 0 ? " " : "", request->append);
	set_string(&guest->cmdline, words.s);
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

struct guest_controller *compose_root(struct guest *guest)
{
	struct guest_controller *root = guest_add_controller(guest, "pci");

	root->index = number_of(0);
	set_string(&root->model, controller_rows[CONTROLLER_PCIE_ROOT].name);
	return root;
}

void compose_machine(const struct request *request, struct guest *guest)
{
	set_identity(request, guest);
	compose_root(guest);
}
