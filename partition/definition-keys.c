/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* definition-keys.c - the keys of a definition, each with what it does. */
#include "partition/definition-text.h"
#include "partition/definition.h"

#include "base/text.h"
#include "partition/filling.h"

#include <ctype.h>

/* The assignment at hand. */
struct setting {
	struct definition_list *list;
	struct definition *definition;
	const char *name; /* of the file or drop-in */
	long line;
};

typedef int key_setter(const struct setting *setting, void *field, const char *value,
		       struct error *error);

static int set_type(const struct setting *setting, void *field, const char *value,
		    struct error *error)
{
	(void)field;
	return definition_type(value, setting->list->how, &setting->definition->type,
			       &setting->definition->name, error);
}

static int set_label(const struct setting *setting, void *field, const char *value,
		     struct error *error)
{
	struct definition *definition = setting->definition;
	char *label = definition_expand(value, setting->list->how, error);

	(void)field;
	if (!label)
		return -1;
	free(definition->label);
	definition->label = label;
	definition->has_label = true;
	return 0;
}

static int set_uuid(const struct setting *setting, void *field, const char *value,
		    struct error *error)
{
	struct guid *uuid = field;

	(void)setting;
	if (*value == '\0') {
		*uuid = (struct guid){};
		return 0;
	}
	if (streq(value, "null") || (guid_parse(value, uuid) && guid_is_zero(*uuid)))
		return error_input(
			error,
			"a partition without a UUID is not a valid one; leave the key out");
	return guid_parse(value, uuid) ? 0 : error_input(error, "is not a UUID");
}

static int set_weight(const struct setting *setting, void *field, const char *value,
		      struct error *error)
{
	(void)setting;
	return definition_number(value, ELASTIC_MAX_WEIGHT, field, error);
}

static int set_min(const struct setting *setting, void *field, const char *value,
		   struct error *error)
{
	(void)setting;
	return definition_size(value, false, field, error);
}

static int set_max(const struct setting *setting, void *field, const char *value,
		   struct error *error)
{
	(void)setting;
	return definition_size(value, true, field, error);
}

static int set_priority(const struct setting *setting, void *field, const char *value,
			struct error *error)
{
	(void)setting;
	return definition_priority(value, field, error);
}

static void keep_place(const struct setting *setting, char **at)
{
	free(*at);
	*at = xasprintf("%s:%ld", setting->name, setting->line);
}

static int set_bool(const struct setting *setting, void *field, const char *value,
		    struct error *error)
{
	if (field == &setting->definition->grow)
		keep_place(setting, &setting->definition->grow_at);
	return definition_bool(value, field, error);
}

static int set_flags(const struct setting *setting, void *field, const char *value,
		     struct error *error)
{
	keep_place(setting, &setting->definition->flags_at);
	return definition_number(value, UINT64_MAX, field, error);
}

/* The file system must be one that we can make. */
static int set_format(const struct setting *setting, void *field, const char *value,
		      struct error *error)
{
	char **format = field;

	(void)setting;
	if (!fill_knows_format(value))
		return error_input(error, "cannot be made; choose " FILL_FORMATS);
	free(*format);
	*format = xstrdup(value);
	return 0;
}

/* Expanded, absolute, and without "..", or NULL. */
static char *take_path(const struct setting *setting, const char *value,
		       struct error *error)
{
	_cleanup_free_ char *path = definition_expand(value, setting->list->how, error);

	if (!path)
		return NULL;
	if (*path != '/' || strstr(path, "/../") || has_suffix(path, "/..")) {
		error_input(error, "\"%s\" is not an absolute path without \"..\"", path);
		return NULL;
	}
	return TAKE(path);
}

static int set_blocks(const struct setting *setting, void *field, const char *value,
		      struct error *error)
{
	char **blocks = field, *path;

	if (streq(value, "auto"))
		return error_input(
			error,
			"would copy a partition of the running system, which is not possible here; name a file");
	if (*value == '\0') {
		free(TAKE(*blocks));
		return 0;
	}
	path = take_path(setting, value, error);
	if (!path)
		return -1;
	free(*blocks);
	*blocks = path;
	return 0;
}

static int add_copy(const struct setting *setting, void *field, const char *value,
		    struct error *error)
{
	struct part_content *content = &setting->definition->content;
	const char *root = setting->list->how->copy_source;
	const char *colon = strchr(value, ':');
	_cleanup_free_ char *words =
		xstrndup(value, colon ? (size_t)(colon - value) : strlen(value));
	_cleanup_free_ char *source = NULL, *target = NULL;
	struct part_copy *copy;

	(void)field;
	if (*value == '\0') {
		while (content->copies.n > 0) {
			copy = &content->copies.v[--content->copies.n];
			free(copy->source);
			free(copy->target);
		}
		return 0;
	}
	if (strpbrk(value, "\\\"'") || (colon && strchr(colon + 1, ':')))
		return error_input(
			error,
			"must be SOURCE or SOURCE:TARGET; options, quotes and backslashes are not supported");
	source = take_path(setting, words, error);
	target = source ? take_path(setting, colon ? colon + 1 : words, error) : NULL;
	if (!target)
		return -1;
	copy = vec_add(&content->copies);
	copy->source = root ? xasprintf("%s%s", root, source) : TAKE(source);
	copy->target = TAKE(target);
	return 0;
}

static int add_directories(const struct setting *setting, void *field, const char *value,
			   struct error *error)
{
	struct part_content *content = &setting->definition->content;

	(void)field;
	if (strpbrk(value, "\\\"'"))
		return error_input(error, "quotes and backslashes are not supported");
	while (*value) {
		size_t n = strcspn(value, " \t");
		_cleanup_free_ char *word = xstrndup(value, n);
		char *path = take_path(setting, word, error);

		if (!path)
			return -1;
		*vec_add(&content->directories) = path;
		value += n;
		while (isspace((unsigned char)*value))
			value++;
	}
	return 0;
}

/* Whether it can be kept depends on the file system, which is known at the end. */
static int set_minimize(const struct setting *setting, void *field, const char *value,
			struct error *error)
{
	struct definition *definition = setting->definition;
	int best = 0;

	(void)field;
	if (streq(value, "best"))
		best = MINIMIZE_BEST;
	else if (streq(value, "guess"))
		best = MINIMIZE_GUESS;
	else if (*value && !streq(value, "off")) {
		if (definition_bool(value, &best, error) < 0)
			return error_input(error, "is not off, guess or best");
		best = best ? MINIMIZE_BEST : MINIMIZE_OFF;
	}
	if (best != MINIMIZE_OFF && setting->list->how->version < REPART_257)
		return error_input(
			error, "systemd 252 does not know it; use --repart-version 257");
	keep_place(setting, &definition->minimize_at);
	definition->minimize = (enum definition_minimize)best;
	return 0;
}

/* Keys of which only the value that changes nothing can be kept. */
static int refuse(const char *value, const char *off, const char *why,
		  struct error *error)
{
	int yes = -1;
	struct error none = {};

	if (*value == '\0' || streq(value, off) ||
	    (streq(off, "off") && definition_bool(value, &yes, &none) == 0 && yes == 0)) {
		error_clear(&none);
		return 0;
	}
	error_clear(&none);
	return error_input(error, "cannot be kept: %s", why);
}

#define FIELD(member) offsetof(struct definition, member)
static const struct key {
	const char *name;
	key_setter *set; /* NULL: refused */
	size_t field;
	const char *off, *why; /* the value that is accepted, and why no other is */
} keys[] = {
	{"Type", set_type, 0, NULL, NULL},
	{"Label", set_label, 0, NULL, NULL},
	{"UUID", set_uuid, FIELD(uuid), NULL, NULL},
	{"Priority", set_priority, FIELD(elastic.priority), NULL, NULL},
	{"Weight", set_weight, FIELD(elastic.weight), NULL, NULL},
	{"PaddingWeight", set_weight, FIELD(elastic.padding_weight), NULL, NULL},
	{"SizeMinBytes", set_min, FIELD(elastic.min), NULL, NULL},
	{"SizeMaxBytes", set_max, FIELD(elastic.max), NULL, NULL},
	{"PaddingMinBytes", set_min, FIELD(elastic.padding_min), NULL, NULL},
	{"PaddingMaxBytes", set_max, FIELD(elastic.padding_max), NULL, NULL},
	{"NoAuto", set_bool, FIELD(no_auto), NULL, NULL},
	{"ReadOnly", set_bool, FIELD(read_only), NULL, NULL},
	{"GrowFileSystem", set_bool, FIELD(grow), NULL, NULL},
	{"Flags", set_flags, FIELD(flags), NULL, NULL},
	{"Format", set_format, FIELD(content.format), NULL, NULL},
	{"CopyBlocks", set_blocks, FIELD(content.blocks), NULL, NULL},
	{"CopyFiles", add_copy, 0, NULL, NULL},
	{"MakeDirectories", add_directories, 0, NULL, NULL},
	{"FactoryReset", NULL, 0, "off", "a table has no mark for a factory reset"},
	{"Encrypt", NULL, 0, "off", "no LUKS volume can be made here"},
	{"EncryptedVolume", NULL, 0, "", "no LUKS volume can be made here"},
	{"Verity", NULL, 0, "off", "no dm-verity data can be made here"},
	{"VerityMatchKey", NULL, 0, "", "no dm-verity data can be made here"},
	{"VerityDataBlockSizeBytes", NULL, 0, "", "no dm-verity data can be made here"},
	{"VerityHashBlockSizeBytes", NULL, 0, "", "no dm-verity data can be made here"},
	{"Minimize", set_minimize, 0, NULL, NULL},
	{"SplitName", NULL, 0, "-", "an image is never split"},
	{"Subvolumes", NULL, 0, "", "no subvolumes can be made without root"},
	{"DefaultSubvolume", NULL, 0, "", "no subvolumes can be made without root"},
	{"ExcludeFiles", NULL, 0, "", "everything in the sources is copied"},
	{"ExcludeFilesTarget", NULL, 0, "", "everything in the sources is copied"},
	{"MakeSymlinks", NULL, 0, "", "copy the links with CopyFiles="},
	{"Compression", NULL, 0, "", "no compressed file system can be made here"},
	{"CompressionLevel", NULL, 0, "", "no compressed file system can be made here"},
	{"MountPoint", NULL, 0, "", "no fstab is written"},
	{"SupplementFor", NULL, 0, "", "each definition is a partition of its own"},
};

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (streq(name, keys[i].name))
			return &keys[i];
	return NULL;
}

static int set(void *context, long line, const char *name, const char *value,
	       struct error *error)
{
	struct setting *setting = context;
	const struct key *key = find_key(name);

	setting->line = line;
	if (!key)
		return error_input_at(error, setting->name, line,
				      "repart.d(5) has no key \"%s\"", name);
	if ((key->set ? key->set(setting, (char *)setting->definition + key->field, value,
				 error)
		      : refuse(value, key->off, key->why, error)) == 0)
		return 0;
	return error_wrap(error, "%s:%ld: %s=%s", setting->name, line, name, value);
}

int definition_apply(struct definition_list *list, struct definition *definition,
		     const char *name, const char *bytes, size_t n, struct error *error)
{
	struct setting setting = {list, definition, name, 0};

	return definition_parse(name, bytes, n, set, &setting, error);
}
