/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. What libvirt reads is written down in tables (guest-field.h); this
 * file has the tables and walks over the lists of the domain: cells, controllers,
 * devices, pins. Where libvirt takes only the first of several elements of a name, so do
 * we. What stands in another namespace is nobody's device.
 */
#include "planner/guest-read.h"

#include "planner/guest-field.h"

#define ROW(path, kind, type, member)                                                    \
	{                                                                                \
		path, FIELD_##kind, offsetof(struct type, member)                        \
	}
#define QEMU_SPACE "http://libvirt.org/schemas/domain/qemu/1.0"

static const struct field guest_fields[] = {
	ROW("@type", STRING, guest, type),
	ROW("name", STRING, guest, name),
	ROW("uuid", STRING, guest, uuid),
	ROW("os/type@arch", STRING, guest, architecture),
	ROW("os/type@machine", STRING, guest, machine),
	ROW("os/type", STRING, guest, os_type),
	ROW("os@firmware", STRING, guest, firmware),
	ROW("os/loader", STRING, guest, loader),
	ROW("os/loader@type", STRING, guest, loader_type),
	ROW("os/loader@secure", YES_NO, guest, loader_secure),
	ROW("os/nvram", STRING, guest, nvram),
	ROW("os/nvram@template", STRING, guest, nvram_template),
	ROW("os/kernel", STRING, guest, kernel),
	ROW("os/initrd", STRING, guest, initrd),
	ROW("os/cmdline", STRING, guest, cmdline),
	ROW("devices/emulator", STRING, guest, emulator),
	ROW("memory", ELEMENT, guest, memory_element),
	ROW("memory", MEMORY, guest, memory_bytes),
	ROW("currentMemory", ELEMENT, guest, current_memory_element),
	ROW("currentMemory", MEMORY, guest, current_memory_bytes),
	ROW("maxMemory", ELEMENT, guest, max_memory_element),
	ROW("maxMemory", MEMORY, guest, max_memory_bytes),
	ROW("maxMemory@slots", DECIMAL, guest, max_memory_slots),
	ROW("vcpu", ELEMENT, guest, vcpu_element),
	ROW("vcpu", DECIMAL, guest, vcpus),
	ROW("vcpu@current", DECIMAL, guest, current_vcpus),
	ROW("vcpu@cpuset", SET, guest, vcpu_cpuset),
	ROW("vcpu@placement", STRING, guest, vcpu_placement),
	ROW("iothreads", ELEMENT, guest, iothreads_element),
	ROW("iothreads", DECIMAL, guest, iothreads),
	ROW("cpu", ELEMENT, guest, cpu_element),
	ROW("cpu@mode", STRING, guest, cpu_mode),
	ROW("cpu@check", STRING, guest, cpu_check),
	ROW("cpu/model", STRING, guest, cpu_model),
	ROW("cpu/topology", ELEMENT, guest, topology_element),
	ROW("cpu/topology@sockets", DECIMAL, guest, sockets),
	ROW("cpu/topology@dies", DECIMAL, guest, dies),
	ROW("cpu/topology@clusters", DECIMAL, guest, clusters),
	ROW("cpu/topology@cores", DECIMAL, guest, cores),
	ROW("cpu/topology@threads", DECIMAL, guest, threads),
	ROW("cpu/numa", ELEMENT, guest, numa_element),
	ROW("cpu/numa/interconnects", ELEMENT, guest, interconnects_element),
	ROW("features", ELEMENT, guest, features_element),
	ROW("features/acpi", ELEMENT, guest, acpi_element),
	ROW("features/apic", ELEMENT, guest, apic_element),
	ROW("features/ioapic", ELEMENT, guest, ioapic_element),
	ROW("features/ioapic@driver", STRING, guest, ioapic_driver),
	ROW("features/gic@version", STRING, guest, gic_version),
	ROW("memoryBacking", ELEMENT, guest, memory_backing_element),
	ROW("memoryBacking/hugepages", PRESENT, guest, hugepages),
	ROW("memoryBacking/source@type", STRING, guest, memory_source),
	ROW("memoryBacking/access@mode", STRING, guest, memory_access),
	ROW("memoryBacking/allocation@mode", STRING, guest, memory_allocation),
	ROW("memoryBacking/locked", PRESENT, guest, locked),
	ROW("memoryBacking/nosharepages", PRESENT, guest, nosharepages),
	ROW("memtune/hard_limit", MEMORY, guest, hard_limit_bytes),
	ROW("numatune", ELEMENT, guest, numatune_element),
	ROW("numatune/memory", ELEMENT, guest, numatune_memory_element),
	ROW("numatune/memory@mode", STRING, guest, numatune_mode),
	ROW("numatune/memory@placement", STRING, guest, numatune_placement),
	ROW("numatune/memory@nodeset", SET, guest, numatune_nodes),
	ROW("cputune", ELEMENT, guest, cputune_element),
	ROW("cputune/emulatorpin", ELEMENT, guest, emulatorpin_element),
	ROW("cputune/emulatorpin@cpuset", SET, guest, emulatorpin),
	ROW("devices", ELEMENT, guest, devices_element),
	ROW("metadata", ELEMENT, guest, metadata_element),
};

static const struct field address_fields[] = {
	ROW("@type", STRING, guest_address, type),
	ROW("@multifunction", ON_OFF, guest_address, multifunction),
};

/* Members in the same order as the parts of an address are named. */
static const struct address_part {
	struct field field;
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

static const struct field controller_fields[] = {
	ROW("@type", STRING, guest_controller, type),
	ROW("@model", STRING, guest_controller, model),
	ROW("@index", DECIMAL, guest_controller, index),
	ROW("model@name", STRING, guest_controller, model_name),
	ROW("target", ELEMENT, guest_controller, target_element),
	ROW("target@chassis", NUMBER, guest_controller, chassis),
	ROW("target@chassisNr", NUMBER, guest_controller, chassis_nr),
	ROW("target@port", NUMBER, guest_controller, port),
	ROW("target@busNr", NUMBER, guest_controller, bus_nr),
	ROW("target@index", NUMBER, guest_controller, target_index),
	ROW("target@hotplug", ON_OFF, guest_controller, hotplug),
	ROW("target@memReserve", MEMORY, guest_controller, mem_reserve_bytes),
	ROW("target/node", ELEMENT, guest_controller, node_element),
	ROW("target/node", DECIMAL, guest_controller, node),
	ROW("pcihole64", MEMORY, guest_controller, pcihole64_bytes),
	ROW("driver@iommu", ON_OFF, guest_controller, driver_iommu),
	ROW("driver@ats", ON_OFF, guest_controller, driver_ats),
	ROW("driver@iothread", DECIMAL, guest_controller, driver_iothread),
	ROW("alias@name", STRING, guest_controller, alias),
};

static const struct field device_fields[] = {
	ROW("@type", STRING, guest_device, type),
	ROW("@model", STRING, guest_device, model),
	ROW("@mode", STRING, guest_device, mode),
	ROW("@bus", STRING, guest_device, bus),
	ROW("target@dev", STRING, guest_device, target_dev),
	ROW("source@file", STRING, guest_device, source_file),
	ROW("mac@address", STRING, guest_device, mac),
	ROW("driver@name", STRING, guest_device, driver_name),
	ROW("driver@iommu", ON_OFF, guest_device, driver_iommu),
	ROW("driver@ats", ON_OFF, guest_device, driver_ats),
	ROW("driver@iothread", DECIMAL, guest_device, driver_iothread),
	ROW("driver@queues", DECIMAL, guest_device, driver_queues),
	ROW("@managed", YES_NO, guest_device, managed),
	ROW("rom@enabled", YES_NO, guest_device, rom_enabled),
	ROW("target/node", DECIMAL, guest_device, node),
	ROW("target/size", MEMORY, guest_device, size_bytes),
	ROW("source", ELEMENT, guest_device, source_element),
	ROW("alias@name", STRING, guest_device, alias),
};

static const struct field device_model_fields[] = {
	ROW("model@type", STRING, guest_device, model),
};
static const struct field device_bus_fields[] = {
	ROW("target@bus", STRING, guest_device, bus),
};
static const struct field device_file_fields[] = {
	ROW("source@dev", STRING, guest_device, source_file),
};
static const struct field drive_fields[] = {
	ROW("address@controller", DECIMAL, guest_device, controller),
};
static const struct field mdev_fields[] = {
	ROW("source/address@uuid", STRING, guest_device, mdev_uuid),
};

static const struct field cell_fields[] = {
	ROW("@id", DECIMAL, guest_cell, id),
	ROW("@cpus", SET, guest_cell, cpus),
	ROW("@memory", MEMORY, guest_cell, memory_bytes),
	ROW("@memAccess", STRING, guest_cell, mem_access),
	ROW("distances", ELEMENT, guest_cell, distances_element),
};

static const struct field distance_fields[] = {
	ROW("@id", DECIMAL, guest_distance, id),
	ROW("@value", DECIMAL, guest_distance, value),
};

static const struct field interconnect_fields[] = {
	ROW("@initiator", DECIMAL, guest_interconnect, initiator),
	ROW("@target", DECIMAL, guest_interconnect, target),
	ROW("@cache", DECIMAL, guest_interconnect, cache),
	ROW("@type", STRING, guest_interconnect, type),
};
static const struct field latency_fields[] = {
	ROW("@value", LONG, guest_interconnect, value),
};
static const struct field bandwidth_fields[] = {
	ROW("@value", MEMORY, guest_interconnect, value),
};

static const struct field iommu_fields[] = {
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
};

static const struct field vcpupin_fields[] = {
	ROW("@vcpu", DECIMAL, guest_pin, id),
	ROW("@cpuset", SET, guest_pin, cpus),
};
static const struct field iothreadpin_fields[] = {
	ROW("@iothread", DECIMAL, guest_pin, id),
	ROW("@cpuset", SET, guest_pin, cpus),
};

static const struct field memnode_fields[] = {
	ROW("@cellid", DECIMAL, guest_memnode, cell),
	ROW("@mode", STRING, guest_memnode, mode),
	ROW("@nodeset", SET, guest_memnode, nodes),
};

static const struct field page_fields[] = {
	ROW("@size", MEMORY, guest_page, size_bytes),
	ROW("@nodeset", SET, guest_page, cells),
};

static const struct field feature_fields[] = {
	ROW("@name", STRING, guest_feature, name),
	ROW("@policy", STRING, guest_feature, policy),
};

/* Each element called @name below @parent; nothing if @parent is -1. */
#define foreach_child(element, document, parent, name)                                   \
	for (int element = (parent) < 0 ? -1 : document_child(document, parent, name);   \
	     element >= 0; element = document_next(document, element, name))

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

/* The element's own <address>: where it sits in the guest. */
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
	if (!device->bus)
		FIELDS_FILL(guest, element, device_bus_fields, device);
	if (!device->source_file)
		FIELDS_FILL(guest, element, device_file_fields, device);
	read_address(guest, element, &device->address);
	if (streq_null(device->address.type, "drive"))
		FIELDS_FILL(guest, element, drive_fields, device);
	if (device->source_element >= 0 && takes_host_device(device))
		read_source(guest, device);
	if (streq(device->tag, "hostdev") && streq_null(device->type, "mdev"))
		FIELDS_FILL(guest, element, mdev_fields, device);
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

static void skip(struct guest *guest, int element)
{
	(void)guest;
	(void)element;
}

static void read_devices(struct guest *guest)
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
}

/* A cell without an id has its place in the list as its id (virDomainNumaDefParseXML). */
static void read_cell(struct guest *guest, int element)
{
	size_t place = guest->cells.n;
	struct guest_cell *cell = guest_add_cell(guest);

	cell->element = element;
	FIELDS_FILL(guest, element, cell_fields, cell);
	if (cell->id.state == VALUE_ABSENT)
		cell->id = number_of(place);
	foreach_child(sibling, guest->document, cell->distances_element, "sibling")
	{
		struct guest_distance *distance = vec_add(&cell->distances);

		distance->element = sibling;
		FIELDS_FILL(guest, sibling, distance_fields, distance);
	}
}

static void read_interconnects(struct guest *guest)
{
	const struct document *document = guest->document;

	foreach_child(element, document, guest->interconnects_element, NULL)
	{
		const char *name = document_element_name(document, element);
		bool bandwidth = streq(name, "bandwidth");
		struct guest_interconnect *row;

		if (document->elements.v[element].node->ns ||
		    (!bandwidth && !streq(name, "latency")))
			continue;
		row = vec_add(&guest->interconnects);
		row->element = element;
		row->bandwidth = bandwidth;
		FIELDS_FILL(guest, element, interconnect_fields, row);
		fields_fill(guest, element, bandwidth ? bandwidth_fields : latency_fields,
			    1, row);
	}
}

/* Lists whose entries are an element number and fields. */
#define READ_LIST(guest, parent, name, list, fields)                                     \
	foreach_child(element_, (guest)->document, parent, name)                         \
	{                                                                                \
		__typeof__((list)->v) entry_ = vec_add(list);                            \
                                                                                         \
		entry_->element = element_;                                              \
		FIELDS_FILL(guest, element_, fields, entry_);                            \
	}

static void read_lists(struct guest *guest)
{
	int hugepages = document_find(guest->document, 0, "memoryBacking/hugepages");

	READ_LIST(guest, guest->cpu_element, "feature", &guest->cpu_features,
		  feature_fields);
	READ_LIST(guest, hugepages, "page", &guest->pages, page_fields);
	READ_LIST(guest, guest->numatune_element, "memnode", &guest->memnodes,
		  memnode_fields);
	READ_LIST(guest, guest->cputune_element, "vcpupin", &guest->vcpupins,
		  vcpupin_fields);
	READ_LIST(guest, guest->cputune_element, "iothreadpin", &guest->iothreadpins,
		  iothreadpin_fields);
	foreach_child(cell, guest->document, guest->numa_element, "cell")
		read_cell(guest, cell);
	read_interconnects(guest);
}

static bool is_qemu(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns &&
	       streq((const char *)node->ns->href, QEMU_SPACE) &&
	       streq((const char *)node->name, name);
}

static void read_qemu(struct guest *guest)
{
	const xmlNode *node = guest->document->elements.v[0].node->children;

	for (; node; node = node->next) {
		guest->qemu_override |= is_qemu(node, "override");
		if (!is_qemu(node, "commandline"))
			continue;
		for (const xmlNode *arg = node->children; arg; arg = arg->next) {
			const char *value = NULL;

			if (is_qemu(arg, "arg"))
				value = document_attribute(guest->document,
							   document_number(arg), "value");
			if (value)
				*vec_add(&guest->qemu_arguments) = xstrdup(value);
		}
	}
}

static int wrong_root(const struct document *document, struct error *error)
{
	static const struct {
		const char *name, *hint;
	} rows[] = {
		{"domstatus",
		 "libvirt's own state of a running domain; give the output of "
		 "`virsh dumpxml` instead"},
		{"domainsnapshot",
		 "a snapshot; give the output of `virsh dumpxml`, or its "
		 "<domain> as a file of its own"},
		{"domaincheckpoint", "a checkpoint; give the output of `virsh dumpxml`"},
		{"domainbackup", "a backup job; give the output of `virsh dumpxml`"},
		{"capabilities", "a host's capabilities, not a guest"},
		{"domainCapabilities", "what a hypervisor can do, not a guest"},
		{"network", "a network"},
		{"topology", "hwloc's description of a machine, not a guest"},
	};
	const char *name = document_element_name(document, 0);
	_cleanup_text_ struct text shown = {};

	text_add_shown(&shown, name);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(name, rows[i].name))
			return error_input_at(error, document->name,
					      document->elements.v[0].line,
					      "is not a libvirt domain but <%s>, %s",
					      name, rows[i].hint);
	return error_input_at(error, document->name, document->elements.v[0].line,
			      "is not a libvirt domain: its root is <%s>%s, not <domain>",
			      shown.s,
			      document->elements.v[0].node->ns ? " in a namespace" : "");
}

int guest_read(const struct document *document, struct guest *ret, struct error *error)
{
	if (document_child(document, -1, "domain") != 0)
		return wrong_root(document, error);
	guest_init(ret);
	ret->document = document;
	FIELDS_FILL(ret, 0, guest_fields, ret);
	read_lists(ret);
	read_devices(ret);
	read_qemu(ret);
	return 0;
}
