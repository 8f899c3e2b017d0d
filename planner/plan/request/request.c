/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/request.h"

#include "base/error.h"
#include "base/size.h"
#include "planner/guest/host-emulator.h"
#include "planner/guest/read.h"
#include "topology/pci-address.h"
#include "topology/machine.h"

#include <stdarg.h>

#define MIN_MEMORY (UINT64_C(1) << 20) /* libvirt rounds each cell up to a MiB */

void request_begin(struct request *request)
{
	*request = (struct request){
		.name = xstrdup("nested"),
		.type = xstrdup("kvm"),
		.machine = NULL,
		.architecture = xstrdup("x86_64"),
		.target = TARGET_DEFAULT,
		.disk_cell = NO_CELL,
		.general_ports = -1,
		.spare_ports = -1,
	};
}

void request_begin_in_place(struct request *request)
{
	*request = (struct request){
		.target = TARGET_DEFAULT,
		.disk_cell = NO_CELL,
		.general_ports = -1,
		.spare_ports = -1,
		.in_place = true,
	};
}

int request_settle(struct request *request, const struct machine *host,
		   const struct document *document, struct target_settled *ret,
		   struct error *error)
{
	_cleanup_guest_ struct guest guest = {};
	const char *machine;

	guest_init(&guest);
	if (document && guest_read(document, &guest, error) < 0)
		return -1;
	target_settle(&request->target_wish, host, document, document ? &guest : NULL,
		      request->machine, ret);
	request->target = ret->target;
	request->emulator = host_emulator_told(host, &guest, &ret->target);
	machine = request->machine ? request->machine : guest.machine;
	if (machine && !request->emulator && machine_type_unknown(machine))
		request_note(
			request,
			"virt-layout does not know which QEMU version has machine type %s; give the versions with --target",
			machine);
	return 0;
}

void request_note(struct request *request, const char *format, ...)
{
	struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	*vec_add(&request->notes) = text_take(&text);
}

void request_free(struct request *request)
{
	char *strings[] = {request->name,         request->type,   request->machine,
			   request->architecture, request->cpu,    request->iommu,
			   request->disk,         request->cdrom,  request->mgmt,
			   request->kernel,       request->initrd, request->append};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		free(strings[i]);
	for (size_t i = 0; i < request->nodes.n; i++)
		set_free(&request->nodes.v[i].vcpu_list);
	for (size_t i = 0; i < request->notes.n; i++)
		free(request->notes.v[i]);
	for (size_t i = 0; i < request->places.n; i++)
		free(request->places.v[i].device);
	vec_free(&request->places);
	vec_free(&request->nodes);
	vec_free(&request->hmat_rows);
	vec_free(&request->roots);
	vec_free(&request->switches);
	vec_free(&request->devices);
	vec_free(&request->notes);
	free(request->distances);
	*request = (struct request){};
}

/* One key=value of a comma-separated list; a CPU list as value may contain commas. */
struct pair {
	char *key, *value;
};

/* Removes the next pair from *rest; false at the end. */
static bool next_pair(char **rest, struct pair *ret)
{
	char *word = strsep(rest, ","), *equals;

	if (!word)
		return false;
	equals = strchr(word, '=');
	ret->key = word;
	ret->value = equals ? equals + 1 : NULL;
	if (equals)
		*equals = '\0';
	/* "cpulist=0-3,8": a part without a key belongs to the list. */
	while (ret->value && *rest && **rest >= '0' && **rest <= '9') {
		(*rest)[-1] = ',';
		if (!strsep(rest, ","))
			break;
	}
	return true;
}

static int node_vcpus(struct request_node *node, const struct pair *pair,
		      struct error *error)
{
	uint32_t count;

	if (pair->value[strspn(pair->value, "0123456789")] ||
	    !parse_u32(pair->value, &count) || count > SET_LIMIT)
		return error_input(
			error,
			"%s=%s: is not a count; write vcpus=4, or name the vCPUs with cpulist=0-3",
			pair->key, pair->value);
	node->vcpus = count;
	return 0;
}

static int node_cpulist(struct request_node *node, const struct pair *pair,
			struct error *error)
{
	set_free(&node->vcpu_list);
	if (!set_parse(pair->value, false, &node->vcpu_list))
		return error_input(error, "cpulist=%s: is not a list such as 0-3,8",
				   pair->value);
	node->vcpus = set_count(&node->vcpu_list);
	return 0;
}

static int node_memory(struct request_node *node, const struct pair *pair,
		       struct error *error)
{
	enum size_answer answer = size_parse(pair->value, false, 0, &node->memory_bytes);

	if (answer != SIZE_OK)
		return error_input(error, "memory=%s: %s", pair->value,
				   size_answer_text(answer));
	if (node->memory_bytes < MIN_MEMORY)
		return error_input(
			error,
			"memory=%s: QEMU cannot create a node of less than 1 MiB; use memory=128MiB or more",
			pair->value);
	return 0;
}

static const struct node_key {
	const char *key;
	unsigned what; /* keys with the same meaning have the same number */
	int (*take)(struct request_node *node, const struct pair *pair,
		    struct error *error);
} node_keys[] = {
	{"vcpus", 0, node_vcpus},
	{"cpus", 0, node_vcpus},
	{"cpulist", 0, node_cpulist},
	{"memory", 1, node_memory},
};

int request_add_node(struct request *request, const char *text, struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct request_node *node = vec_add(&request->nodes);
	unsigned seen = 0;
	char *rest = copy;
	struct pair pair;

	node->host_node = UNKNOWN_ID;
	while (next_pair(&rest, &pair)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(node_keys) && !streq(node_keys[i].key, pair.key))
			i++;
		if (i < ARRAY_SIZE(node_keys) && seen & 1u << node_keys[i].what)
			return error_input(error, "%s given more than once",
					   node_keys[i].what == 0 ? "vCPUs" : "memory");
		if (i < ARRAY_SIZE(node_keys))
			seen |= 1u << node_keys[i].what;
		if (i == ARRAY_SIZE(node_keys))
			return error_input(
				error,
				"unknown key in \"%s\"; the keys are vcpus=, cpulist= and memory=",
				pair.key);
		if (!pair.value || !*pair.value)
			return error_input(error, "%s= needs a value", pair.key);
		if (node_keys[i].take(node, &pair, error) < 0)
			return -1;
	}
	if (node->memory_bytes == 0)
		return error_input(error, "no memory given; add memory=2GiB");
	return 0;
}

/* Keys of --device besides the kind. */
struct device_words {
	int node, per_node, count, vfs;
	bool shared;
};

static int *device_number(struct device_words *words, const char *key)
{
	const struct {
		const char *key;
		int *number;
	} rows[] = {{"node", &words->node},
		    {"per-node", &words->per_node},
		    {"count", &words->count},
		    {"vfs", &words->vfs}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(rows[i].key, key))
			return rows[i].number;
	return NULL;
}

static int take_device_word(struct device_words *words, const struct pair *pair,
			    struct error *error)
{
	int *number = device_number(words, pair->key);

	if (number) {
		if (*number >= 0)
			return error_input(error, "%s= is given more than once",
					   pair->key);
		if (!pair->value || !parse_int(pair->value, number) || *number < 0)
			return error_input(error,
					   "%s=%s: must be a whole number, 0 or greater",
					   pair->key, pair->value ? pair->value : "");
		return 0;
	}
	if (!streq(pair->key, "iommu-group"))
		return error_input(
			error,
			"unknown key in \"%s\"; the keys are node=, per-node=, count=, vfs= and iommu-group=",
			pair->key);
	words->shared = streq_null(pair->value, "shared");
	if (!words->shared && !streq_null(pair->value, "own"))
		return error_input(error, "iommu-group must be own or shared");
	return 0;
}

static void add_devices(struct request *request, const struct device_kind *kind,
			const struct device_words *words, int cell, int count)
{
	for (int i = 0; i < count; i++) {
		struct request_device *device = vec_add(&request->devices);

		*device = (struct request_device){
			.kind = kind,
			.cell = cell,
			.root = -1,
			.switch_port = -1,
			.vfs = (unsigned)MAX(words->vfs, 0),
			.shared_group = words->shared,
			.io_fixed = true,
		};
	}
}

static int check_words(const struct device_kind *kind, struct device_words *words,
		       struct error *error)
{
	if ((words->node >= 0) == (words->per_node >= 0))
		return error_input(
			error, "no place given; add node=0 (with count=), or per-node=1");
	if (words->per_node >= 0 && words->count >= 0)
		return error_input(
			error,
			"count= cannot be used with per-node=%d, which is already a count",
			words->per_node);
	if (words->vfs > (int)kind->vfs)
		return error_input(error, "%s has %u virtual functions, not %d",
				   kind->name, kind->vfs, words->vfs);
	if (MAX(words->per_node, words->count) > 255)
		return error_input(
			error,
			"%d do not fit: a PCI segment has 256 bus numbers, and each device needs one; request fewer",
			MAX(words->per_node, words->count));
	return 0;
}

int request_add_device(struct request *request, const char *text, struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(text), *names = device_kind_names();
	struct device_words words = {-1, -1, -1, -1, false};
	const struct device_kind *kind;
	char *rest = copy;
	struct pair pair;

	if (!next_pair(&rest, &pair) || !(kind = device_kind_named(pair.key)) ||
	    pair.value) {
		_cleanup_free_ char *advice =
			nearest_advice(pair.key ? pair.key : "", names, ", ");

		return error_input(error, "unknown kind; the kinds are %s%s", names,
				   advice);
	}
	while (next_pair(&rest, &pair))
		if (take_device_word(&words, &pair, error) < 0)
			return -1;
	if (check_words(kind, &words, error) < 0)
		return -1;
	if (words.per_node >= 0)
		add_devices(request, kind, &words, EVERY_NODE, words.per_node);
	else
		add_devices(request, kind, &words, words.node,
			    words.count >= 0 ? words.count : 1);
	return 0;
}

int request_add_hostdev(struct request *request, const char *text, struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *rest = copy, *address = strsep(&rest, ",");
	_cleanup_free_ char *whole = xasprintf("0000:%s", address); /* as lspci has it */
	struct request_device *device;
	struct pci_address at;
	int cell;

	if (!pci_address_parse(address, &at) && !pci_address_parse(whole, &at))
		return error_input(
			error,
			"%s is not a PCI address of the host, such as 0000:9b:00.0 or 9b:00.0",
			address);
	if (!rest || !has_prefix(rest, "node=") ||
	    !parse_int(rest + strlen("node="), &cell) || cell < 0)
		return error_input(error, "the guest's node must follow: %s,node=0",
				   address);
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].assigned &&
		    pci_address_compare(request->devices.v[i].host, at) == 0)
			return error_input(error, "%s is given more than once", address);
	device = vec_add(&request->devices);
	*device = (struct request_device){.kind = device_kind_hostdev(),
					  .cell = cell,
					  .root = -1,
					  .switch_port = -1,
					  .io_fixed = true,
					  .assigned = true,
					  .host = at};
	return 0;
}
