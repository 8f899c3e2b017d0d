/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Firmware descriptors: QEMU docs/interop/firmware.json. A file in a folder of higher
 * priority hides the one with its name; an empty one hides it and is none itself. libvirt
 * tries what is left by name (src/qemu/qemu_firmware.c, qemuFirmwareFetchConfigs).
 */
#include "planner/qemu/emulators.h"

#include "topology/sysfs-tree.h"

#include <json-c/json.h>
#include <stdio.h>

#define DEPTH      32
#define FILE_BYTES (256u << 10)

/* By priority, the highest first. */
static const char *const folders[] = {"etc/qemu/firmware", "usr/share/qemu/firmware"};

static struct json_object *member(struct json_object *object, const char *name,
				  enum json_type type)
{
	struct json_object *value;

	return json_object_is_type(object, json_type_object) &&
			       json_object_object_get_ex(object, name, &value) &&
			       json_object_is_type(value, type)
		       ? value
		       : NULL;
}

/* Strings of an array, separated by spaces; words with a space in them are left out. */
static char *words_of(struct json_object *array)
{
	_cleanup_text_ struct text words = {};

	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		struct json_object *value = json_object_array_get_idx(array, i);
		const char *word = json_object_is_type(value, json_type_string)
					   ? json_object_get_string(value)
					   : NULL;

		if (word && *word && !strchr(word, ' '))
			text_printf(&words, "%s%s", words.n ? " " : "", word);
	}
	return xstrdup(words.n ? words.s : "");
}

static char *string_of(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name, json_type_string);

	return value ? xstrdup(json_object_get_string(value)) : NULL;
}

/* Without a mode it is split, as docs/interop/firmware.json says. */
static void take_flash(struct json_object *mapping, struct json_object *executable,
		       struct machine_firmware *ret)
{
	struct json_object *nvram = member(mapping, "nvram-template", json_type_object);
	char *mode = string_of(mapping, "mode");

	ret->mode = mode ? mode : xstrdup("split");
	ret->format = string_of(executable, "format");
	ret->nvram_template = string_of(nvram, "filename");
	ret->template_format = string_of(nvram, "format");
}

static void take_mapping(const struct tree *top, struct json_object *mapping,
			 struct machine_firmware *ret)
{
	struct json_object *device = member(mapping, "device", json_type_string);
	struct json_object *executable = member(mapping, "executable", json_type_object);
	struct json_object *name =
		executable ? member(executable, "filename", json_type_string)
			   : member(mapping, "filename", json_type_string);

	ret->present = KNOWN_UNKNOWN;
	if (device)
		ret->device = xstrdup(json_object_get_string(device));
	if (executable)
		take_flash(mapping, executable, ret);
	if (!name || json_object_get_string(name)[0] != '/')
		return;
	ret->executable = xstrdup(json_object_get_string(name));
	ret->present = tree_has(top, ret->executable + 1) ? KNOWN_YES : KNOWN_NO;
}

static void take_targets(struct json_object *targets, struct machine_firmware *ret)
{
	for (size_t i = 0; targets && i < json_object_array_length(targets); i++) {
		struct json_object *row = json_object_array_get_idx(targets, i);
		struct json_object *architecture =
			member(row, "architecture", json_type_string);

		if (architecture)
			*vec_add(&ret->targets) = (struct machine_firmware_target){
				xstrdup(json_object_get_string(architecture)),
				words_of(member(row, "machines", json_type_array))};
	}
}

/* False if it is not a descriptor. */
static bool take_descriptor(const struct tree *top, const char *path,
			    struct machine *machine)
{
	_cleanup_text_ struct text text = {};
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *object = NULL, *interfaces, *mapping;
	struct machine_firmware *ret;

	if (tree_bytes(top, path, FILE_BYTES, &text) && text.n > 0)
		object = json_tokener_parse_ex(tokener, text.s, (int)text.n);
	json_tokener_free(tokener);
	interfaces = member(object, "interface-types", json_type_array);
	mapping = member(object, "mapping", json_type_object);
	if (interfaces && mapping) {
		ret = vec_add(&machine->firmware);
		*ret = (struct machine_firmware){.descriptor = xasprintf("/%s", path),
						 .interfaces = words_of(interfaces),
						 .features = words_of(
							 member(object, "features",
								json_type_array))};
		take_mapping(top, mapping, ret);
		take_targets(member(object, "targets", json_type_array), ret);
	}
	json_object_put(object);
	return interfaces && mapping;
}

static bool is_descriptor_name(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && streq(name + n - 5, ".json");
}

/* The names of all folders, in order, each with the folder where it counts. */
struct named {
	char *name;
	const char *folder;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

typedef VEC(struct named) named_vec;

static void list(const struct tree *top, named_vec *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_names_ struct tree_names names = {};
		size_t before = ret->n;

		tree_list(top, folders[i], &names);
		for (size_t j = 0; j < names.n; j++) {
			bool hidden = !is_descriptor_name(names.v[j]);

			for (size_t k = 0; k < before; k++)
				hidden |= streq(ret->v[k].name, names.v[j]);
			if (!hidden)
				*vec_add(ret) =
					(struct named){xstrdup(names.v[j]), folders[i]};
		}
	}
	vec_sort(ret, by_name);
}

/* An empty file, which a link to /dev/null is as well, only hides others. */
static bool is_empty(const struct tree *top, const char *path)
{
	_cleanup_text_ struct text text = {};

	return !tree_bytes(top, path, FILE_BYTES, &text) || text.n == 0;
}

void firmware_gather(int root_fd, struct machine *machine)
{
	_cleanup_tree_ struct tree top = {.fd = -1};
	named_vec names = {};
	size_t bad = 0;

	if (!tree_top(root_fd, machine, &top) ||
	    (!tree_has(&top, folders[0]) && !tree_has(&top, folders[1]))) {
		machine_unknown_fact(machine, "firmware.descriptors",
				     "the source has no usr/share/qemu/firmware");
		return;
	}
	list(&top, &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", names.v[i].folder, names.v[i].name);

		if (!is_empty(&top, path) && !take_descriptor(&top, path, machine))
			bad++;
		free(names.v[i].name);
	}
	vec_free(&names);
	if (bad > 0) {
		machine_unknown_fact(machine, "firmware.descriptors",
				     "some of them cannot be understood");
	} else {
		_cleanup_free_ char *count = xasprintf("%zu", machine->firmware.n);

		machine_set_fact(machine, "firmware.descriptors", count);
	}
}
