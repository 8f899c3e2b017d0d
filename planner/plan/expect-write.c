/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/expect.h"

#include "base/jsonw.h"
#include "planner/plan/plan-metadata.h"

static void write_known(struct jsonw *json, const char *key, enum known known)
{
	if (known == KNOWN_UNKNOWN)
		jsonw_null(json, key);
	else
		jsonw_bool(json, key, known == KNOWN_YES);
}

static void write_nodes(struct jsonw *json, const struct machine *machine)
{
	size_t n = machine->nodes.n;

	jsonw_array(json, "nodes");
	for (size_t i = 0; i < n; i++) {
		const struct machine_node *node = &machine->nodes.v[i];
		_cleanup_text_ struct text cpus = {};

		text_add(&cpus, "", 0);
		text_add_set(&cpus, &node->cpus);
		jsonw_object(json, NULL);
		jsonw_int(json, "id", node->id);
		jsonw_string(json, "cpus", cpus.s);
		if (node->memory_bytes == UNKNOWN_U64)
			jsonw_null(json, "memory_bytes");
		else
			jsonw_u64(json, "memory_bytes", node->memory_bytes);
		jsonw_array(json, "distances");
		for (size_t j = 0; machine->distances && j < n; j++)
			jsonw_u64(json, NULL, machine->distances[i * n + j]);
		jsonw_end_array(json);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void write_cpus(struct jsonw *json, const struct machine *machine)
{
	jsonw_array(json, "cpus");
	for (size_t i = 0; i < machine->cpus.n; i++) {
		const struct machine_cpu *cpu = &machine->cpus.v[i];

		jsonw_object(json, NULL);
		jsonw_int(json, "id", cpu->id);
		jsonw_int(json, "node", cpu->node);
		jsonw_int(json, "package", cpu->package);
		jsonw_int(json, "die", cpu->die);
		jsonw_int(json, "core", cpu->core);
		jsonw_int(json, "thread", cpu->thread);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void write_function(struct jsonw *json, const struct machine_function *function)
{
	jsonw_object(json, NULL);
	jsonw_format(json, "address", PCI_FORMAT, PCI_ARGS(function->at));
	jsonw_format(json, "class", "%06x", function->class_code);
	jsonw_format(json, "vendor", "%04x", function->vendor);
	jsonw_format(json, "device", "%04x", function->device);
	jsonw_bool(json, "bridge", function->bridge);
	jsonw_int(json, "secondary", function->secondary);
	jsonw_int(json, "subordinate", function->subordinate);
	jsonw_int(json, "port_type", function->pcie_type);
	jsonw_int(json, "node", function->affinity.node);
	jsonw_int(json, "iommu_group", function->iommu_group);
	jsonw_int(json, "total_vfs", function->total_vfs);
	jsonw_end_object(json);
}

void text_add_expect(struct text *text, const struct machine *machine,
		     const struct request *request, const struct target_settled *target,
		     const struct plan *plan)
{
	struct jsonw json = {.out = text};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_string(&json, "architecture", machine->architecture);
	jsonw_object(&json, "target");
	jsonw_target_members(&json, target);
	jsonw_end_object(&json);
	write_nodes(&json, machine);
	write_cpus(&json, machine);
	jsonw_array(&json, "functions");
	for (size_t i = 0; i < machine->functions.n; i++)
		write_function(&json, &machine->functions.v[i]);
	jsonw_end_array(&json);
	jsonw_object(&json, "iommu");
	write_known(&json, "table", machine->iommu.table);
	write_known(&json, "enabled", machine->iommu.enabled);
	write_known(&json, "remapping", machine->iommu.remapping);
	jsonw_int(&json, "address_bits", machine->iommu.address_bits);
	jsonw_end_object(&json);
	jsonw_plan_devices(&json, request, plan);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}
