/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmi.c - the VMI is the object that KubeVirt passes to a sidecar (kubevirt
 * cmd/sidecars/sidecar_shim.go, kubevirt.io/api/core/v1 VirtualMachineInstance): only
 * metadata.annotations is used.
 */
#include "commands/vmi.h"

#include "base/option.h"
#include "base/text.h"
#include "commands/hook-limit.h"

#include <json-c/json.h>
#include <limits.h>

#define DEPTH 128 /* nested objects and arrays */

/* The possible names of an annotation, after the prefix. */
static const char *const names[] = {
	"backend",
	"cpus-per-node",
	"device",
	"general-ports",
	"hmat",
	"host",
	"hugepages",
	"iommu",
	"iommufd",
	"iothreads",
	"like",
	"locality",
	"memory-per-node",
	"mirror",
	"nic",
	"node",
	"per",
	"place",
	"queues",
	"spare-ports",
	"strict",
	"target",
	"time-limit",
	NULL,
};

void vmi_wish_free(struct vmi_wish *wish)
{
	for (size_t i = 0; i < wish->settings.n; i++) {
		free(wish->settings.v[i].flag);
		free(wish->settings.v[i].value);
	}
	vec_free(&wish->settings);
}

static bool is_known(const char *name)
{
	for (size_t i = 0; names[i]; i++)
		if (streq(names[i], name))
			return true;
	return false;
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Each part of the value, without white space around it. */
static void add_settings(struct vmi_wish *wish, const char *flag, const char *value)
{
	while (*value) {
		size_t n = strcspn(value, ";\n"), start = 0, end = n;

		while (start < end && is_space(value[start]))
			start++;
		while (end > start && is_space(value[end - 1]))
			end--;
		if (end > start)
			*vec_add(&wish->settings) = (struct vmi_setting){
				.flag = xstrdup(flag),
				.value = xstrndup(value + start, end - start),
			};
		value += n + (value[n] != '\0');
	}
}

static int take_strict(struct vmi_wish *wish, const char *value, struct error *error)
{
	wish->strict = streq(value, "true");
	if (wish->strict || streq(value, "false"))
		return 0;
	return error_input(error,
			   "annotation " VMI_PREFIX
			   "strict: %s is neither true nor false",
			   value);
}

static int take_time_limit(struct vmi_wish *wish, const char *value, struct error *error)
{
	uint32_t seconds;

	if (!parse_u32(value, &seconds) || seconds < 1 || seconds > HOOK_TIME_LIMIT_S)
		return error_input(
			error,
			"annotation " VMI_PREFIX
			"time-limit: %s is not a number of seconds from 1 to %d",
			value, HOOK_TIME_LIMIT_S);
	wish->time_limit_s = seconds;
	return 0;
}

static int take(struct vmi_wish *wish, const char *name, const char *value,
		struct error *error)
{
	const char *nearest;

	if (streq(name, "strict"))
		return take_strict(wish, value, error);
	if (streq(name, "time-limit"))
		return take_time_limit(wish, value, error);
	if (is_known(name)) {
		add_settings(wish, name, value);
		return 0;
	}
	nearest = nearest_name(name, names);
	return error_input(error, "annotation " VMI_PREFIX "%s: unknown annotation; %s%s",
			   name, nearest ? "did you mean " : "see virt-layout-hook(1)",
			   nearest ? nearest : "");
}

struct annotation {
	const char *name;
	struct json_object *value;
};

static int compare_annotations(const void *a, const void *b)
{
	return strcmp(((const struct annotation *)a)->name,
		      ((const struct annotation *)b)->name);
}

/* "strict" comes first, so that it counts whatever is wrong with the others. */
static int take_all(struct vmi_wish *wish, const struct annotation *list, size_t n,
		    struct error *error)
{
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < n; i++) {
			const char *value;

			if (streq(list[i].name, "strict") != (round == 0))
				continue;
			if (!json_object_is_type(list[i].value, json_type_string))
				return error_input(error,
						   "annotation " VMI_PREFIX
						   "%s: is not a string",
						   list[i].name);
			value = json_object_get_string(list[i].value);
			if (take(wish, list[i].name, value, error) < 0)
				return -1;
		}
	}
	return 0;
}

static int read_annotations(struct json_object *annotations, struct vmi_wish *wish,
			    struct error *error)
{
	VEC(struct annotation) ours = {};
	int rc;

	json_object_object_foreach(annotations, key, value)
	{
		if (has_prefix(key, VMI_PREFIX))
			*vec_add(&ours) =
				(struct annotation){key + strlen(VMI_PREFIX), value};
	}
	vec_sort(&ours, compare_annotations);
	rc = take_all(wish, ours.v, ours.n, error);
	vec_free(&ours);
	return rc;
}

static int read_object(struct json_object *vmi, struct vmi_wish *wish,
		       struct error *error)
{
	struct json_object *metadata, *annotations;

	if (!json_object_is_type(vmi, json_type_object))
		return error_input(error, "the VMI is not a JSON object");
	if (!json_object_object_get_ex(vmi, "metadata", &metadata) || !metadata)
		return 0;
	if (!json_object_is_type(metadata, json_type_object))
		return error_input(error, "the VMI's metadata is not a JSON object");
	if (!json_object_object_get_ex(metadata, "annotations", &annotations) ||
	    !annotations)
		return 0;
	if (!json_object_is_type(annotations, json_type_object))
		return error_input(error, "the VMI's annotations are not a JSON object");
	return read_annotations(annotations, wish, error);
}

static const char *why(struct json_tokener *tokener)
{
	enum json_tokener_error error = json_tokener_get_error(tokener);

	return error == json_tokener_continue || error == json_tokener_success
		       ? "it is empty or truncated"
		       : json_tokener_error_desc(error);
}

int vmi_read(const char *json, size_t n, struct vmi_wish *ret, struct error *error)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *vmi = NULL;
	int rc = -1;

	if (!tokener)
		abort();
	if (n > 0 && n <= INT_MAX)
		vmi = json_tokener_parse_ex(tokener, json, (int)n);
	/* json_tokener_parse_ex() leaves what follows the value for the next call. */
	if (!vmi)
		error_input(error, "the VMI is not JSON: %s", why(tokener));
	else
		rc = read_object(vmi, ret, error);
	json_tokener_free(tokener);
	json_object_put(vmi);
	return rc;
}
