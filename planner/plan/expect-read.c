/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/expect.h"

#include <json-c/json.h>
#include <limits.h>

/* The position for messages: the file and the member that was last looked up. */
struct reader {
	const char *name;
	struct error *error;
	bool failed;
};

static void fail(struct reader *reader, const char *member, const char *what)
{
	if (!reader->failed)
		error_input(reader->error, "%s: \"%s\" %s", reader->name, member, what);
	reader->failed = true;
}

static struct json_object *member(struct reader *reader, struct json_object *object,
				  const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type)) {
		fail(reader, key, "is missing or has another type");
		return NULL;
	}
	return value;
}

static int number(struct reader *reader, struct json_object *object, const char *key,
		  int min, int max)
{
	struct json_object *value = member(reader, object, key, json_type_int);
	int64_t got = value ? json_object_get_int64(value) : min;

	if (got < min || got > max) {
		fail(reader, key, "is out of range");
		return min;
	}
	return (int)got;
}

static const char *string(struct reader *reader, struct json_object *object,
			  const char *key)
{
	struct json_object *value = member(reader, object, key, json_type_string);

	return value ? json_object_get_string(value) : "";
}

static uint32_t hexadecimal(struct reader *reader, struct json_object *object,
			    const char *key, uint32_t max)
{
	_cleanup_free_ char *prefixed = xasprintf("0x%s", string(reader, object, key));
	uint32_t value;

	if (!parse_u32(prefixed, &value) || value > max) {
		fail(reader, key, "is not a hexadecimal number in range");
		return 0;
	}
	return value;
}

static enum known known_of(struct reader *reader, struct json_object *object,
			   const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		fail(reader, key, "is missing");
	if (!value)
		return KNOWN_UNKNOWN;
	if (!json_object_is_type(value, json_type_boolean))
		fail(reader, key, "is neither true, false nor null");
	return json_object_get_boolean(value) ? KNOWN_YES : KNOWN_NO;
}

static size_t length_of(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

static void read_memory(struct reader *reader, struct json_object *object,
			struct machine_node *node)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, "memory_bytes", &value);
	node->memory_bytes = UNKNOWN_U64;
	if (!value)
		return;
	if (!json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0)
		fail(reader, "memory_bytes", "is not a non-negative integer");
	else
		node->memory_bytes = (uint64_t)json_object_get_int64(value);
}

static void read_distances(struct reader *reader, struct json_object *object,
			   uint32_t *row, size_t n)
{
	struct json_object *distances =
		member(reader, object, "distances", json_type_array);

	if (length_of(distances) != n) {
		fail(reader, "distances", "does not have one value for each node");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t value =
			json_object_get_int64(json_object_array_get_idx(distances, i));

		row[i] = value > 0 && value < 256 ? (uint32_t)value : 0;
	}
}

static void read_nodes(struct reader *reader, struct json_object *root,
		       struct machine *machine)
{
	struct json_object *nodes = member(reader, root, "nodes", json_type_array);
	size_t n = length_of(nodes);

	if (n > 1024) {
		fail(reader, "nodes", "are more than 1024");
		return;
	}
	machine->distances = xcalloc(n * n, sizeof(*machine->distances));
	for (size_t i = 0; i < n && !reader->failed; i++) {
		struct json_object *object = json_object_array_get_idx(nodes, i);
		struct machine_node *node =
			machine_add_node(machine,
					 number(reader, object, "id", 0, SET_LIMIT - 1));

		if (!set_parse(string(reader, object, "cpus"), false, &node->cpus))
			fail(reader, "cpus", "is not a CPU list");
		node->huge_known = KNOWN_UNKNOWN;
		read_memory(reader, object, node);
		read_distances(reader, object, machine->distances + i * n, n);
	}
}

static void read_cpus(struct reader *reader, struct json_object *root,
		      struct machine *machine)
{
	struct json_object *cpus = member(reader, root, "cpus", json_type_array);

	for (size_t i = 0; i < length_of(cpus) && !reader->failed; i++) {
		struct json_object *object = json_object_array_get_idx(cpus, i);
		struct machine_cpu *cpu =
			machine_add_cpu(machine,
					number(reader, object, "id", 0, SET_LIMIT - 1));

		cpu->node = number(reader, object, "node", -1, SET_LIMIT - 1);
		cpu->package = number(reader, object, "package", -1, INT_MAX);
		cpu->die = number(reader, object, "die", -1, INT_MAX);
		cpu->core = number(reader, object, "core", -1, INT_MAX);
		cpu->thread = number(reader, object, "thread", -1, INT_MAX);
	}
}

static void read_function(struct reader *reader, struct json_object *object,
			  struct machine *machine)
{
	struct machine_function *function;
	struct pci_address at;
	int node;

	if (!pci_address_parse(string(reader, object, "address"), &at)) {
		fail(reader, "address", "is not a PCI address");
		return;
	}
	function = machine_add_function(machine, at);
	function->class_code = hexadecimal(reader, object, "class", 0xffffff);
	function->prog_if_known = KNOWN_YES;
	function->vendor = (uint16_t)hexadecimal(reader, object, "vendor", 0xffff);
	function->device = (uint16_t)hexadecimal(reader, object, "device", 0xffff);
	function->bridge = known_of(reader, object, "bridge") == KNOWN_YES;
	function->secondary = (uint8_t)number(reader, object, "secondary", 0, 255);
	function->subordinate =
		(uint8_t)number(reader, object, "subordinate",
				function->bridge ? function->secondary : 0, 255);
	function->pcie_type =
		(enum pcie_type)number(reader, object, "port_type", -1, PCIE_NONE);
	function->iommu_group = number(reader, object, "iommu_group", -2, INT_MAX);
	function->total_vfs = number(reader, object, "total_vfs", -1, 65535);
	node = number(reader, object, "node", -1, SET_LIMIT - 1);
	if (node >= 0)
		machine_affinity_set(&function->affinity, node, AFFINITY_FROM_SYSFS);
}

static void read_iommu(struct reader *reader, struct json_object *root,
		       struct machine *machine)
{
	struct json_object *iommu = member(reader, root, "iommu", json_type_object);

	if (!iommu)
		return;
	machine->iommu.table = known_of(reader, iommu, "table");
	machine->iommu.enabled = known_of(reader, iommu, "enabled");
	machine->iommu.remapping = known_of(reader, iommu, "remapping");
	machine->iommu.address_bits = number(reader, iommu, "address_bits", -1, 64);
}

static void read_all(struct reader *reader, struct json_object *root,
		     struct machine *machine)
{
	struct json_object *functions, *architecture = NULL;

	if (number(reader, root, "version", 0, INT_MAX) != 1)
		fail(reader, "version", "is not 1");
	if (json_object_object_get_ex(root, "architecture", &architecture) &&
	    architecture)
		machine->architecture = xstrdup(json_object_get_string(architecture));
	read_nodes(reader, root, machine);
	read_cpus(reader, root, machine);
	functions = member(reader, root, "functions", json_type_array);
	for (size_t i = 0; i < length_of(functions) && !reader->failed; i++)
		read_function(reader, json_object_array_get_idx(functions, i), machine);
	read_iommu(reader, root, machine);
}

bool expect_looks_like(const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && strchr(" \t\r\n", bytes[i]))
		i++;
	return i < n && bytes[i] == '{';
}

int expect_read(const char *name, const char *bytes, size_t n, struct machine *ret,
		struct error *error)
{
	struct reader reader = {.name = name, .error = error};
	struct json_tokener *tokener = json_tokener_new_ex(16);
	struct json_object *root = NULL;

	ret->source = MACHINE_GUEST;
	ret->pci_known = KNOWN_YES;
	if (n < INT_MAX)
		root = json_tokener_parse_ex(tokener, bytes, (int)n + 1);
	if (!root)
		error_input(error, "%s: is not JSON: %s", name,
			    json_tokener_error_desc(json_tokener_get_error(tokener)));
	else
		read_all(&reader, root, ret);
	json_object_put(root);
	json_tokener_free(tokener);
	if (!root || reader.failed)
		return -1;
	machine_settle(ret, true);
	return 0;
}
