/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/guest.h"

bool guest_address_automatic(const struct guest_address *address)
{
	if (!address->type)
		return true;
	return address->state == VALUE_VALID && streq(address->type, "pci") &&
	       address->at.domain == 0 && address->at.bus == 0 && address->at.slot == 0;
}

static void address_init(struct guest_address *address)
{
	address->element = -1;
}

static void address_free(struct guest_address *address)
{
	free(address->type);
}

static void controller_free(struct guest_controller *controller)
{
	free(controller->type);
	free(controller->model);
	free(controller->model_name);
	free(controller->alias);
	address_free(&controller->address);
}

static void device_free(struct guest_device *device)
{
	char **strings[] = {&device->tag,         &device->type,
			    &device->model,       &device->mode,
			    &device->bus,         &device->target_dev,
			    &device->source_file, &device->driver_name,
			    &device->mdev_uuid,   &device->vdpa_path,
			    &device->alias,       &device->mac,
			    &device->source_name, &device->backend,
			    &device->device,      &device->driver_type,
			    &device->target_type, &device->source_path,
			    &device->access};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		free(*strings[i]);
	set_free(&device->initiator.set);
	set_free(&device->source_nodes.set);
	address_free(&device->source);
	address_free(&device->address);
}

static void cell_free(struct guest_cell *cell)
{
	set_free(&cell->cpus.set);
	free(cell->mem_access);
	vec_free(&cell->distances);
}

static void free_pins(struct guest_pin *pins, size_t n)
{
	for (size_t i = 0; i < n; i++)
		set_free(&pins[i].cpus.set);
}

static void free_lists(struct guest *guest)
{
	for (size_t i = 0; i < guest->cells.n; i++)
		cell_free(&guest->cells.v[i]);
	for (size_t i = 0; i < guest->controllers.n; i++)
		controller_free(&guest->controllers.v[i]);
	for (size_t i = 0; i < guest->devices.n; i++)
		device_free(&guest->devices.v[i]);
	for (size_t i = 0; i < guest->iommus.n; i++) {
		free(guest->iommus.v[i].model);
		address_free(&guest->iommus.v[i].address);
	}
	for (size_t i = 0; i < guest->interconnects.n; i++)
		free(guest->interconnects.v[i].type);
	for (size_t i = 0; i < guest->cpu_features.n; i++) {
		free(guest->cpu_features.v[i].name);
		free(guest->cpu_features.v[i].policy);
	}
	for (size_t i = 0; i < guest->memnodes.n; i++) {
		free(guest->memnodes.v[i].mode);
		set_free(&guest->memnodes.v[i].nodes.set);
	}
	for (size_t i = 0; i < guest->pages.n; i++)
		set_free(&guest->pages.v[i].cells.set);
	for (size_t i = 0; i < guest->qemu_arguments.n; i++)
		free(guest->qemu_arguments.v[i]);
	for (size_t i = 0; i < guest->complaints.n; i++) {
		free(guest->complaints.v[i].attribute);
		free(guest->complaints.v[i].text);
		free(guest->complaints.v[i].expected);
	}
	free_pins(guest->vcpupins.v, guest->vcpupins.n);
	free_pins(guest->iothreadpins.v, guest->iothreadpins.n);
}

void guest_free(struct guest *guest)
{
	char *strings[] = {
		guest->type,
		guest->name,
		guest->uuid,
		guest->architecture,
		guest->machine,
		guest->os_type,
		guest->firmware,
		guest->loader,
		guest->loader_type,
		guest->nvram,
		guest->nvram_template,
		guest->kernel,
		guest->initrd,
		guest->cmdline,
		guest->emulator,
		guest->cpu_mode,
		guest->cpu_model,
		guest->cpu_check,
		guest->cpu_vendor_id,
		guest->max_address_mode,
		guest->ioapic_driver,
		guest->gic_version,
		guest->memory_source,
		guest->memory_access,
		guest->memory_allocation,
		guest->numatune_mode,
		guest->numatune_placement,
		guest->vcpu_placement,
	};

	free_lists(guest);
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		free(strings[i]);
	vec_free(&guest->cells);
	vec_free(&guest->controllers);
	vec_free(&guest->devices);
	vec_free(&guest->iommus);
	vec_free(&guest->interconnects);
	vec_free(&guest->cpu_features);
	vec_free(&guest->memnodes);
	vec_free(&guest->pages);
	vec_free(&guest->qemu_arguments);
	commandline_free(&guest->commandline);
	vec_free(&guest->complaints);
	vec_free(&guest->single_vcpus);
	vec_free(&guest->vcpupins);
	vec_free(&guest->iothreadpins);
	set_free(&guest->vcpu_cpuset.set);
	set_free(&guest->numatune_nodes.set);
	set_free(&guest->emulatorpin.set);
	guest_init(guest);
}

void guest_init(struct guest *guest)
{
	int *elements[] = {
		&guest->memory_element,       &guest->current_memory_element,
		&guest->max_memory_element,   &guest->vcpu_element,
		&guest->iothreads_element,    &guest->cpu_element,
		&guest->iothread_ids_element, &guest->topology_element,
		&guest->numa_element,         &guest->interconnects_element,
		&guest->features_element,     &guest->acpi_element,
		&guest->apic_element,         &guest->ioapic_element,
		&guest->smm_element,          &guest->memory_backing_element,
		&guest->numatune_element,     &guest->numatune_memory_element,
		&guest->cputune_element,      &guest->emulatorpin_element,
		&guest->devices_element,      &guest->metadata_element,
		&guest->iommufd_element,
	};

	*guest = (struct guest){};
	for (size_t i = 0; i < ARRAY_SIZE(elements); i++)
		*elements[i] = -1;
}

struct guest_controller *guest_add_controller(struct guest *guest, const char *type)
{
	struct guest_controller *controller = vec_add(&guest->controllers);

	controller->element = controller->target_element = controller->node_element = -1;
	controller->type = xstrdup(type);
	address_init(&controller->address);
	return controller;
}

struct guest_device *guest_add_device(struct guest *guest, const char *tag)
{
	struct guest_device *device = vec_add(&guest->devices);

	device->element = device->source_element = device->acpi_element = -1;
	device->driver_element = device->boot_element = -1;
	device->tag = xstrdup(tag);
	address_init(&device->address);
	address_init(&device->source);
	return device;
}

void guest_drop_device(struct guest *guest, size_t number)
{
	device_free(&guest->devices.v[number]);
	guest->devices.n--;
	for (size_t i = number; i < guest->devices.n; i++)
		guest->devices.v[i] = guest->devices.v[i + 1];
}

struct guest_cell *guest_add_cell(struct guest *guest)
{
	struct guest_cell *cell = vec_add(&guest->cells);

	cell->element = cell->distances_element = -1;
	return cell;
}

struct guest_iommu *guest_add_iommu(struct guest *guest, const char *model)
{
	struct guest_iommu *iommu = vec_add(&guest->iommus);

	iommu->element = iommu->driver_element = iommu->granule_element = -1;
	iommu->model = xstrdup(model);
	address_init(&iommu->address);
	return iommu;
}

static bool find_distance(const struct guest *guest, size_t from, size_t to,
			  uint32_t *ret)
{
	const struct guest_cell *cell = &guest->cells.v[from];

	for (size_t i = 0; i < cell->distances.n; i++) {
		const struct guest_distance *row = &cell->distances.v[i];

		if (number_is(row->id, to) && row->value.state == VALUE_VALID) {
			*ret = (uint32_t)row->value.value;
			return true;
		}
	}
	return false;
}

/* libvirt mirrors a distance given in one direction only, and fills in 10 and 20. */
uint32_t guest_cell_distance(const struct guest *guest, size_t from, size_t to)
{
	uint32_t value = from == to ? 10 : 20;

	if (!find_distance(guest, from, to, &value))
		find_distance(guest, to, from, &value);
	return value;
}

bool guest_takes_initiator(const struct guest_device *device)
{
	return streq(device->tag, "hostdev") ||
	       (streq(device->tag, "interface") && streq_null(device->type, "hostdev"));
}

bool guest_is_vdpa(const struct guest_device *device)
{
	return (streq(device->tag, "interface") && streq_null(device->type, "vdpa")) ||
	       (streq(device->tag, "disk") && streq_null(device->type, "vhostvdpa"));
}

bool guest_uses_iommufd(const struct guest *guest, const struct guest_device *device)
{
	/* libvirt drops that of a mediated device. */
	return device->driver_iommufd.state == VALUE_VALID && !device->mdev_uuid
		       ? device->driver_iommufd.on
		       : switch_is(guest->iommufd, true);
}

static int below_indexes(struct guest_number number)
{
	return number.state == VALUE_VALID && number.value < INDEXES ? (int)number.value
								     : -1;
}

int guest_pci_index(const struct guest_controller *controller)
{
	return guest_is_pci(controller) ? below_indexes(controller->index) : -1;
}

int guest_bus_nr(const struct guest_controller *controller)
{
	return guest_is_pci(controller) ? below_indexes(controller->bus_nr) : -1;
}

struct guest_controller *guest_pci_controller(const struct guest *guest, unsigned index)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (number_is(guest->controllers.v[i].index, index) &&
		    guest_is_pci(&guest->controllers.v[i]))
			return &guest->controllers.v[i];
	return NULL;
}

unsigned guest_vcpus(const struct guest *guest)
{
	return guest->vcpus.state == VALUE_VALID
		       ? (unsigned)MIN(guest->vcpus.value, UINT64_C(16384))
		       : 1;
}

bool guest_vcpu_enabled(const struct guest *guest, unsigned vcpu)
{
	bool enabled = false;

	if (guest->single_vcpus.n == 0)
		return vcpu < guest_vcpus(guest) &&
		       (guest->current_vcpus.state != VALUE_VALID ||
			vcpu < guest->current_vcpus.value);
	/* Of several elements with an id, the last counts; a vCPU without one is off. */
	for (size_t i = 0; i < guest->single_vcpus.n; i++)
		if (number_is(guest->single_vcpus.v[i].id, vcpu))
			enabled = switch_is(guest->single_vcpus.v[i].enabled, true);
	return enabled;
}

bool guest_is_q35(const struct guest *guest)
{
	return guest->machine &&
	       (streq(guest->machine, "q35") || has_prefix(guest->machine, "pc-q35-"));
}

bool guest_is_virt(const struct guest *guest)
{
	return guest->machine &&
	       (streq(guest->machine, "virt") || has_prefix(guest->machine, "virt-"));
}

bool guest_has_device_tree(const struct guest *guest)
{
	return guest->acpi_element < 0 && guest_is_virt(guest) &&
	       streq_null(guest->architecture, "aarch64");
}

bool guest_is_efi(const struct guest *guest)
{
	return streq_null(guest->firmware, "efi") ||
	       streq_null(guest->loader_type, "pflash");
}

bool guest_is_i440fx(const struct guest *guest)
{
	return guest->machine &&
	       (streq(guest->machine, "pc") || has_prefix(guest->machine, "pc-i440fx-") ||
		has_prefix(guest->machine, "pc-0.") ||
		has_prefix(guest->machine, "pc-1."));
}
