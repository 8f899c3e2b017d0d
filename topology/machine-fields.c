/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/machine-fields.h"

#include "base/utf8.h"

#include <assert.h>

/* clang-format off */
#define AT(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

static const struct field_name sources[] = {
	{ MACHINE_LIVE, "live" }, { MACHINE_SYSFS, "sysfs" }, { MACHINE_HWLOC, "hwloc" },
	{ MACHINE_SYNTHETIC, "synthetic" }, { MACHINE_CAPABILITIES, "capabilities" },
	{ MACHINE_GUEST, "guest" }, { MACHINE_TABLES, "tables" },
	{ MACHINE_NCCL, "nccl" }, {} };

static const struct field_name affinities[] = {
	{ AFFINITY_UNKNOWN, "unknown" }, { AFFINITY_NODE, "node" },
	{ AFFINITY_CANDIDATES, "candidates" }, {} };

static const struct field_name affinity_sources[] = {
	{ AFFINITY_FROM_NOTHING, "unknown" }, { AFFINITY_FROM_SYSFS, "sysfs" },
	{ AFFINITY_FROM_HWLOC, "hwloc" }, { AFFINITY_FROM_LIBVIRT, "libvirt" }, { AFFINITY_FROM_PARENT, "parent" },
	{ AFFINITY_FROM_ONLY_NODE, "only-node" }, { AFFINITY_FROM_USER, "user" }, {} };

static const struct field_name pcie_types[] = {
	{ PCIE_UNKNOWN, "unknown" }, { PCIE_ENDPOINT, "endpoint" }, { PCIE_LEGACY_ENDPOINT, "legacy-endpoint" },
	{ PCIE_ROOT_PORT, "root-port" }, { PCIE_UPSTREAM_PORT, "upstream-port" },
	{ PCIE_DOWNSTREAM_PORT, "downstream-port" },
	{ PCIE_TO_PCI_BRIDGE, "pcie-to-pci-bridge" },
	{ PCI_TO_PCIE_BRIDGE, "pci-to-pcie-bridge" },
	{ PCIE_INTEGRATED_ENDPOINT, "integrated-endpoint" },
	{ PCIE_EVENT_COLLECTOR, "event-collector" }, { PCIE_NONE, "conventional" }, {} };

static const struct field_name bar_flags[] = {
	{ BAR_IO, "io" }, { BAR_64BIT, "64bit" }, { BAR_PREFETCHABLE, "prefetchable" },
	{ BAR_AT_ZERO, "at-zero" }, {} };

static const struct field_name abilities[] = {
	{ ABILITY_UNKNOWN, "unknown" }, { ABILITY_NONE, "none" }, { ABILITY_OFF, "off" },
	{ ABILITY_ON, "on" }, {} };

static const struct field_name acs_bits[] = {
	{ ACS_SOURCE_VALIDATION, "source-validation" },
	{ ACS_TRANSLATION_BLOCKING, "translation-blocking" },
	{ ACS_REQUEST_REDIRECT, "request-redirect" },
	{ ACS_COMPLETION_REDIRECT, "completion-redirect" },
	{ ACS_UPSTREAM_FORWARDING, "upstream-forwarding" },
	{ ACS_EGRESS_CONTROL, "egress-control" },
	{ ACS_DIRECT_TRANSLATED, "direct-translated" }, {} };

#define AFFINITY(type)                                                                    \
	{ "affinity", FIELD_NAME, AT(type, affinity.what), .names = affinities },        \
	{ "node", FIELD_NODE, AT(type, affinity.node), .optional = true },             \
	{ "nodes", FIELD_SET, AT(type, affinity.nodes), .optional = true },              \
	{ "node-source", FIELD_NAME, AT(type, affinity.source),                          \
	  .names = affinity_sources }

static const struct field host_fields[] = {
	{ "source", FIELD_NAME, AT(machine, source), .names = sources },
	{ "architecture", FIELD_STRING, AT(machine, architecture) },
	{ "pci", FIELD_KNOWN, AT(machine, pci_known) },
	{} };

static const struct field node_fields[] = {
	{ "id", FIELD_NODE, AT(machine_node, id), true },
	{ "cpus", FIELD_SET, AT(machine_node, cpus) },
	{ "near", FIELD_SET, AT(machine_node, near) },
	{ "memory", FIELD_U64, AT(machine_node, memory_bytes) },
	{ "kind", FIELD_STRING, AT(machine_node, kind) },
	{ "huge", FIELD_KNOWN, AT(machine_node, huge_known) },
	{} };

static const struct field huge_fields[] = {
	{ "page", FIELD_U64, AT(machine_huge, page_bytes), true },
	{ "total", FIELD_U64, AT(machine_huge, total_pages) },
	{ "free", FIELD_U64, AT(machine_huge, free_pages) },
	{} };

static const struct field initiator_fields[] = {
	{ "at", FIELD_ADDRESS, AT(machine_initiator, at), true },
	{} };

static const struct field cpu_fields[] = {
	{ "id", FIELD_CPU, AT(machine_cpu, id), true },
	{ "node", FIELD_NODE, AT(machine_cpu, node) },
	{ "package", FIELD_NUMBER, AT(machine_cpu, package) },
	{ "die", FIELD_NUMBER, AT(machine_cpu, die) },
	{ "cluster", FIELD_NUMBER, AT(machine_cpu, cluster) },
	{ "core", FIELD_NUMBER, AT(machine_cpu, core) },
	{ "thread", FIELD_NUMBER, AT(machine_cpu, thread) },
	{ "kind", FIELD_NUMBER, AT(machine_cpu, kind) },
	{} };

static const struct field cache_fields[] = {
	{ "level", FIELD_NUMBER, AT(machine_cache, level), true },
	{ "size", FIELD_U64, AT(machine_cache, size_bytes) },
	{ "cpus", FIELD_SET, AT(machine_cache, cpus) },
	{} };

static const struct field hmat_fields[] = {
	{ "initiator", FIELD_NODE, AT(machine_hmat, initiator), true },
	{ "target", FIELD_NODE, AT(machine_hmat, target), true },
	{ "latency-ns", FIELD_U32, AT(machine_hmat, latency_ns) },
	{ "bandwidth-mib-s", FIELD_U32, AT(machine_hmat, bandwidth_mib_s) },
	{} };

static const struct field root_fields[] = {
	{ "domain", FIELD_DOMAIN, AT(machine_root, domain), true },
	{ "first-bus", FIELD_BUS, AT(machine_root, first_bus), true },
	{ "last-bus", FIELD_BUS, AT(machine_root, last_bus), true },
	AFFINITY(machine_root),
	{} };

static const struct field function_fields[] = {
	{ "at", FIELD_ADDRESS, AT(machine_function, at), true },
	{ "class", FIELD_HEX32, AT(machine_function, class_code), true },
	{ "programming-interface", FIELD_KNOWN, AT(machine_function, prog_if_known) },
	{ "vendor", FIELD_HEX16, AT(machine_function, vendor), true },
	{ "device", FIELD_HEX16, AT(machine_function, device), true },
	{ "subsystem-vendor", FIELD_HEX16, AT(machine_function, subvendor), true },
	{ "subsystem-device", FIELD_HEX16, AT(machine_function, subdevice), true },
	{ "upstream", FIELD_FUNCTION, AT(machine_function, upstream) },
	{ "root", FIELD_ROOT, AT(machine_function, root) },
	{ "bridge", FIELD_BOOL, AT(machine_function, bridge) },
	{ "secondary", FIELD_BUS, AT(machine_function, secondary), true },
	{ "subordinate", FIELD_BUS, AT(machine_function, subordinate), true },
	{ "port-type", FIELD_NAME, AT(machine_function, pcie_type), .names = pcie_types },
	AFFINITY(machine_function),
	{ "iommu-group", FIELD_GROUP, AT(machine_function, iommu_group) },
	{ "physical-function", FIELD_FUNCTION, AT(machine_function, physical_function) },
	{ "total-vfs", FIELD_NUMBER, AT(machine_function, total_vfs) },
	{ "vfs", FIELD_NUMBER, AT(machine_function, num_vfs) },
	{ "bars", FIELD_KNOWN, AT(machine_function, bars_known) },
	{ "link-mb-s", FIELD_U32, AT(machine_function, link_mb_s) },
	{ "acs", FIELD_KNOWN, AT(machine_function, acs) },
	{ "flr", FIELD_KNOWN, AT(machine_function, flr) },
	{ "driver", FIELD_STRING, AT(machine_function, driver) },
	{ "iommu", FIELD_STRING, AT(machine_function, iommu) },
	{} };

static const struct field bar_fields[] = {
	{ "start", FIELD_START, AT(machine_bar, start), true },
	{ "size", FIELD_U64, AT(machine_bar, size_bytes), true },
	{ "flags", FIELD_FLAGS, AT(machine_bar, flags), .names = bar_flags },
	{} };

static const struct field link_fields[] = {
	{ "speed-mt-s", FIELD_U32, AT(machine_link, speed_mt_s) },
	{ "width", FIELD_U32, AT(machine_link, width) },
	{ "max-speed-mt-s", FIELD_U32, AT(machine_link, max_speed_mt_s) },
	{ "max-width", FIELD_U32, AT(machine_link, max_width) },
	{} };

static const struct field peer_fields[] = {
	{ "acs", FIELD_NAME, AT(machine_peer, acs), .names = abilities },
	{ "acs-can", FIELD_FLAGS, AT(machine_peer, acs_can), .names = acs_bits },
	{ "acs-on", FIELD_FLAGS, AT(machine_peer, acs_on), .names = acs_bits },
	{ "ats", FIELD_NAME, AT(machine_peer, ats), .names = abilities },
	{} };

static const struct field iommu_fields[] = {
	{ "table", FIELD_KNOWN, AT(machine_iommu, table) },
	{ "enabled", FIELD_KNOWN, AT(machine_iommu, enabled) },
	{ "remapping", FIELD_KNOWN, AT(machine_iommu, remapping) },
	{ "address-bits", FIELD_NUMBER, AT(machine_iommu, address_bits) },
	{} };

static const struct field emulator_fields[] = {
	{ "path", FIELD_STRING, AT(machine_emulator, path), true },
	{ "architecture", FIELD_STRING, AT(machine_emulator, architecture) },
	{ "version", FIELD_STRING, AT(machine_emulator, version) },
	{ "package", FIELD_STRING, AT(machine_emulator, package) },
	{ "unknown", FIELD_STRING, AT(machine_emulator, unknown) },
	{} };

static const struct field type_fields[] = {
	{ "name", FIELD_STRING, AT(machine_type, name), true },
	{ "alias", FIELD_STRING, AT(machine_type, alias) },
	{ "vcpus", FIELD_NUMBER, AT(machine_type, vcpus) },
	{ "deprecated", FIELD_KNOWN, AT(machine_type, deprecated) },
	{} };

static const struct field model_fields[] = {
	{ "name", FIELD_STRING, AT(machine_model, name), true },
	{ "present", FIELD_KNOWN, AT(machine_model, present) },
	{} };

static const struct field property_fields[] = {
	{ "model", FIELD_STRING, AT(machine_property, model), true },
	{ "name", FIELD_STRING, AT(machine_property, name), true },
	{ "present", FIELD_KNOWN, AT(machine_property, present) },
	{} };

static const struct field cpu_model_fields[] = {
	{ "name", FIELD_STRING, AT(machine_cpu_model, name), true },
	{ "deprecated", FIELD_KNOWN, AT(machine_cpu_model, deprecated) },
	{} };

static const struct field firmware_fields[] = {
	{ "descriptor", FIELD_STRING, AT(machine_firmware, descriptor), true },
	{ "interfaces", FIELD_STRING, AT(machine_firmware, interfaces) },
	{ "features", FIELD_STRING, AT(machine_firmware, features) },
	{ "device", FIELD_STRING, AT(machine_firmware, device) },
	{ "executable", FIELD_STRING, AT(machine_firmware, executable) },
	{ "present", FIELD_KNOWN, AT(machine_firmware, present) },
	{ "mode", FIELD_STRING, AT(machine_firmware, mode) },
	{ "format", FIELD_STRING, AT(machine_firmware, format) },
	{ "template", FIELD_STRING, AT(machine_firmware, nvram_template) },
	{ "template-format", FIELD_STRING, AT(machine_firmware, template_format) },
	{} };

static const struct field target_fields[] = {
	{ "architecture", FIELD_STRING, AT(machine_firmware_target, architecture), true },
	{ "machines", FIELD_STRING, AT(machine_firmware_target, machines), true },
	{} };

static const struct field fact_fields[] = {
	{ "name", FIELD_STRING, AT(machine_fact, name), true },
	{ "value", FIELD_STRING, AT(machine_fact, value) },
	{ "unknown", FIELD_STRING, AT(machine_fact, unknown) },
	{} };

static const struct field file_fields[] = {
	{ "path", FIELD_STRING, AT(machine_file, path), true },
	{ "bytes", FIELD_STRING, AT(machine_file, bytes), true },
	{} };

static const struct field string_fields[] = {
	{ "text", FIELD_STRING, 0, sizeof(char *), true },
	{} };

#define HOST &machine_elements[0]
#define NODE &machine_elements[1]
#define FUNCTION &machine_elements[8]
#define EMULATOR &machine_elements[16]
#define FIRMWARE &machine_elements[21]
#define IN(type, member) offsetof(struct type, member)
#define SIZE(type) sizeof(struct type)

const struct element machine_elements[] = {
	{ "host", NULL, KEPT_ONE, 0, SIZE(machine), 1, host_fields, .always = true },
	{ "node", HOST, KEPT_VEC, IN(machine, nodes), SIZE(machine_node), NODES_LIMIT,
	  node_fields, .n_keys = 1 },
	{ "huge", NODE, KEPT_VEC, IN(machine_node, huge), SIZE(machine_huge), 16,
	  huge_fields },
	{ "initiator", NODE, KEPT_VEC, IN(machine_node, initiators),
	  SIZE(machine_initiator), 64, initiator_fields },
	{ "cpu", HOST, KEPT_VEC, IN(machine, cpus), SIZE(machine_cpu), SET_LIMIT, cpu_fields,
	  .n_keys = 1 },
	{ "cache", HOST, KEPT_VEC, IN(machine, caches), SIZE(machine_cache), 16384,
	  cache_fields },
	{ "hmat", HOST, KEPT_VEC, IN(machine, hmat), SIZE(machine_hmat), 65536,
	  hmat_fields },
	{ "root", HOST, KEPT_VEC, IN(machine, roots), SIZE(machine_root), 65536, root_fields,
	  .n_keys = 2 },
	{ "function", HOST, KEPT_VEC, IN(machine, functions), SIZE(machine_function), 262144,
	  function_fields, .n_keys = 1 },
	{ "bar", FUNCTION, KEPT_ARRAY, IN(machine_function, bars), SIZE(machine_bar),
	  MACHINE_BARS, bar_fields },
	{ "rom", FUNCTION, KEPT_ONE, IN(machine_function, rom), SIZE(machine_bar), 1,
	  bar_fields },
	{ "vf-bar", FUNCTION, KEPT_ARRAY, IN(machine_function, vf_bars), SIZE(machine_bar),
	  MACHINE_BARS, bar_fields },
	{ "name", FUNCTION, KEPT_VEC, IN(machine_function, names), sizeof(char *), 1024,
	  string_fields },
	{ "link", FUNCTION, KEPT_ONE, IN(machine_function, link), SIZE(machine_link), 1,
	  link_fields },
	{ "peer", FUNCTION, KEPT_ONE, IN(machine_function, peer), SIZE(machine_peer), 1,
	  peer_fields },
	{ "iommu", HOST, KEPT_ONE, IN(machine, iommu), SIZE(machine_iommu), 1, iommu_fields,
	  .always = true },
	{ "emulator", HOST, KEPT_VEC, IN(machine, emulators), SIZE(machine_emulator), 64,
	  emulator_fields },
	{ "machine", EMULATOR, KEPT_VEC, IN(machine_emulator, types), SIZE(machine_type), 4096,
	  type_fields },
	{ "model", EMULATOR, KEPT_VEC, IN(machine_emulator, models), SIZE(machine_model), 4096,
	  model_fields },
	{ "property", EMULATOR, KEPT_VEC, IN(machine_emulator, properties),
	  SIZE(machine_property), 4096, property_fields },
	{ "cpu-model", EMULATOR, KEPT_VEC, IN(machine_emulator, cpus),
	  SIZE(machine_cpu_model), 4096, cpu_model_fields },
	{ "firmware", HOST, KEPT_VEC, IN(machine, firmware), SIZE(machine_firmware), 1024,
	  firmware_fields },
	{ "target", FIRMWARE, KEPT_VEC, IN(machine_firmware, targets),
	  SIZE(machine_firmware_target), 64, target_fields },
	{ "fact", HOST, KEPT_VEC, IN(machine, facts), SIZE(machine_fact), 262144,
	  fact_fields, .n_keys = 1 },
	{ "file", HOST, KEPT_VEC, IN(machine, files), SIZE(machine_file), 262144,
	  file_fields, .n_keys = 1 },
	{ "complaint", HOST, KEPT_VEC, IN(machine, complaints), sizeof(char *), 65536,
	  string_fields },
};
/* clang-format on */
const size_t machine_n_elements = ARRAY_SIZE(machine_elements);

struct any_vec element_entries(const struct element *element, const void *parent)
{
	struct any_vec entries = {.n = element->limit};
	const char *at = (const char *)parent + element->offset;

	if (element->kept == KEPT_VEC)
		memcpy(&entries, at, sizeof(entries));
	else
		memcpy(&entries.v, &at, sizeof(at));
	return entries;
}

const char *field_name_of(const struct field_name *names, int value)
{
	for (; names->name; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}

const char *pcie_type_name(enum pcie_type type)
{
	if (type == PCIE_UNKNOWN)
		return NULL;
	return field_name_of(pcie_types, (int)type);
}

const char *ability_name(enum ability ability)
{
	return field_name_of(abilities, (int)ability);
}

const char *acs_bit_name(unsigned bit)
{
	return field_name_of(acs_bits, (int)bit);
}

/* XML 1.0 section 2.2 excludes the C0 controls except three, and U+FFFE and U+FFFF. */
bool string_is_xml(const char *string)
{
	while (*string) {
		size_t n = utf8_length(string);

		if (n == 0 || memcmp(string, "\xef\xbf\xbe", MIN(n, 3)) == 0 ||
		    memcmp(string, "\xef\xbf\xbf", MIN(n, 3)) == 0)
			return false;
		if ((unsigned char)*string < 0x20 && !strchr("\t\n\r", *string))
			return false;
		string += n;
	}
	return true;
}

static void add_flags(struct text *text, const struct field *field, uint8_t flags)
{
	const char *space = "";

	for (const struct field_name *row = field->names; row->name; row++)
		if (flags & row->value) {
			text_printf(text, "%s%s", space, row->name);
			space = " ";
		}
}

static void add_int(struct text *text, const struct machine *machine,
		    const struct field *field, int value)
{
	bool reference = field->type == FIELD_FUNCTION || field->type == FIELD_ROOT;

	if (value < 0)
		text_adds(text,
			  reference || (field->type == FIELD_GROUP && value == GROUP_NONE)
				  ? "none"
				  : "unknown");
	else if (field->type == FIELD_FUNCTION)
		text_add_pci(text, machine->functions.v[value].at);
	else if (field->type == FIELD_ROOT)
		text_printf(text, "%04x:%02x", machine->roots.v[value].domain,
			    machine->roots.v[value].first_bus);
	else
		text_printf(text, "%d", value);
}

static void add_enum(struct text *text, const struct field *field, int value)
{
	static const struct field_name answers[] = {{KNOWN_UNKNOWN, "unknown"},
						    {KNOWN_NO, "no"},
						    {KNOWN_YES, "yes"},
						    {}};
	const char *name =
		field_name_of(field->type == FIELD_KNOWN ? answers : field->names, value);

	assert(name);
	text_adds(text, name);
}

static void add_number(struct text *text, const struct field *field, uint64_t value)
{
	bool unknown = (field->type == FIELD_U64 && value == UNKNOWN_U64) ||
		       (field->type == FIELD_U32 && value == 0);
	static const char *const formats[] = {
		[FIELD_U64] = "%ju",       [FIELD_U32] = "%ju",
		[FIELD_START] = "0x%jx",   [FIELD_DOMAIN] = "%04jx",
		[FIELD_HEX32] = "0x%06jx", [FIELD_HEX16] = "0x%04jx",
		[FIELD_BUS] = "%02jx",
	};

	if (unknown)
		text_adds(text, "unknown");
	else
		text_printf(text, formats[field->type], (uintmax_t)value);
}

bool text_add_field(struct text *text, const struct machine *machine,
		    const struct field *field, const void *base)
{
	const void *at = field_at(field, base);
	uint64_t value = 0;

	switch (field->type) {
	case FIELD_NUMBER:
	case FIELD_NODE:
	case FIELD_CPU:
	case FIELD_GROUP:
	case FIELD_FUNCTION:
	case FIELD_ROOT:
		if (field->optional && *(const int *)at < 0)
			return false;
		add_int(text, machine, field, *(const int *)at);
		break;
	case FIELD_KNOWN:
	case FIELD_NAME:
		add_enum(text, field, *(const int *)at);
		break;
	case FIELD_FLAGS:
		add_flags(text, field, *(const uint8_t *)at);
		break;
	case FIELD_BOOL:
		text_adds(text, *(const bool *)at ? "yes" : "no");
		break;
	case FIELD_STRING:
		text_adds(text, *(char *const *)at ? *(char *const *)at : "");
		return *(char *const *)at != NULL;
	case FIELD_SET:
		text_add_set(text, at);
		return !field->optional || !set_empty(at);
	case FIELD_ADDRESS:
		text_add_pci(text, *(const struct pci_address *)at);
		break;
	default:
		memcpy(&value, at, field->size_bytes);
		add_number(text, field, value);
	}
	return true;
}
