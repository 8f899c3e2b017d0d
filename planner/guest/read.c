/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Tables (field.h) describe what libvirt reads; this file has the
 * tables and walks over the lists of the domain: cells, controllers, devices, pins. Where
 * libvirt uses only the first of several elements of a name, so do we. Elements in
 * another namespace are not devices.
 */
#include "planner/guest/read.h"

#include "planner/guest/field.h"
#include "planner/qemu/qemu-space.h"

static const struct guest_field guest_fields[] = {
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
	ROW("iothreadids", ELEMENT, guest, iothread_ids_element),
	ROW("cpu", ELEMENT, guest, cpu_element),
	ROW("cpu@mode", STRING, guest, cpu_mode),
	ROW("cpu@check", STRING, guest, cpu_check),
	ROW("cpu/model", STRING, guest, cpu_model),
	ROW("cpu/model@vendor_id", STRING, guest, cpu_vendor_id),
	ROW("cpu/maxphysaddr@mode", STRING, guest, max_address_mode),
	ROW("cpu/maxphysaddr@bits", DECIMAL, guest, max_address_bits),
	ROW("cpu/maxphysaddr@limit", DECIMAL, guest, max_address_limit),
	ROW("cpu/topology", ELEMENT, guest, topology_element),
	ROW("cpu/topology@sockets", POSITIVE, guest, sockets),
	ROW("cpu/topology@dies", POSITIVE, guest, dies),
	ROW("cpu/topology@clusters", POSITIVE, guest, clusters),
	ROW("cpu/topology@cores", POSITIVE, guest, cores),
	ROW("cpu/topology@threads", POSITIVE, guest, threads),
	ROW("cpu/numa", ELEMENT, guest, numa_element),
	ROW("cpu/numa/interconnects", ELEMENT, guest, interconnects_element),
	ROW("features", ELEMENT, guest, features_element),
	ROW("features/acpi", ELEMENT, guest, acpi_element),
	ROW("features/acpi", PRESENT, guest, acpi),
	ROW("features/apic", ELEMENT, guest, apic_element),
	ROW("features/ioapic", ELEMENT, guest, ioapic_element),
	ROW("features/ioapic@driver", STRING, guest, ioapic_driver),
	ROW("features/gic@version", STRING, guest, gic_version),
	ROW("features/smm", ELEMENT, guest, smm_element),
	ROW("features/smm@state", ON_OFF, guest, smm),
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
	ROW("iommufd", ELEMENT, guest, iommufd_element),
	ROW("iommufd@enabled", YES_NO, guest, iommufd),
	ROW("devices", ELEMENT, guest, devices_element),
	ROW("metadata", ELEMENT, guest, metadata_element),
};

static const struct guest_field cell_fields[] = {
	ROW("@id", DECIMAL, guest_cell, id),
	ROW("@cpus", SET, guest_cell, cpus),
	ROW("@memory", MEMORY, guest_cell, memory_bytes),
	ROW("@memAccess", STRING, guest_cell, mem_access),
	ROW("distances", ELEMENT, guest_cell, distances_element),
};

static const struct guest_field distance_fields[] = {
	ROW("@id", DECIMAL, guest_distance, id),
	ROW("@value", DECIMAL, guest_distance, value),
};

static const struct guest_field interconnect_fields[] = {
	ROW("@initiator", DECIMAL, guest_interconnect, initiator),
	ROW("@target", DECIMAL, guest_interconnect, target),
	ROW("@cache", DECIMAL, guest_interconnect, cache),
	ROW("@type", STRING, guest_interconnect, type),
};
static const struct guest_field latency_fields[] = {
	ROW("@value", LONG, guest_interconnect, value),
};
static const struct guest_field bandwidth_fields[] = {
	ROW("@value", MEMORY, guest_interconnect, value),
};

static const struct guest_field single_vcpu_fields[] = {
	ROW("@id", DECIMAL, guest_single_vcpu, id),
	ROW("@order", DECIMAL, guest_single_vcpu, order),
	ROW("@enabled", YES_NO, guest_single_vcpu, enabled),
	ROW("@hotpluggable", YES_NO, guest_single_vcpu, hotpluggable),
};
static const struct guest_field vcpupin_fields[] = {
	ROW("@vcpu", DECIMAL, guest_pin, id),
	ROW("@cpuset", SET, guest_pin, cpus),
};
static const struct guest_field iothreadpin_fields[] = {
	ROW("@iothread", DECIMAL, guest_pin, id),
	ROW("@cpuset", SET, guest_pin, cpus),
};

static const struct guest_field memnode_fields[] = {
	ROW("@cellid", DECIMAL, guest_memnode, cell),
	ROW("@mode", STRING, guest_memnode, mode),
	ROW("@nodeset", SET, guest_memnode, nodes),
};

static const struct guest_field page_fields[] = {
	ROW("@size", MEMORY, guest_page, size_bytes),
	ROW("@nodeset", SET, guest_page, cells),
};

static const struct guest_field feature_fields[] = {
	ROW("@name", STRING, guest_feature, name),
	ROW("@policy", STRING, guest_feature, policy),
};

/* A cell without an id uses its position in the list (virDomainNumaDefParseXML). */
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

static int by_id(const void *a, const void *b)
{
	const struct guest_cell *x = a, *y = b;

	return (x->id.value > y->id.value) - (x->id.value < y->id.value);
}

/* libvirt orders them by their ids, whatever their order in the document. */
static void sort_cells(struct guest *guest)
{
	_cleanup_set_ struct set ids = {};

	for (size_t i = 0; i < guest->cells.n; i++) {
		struct guest_number id = guest->cells.v[i].id;

		if (id.state != VALUE_VALID || id.value >= guest->cells.n ||
		    id.value >= SET_LIMIT || set_has(&ids, (unsigned)id.value))
			return;
		set_add(&ids, (unsigned)id.value);
	}
	vec_sort(&guest->cells, by_id);
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

/* Lists whose entries consist of an element number and fields. */
#define READ_LIST(guest, parent, name, list, fields)                                     \
	foreach_child(element_, (guest)->document, parent, name)                         \
	{                                                                                \
		__typeof__((list)->v) entry_ = vec_add(list);                            \
                                                                                         \
		entry_->element = element_;                                              \
		FIELDS_FILL(guest, element_, fields, entry_);                            \
	}

/* <os><firmware><feature name='secure-boot' enabled='yes'/>. */
static void read_firmware(struct guest *guest)
{
	int firmware = document_find(guest->document, 0, "os/firmware");

	foreach_child(feature, guest->document, firmware, "feature")
	{
		const char *name = document_attribute(guest->document, feature, "name");
		const char *enabled =
			document_attribute(guest->document, feature, "enabled");

		if (streq_null(name, "secure-boot") && enabled)
			guest->firmware_secure_boot = switch_of(streq(enabled, "yes"));
	}
}

/* <smm/> without a state is on (virDomainFeaturesDefParse). */
static void read_smm(struct guest *guest)
{
	if (guest->smm_element >= 0 && guest->smm.state == VALUE_ABSENT)
		guest->smm = switch_of(true);
}

static void read_lists(struct guest *guest)
{
	int hugepages = document_find(guest->document, 0, "memoryBacking/hugepages");

	READ_LIST(guest, guest->cpu_element, "feature", &guest->cpu_features,
		  feature_fields);
	READ_LIST(guest, hugepages, "page", &guest->pages, page_fields);
	READ_LIST(guest, guest->numatune_element, "memnode", &guest->memnodes,
		  memnode_fields);
	READ_LIST(guest, document_child(guest->document, 0, "vcpus"), "vcpu",
		  &guest->single_vcpus, single_vcpu_fields);
	READ_LIST(guest, guest->cputune_element, "vcpupin", &guest->vcpupins,
		  vcpupin_fields);
	READ_LIST(guest, guest->cputune_element, "iothreadpin", &guest->iothreadpins,
		  iothreadpin_fields);
	foreach_child(cell, guest->document, guest->numa_element, "cell")
		read_cell(guest, cell);
	sort_cells(guest);
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
		 "libvirt's own state of a running domain; use the output of `virsh dumpxml` instead"},
		{"domainsnapshot",
		 "a snapshot; use the output of `virsh dumpxml`, or its <domain> as a separate file"},
		{"domaincheckpoint", "a checkpoint; use the output of `virsh dumpxml`"},
		{"domainbackup", "a backup job; use the output of `virsh dumpxml`"},
		{"capabilities", "a host's capabilities, not a guest"},
		{"domainCapabilities", "the capabilities of a hypervisor, not a guest"},
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
	read_firmware(ret);
	read_smm(ret);
	guest_read_devices(ret);
	read_qemu(ret);
	commandline_read(document, &ret->commandline);
	return 0;
}
