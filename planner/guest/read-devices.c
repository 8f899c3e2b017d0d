/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controllers, devices and IOMMUs of a domain, and their addresses. */
#include "planner/guest/device-kind.h"
#include "planner/guest/disk-name.h"
#include "planner/guest/field.h"

static const struct guest_field address_fields[] = {
	ROW("@type", STRING, guest_address, type),
	ROW("@multifunction", ON_OFF, guest_address, multifunction),
};

/* Members in the order of the parts of an address. */
static const struct address_part {
	struct guest_field field;
	uint32_t largest;
	const char *expected;
} address_parts[] = {
	{ROW("@domain", NUMBER, guest_address, domain), UINT32_MAX, "a PCI domain"},
	{ROW("@bus", NUMBER, guest_address, bus), 0xff, "a bus from 0x00 to 0xff"},
	{ROW("@slot", NUMBER, guest_address, slot), PCI_SLOTS - 1,
	 "a slot from 0x00 to 0x1f"},
	{ROW("@function", NUMBER, guest_address, function), PCI_FUNCTIONS - 1,
	 "a function from 0x0 to 0x7"},
};

static const struct guest_field controller_fields[] = {
	ROW("@type", STRING, guest_controller, type),
	ROW("@model", STRING, guest_controller, model),
	ROW("@index", DECIMAL, guest_controller, index),
	ROW("model@name", STRING, guest_controller, model_name),
	ROW("master", PRESENT, guest_controller, master),
	ROW("target", ELEMENT, guest_controller, target_element),
	ROW("target@chassis", NUMBER, guest_controller, chassis),
	ROW("target@chassisNr", NUMBER, guest_controller, chassis_nr),
	ROW("target@port", NUMBER, guest_controller, port),
	ROW("target@busNr", NUMBER, guest_controller, bus_nr),
	ROW("target@index", NUMBER, guest_controller, target_index),
	ROW("target@hotplug", ON_OFF, guest_controller, hotplug),
	ROW("target@memReserve", MEMORY, guest_controller, mem_reserve_bytes),
	ROW("target/node", ELEMENT, guest_controller, node_element),
	ROW("target/node", MAYBE, guest_controller, node),
	ROW("pcihole64", MEMORY, guest_controller, pcihole64_bytes),
	ROW("driver@iommu", ON_OFF, guest_controller, driver_iommu),
	ROW("driver@ats", ON_OFF, guest_controller, driver_ats),
	ROW("driver@iothread", DECIMAL, guest_controller, driver_iothread),
	ROW("driver@queues", DECIMAL, guest_controller, driver_queues),
	ROW("driver/iothreads", PRESENT, guest_controller, iothreads_mapped),
	ROW("alias@name", STRING, guest_controller, alias),
};

static const struct guest_field device_fields[] = {
	ROW("@type", STRING, guest_device, type),
	ROW("@model", STRING, guest_device, model),
	ROW("@mode", STRING, guest_device, mode),
	ROW("@bus", STRING, guest_device, bus),
	ROW("target@dev", STRING, guest_device, target_dev),
	ROW("target@type", STRING, guest_device, target_type),
	ROW("source@file", STRING, guest_device, source_file),
	ROW("mac@address", STRING, guest_device, mac),
	ROW("boot", ELEMENT, guest_device, boot_element),
	ROW("driver", ELEMENT, guest_device, driver_element),
	ROW("driver@name", STRING, guest_device, driver_name),
	ROW("driver@iommu", ON_OFF, guest_device, driver_iommu),
	ROW("driver@ats", ON_OFF, guest_device, driver_ats),
	ROW("driver@iommufd", YES_NO, guest_device, driver_iommufd),
	ROW("driver@iothread", DECIMAL, guest_device, driver_iothread),
	ROW("driver@queues", DECIMAL, guest_device, driver_queues),
	ROW("driver/iothreads", PRESENT, guest_device, iothreads_mapped),
	ROW("@managed", YES_NO, guest_device, managed),
	ROW("rom@enabled", YES_NO, guest_device, rom_enabled),
	ROW("target/node", DECIMAL, guest_device, node),
	ROW("acpi", ELEMENT, guest_device, acpi_element),
	ROW("acpi@nodeset", SET, guest_device, initiator),
	ROW("target/size", MEMORY, guest_device, size_bytes),
	ROW("source", ELEMENT, guest_device, source_element),
	ROW("alias@name", STRING, guest_device, alias),
};

static const struct guest_field device_model_fields[] = {
	ROW("model@type", STRING, guest_device, model),
};
static const struct guest_field device_bus_fields[] = {
	ROW("target@bus", STRING, guest_device, bus),
};
static const struct guest_field device_file_fields[] = {
	ROW("source@dev", STRING, guest_device, source_file),
};
static const struct guest_field memory_fields[] = {
	ROW("@access", STRING, guest_device, access),
	ROW("target/block", MEMORY, guest_device, block_bytes),
	ROW("target/requested", MEMORY, guest_device, requested_bytes),
	ROW("target/label/size", MEMORY, guest_device, label_bytes),
	ROW("source/pagesize", MEMORY, guest_device, page_bytes),
	ROW("source/alignsize", MEMORY, guest_device, align_bytes),
	ROW("source/nodemask", SET, guest_device, source_nodes),
	ROW("source/path", STRING, guest_device, source_path),
	ROW("address@slot", NUMBER, guest_device, dimm_slot),
	ROW("address@base", WIDE, guest_device, dimm_base),
	ROW("target/address@base", WIDE, guest_device, target_base),
};
static const struct guest_field shmem_fields[] = {
	ROW("size", BYTES, guest_device, size_bytes),
};
static const struct guest_field filesystem_fields[] = {
	ROW("driver@type", STRING, guest_device, driver_type),
};
static const struct guest_field drive_fields[] = {
	ROW("address@controller", DECIMAL, guest_device, controller),
	ROW("address@bus", DECIMAL, guest_device, drive_bus),
	ROW("address@target", DECIMAL, guest_device, drive_target),
	ROW("address@unit", DECIMAL, guest_device, drive_unit),
};
static const struct guest_field mdev_fields[] = {
	ROW("source/address@uuid", STRING, guest_device, mdev_uuid),
};
static const struct guest_field vdpa_fields[] = {
	ROW("source@dev", STRING, guest_device, vdpa_path),
};

static const struct guest_field iommu_fields[] = {
	ROW("@model", STRING, guest_iommu, model),
	ROW("driver", ELEMENT, guest_iommu, driver_element),
	ROW("driver@intremap", ON_OFF, guest_iommu, intremap),
	ROW("driver@caching_mode", ON_OFF, guest_iommu, caching_mode),
	ROW("driver@eim", ON_OFF, guest_iommu, eim),
	ROW("driver@iotlb", ON_OFF, guest_iommu, iotlb),
	ROW("driver@dma_translation", ON_OFF, guest_iommu, dma_translation),
	ROW("driver@passthrough", ON_OFF, guest_iommu, passthrough),
	ROW("driver@xtsup", ON_OFF, guest_iommu, xtsup),
	ROW("driver@aw_bits", DECIMAL, guest_iommu, aw_bits),
	ROW("driver@pciBus", DECIMAL, guest_iommu, pci_bus),
	ROW("driver@accel", ON_OFF, guest_iommu, accel),
	ROW("driver@ats", ON_OFF, guest_iommu, ats),
	ROW("driver@ril", ON_OFF, guest_iommu, ril),
	ROW("driver@cmdqv", ON_OFF, guest_iommu, cmdqv),
	ROW("driver@ssidsize", DECIMAL, guest_iommu, ssidsize),
	ROW("driver@oas", DECIMAL, guest_iommu, oas),
	ROW("driver/granule", ELEMENT, guest_iommu, granule_element),
	ROW("driver/granule@size", MEMORY, guest_iommu, granule_bytes),
};

static const char *const address_types[] = {
	"pci",       "drive",       "virtio-serial", "ccid",        "usb",
	"spapr-vio", "virtio-s390", "ccw",           "virtio-mmio", "isa",
	"dimm",      "unassigned",  "none",          NULL,
};

static void check_address_type(struct guest *guest, struct guest_address *address)
{
	for (size_t i = 0; address->type && address_types[i]; i++)
		if (streq(address->type, address_types[i]))
			return;
	address->state = VALUE_MALFORMED;
	guest_complain(guest, address->element, "type",
		       "a type of address such as pci, drive or usb");
}

/* The parts of a PCI address; absent ones are 0 (virPCIDeviceAddressParseXML). */
static void read_pci_address(struct guest *guest, struct guest_address *address)
{
	uint32_t parts[ARRAY_SIZE(address_parts)];

	address->state = VALUE_VALID;
	for (size_t i = 0; i < ARRAY_SIZE(address_parts); i++) {
		const struct address_part *part = &address_parts[i];
		struct guest_number number;

		fields_fill(guest, address->element, &part->field, 1, address);
		memcpy(&number, (char *)address + part->field.offset, sizeof(number));
		parts[i] = (uint32_t)number.value;
		if (number.state == VALUE_MALFORMED) {
			address->state = VALUE_MALFORMED;
		} else if (number.value > part->largest) {
			address->state = VALUE_MALFORMED;
			guest_complain(guest, address->element, part->field.path + 1,
				       part->expected);
		}
	}
	if (address->state == VALUE_VALID)
		address->at = (struct pci_address){parts[0], (uint8_t)parts[1],
						   (uint8_t)parts[2], (uint8_t)parts[3]};
}

/* The element's own <address>: its address in the guest. */
static void read_address(struct guest *guest, int element, struct guest_address *ret)
{
	ret->element = document_child(guest->document, element, "address");
	if (ret->element < 0)
		return;
	FIELDS_FILL(guest, ret->element, address_fields, ret);
	check_address_type(guest, ret);
	if (streq_null(ret->type, "pci"))
		read_pci_address(guest, ret);
}

/* Whether <source><address> is a PCI device of the host. */
static bool takes_host_device(const struct guest_device *device)
{
	static const struct {
		const char *tag, *type;
	} rows[] = {
		{"hostdev", "pci"},
		{"interface", "hostdev"},
		{"disk", "nvme"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(device->tag, rows[i].tag) &&
		    streq_null(device->type, rows[i].type))
			return true;
	return false;
}

static void read_source(struct guest *guest, struct guest_device *device)
{
	struct guest_address *source = &device->source;

	source->element =
		document_child(guest->document, device->source_element, "address");
	if (source->element < 0)
		return;
	FIELDS_FILL(guest, source->element, address_fields, source);
	if (!source->type)
		source->type = xstrdup("pci");
	if (streq(source->type, "pci"))
		read_pci_address(guest, source);
}

static void read_device(struct guest *guest, int element)
{
	struct guest_device *device =
		guest_add_device(guest, document_element_name(guest->document, element));

	device->element = element;
	FIELDS_FILL(guest, element, device_fields, device);
	if (!device->model)
		FIELDS_FILL(guest, element, device_model_fields, device);
	if (!device->model)
		device->default_model = device_default_model(guest, device);
	if (device->model && streq(device->tag, "interface") &&
	    !streq(device->model, device_card_name(device->model))) {
		const char *name = device_card_name(device->model);

		free(device->model);
		device->model = xstrdup(name);
	}
	if (!device->bus)
		FIELDS_FILL(guest, element, device_bus_fields, device);
	if (streq(device->tag, "disk") && !device->bus) {
		device->bus =
			xstrdup(disk_default_bus(document_attribute(guest->document,
								    element, "device"),
						 device->target_dev));
		device->bus_by_name = true;
	}
	if (!device->source_file)
		FIELDS_FILL(guest, element, device_file_fields, device);
	read_address(guest, element, &device->address);
	if (streq_null(device->address.type, "drive") ||
	    streq_null(device->address.type, "virtio-serial"))
		FIELDS_FILL(guest, element, drive_fields, device);
	if (streq(device->tag, "memory"))
		FIELDS_FILL(guest, element, memory_fields, device);
	if (streq(device->tag, "shmem"))
		FIELDS_FILL(guest, element, shmem_fields, device);
	if (streq(device->tag, "filesystem"))
		FIELDS_FILL(guest, element, filesystem_fields, device);
	if (device->source_element >= 0 && takes_host_device(device))
		read_source(guest, device);
	if (streq(device->tag, "hostdev") && streq_null(device->type, "mdev"))
		FIELDS_FILL(guest, element, mdev_fields, device);
	if (guest_is_vdpa(device))
		FIELDS_FILL(guest, element, vdpa_fields, device);
}

static void read_controller(struct guest *guest, int element)
{
	struct guest_controller *controller = guest_add_controller(guest, NULL);

	controller->element = element;
	FIELDS_FILL(guest, element, controller_fields, controller);
	read_address(guest, element, &controller->address);
}

static void read_iommu(struct guest *guest, int element)
{
	struct guest_iommu *iommu = guest_add_iommu(guest, NULL);

	iommu->element = element;
	FIELDS_FILL(guest, element, iommu_fields, iommu);
	read_address(guest, element, &iommu->address);
}

/*
 * A PCI controller without an index gets the lowest that no other has, in document order
 * (virDomainControllerFindUnusedIndex; tried with libvirt 9.0).
 */
static void number_controllers(struct guest *guest)
{
	_cleanup_set_ struct set taken = {};
	unsigned next = 0;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *it = &guest->controllers.v[i];

		if (guest_pci_index(it) >= 0)
			set_add(&taken, (unsigned)guest_pci_index(it));
	}
	for (size_t i = 0; i < guest->controllers.n; i++) {
		struct guest_controller *it = &guest->controllers.v[i];

		if (!guest_is_pci(it) || it->index.state != VALUE_ABSENT)
			continue;
		while (set_has(&taken, next))
			next++;
		it->index = number_of(next++);
	}
}

/*
 * A console on a serial port is another name of the port: what libvirt keeps is the
 * <serial>, with its address (virDomainDefAddConsoleCompat).
 */
static void forget_console_addresses(struct guest *guest)
{
	bool serial = false;

	for (size_t i = 0; i < guest->devices.n; i++)
		serial |= streq(guest->devices.v[i].tag, "serial");
	for (size_t i = 0; serial && i < guest->devices.n; i++) {
		struct guest_device *device = &guest->devices.v[i];

		if (!streq(device->tag, "console") ||
		    (device->target_type && !streq(device->target_type, "serial")))
			continue;
		free(device->address.type);
		device->address = (struct guest_address){.element = -1};
	}
}

static void skip(struct guest *guest, int element)
{
	(void)guest;
	(void)element;
}

/* Room for all, since moving them takes longer than counting. */
static void reserve(struct guest *guest)
{
	const struct document *document = guest->document;
	size_t controllers = 0, others = 0;

	foreach_child(element, document, guest->devices_element, NULL)
	{
		if (streq(document_element_name(document, element), "controller"))
			controllers++;
		else
			others++;
	}
	vec_reserve(&guest->controllers, controllers);
	vec_reserve(&guest->devices, others);
}

void guest_read_devices(struct guest *guest)
{
	static const struct {
		const char *name;
		void (*read)(struct guest *guest, int element);
	} rows[] = {
		{"controller", read_controller},
		{"iommu", read_iommu},
		{"emulator", skip},
		{NULL, read_device},
	};
	const struct document *document = guest->document;

	reserve(guest);
	foreach_child(element, document, guest->devices_element, NULL)
	{
		const char *name = document_element_name(document, element);
		size_t i = 0;

		if (document->elements.v[element].node->ns)
			continue;
		while (rows[i].name && !streq(rows[i].name, name))
			i++;
		rows[i].read(guest, element);
	}
	forget_console_addresses(guest);
	number_controllers(guest);
}
