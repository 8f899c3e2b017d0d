/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guest-dump FILE... - how guest-read reads each domain, one JSON object per line, for
 * tests/oracle/guest-read to compare with libvirt's own dump of the same domain. Absent
 * values have no member; malformed ones are "malformed".
 */
#include "base/jsonw.h"
#include "planner/guest/read.h"

#include <stdio.h>

static void add_number(struct jsonw *json, const char *key, struct guest_number number)
{
	if (number.state == VALUE_VALID)
		jsonw_u64(json, key, number.value);
	else if (number.state == VALUE_MALFORMED)
		jsonw_string(json, key, "malformed");
}

static void add_switch(struct jsonw *json, const char *key, struct guest_switch value)
{
	if (value.state == VALUE_VALID)
		jsonw_bool(json, key, value.on);
	else if (value.state == VALUE_MALFORMED)
		jsonw_string(json, key, "malformed");
}

static void add_set(struct jsonw *json, const char *key, const struct guest_set *set)
{
	_cleanup_text_ struct text text = {};

	if (set->state == VALUE_ABSENT)
		return;
	text_add_set(&text, &set->set);
	jsonw_string(json, key, set->state == VALUE_VALID ? text.s : "malformed");
}

static void add_string(struct jsonw *json, const char *key, const char *string)
{
	if (string)
		jsonw_string(json, key, string);
}

static void add_address(struct jsonw *json, const char *key,
			const struct guest_address *address)
{
	if (guest_address_automatic(address))
		return;
	if (address->state == VALUE_VALID)
		jsonw_format(json, key, PCI_FORMAT, PCI_ARGS(address->at));
	else
		jsonw_string(json, key, address->type);
}

static void begin(struct jsonw *json, const char *kind)
{
	jsonw_object(json, NULL);
	jsonw_string(json, "kind", kind);
}

/* Ends the object and its line. */
static void end(struct jsonw *json)
{
	jsonw_end_object(json);
	puts(json->out->s);
	json->out->n = 0;
	*json = (struct jsonw){.out = json->out, .compact = true};
}

static void dump_domain(struct jsonw *json, const struct guest *guest)
{
	begin(json, "domain");
	add_string(json, "name", guest->name);
	add_number(json, "memory_bytes", guest->memory_bytes);
	add_number(json, "max_memory_bytes", guest->max_memory_bytes);
	add_number(json, "slots", guest->max_memory_slots);
	add_number(json, "vcpus", guest->vcpus);
	add_number(json, "current_vcpus", guest->current_vcpus);
	add_set(json, "vcpu_cpuset", &guest->vcpu_cpuset);
	add_number(json, "iothreads", guest->iothreads);
	add_number(json, "sockets", guest->sockets);
	add_number(json, "dies", guest->dies);
	add_number(json, "cores", guest->cores);
	add_number(json, "threads", guest->threads);
	add_string(json, "ioapic_driver", guest->ioapic_driver);
	jsonw_bool(json, "acpi", guest->acpi_element >= 0);
	jsonw_bool(json, "hugepages", guest->hugepages);
	jsonw_bool(json, "locked", guest->locked);
	add_string(json, "memory_source", guest->memory_source);
	add_string(json, "memory_access", guest->memory_access);
	add_number(json, "hard_limit_bytes", guest->hard_limit_bytes);
	add_string(json, "numatune_mode", guest->numatune_mode);
	add_set(json, "numatune_nodes", &guest->numatune_nodes);
	add_set(json, "emulatorpin", &guest->emulatorpin);
	jsonw_u64(json, "qemu_arguments", guest->qemu_arguments.n);
	end(json);
}

static void dump_cell(struct jsonw *json, const struct guest_cell *cell)
{
	begin(json, "cell");
	add_number(json, "id", cell->id);
	add_set(json, "cpus", &cell->cpus);
	add_number(json, "memory_bytes", cell->memory_bytes);
	add_string(json, "access", cell->mem_access);
	end(json);
	for (size_t i = 0; i < cell->distances.n; i++) {
		begin(json, "distance");
		add_number(json, "from", cell->id);
		add_number(json, "to", cell->distances.v[i].id);
		add_number(json, "value", cell->distances.v[i].value);
		end(json);
	}
}

static void dump_controller(struct jsonw *json, const struct guest_controller *it)
{
	begin(json, "controller");
	add_string(json, "type", it->type);
	add_string(json, "model", it->model);
	add_string(json, "model_name", it->model_name);
	add_number(json, "index", it->index);
	add_number(json, "chassis", it->chassis);
	add_number(json, "chassis_nr", it->chassis_nr);
	add_number(json, "port", it->port);
	add_number(json, "bus_nr", it->bus_nr);
	add_switch(json, "hotplug", it->hotplug);
	add_number(json, "node", it->node);
	add_number(json, "pcihole64_bytes", it->pcihole64_bytes);
	add_switch(json, "iommu", it->driver_iommu);
	add_switch(json, "ats", it->driver_ats);
	add_number(json, "iothread", it->driver_iothread);
	add_address(json, "address", &it->address);
	end(json);
}

static void dump_device(struct jsonw *json, const struct guest_device *it)
{
	begin(json, "device");
	jsonw_string(json, "tag", it->tag);
	add_string(json, "type", it->type);
	add_string(json, "model", it->model);
	add_string(json, "bus", it->bus);
	add_string(json, "target_dev", it->target_dev);
	add_string(json, "source_file", it->source_file);
	add_string(json, "mac", it->mac);
	add_string(json, "driver_name", it->driver_name);
	add_switch(json, "iommu", it->driver_iommu);
	add_switch(json, "ats", it->driver_ats);
	add_switch(json, "managed", it->managed);
	add_switch(json, "rom", it->rom_enabled);
	add_number(json, "iothread", it->driver_iothread);
	add_number(json, "queues", it->driver_queues);
	add_number(json, "controller", it->controller);
	add_number(json, "node", it->node);
	add_number(json, "size_bytes", it->size_bytes);
	add_address(json, "source", &it->source);
	add_address(json, "address", &it->address);
	end(json);
}

static void dump_iommu(struct jsonw *json, const struct guest_iommu *it)
{
	begin(json, "iommu");
	add_string(json, "model", it->model);
	add_switch(json, "intremap", it->intremap);
	add_switch(json, "caching_mode", it->caching_mode);
	add_switch(json, "eim", it->eim);
	add_switch(json, "iotlb", it->iotlb);
	add_number(json, "aw_bits", it->aw_bits);
	add_address(json, "address", &it->address);
	end(json);
}

static void dump_tuning(struct jsonw *json, const struct guest *guest)
{
	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		begin(json, "vcpupin");
		add_number(json, "id", guest->vcpupins.v[i].id);
		add_set(json, "cpus", &guest->vcpupins.v[i].cpus);
		end(json);
	}
	for (size_t i = 0; i < guest->iothreadpins.n; i++) {
		begin(json, "iothreadpin");
		add_number(json, "id", guest->iothreadpins.v[i].id);
		add_set(json, "cpus", &guest->iothreadpins.v[i].cpus);
		end(json);
	}
	for (size_t i = 0; i < guest->memnodes.n; i++) {
		begin(json, "memnode");
		add_number(json, "cell", guest->memnodes.v[i].cell);
		add_string(json, "mode", guest->memnodes.v[i].mode);
		add_set(json, "nodes", &guest->memnodes.v[i].nodes);
		end(json);
	}
	for (size_t i = 0; i < guest->pages.n; i++) {
		begin(json, "page");
		add_number(json, "size_bytes", guest->pages.v[i].size_bytes);
		add_set(json, "cells", &guest->pages.v[i].cells);
		end(json);
	}
	for (size_t i = 0; i < guest->interconnects.n; i++) {
		begin(json, "interconnect");
		jsonw_bool(json, "bandwidth", guest->interconnects.v[i].bandwidth);
		add_number(json, "initiator", guest->interconnects.v[i].initiator);
		add_number(json, "target", guest->interconnects.v[i].target);
		add_number(json, "value", guest->interconnects.v[i].value);
		end(json);
	}
}

static int dump(const char *file, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_text_ struct text text = {};
	struct jsonw json = {.out = &text, .compact = true};

	if (document_read(file, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	begin(&json, "file");
	jsonw_string(&json, "name", file);
	jsonw_u64(&json, "complaints", guest.complaints.n);
	end(&json);
	dump_domain(&json, &guest);
	dump_tuning(&json, &guest);
	for (size_t i = 0; i < guest.cells.n; i++)
		dump_cell(&json, &guest.cells.v[i]);
	for (size_t i = 0; i < guest.controllers.n; i++)
		dump_controller(&json, &guest.controllers.v[i]);
	for (size_t i = 0; i < guest.devices.n; i++)
		dump_device(&json, &guest.devices.v[i]);
	for (size_t i = 0; i < guest.iommus.n; i++)
		dump_iommu(&json, &guest.iommus.v[i]);
	return 0;
}

int main(int argc, char *argv[])
{
	_cleanup_error_ struct error error = {};

	for (int i = 1; i < argc; i++)
		if (dump(argv[i], &error) < 0) {
			fprintf(stderr, "%s\n", error.message);
			return 2;
		}
	return 0;
}
