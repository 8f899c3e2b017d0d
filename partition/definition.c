/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition.c - what a definition means when all assignments are known: the flags, the
 * label, and what the content needs. See tests/oracle/disk-repart for where this was
 * observed.
 */
#include "partition/definition.h"
#include "partition/filling.h"

#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FLAG_GROW      (UINT64_C(1) << 59)
#define FLAG_READ_ONLY (UINT64_C(1) << 60)
#define FLAG_NO_AUTO   (UINT64_C(1) << 63)
/* In place of SizeMinBytes= for a signature of verity data. */
#define SIGNATURE_BYTES (UINT64_C(16) << 10)
#define LOW_FLAGS       ((UINT64_C(1) << 48) - 1)

void definition_list_free(struct definition_list *list)
{
	for (size_t i = 0; i < list->list.n; i++) {
		free(list->list.v[i].file);
		free(list->list.v[i].label);
		free(list->list.v[i].flags_at);
		free(list->list.v[i].grow_at);
		free(list->list.v[i].minimize_at);
		part_content_free(&list->list.v[i].content);
	}
	for (size_t i = 0; i < list->notes.n; i++)
		free(list->notes.v[i]);
	vec_free(&list->list);
	vec_free(&list->notes);
}

struct definition *definition_add(struct definition_list *list, const char *name)
{
	struct definition *definition = vec_add(&list->list);

	definition->file = xstrdup(name);
	definition->no_auto = definition->read_only = definition->grow = -1;
	definition->elastic = (struct elastic){
		.weight = REQUEST_WEIGHT,
		.min = ELASTIC_NONE,
		.max = ELASTIC_NONE,
		.padding_min = ELASTIC_NONE,
		.padding_max = ELASTIC_NONE,
	};
	return definition;
}

static int check(const struct definition *definition, struct error *error)
{
	const struct elastic *elastic = &definition->elastic;
	const struct part_content *content = &definition->content;

	if (guid_is_zero(definition->type))
		return error_input(error, "%s: Type= is missing", definition->file);
	if (elastic->min != ELASTIC_NONE && elastic->min > elastic->max)
		return error_input(error, "%s: SizeMinBytes= is above SizeMaxBytes=",
				   definition->file);
	if (elastic->padding_min != ELASTIC_NONE &&
	    elastic->padding_min > elastic->padding_max)
		return error_input(error,
				   "%s: PaddingMinBytes= is above PaddingMaxBytes=",
				   definition->file);
	if (content->blocks &&
	    (content->format || content->copies.n > 0 || content->directories.n > 0))
		return error_input(
			error,
			"%s: CopyBlocks= and Format=, CopyFiles= or MakeDirectories= are mutually exclusive",
			definition->file);
	return 0;
}

/* What makes a file system although Format= is not given. */
static void imply_format(struct definition *definition, enum definition_version version)
{
	struct part_content *content = &definition->content;
	const char *name = definition->name ? definition->name : "";
	const char *format =
		content->copies.n + content->directories.n > 0 ? "ext4" : NULL;

	if (version >= REPART_257 && format &&
	    (streq(name, "esp") || streq(name, "xbootldr")))
		format = "vfat";
	if (version >= REPART_257 && streq(name, "swap") && !content->blocks)
		format = "swap";
	if (format && !content->format)
		content->format = xstrdup(format);
}

/* The smallest file systems that systemd-repart makes; 0: it does not know. */
static uint64_t least_file_system(const char *format, enum definition_version version)
{
	static const struct {
		const char *format;
		uint64_t mib[2];
	} rows[] = {{"ext4", {1, 32}}, {"btrfs", {256, 256}}, {"xfs", {14, 300}}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(format, rows[i].format))
			return rows[i].mib[version] << 20;
	return 0;
}

static bool has_sources(const struct part_content *content)
{
	return content->copies.n + content->directories.n > 0;
}

/* squashfs and erofs: made from their content, and never smaller or larger than that. */
static int check_read_only(struct definition *definition, enum definition_version version,
			   struct error *error)
{
	const char *format = definition->content.format;

	if (version < REPART_257 && streq(format, "erofs"))
		return error_input(
			error,
			"%s: Format=erofs: systemd 252 cannot make it; use --repart-version 257",
			definition->file);
	if (!has_sources(&definition->content))
		return error_input(
			error,
			"%s: Format=%s: needs CopyFiles= or MakeDirectories=, because nothing can be written into the file system later",
			definition->file, format);
	/* 257 has no other default minimum for them. */
	if (version >= REPART_257 && definition->elastic.min == ELASTIC_NONE)
		definition->elastic.min = ELASTIC_GRAIN;
	return 0;
}

/*
 * Of file systems that can be written, systemd 257 makes one on 1 TiB and guesses from
 * the blocks that it takes on the host's disk, which not every host agrees on. Without
 * sources it does nothing.
 */
static int settle_minimize(struct definition *definition, struct error *error)
{
	struct part_content *content = &definition->content;
	const char *at = definition->minimize_at;

	if (definition->minimize == MINIMIZE_OFF)
		return 0;
	if (!content->format)
		return error_input(error, "%s: Minimize= needs Format=", at);
	content->minimize = fill_sizes_itself(content->format);
	if (content->minimize)
		return 0;
	if (definition->minimize == MINIMIZE_BEST)
		return error_input(
			error,
			"%s: Minimize=best works only with squashfs and erofs, not with %s, as in systemd 257",
			at, content->format);
	if (!has_sources(content))
		return 0;
	return error_input(
		error,
		"%s: Minimize=guess: cannot be kept for %s: the guess depends on the file system of the host; use SizeMinBytes= and SizeMaxBytes=, or Format=squashfs or erofs",
		at, content->format);
}

static int measure_blocks(struct definition *definition, struct error *error)
{
	const char *path = definition->content.blocks;
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	off_t bytes = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

	if (fd < 0 || bytes < 0 || bytes == INT64_MAX)
		return error_input(error, "%s: CopyBlocks=%s: cannot be read",
				   definition->file, path);
	if (bytes == 0 || bytes % 512)
		return error_input(
			error,
			"%s: CopyBlocks=%s: has %jd bytes, which is not a multiple of 512 above 0",
			definition->file, path, (intmax_t)bytes);
	definition->elastic.data_bytes =
		((uint64_t)bytes + ELASTIC_GRAIN - 1) / ELASTIC_GRAIN * ELASTIC_GRAIN;
	return 0;
}

static void note(struct definition_list *list, const char *at, const char *text)
{
	*vec_add(&list->notes) = xasprintf("%s: %s", at, text);
}

/* Sets or clears a flag that is given, if the type has it. */
static void set_flag(struct definition_list *list, const struct definition *definition,
		     const char *key, uint64_t flag, int given, bool known,
		     uint64_t *flags)
{
	_cleanup_free_ char *text = NULL;

	if (given < 0)
		return;
	if (known) {
		*flags = given ? *flags | flag : *flags & ~flag;
		return;
	}
	text = xasprintf(
		"%s=%s has no effect, because partitions of type %s do not have this flag",
		key, given ? "yes" : "no",
		definition->name ? definition->name : "unknown to systemd");
	note(list, definition->file, text);
}

static uint64_t flags_of(struct definition_list *list,
			 const struct definition *definition)
{
	const struct definition_knows knows = definition_knows(definition->name);
	const int read_only =
		definition->read_only < 0 && knows.verity ? 1 : definition->read_only;
	uint64_t flags = definition->flags;
	int grow = definition->grow;

	if (knows.grow && read_only <= 0) {
		if (grow == 0)
			note(list, definition->grow_at,
			     "GrowFileSystem=no has no effect without ReadOnly=yes, as in systemd 252 and 257: the flag is set");
		grow = 1;
	}
	set_flag(list, definition, "NoAuto", FLAG_NO_AUTO, definition->no_auto,
		 knows.no_auto, &flags);
	set_flag(list, definition, "ReadOnly", FLAG_READ_ONLY, read_only, knows.read_only,
		 &flags);
	set_flag(list, definition, "GrowFileSystem", FLAG_GROW, grow, knows.grow, &flags);
	if ((flags & LOW_FLAGS) == 0)
		return flags;
	note(list, definition->flags_at ? definition->flags_at : definition->file,
	     "Flags= sets one of bits 0 to 47, so the partition gets no flags at all, as in systemd 252 and 257; use disk set to set them");
	return 0;
}

static bool label_taken(const struct definition_list *list, size_t index,
			const char *label)
{
	for (size_t i = 0; i < index; i++)
		if (streq(list->list.v[i].label, label))
			return true;
	return false;
}

/* The type, with a number if one of the partitions before has that label. */
static void set_label(struct definition_list *list, size_t index)
{
	struct definition *definition = &list->list.v[index];
	const char *prefix = definition->name ? definition->name : "linux";

	if (definition->has_label)
		return;
	definition->label = xstrdup(prefix);
	for (unsigned k = 2; label_taken(list, index, definition->label); k++) {
		free(definition->label);
		definition->label = xasprintf("%s-%u", prefix, k);
	}
	definition->has_label = true;
}

static bool knows_signature(const char *type_name)
{
	return type_name && has_suffix(type_name, "-verity-sig");
}

static int add_part(struct definition_list *list, size_t index,
		    struct disk_request *request, struct error *error)
{
	struct definition *definition = &list->list.v[index];
	const enum definition_version version = list->how->version;
	struct part_content *content = &definition->content;
	struct part_request *part;
	struct text type = {};

	if (check(definition, error) < 0)
		return -1;
	imply_format(definition, version);
	if (has_sources(content) && !fill_copies_into(content->format))
		return error_input(
			error,
			"%s: nothing can be copied into %s, because its mkfs cannot copy files",
			definition->file, content->format);
	if (content->format && fill_sizes_itself(content->format) &&
	    check_read_only(definition, version, error) < 0)
		return -1;
	if (settle_minimize(definition, error) < 0)
		return -1;
	if (content->format)
		definition->elastic.data_bytes =
			least_file_system(content->format, version);
	if (version >= REPART_257 && knows_signature(definition->name))
		definition->elastic.min = SIGNATURE_BYTES;
	if (content->blocks && measure_blocks(definition, error) < 0)
		return -1;
	set_label(list, index);
	part = vec_add(&request->parts);
	text_add_guid(&type, definition->type);
	part->type = text_take(&type);
	part->file = xstrdup(definition->file);
	part->name = xstrdup(definition->label);
	part->uuid = definition->uuid;
	part->has_uuid = !guid_is_zero(definition->uuid);
	part->attributes = flags_of(list, definition);
	part->has_attributes = true;
	part->size = PART_SHARE;
	part->elastic = definition->elastic;
	part->content = *content;
	*content = (struct part_content){};
	return 0;
}

int definition_to_request(struct definition_list *list, struct disk_request *request,
			  struct error *error)
{
	request->elastic = true;
	request->uuid_rule = UUID_REPART;
	if (list->list.n > REQUEST_MAX_ENTRIES)
		return error_input(error, "there are more than %d definitions, the limit",
				   REQUEST_MAX_ENTRIES);
	for (size_t i = 0; i < list->list.n; i++)
		if (add_part(list, i, request, error) < 0)
			return -1;
	return 0;
}

bool definition_settle_size(struct disk_request *request)
{
	uint64_t bytes = request->size_bytes, need = ELASTIC_TABLE_BYTES;

	if (!request->elastic)
		return false;
	for (size_t i = 0; i < request->parts.n && request->minimal; i++) {
		const struct elastic_slot slot = {.want = &request->parts.v[i].elastic};
		const uint64_t more = elastic_need(&slot, 1);

		if (__builtin_add_overflow(need, more, &need))
			need = UINT64_MAX;
	}
	if (request->minimal)
		bytes = MIN(need, (uint64_t)INT64_MAX);
	bytes = (bytes + ELASTIC_GRAIN - 1) / ELASTIC_GRAIN * ELASTIC_GRAIN;
	if (bytes == request->size_bytes)
		return false;
	request->size_bytes = bytes;
	request->minimal = false;
	return true;
}
