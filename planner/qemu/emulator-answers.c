/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QMP: one JSON object a line (QEMU docs/interop/qmp-spec.rst; qapi/machine.json,
 * qapi/qom.json). Each question has an id, which its answer repeats. Answers are read as
 * hostile input: what is missing or of another type is unknown.
 */
#include "planner/qemu/emulators.h"

#include <json-c/json.h>
#include <stdio.h>

#define DEPTH          32 /* of objects and arrays */
#define ROWS           4096
#define NAME_MAX_BYTES 256

enum {
	ID_CAPABILITIES = 1,
	ID_TARGET,
	ID_MACHINES,
	ID_TYPES,
	ID_QUIT,
	ID_MODELS, /* and one for each question */
	ID_CPUS = 100000
};

/* What a rule reads: device-model-exists and device-property-exists. */
const struct emulator_question emulator_questions[] = {
	{"amd-iommu", {"dma-remap", "pt", "xtsup"}},
	{"arm-smmuv3", {"accel", "ats", "cmdqv", "oas", "ril", "ssidsize"}},
	{"intel-iommu",
	 {"aw-bits", "caching-mode", "device-iotlb", "dma-translation", "eim"}},
	{"pcie-root-port", {"hotplug"}},
	{"pxb-pcie", {}},
	{"pxb", {}},
	{"pci-bridge", {}},
	{"pcie-pci-bridge", {}},
	{"i82801b11-bridge", {}},
	{"x3130-upstream", {}},
	{"xio3130-downstream", {}},
	{"vfio-pci", {"iommufd"}},
	{"virtio-iommu-pci", {"aw-bits", "granule"}},
	{"virtio-blk-pci", {"iothread-vq-mapping"}},
	{"virtio-scsi-pci", {"iothread-vq-mapping"}},
	{"virtio-net-pci", {}},
	{"virtio-mem-pci", {"dynamic-memslots"}},
	{"virtio-pmem-pci", {}},
	{"virtio-balloon-pci", {}},
	{"virtio-rng-pci", {}},
	{"virtio-gpu-pci", {}},
	{"virtio-vga", {}},
	{"vhost-user-fs-pci", {}},
	{"vhost-vsock-pci", {}},
	{"e1000", {}},
	{"e1000e", {}},
	{"igb", {}},
	{"rtl8139", {}},
	{"vmxnet3", {}},
	{"ne2k_pci", {}},
	{"pcnet", {}},
	{"qemu-xhci", {}},
	{"nec-usb-xhci", {}},
	{"ich9-usb-ehci1", {}},
	{"piix3-usb-uhci", {}},
	{"pci-ohci", {}},
	{"lsi53c895a", {}},
	{"megasas", {}},
	{"mptsas1068", {}},
	{"pvscsi", {}},
	{"nvme", {}},
	{"ich9-intel-hda", {}},
	{"intel-hda", {}},
	{"AC97", {}},
	{"ES1370", {}},
	{"i6300esb", {}},
	{"ivshmem-plain", {}},
	{"ivshmem-doorbell", {}},
	{"pci-serial", {}},
	{"VGA", {}},
	{"bochs-display", {}},
	{"cirrus-vga", {}},
	{"qxl", {}},
	{"qxl-vga", {}},
	{"ramfb", {}},
	{"vmware-svga", {}},
	{"tpm-crb", {}},
	{"tpm-tis", {}},
	{"pvpanic-pci", {}},
	{},
};

static void add_question(struct text *text, const char *command, const char *arguments,
			 int id)
{
	text_printf(text, "{\"execute\":\"%s\"", command);
	if (arguments)
		text_printf(text, ",\"arguments\":%s", arguments);
	text_printf(text, ",\"id\":%d}\n", id);
}

void text_add_questions(struct text *text)
{
	add_question(text, "qmp_capabilities", NULL, ID_CAPABILITIES);
	add_question(text, "query-target", NULL, ID_TARGET);
	add_question(text, "query-machines", NULL, ID_MACHINES);
	add_question(text, "qom-list-types",
		     "{\"implements\":\"device\",\"abstract\":false}", ID_TYPES);
	for (int i = 0; emulator_questions[i].model; i++) {
		_cleanup_free_ char *arguments =
			xasprintf("{\"typename\":\"%s\"}", emulator_questions[i].model);

		if (emulator_questions[i].properties[0])
			add_question(text, "device-list-properties", arguments,
				     ID_MODELS + i);
	}
	add_question(text, "query-cpu-definitions", NULL, ID_CPUS);
	add_question(text, "quit", NULL, ID_QUIT);
}

/* A string of a reasonable size, NULL for anything else. Borrowed. */
static const char *string_of(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string) ||
	    json_object_get_string_len(value) >= NAME_MAX_BYTES)
		return NULL;
	return json_object_get_string(value);
}

static int number_of_member(struct json_object *object, const char *name)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_int))
		return UNKNOWN_ID;
	number = json_object_get_int64(value);
	return number >= 0 && number <= INT32_MAX ? (int)number : UNKNOWN_ID;
}

static enum known known_of_member(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_boolean))
		return KNOWN_UNKNOWN;
	return json_object_get_boolean(value) ? KNOWN_YES : KNOWN_NO;
}

/* "QMP": {"version": {"qemu": {"major", "minor", "micro"}, "package"}} */
static void take_greeting(struct json_object *greeting, struct machine_emulator *ret)
{
	struct json_object *version, *qemu;
	const char *package;
	int major, minor, micro;

	if (ret->version || ret->package ||
	    !json_object_object_get_ex(greeting, "version", &version) ||
	    !json_object_object_get_ex(version, "qemu", &qemu))
		return;
	major = number_of_member(qemu, "major");
	minor = number_of_member(qemu, "minor");
	micro = number_of_member(qemu, "micro");
	if (major > 0 && major < 1000 && minor >= 0 && minor < 1000 && micro >= 0 &&
	    micro < 1000)
		ret->version = xasprintf("%d.%d.%d", major, minor, micro);
	package = string_of(version, "package");
	if (package && *package)
		ret->package = xstrdup(package);
}

static int type_by_name(const void *a, const void *b)
{
	return strcmp(((const struct machine_type *)a)->name,
		      ((const struct machine_type *)b)->name);
}

static void take_machines(struct json_object *rows, struct machine_emulator *ret)
{
	if (!json_object_is_type(rows, json_type_array) || ret->types.n > 0)
		return;
	for (size_t i = 0; i < MIN(json_object_array_length(rows), (size_t)ROWS); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		const char *name = string_of(row, "name");

		if (!name || !*name)
			continue;
		*vec_add(&ret->types) =
			(struct machine_type){xstrdup(name),
					      xstrdup(string_of(row, "alias")),
					      number_of_member(row, "cpu-max"),
					      known_of_member(row, "deprecated")};
	}
	vec_sort(&ret->types, type_by_name);
}

static int cpu_by_name(const void *a, const void *b)
{
	return strcmp(((const struct machine_cpu_model *)a)->name,
		      ((const struct machine_cpu_model *)b)->name);
}

static void take_cpus(struct json_object *rows, struct machine_emulator *ret)
{
	if (!json_object_is_type(rows, json_type_array) || ret->cpus.n > 0)
		return;
	for (size_t i = 0; i < MIN(json_object_array_length(rows), (size_t)ROWS); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		const char *name = string_of(row, "name");

		if (name && *name)
			*vec_add(&ret->cpus) = (struct machine_cpu_model){
				xstrdup(name), known_of_member(row, "deprecated")};
	}
	vec_sort(&ret->cpus, cpu_by_name);
}

static bool has_name(struct json_object *rows, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++)
		if (streq_null(string_of(json_object_array_get_idx(rows, i), "name"),
			       name))
			return true;
	return false;
}

static void take_types(struct json_object *rows, struct machine_emulator *ret)
{
	if (!json_object_is_type(rows, json_type_array) ||
	    json_object_array_length(rows) == 0 || ret->models.n > 0)
		return;
	for (size_t i = 0; emulator_questions[i].model; i++)
		*vec_add(&ret->models) =
			(struct machine_model){xstrdup(emulator_questions[i].model),
					       has_name(rows, emulator_questions[i].model)
						       ? KNOWN_YES
						       : KNOWN_NO};
}

static void take_properties(const struct emulator_question *question,
			    struct json_object *rows, struct machine_emulator *ret)
{
	if (!json_object_is_type(rows, json_type_array) ||
	    emulator_property(ret, question->model, question->properties[0]) !=
		    KNOWN_UNKNOWN)
		return;
	for (size_t i = 0; question->properties[i]; i++)
		*vec_add(&ret->properties) = (struct machine_property){
			xstrdup(question->model), xstrdup(question->properties[i]),
			has_name(rows, question->properties[i]) ? KNOWN_YES : KNOWN_NO};
}

static void take_answer(int id, struct json_object *answer, struct machine_emulator *ret)
{
	int n = 0;

	while (emulator_questions[n].model)
		n++;
	if (id == ID_TARGET && !ret->architecture)
		ret->architecture = xstrdup(string_of(answer, "arch"));
	else if (id == ID_MACHINES)
		take_machines(answer, ret);
	else if (id == ID_TYPES)
		take_types(answer, ret);
	else if (id == ID_CPUS)
		take_cpus(answer, ret);
	else if (id >= ID_MODELS && id < ID_MODELS + n)
		take_properties(&emulator_questions[id - ID_MODELS], answer, ret);
}

static void take_line(const char *line, size_t n, struct machine_emulator *ret)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *object = json_tokener_parse_ex(tokener, line, (int)n);
	struct json_object *member;

	if (object && json_object_is_type(object, json_type_object)) {
		if (json_object_object_get_ex(object, "QMP", &member) &&
		    json_object_is_type(member, json_type_object))
			take_greeting(member, ret);
		if (json_object_object_get_ex(object, "return", &member))
			take_answer(number_of_member(object, "id"), member, ret);
	}
	json_object_put(object);
	json_tokener_free(tokener);
}

bool emulator_take_answers(const char *bytes, size_t n, struct machine_emulator *ret)
{
	while (n > 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t length = end ? (size_t)(end - bytes) : n;

		if (length > 0 && length < INT32_MAX)
			take_line(bytes, length, ret);
		length += end != NULL;
		bytes += length;
		n -= length;
	}
	return ret->types.n > 0;
}
