/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/want.h"

#include "planner/guest/iothreads.h"

bool want_is_empty(const struct want *want)
{
	return want->attributes.n == 0 && want->children.n == 0 && !want->content;
}

void want_number(struct want *want, const char *name, struct guest_number new,
		 const struct guest_number *old)
{
	if (new.state == VALUE_VALID && !(old && number_is(*old, new.value)))
		want_set(want, name, "%ju", (uintmax_t) new.value);
}

static void want_hex(struct want *want, const char *name, int digits,
		     struct guest_number new, const struct guest_number *old)
{
	if (new.state == VALUE_VALID && !(old && number_is(*old, new.value)))
		want_set(want, name, "0x%0*jx", digits, (uintmax_t) new.value);
}

static void want_words(struct want *want, const char *name, const char *const words[2],
		       struct guest_switch new, const struct guest_switch *old)
{
	if (new.state == VALUE_VALID && !(old && switch_is(*old, new.on)))
		want_set(want, name, "%s", words[new.on]);
}

void want_switch(struct want *want, const char *name, struct guest_switch new,
		 const struct guest_switch *old)
{
	static const char *const words[2] = {"off", "on"};

	want_words(want, name, words, new, old);
}

void want_string(struct want *want, const char *name, const char *new, const char *old)
{
	if (new && !streq_null(new, old))
		want_set(want, name, "%s", new);
}

/* A child that exists only if it has content. */
static void drop_if_empty(struct want *parent)
{
	struct want *child = *vec_last(&parent->children);

	if (!want_is_empty(child))
		return;
	want_free(child);
	parent->children.n--;
}

void want_list(struct want *want, const char *name, const struct guest_set *set)
{
	_cleanup_text_ struct text list = {};

	text_add_set(&list, &set->set);
	want_set(want, name, "%s", list.s ? list.s : "");
}

static void want_address(struct want *parent, const struct guest_address *new,
			 const struct guest_address *old)
{
	struct want *address = want_child(parent, "address");

	if (new->state == VALUE_VALID) {
		want_string(address, "type", new->type, old ? old->type : NULL);
		want_hex(address, "domain", 4, new->domain, old ? &old->domain : NULL);
		want_hex(address, "bus", 2, new->bus, old ? &old->bus : NULL);
		want_hex(address, "slot", 2, new->slot, old ? &old->slot : NULL);
		want_hex(address, "function", 1, new->function,
			 old ? &old->function : NULL);
		want_switch(address, "multifunction", new->multifunction,
			    old ? &old->multifunction : NULL);
	}
	drop_if_empty(parent);
}

static void want_pci_target(struct want *parent, const struct guest_controller *new,
			    const struct guest_controller *old)
{
	struct want *target = want_child(parent, "target");

	want_number(target, "chassis", new->chassis, old ? &old->chassis : NULL);
	if (new->port.state == VALUE_VALID &&
	    !(old && number_is(old->port, new->port.value)))
		want_set(target, "port", "0x%jx", (uintmax_t) new->port.value);
	want_switch(target, "hotplug", new->hotplug, old ? &old->hotplug : NULL);
	want_number(target, "busNr", new->bus_nr, old ? &old->bus_nr : NULL);
	if (new->node.state == VALUE_VALID &&
	    !(old && number_is(old->node, new->node.value)))
		want_content(want_child(target, "node"), "%ju",
			     (uintmax_t) new->node.value);
	drop_if_empty(parent);
}

static void want_threads(struct want *driver, const struct guest_threads *map)
{
	struct want *threads = map->n > 0 ? want_child(driver, "iothreads") : NULL;

	for (unsigned i = 0; i < map->n; i++) {
		struct want *thread = want_child(threads, "iothread");

		want_set(thread, "id", "%u", guest_thread_id(map, i));
		for (unsigned queue = i; queue < map->queues; queue += map->n)
			want_set(want_child(thread, "queue"), "id", "%u", queue);
	}
}

static void want_controller_driver(struct want *parent,
				   const struct guest_controller *new,
				   const struct guest_controller *old)
{
	struct want *driver = want_child(parent, "driver");

	want_switch(driver, "iommu", new->driver_iommu, old ? &old->driver_iommu : NULL);
	want_number(driver, "iothread", new->driver_iothread,
		    old ? &old->driver_iothread : NULL);
	want_number(driver, "queues", new->driver_queues,
		    old ? &old->driver_queues : NULL);
	want_threads(driver, &new->map_iothreads);
	drop_if_empty(parent);
}

static void fill_driver(struct want *driver, const struct guest_device *new,
			const struct guest_device *old)
{
	want_switch(driver, "iommu", new->driver_iommu, old ? &old->driver_iommu : NULL);
	want_number(driver, "iothread", new->driver_iothread,
		    old ? &old->driver_iothread : NULL);
	want_number(driver, "queues", new->driver_queues,
		    old ? &old->driver_queues : NULL);
	if (switch_is(new->driver_iommufd, true) &&
	    !(old && switch_is(old->driver_iommufd, true)))
		want_set(driver, "iommufd", "yes");
	want_threads(driver, &new->map_iothreads);
}

/* libvirt's schema lets nothing come between <driver> and <source> of a host device:
 * libxml2 reads an <interleave> in an <interleave> in one piece. */
static void want_device_driver(struct want *parent, const struct guest_device *new,
			       const struct guest_device *old)
{
	struct want *driver = want_child(parent, "driver");

	fill_driver(driver, new, old);
	driver->before = streq(new->tag, "hostdev") ? "source" : NULL;
	drop_if_empty(parent);
}

static void want_memory_target(struct want *parent, const struct guest_device *new,
			       const struct guest_device *old)
{
	if (streq(new->tag, "memory") && new->node.state == VALUE_VALID &&
	    !(old && number_is(old->node, new->node.value)))
		want_content(want_child(want_child(parent, "target"), "node"), "%ju",
			     (uintmax_t) new->node.value);
}

/* In KiB, as libvirt formats it. */
static void want_hole(struct want *parent, const struct guest_controller *new,
		      const struct guest_controller *old)
{
	struct want *hole;

	if (new->pcihole64_bytes.state != VALUE_VALID ||
	    (old && number_is(old->pcihole64_bytes, new->pcihole64_bytes.value)))
		return;
	hole = want_child(parent, "pcihole64");
	want_set(hole, "unit", "KiB");
	want_content(hole, "%ju", (uintmax_t)(new->pcihole64_bytes.value >> 10));
}

struct want *want_controller(const struct guest_controller *new,
			     const struct guest_controller *old)
{
	struct want *want = want_new("controller");

	want_string(want, "type", new->type, old ? old->type : NULL);
	want_number(want, "index", new->index, old ? &old->index : NULL);
	want_string(want, "model", new->model, old ? old->model : NULL);
	if (new->model_name && !(old && streq_null(old->model_name, new->model_name)))
		want_set(want_child(want, "model"), "name", "%s", new->model_name);
	want_pci_target(want, new, old);
	want_hole(want, new, old);
	want_controller_driver(want, new, old);
	want_address(want, &new->address, old ? &old->address : NULL);
	return want;
}

/* <portForward>, of backend passt: a port of this host's loopback, for the guest's ssh.
 */
static void want_ssh_forward(struct want *interface, unsigned port)
{
	struct want *forward = want_child(interface, "portForward"), *range;

	want_set(forward, "proto", "tcp");
	want_set(forward, "address", "127.0.0.1");
	range = want_child(forward, "range");
	want_set(range, "start", "%u", port);
	want_set(range, "to", "22");
}

/* What a new interface, disk or rng has besides what all devices have. */
static void want_interface(struct want *want, const struct guest_device *device)
{
	struct want *source;

	want_string(want, "type", device->type, NULL);
	if (device->mac)
		want_set(want_child(want, "mac"), "address", "%s", device->mac);
	if (streq(device->type, "mcast")) {
		source = want_child(want, "source");
		want_set(source, "address", "230.0.0.1");
		want_set(source, "port", "5558");
	}
	if (device->source_name)
		want_set(want_child(want, "source"), "network", "%s",
			 device->source_name);
	want_set(want_child(want, "model"), "type", "%s", device->model);
	if (device->backend)
		want_set(want_child(want, "backend"), "type", "%s", device->backend);
	if (device->ssh_port)
		want_ssh_forward(want, device->ssh_port);
}

static void want_disk(struct want *want, const struct guest_device *device)
{
	struct want *driver, *target;

	want_string(want, "type", device->type, NULL);
	want_string(want, "device", device->device, NULL);
	driver = want_child(want, "driver");
	want_set(driver, "name", "qemu");
	want_string(driver, "type", device->driver_type, NULL);
	fill_driver(driver, device, NULL);
	want_set(want_child(want, "source"), "file", "%s", device->source_file);
	target = want_child(want, "target");
	want_string(target, "dev", device->target_dev, NULL);
	want_string(target, "bus", device->bus, NULL);
	if (streq_null(device->device, "cdrom"))
		want_child(want, "readonly");
}

static void want_rng(struct want *want, const struct guest_device *device)
{
	struct want *backend;

	want_string(want, "model", device->model, NULL);
	backend = want_child(want, "backend");
	want_string(backend, "model", device->backend, NULL);
	want_content(backend, "/dev/urandom");
}

static void want_video(struct want *want, const struct guest_device *device)
{
	want_set(want_child(want, "model"), "type", "%s", device->model);
}

/* SeaBIOS and edk2's DebugLib write to port 0x402 (edk2 OvmfPkg/README). */
static void want_debug_console(struct want *want, const struct guest_device *device)
{
	struct want *target, *address;

	want_string(want, "type", device->type, NULL);
	want_set(want_child(want, "source"), "path", "%s", device->source_file);
	target = want_child(want, "target");
	want_string(target, "type", device->target_type, NULL);
	want_set(want_child(target, "model"), "name", "isa-debugcon");
	address = want_child(want, "address");
	want_set(address, "type", "isa");
	want_set(address, "iobase", "0x402");
}

static void want_hostdev(struct want *want, const struct guest_device *device)
{
	struct guest_address source = device->source;

	source.type = NULL; /* that of the <hostdev> */
	want_string(want, "mode", device->mode, NULL);
	want_string(want, "type", device->type, NULL);
	want_set(want, "managed", "yes");
	if (switch_is(device->driver_iommufd, true))
		want_set(want_child(want, "driver"), "iommufd", "yes");
	want_address(want_child(want, "source"), &source, NULL);
}

static const struct {
	const char *tag;
	void (*fill)(struct want *want, const struct guest_device *device);
	bool has_driver; /* fill() writes the driver element itself */
} new_devices[] = {
	{"interface", want_interface, false},
	{"disk", want_disk, true},
	{"rng", want_rng, false},
	{"video", want_video, false},
	{"serial", want_debug_console, true},
	{"hostdev", want_hostdev, true},
};

struct want *want_device(const struct guest_device *new, const struct guest_device *old)
{
	struct want *want = want_new(new->tag);
	bool has_driver = false;

	for (size_t i = 0; !old && i < ARRAY_SIZE(new_devices); i++)
		if (streq(new_devices[i].tag, new->tag)) {
			new_devices[i].fill(want, new);
			has_driver = new_devices[i].has_driver;
		}
	if (!has_driver)
		want_device_driver(want, new, old);
	if (new->write_alias && (!old || !streq_null(old->alias, new->alias)))
		want_set(want_child(want, "alias"), "name", "%s", new->alias);
	if (new->initiator.state == VALUE_VALID &&
	    !(old && set_equal(&old->initiator.set, &new->initiator.set)))
		want_list(want_child(want, "acpi"), "nodeset", &new->initiator);
	want_memory_target(want, new, old);
	want_address(want, &new->address, old ? &old->address : NULL);
	return want;
}

struct want *want_iommu(const struct guest_iommu *new, const struct guest_iommu *old)
{
	struct want *want = want_new("iommu"), *driver;

	want_string(want, "model", new->model, old ? old->model : NULL);
	driver = want_child(want, "driver");
	want_switch(driver, "intremap", new->intremap, old ? &old->intremap : NULL);
	want_switch(driver, "caching_mode", new->caching_mode,
		    old ? &old->caching_mode : NULL);
	want_switch(driver, "eim", new->eim, old ? &old->eim : NULL);
	want_switch(driver, "iotlb", new->iotlb, old ? &old->iotlb : NULL);
	want_number(driver, "aw_bits", new->aw_bits, old ? &old->aw_bits : NULL);
	want_number(driver, "pciBus", new->pci_bus, old ? &old->pci_bus : NULL);
	want_switch(driver, "accel", new->accel, old ? &old->accel : NULL);
	drop_if_empty(want);
	want_address(want, &new->address, old ? &old->address : NULL);
	return want;
}

static void want_distances(struct want *cell, const struct guest_cell *new,
			   const struct guest_cell *old)
{
	struct want *distances = want_child(cell, "distances");

	for (size_t i = 0; i < new->distances.n; i++) {
		const struct guest_distance *row = &new->distances.v[i];
		bool same = old && i < old->distances.n &&
			    number_is(old->distances.v[i].id, row->id.value) &&
			    number_is(old->distances.v[i].value, row->value.value);
		struct want *sibling = want_child(distances, "sibling");

		if (same)
			continue;
		want_number(sibling, "id", row->id, NULL);
		want_number(sibling, "value", row->value, NULL);
	}
	drop_if_empty(cell);
}

struct want *want_cell(const struct guest_cell *new, const struct guest_cell *old)
{
	struct want *want = want_new("cell");

	want_number(want, "id", new->id, old ? &old->id : NULL);
	if (new->cpus.state == VALUE_VALID &&
	    !(old && set_equal(&old->cpus.set, &new->cpus.set)))
		want_list(want, "cpus", &new->cpus);
	if (!old || !number_is(old->memory_bytes, new->memory_bytes.value)) {
		want_set(want, "memory", "%ju",
			 (uintmax_t) new->memory_bytes.value / 1024);
		want_set(want, "unit", "KiB");
	}
	want_distances(want, new, old);
	return want;
}

struct want *want_interconnects(const struct guest *guest)
{
	struct want *want = want_new("interconnects");

	for (size_t i = 0; i < guest->interconnects.n; i++) {
		const struct guest_interconnect *link = &guest->interconnects.v[i];
		struct want *row =
			want_child(want, link->bandwidth ? "bandwidth" : "latency");

		want_number(row, "initiator", link->initiator, NULL);
		want_number(row, "target", link->target, NULL);
		want_string(row, "type", link->type, NULL);
		if (link->bandwidth) {
			want_set(row, "value", "%ju",
				 (uintmax_t)link->value.value / 1024);
			want_set(row, "unit", "KiB");
		} else {
			want_number(row, "value", link->value, NULL);
		}
	}
	return want;
}

static bool same_topology(const struct guest *a, const struct guest *b)
{
	return number_is(a->sockets, b->sockets.value) &&
	       number_is(a->cores, b->cores.value) &&
	       number_is(a->threads, b->threads.value) &&
	       (a->dies.state != VALUE_VALID ? 1 : a->dies.value) ==
		       (b->dies.state != VALUE_VALID ? 1 : b->dies.value);
}

static void want_address_bits(struct want *cpu, const struct guest *new,
			      const struct guest *old)
{
	struct want *bits = want_child(cpu, "maxphysaddr");

	want_string(bits, "mode", new->max_address_mode, old->max_address_mode);
	want_number(bits, "bits", new->max_address_bits, &old->max_address_bits);
	drop_if_empty(cpu);
}

struct want *want_cpu(const struct guest *new, const struct guest *old)
{
	struct want *want = want_new("cpu"), *topology;

	want_string(want, "mode", new->cpu_mode, old->cpu_mode);
	if (new->sockets.state == VALUE_VALID && !same_topology(old, new)) {
		topology = want_child(want, "topology");
		want_number(topology, "sockets", new->sockets, NULL);
		want_number(topology, "dies", new->dies, NULL);
		if (new->clusters.state == VALUE_ABSENT)
			want_unset(topology, "clusters");
		want_number(topology, "cores", new->cores, NULL);
		want_number(topology, "threads", new->threads, NULL);
	}
	want_address_bits(want, new, old);
	return want;
}

static void want_other_list(struct want *want, const char *name,
			    const struct guest_set *new, const struct guest_set *old)
{
	if (new->state == VALUE_VALID &&
	    !(old && old->state == VALUE_VALID && set_equal(&old->set, &new->set)))
		want_list(want, name, new);
}

struct want *want_pin(const char *name, const struct guest_pin *new,
		      const struct guest_pin *old)
{
	struct want *want = want_new(name);

	want_number(want, streq(name, "iothreadpin") ? "iothread" : "vcpu", new->id,
		    old ? &old->id : NULL);
	want_other_list(want, "cpuset", &new->cpus, old ? &old->cpus : NULL);
	return want;
}

struct want *want_memnode(const struct guest_memnode *new,
			  const struct guest_memnode *old)
{
	struct want *want = want_new("memnode");

	want_number(want, "cellid", new->cell, old ? &old->cell : NULL);
	want_string(want, "mode", new->mode, old ? old->mode : NULL);
	want_other_list(want, "nodeset", &new->nodes, old ? &old->nodes : NULL);
	return want;
}
