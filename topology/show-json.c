/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* show-json.c - design: addresses are strings, sizes integers of bytes, unknown null. */
#include "topology/show.h"

#include "topology/class-name.h"
#include "topology/machine-fields.h"
#include "topology/vdpa.h"

static void number(struct jsonw *json, const char *key, int value)
{
	if (value >= 0)
		jsonw_int(json, key, value);
	else
		jsonw_null(json, key);
}

static void size(struct jsonw *json, const char *key, uint64_t value)
{
	if (value != UNKNOWN_U64)
		jsonw_u64(json, key, value);
	else
		jsonw_null(json, key);
}

static void known(struct jsonw *json, const char *key, enum known value)
{
	if (value == KNOWN_UNKNOWN)
		jsonw_null(json, key);
	else
		jsonw_bool(json, key, value == KNOWN_YES);
}

/* A CPU or node list as written by taskset. */
static void list(struct jsonw *json, const char *key, const struct set *set)
{
	_cleanup_text_ struct text text = {};

	text_add_set(&text, set);
	jsonw_string(json, key, text.n ? text.s : "");
}

static void add_distances(struct jsonw *json, const struct machine *machine, size_t from)
{
	if (!machine->distances) {
		jsonw_null(json, "distances");
		return;
	}
	jsonw_object(json, "distances");
	for (size_t to = 0; to < machine->nodes.n; to++) {
		_cleanup_free_ char *key = xasprintf("%d", machine->nodes.v[to].id);
		uint32_t distance = machine->distances[from * machine->nodes.n + to];

		number(json, key, distance ? (int)distance : -1);
	}
	jsonw_end_object(json);
}

static void add_huge(struct jsonw *json, const struct machine_node *node)
{
	if (node->huge_known != KNOWN_YES) {
		jsonw_null(json, "huge_pages");
		return;
	}
	jsonw_array(json, "huge_pages");
	for (size_t i = 0; i < node->huge.n; i++) {
		jsonw_object(json, NULL);
		jsonw_u64(json, "page_bytes", node->huge.v[i].page_bytes);
		jsonw_u64(json, "total", node->huge.v[i].total_pages);
		size(json, "free", node->huge.v[i].free_pages);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

/* Only nodes of initiators have them; null: not known. */
static void add_initiators(struct jsonw *json, const struct machine_node *node)
{
	if (node->initiators.n == 0) {
		if (streq_null(node->kind, "generic-initiator"))
			jsonw_null(json, "initiators");
		return;
	}
	jsonw_array(json, "initiators");
	for (size_t i = 0; i < node->initiators.n; i++) {
		_cleanup_text_ struct text at = {};

		text_add_pci(&at, node->initiators.v[i].at);
		jsonw_string(json, NULL, at.s);
	}
	jsonw_end_array(json);
}

static void add_nodes(struct jsonw *json, const struct machine *machine)
{
	jsonw_array(json, "nodes");
	for (size_t i = 0; i < machine->nodes.n; i++) {
		const struct machine_node *node = &machine->nodes.v[i];

		jsonw_object(json, NULL);
		jsonw_int(json, "id", node->id);
		list(json, "cpus", &node->cpus);
		if (!set_empty(&node->near))
			list(json, "nearest_cpus", &node->near);
		size(json, "memory_bytes", node->memory_bytes);
		if (node->kind)
			jsonw_string(json, "kind", node->kind);
		add_initiators(json, node);
		add_huge(json, node);
		add_distances(json, machine, i);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_cpus(struct jsonw *json, const struct machine *machine)
{
	jsonw_array(json, "cpus");
	for (size_t i = 0; i < machine->cpus.n; i++) {
		const struct machine_cpu *cpu = &machine->cpus.v[i];

		jsonw_object(json, NULL);
		jsonw_int(json, "id", cpu->id);
		number(json, "node", cpu->node);
		number(json, "package", cpu->package);
		number(json, "die", cpu->die);
		number(json, "core", cpu->core);
		number(json, "thread", cpu->thread);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_hmat(struct jsonw *json, const struct machine *machine)
{
	jsonw_array(json, "memory_access");
	for (size_t i = 0; i < machine->hmat.n; i++) {
		const struct machine_hmat *hmat = &machine->hmat.v[i];

		jsonw_object(json, NULL);
		jsonw_int(json, "initiator", hmat->initiator);
		jsonw_int(json, "target", hmat->target);
		number(json, "latency_ns", hmat->latency_ns ? (int)hmat->latency_ns : -1);
		number(json, "bandwidth_mib_s",
		       hmat->bandwidth_mib_s ? (int)hmat->bandwidth_mib_s : -1);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_affinity(struct jsonw *json, const struct machine_affinity *affinity)
{
	number(json, "node", affinity->what == AFFINITY_NODE ? affinity->node : -1);
	if (affinity->what == AFFINITY_CANDIDATES)
		list(json, "node_candidates", &affinity->nodes);
	jsonw_string(json, "node_source",
		     affinity->source == AFFINITY_FROM_NOTHING
			     ? NULL
			     : affinity_source_name(affinity->source));
}

static void add_roots(struct jsonw *json, const struct machine *machine)
{
	jsonw_array(json, "root_buses");
	for (size_t i = 0; i < machine->roots.n; i++) {
		const struct machine_root *root = &machine->roots.v[i];

		jsonw_object(json, NULL);
		jsonw_format(json, "bus", "%04x:%02x", root->domain, root->first_bus);
		jsonw_format(json, "last_bus", "%04x:%02x", root->domain, root->last_bus);
		add_affinity(json, &root->affinity);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_bars(struct jsonw *json, const struct machine_function *function)
{
	if (function->bars_known != KNOWN_YES) {
		jsonw_null(json, "bars");
		return;
	}
	jsonw_array(json, "bars");
	for (int i = 0; i < MACHINE_BARS; i++) {
		const struct machine_bar *bar = &function->bars[i];

		if (bar->size_bytes == 0)
			continue;
		jsonw_object(json, NULL);
		jsonw_int(json, "index", i);
		jsonw_string(json, "kind", bar->flags & BAR_IO ? "io" : "memory");
		jsonw_u64(json, "size_bytes", bar->size_bytes);
		if (bar->start)
			jsonw_format(json, "start", "0x%jx", (uintmax_t)bar->start);
		else
			jsonw_null(json, "start");
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_reference(struct jsonw *json, const struct machine *machine,
			  const char *key, int index)
{
	if (index < 0)
		jsonw_null(json, key);
	else
		jsonw_format(json, key, PCI_FORMAT,
			     PCI_ARGS(machine->functions.v[index].at));
}

static void add_group(struct jsonw *json, int group)
{
	number(json, "iommu_group", group);
	if (group == GROUP_NONE)
		jsonw_bool(json, "iommu_group_none", true);
}

void jsonw_link(struct jsonw *json, const char *key, const struct machine_link *link)
{
	if (!link->speed_mt_s && !link->width && !link->max_speed_mt_s &&
	    !link->max_width) {
		jsonw_null(json, key);
		return;
	}
	jsonw_object(json, key);
	number(json, "speed_mt_s", link->speed_mt_s ? (int)link->speed_mt_s : -1);
	number(json, "width", link->width ? (int)link->width : -1);
	number(json, "max_speed_mt_s",
	       link->max_speed_mt_s ? (int)link->max_speed_mt_s : -1);
	number(json, "max_width", link->max_width ? (int)link->max_width : -1);
	jsonw_end_object(json);
}

/* One of "none", "off", "on". */
static void ability(struct jsonw *json, const char *key, enum ability ability)
{
	jsonw_string(json, key,
		     ability == ABILITY_UNKNOWN ? NULL : ability_name(ability));
}

static void acs_bits(struct jsonw *json, const char *key, uint8_t bits)
{
	jsonw_array(json, key);
	for (unsigned bit = 1; bit <= ACS_DIRECT_TRANSLATED; bit <<= 1)
		if (bits & bit)
			jsonw_string(json, NULL, acs_bit_name(bit));
	jsonw_end_array(json);
}

void jsonw_peer(struct jsonw *json, const char *key, const struct machine_peer *peer)
{
	if (peer->acs == ABILITY_UNKNOWN && peer->ats == ABILITY_UNKNOWN) {
		jsonw_null(json, key);
		return;
	}
	jsonw_object(json, key);
	ability(json, "acs", peer->acs);
	acs_bits(json, "acs_can", peer->acs_can);
	acs_bits(json, "acs_on", peer->acs_on);
	ability(json, "ats", peer->ats);
	jsonw_end_object(json);
}

static void add_function(struct jsonw *json, const struct machine *machine,
			 const struct machine_function *function)
{
	jsonw_object(json, NULL);
	jsonw_format(json, "address", PCI_FORMAT, PCI_ARGS(function->at));
	jsonw_format(json, "class", "%06x", function->class_code);
	jsonw_string(json, "class_name", pci_class_name(function->class_code));
	jsonw_format(json, "vendor", "%04x", function->vendor);
	jsonw_format(json, "device", "%04x", function->device);
	jsonw_bool(json, "bridge", function->bridge);
	if (function->bridge)
		jsonw_format(json, "buses", "%02x-%02x", function->secondary,
			     function->subordinate);
	add_affinity(json, &function->affinity);
	add_group(json, function->iommu_group);
	jsonw_string(json, "iommu", function->iommu);
	jsonw_string(json, "driver",
		     function->driver && *function->driver ? function->driver : NULL);
	jsonw_array(json, "names");
	for (size_t i = 0; i < function->names.n; i++)
		jsonw_string(json, NULL, function->names.v[i]);
	jsonw_end_array(json);
	add_reference(json, machine, "physical_function", function->physical_function);
	number(json, "total_vfs", function->total_vfs);
	number(json, "vfs", function->num_vfs);
	add_reference(json, machine, "upstream", function->upstream);
	jsonw_string(json, "port_type", pcie_type_name(function->pcie_type));
	number(json, "link_mb_s", function->link_mb_s ? (int)function->link_mb_s : -1);
	jsonw_link(json, "link", &function->link);
	known(json, "acs", function->acs);
	jsonw_peer(json, "peer", &function->peer);
	known(json, "function_level_reset", function->flr);
	add_bars(json, function);
	jsonw_end_object(json);
}

static void add_vdpa(struct jsonw *json, const struct machine *machine)
{
	_cleanup_vdpa_devices_ struct vdpa_devices list = {};

	if (!machine_fact(machine, "vdpa.devices")) {
		jsonw_null(json, "vdpa");
		return;
	}
	vdpa_list(machine, &list);
	jsonw_array(json, "vdpa");
	for (size_t i = 0; i < list.n; i++) {
		const struct vdpa_device *device = &list.v[i];

		jsonw_object(json, NULL);
		jsonw_string(json, "name", device->name);
		jsonw_string(json, "parent", device->parent);
		number(json, "node", machine_function_node(machine, device->function));
		jsonw_string(json, "driver", device->driver);
		jsonw_string(json, "device", device->device);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_iommu(struct jsonw *json, const struct machine_iommu *iommu)
{
	jsonw_object(json, "iommu");
	known(json, "table", iommu->table);
	known(json, "enabled", iommu->enabled);
	known(json, "interrupt_remapping", iommu->remapping);
	number(json, "address_bits", iommu->address_bits);
	jsonw_end_object(json);
}

static void add_facts(struct jsonw *json, const struct machine *machine)
{
	jsonw_array(json, "facts");
	for (size_t i = 0; i < machine->facts.n; i++) {
		jsonw_object(json, NULL);
		jsonw_string(json, "name", machine->facts.v[i].name);
		jsonw_string(json, "value", machine->facts.v[i].value);
		jsonw_string(json, "unknown", machine->facts.v[i].unknown);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
	jsonw_array(json, "complaints");
	for (size_t i = 0; i < machine->complaints.n; i++)
		jsonw_string(json, NULL, machine->complaints.v[i]);
	jsonw_end_array(json);
}

void jsonw_machine(struct jsonw *json, const struct machine *machine)
{
	jsonw_object(json, NULL);
	jsonw_int(json, "version", 1);
	jsonw_string(json, "source", machine_source_name(machine->source));
	jsonw_string(json, "architecture", machine->architecture);
	add_nodes(json, machine);
	add_cpus(json, machine);
	add_hmat(json, machine);
	known(json, "pci_known", machine->pci_known);
	add_roots(json, machine);
	jsonw_array(json, "devices");
	for (size_t i = 0; i < machine->functions.n; i++)
		add_function(json, machine, &machine->functions.v[i]);
	jsonw_end_array(json);
	add_vdpa(json, machine);
	add_iommu(json, &machine->iommu);
	add_facts(json, machine);
	jsonw_end_object(json);
	jsonw_finish(json);
}
