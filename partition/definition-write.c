/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/definition-write.h"

#include "base/file.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#define FLAG_GROW      (UINT64_C(1) << 59)
#define FLAG_READ_ONLY (UINT64_C(1) << 60)
#define FLAG_NO_AUTO   (UINT64_C(1) << 63)

void definition_texts_free(struct definition_texts *texts)
{
	for (size_t i = 0; i < texts->list.n; i++) {
		free(texts->list.v[i].name);
		text_free(&texts->list.v[i].text);
	}
	vec_free(&texts->list);
}

/* A "%" would begin a specifier. */
static void add_escaped(struct text *text, const char *key, const char *value)
{
	text_printf(text, "%s=", key);
	for (; *value; value++)
		text_adds(text, (const char[]){*value, *value == '%' ? '%' : '\0', '\0'});
}

static void add_line(struct text *text, const char *key, const char *value)
{
	add_escaped(text, key, value);
	text_addc(text, '\n');
}

static void add_limit(struct text *text, const char *key, uint64_t bytes)
{
	if (bytes != ELASTIC_NONE)
		text_printf(text, "%s=%ju\n", key, (uintmax_t)bytes);
}

static void add_flags(struct text *text, const char *type, uint64_t flags)
{
	const struct definition_knows knows = definition_knows(type);
	const bool read_only = flags & FLAG_READ_ONLY;
	uint64_t rest = flags;

	if (knows.no_auto && (flags & FLAG_NO_AUTO))
		text_adds(text, "NoAuto=yes\n");
	if (knows.read_only && read_only != knows.verity)
		text_printf(text, "ReadOnly=%s\n", read_only ? "yes" : "no");
	if (knows.grow && read_only && (flags & FLAG_GROW))
		text_adds(text, "GrowFileSystem=yes\n");
	rest &= ~((knows.no_auto ? FLAG_NO_AUTO : 0) |
		  (knows.read_only ? FLAG_READ_ONLY : 0) | (knows.grow ? FLAG_GROW : 0));
	if (rest)
		text_printf(text, "Flags=0x%jx\n", (uintmax_t)rest);
}

/* Bytes of free space after a partition, in whole grains at the end of the disk. */
static uint64_t gap_after(const struct partition_table *table, size_t index)
{
	const struct partition *partition = &table->partitions.v[index];
	const uint64_t sector = table->sector_bytes;
	const uint64_t end = (partition->end_lba + 1) * sector;
	uint64_t limit =
		(table->last_usable_lba + 1) * sector / ELASTIC_GRAIN * ELASTIC_GRAIN;

	if (index + 1 < table->partitions.n)
		limit = partition[1].start_lba * sector;
	return limit > end ? limit - end : 0;
}

/* The sizes of a part that was not a definition: those that it got, or its share. */
static struct elastic sizes_of(const struct partition_table *table, size_t index,
			       const struct part_request *part)
{
	const struct partition *partition = &table->partitions.v[index];
	const uint64_t sector = table->sector_bytes;
	struct elastic sizes = {
		.weight = REQUEST_WEIGHT,
		.min = partition_sectors(partition) * sector,
		.max = partition_sectors(partition) * sector,
		.padding_min = ELASTIC_NONE,
		.padding_max = ELASTIC_NONE,
	};

	const bool fixed = part->size != PART_SHARE && part->size != PART_UNSET;
	const uint64_t gap = gap_after(table, index);

	if (gap > 0 && !(fixed && index + 1 == table->partitions.n))
		sizes.padding_min = sizes.padding_max = gap;
	if (fixed)
		return sizes;
	sizes.weight = part->weight ? part->weight : REQUEST_WEIGHT;
	sizes.min = MAX(part->min_bytes, ELASTIC_GRAIN);
	sizes.max = part->max_bytes ? part->max_bytes : ELASTIC_NONE;
	return sizes;
}

static void add_sizes(struct text *text, const struct elastic *sizes)
{
	if (sizes->priority != 0)
		text_printf(text, "Priority=%d\n", sizes->priority);
	if (sizes->weight != REQUEST_WEIGHT)
		text_printf(text, "Weight=%ju\n", (uintmax_t)sizes->weight);
	if (sizes->padding_weight != 0)
		text_printf(text, "PaddingWeight=%ju\n",
			    (uintmax_t)sizes->padding_weight);
	add_limit(text, "SizeMinBytes", sizes->min);
	add_limit(text, "SizeMaxBytes", sizes->max);
	add_limit(text, "PaddingMinBytes", sizes->padding_min);
	add_limit(text, "PaddingMaxBytes", sizes->padding_max);
}

static void add_content(struct text *text, const struct part_content *content)
{
	if (content->format)
		add_line(text, "Format", content->format);
	if (content->minimize)
		add_line(text, "Minimize", "best");
	if (content->blocks)
		add_line(text, "CopyBlocks", content->blocks);
	for (size_t i = 0; i < content->copies.n; i++) {
		add_escaped(text, "CopyFiles", content->copies.v[i].source);
		text_addc(text, ':');
		for (const char *at = content->copies.v[i].target; *at; at++)
			text_adds(text, *at == '%' ? "%%" : (const char[]){*at, '\0'});
		text_addc(text, '\n');
	}
	for (size_t i = 0; i < content->directories.n; i++)
		add_line(text, "MakeDirectories", content->directories.v[i]);
}

static void add_definition(const struct disk_request *request,
			   const struct disk_layout *layout, size_t index,
			   struct definition_texts *texts)
{
	const struct partition *partition = &layout->table.partitions.v[index];
	const struct part_request *part = &request->parts.v[layout->parts.v[index].part];
	const char *type = definition_type_name(partition->type);
	const int width = layout->table.partitions.n < 100 ? 2 : 4;
	struct definition_text *one = vec_add(&texts->list);
	struct text *text = &one->text;
	const struct elastic sizes =
		request->elastic ? part->elastic : sizes_of(&layout->table, index, part);

	one->name =
		xasprintf("%0*zu-%s.conf", width, index + 1, type ? type : "partition");
	text_adds(text, "[Partition]\nType=");
	if (type)
		text_adds(text, type);
	else
		text_add_guid(text, partition->type);
	text_addc(text, '\n');
	add_line(text, "Label", partition->name ? partition->name : "");
	if (part->has_uuid) {
		text_adds(text, "UUID=");
		text_add_guid(text, partition->uuid);
		text_addc(text, '\n');
	}
	add_sizes(text, &sizes);
	add_flags(text, type, partition->attributes);
	add_content(text, &part->content);
}

/* What no definition can say, by the name of the option or key. */
static int check_request(const struct disk_request *request, struct error *error)
{
	if (request->label != LABEL_GPT)
		return error_input(error, "a definition cannot describe an MBR");
	if (request->has_disk_guid)
		return error_input(error, "definitions cannot keep the UUID of the disk");
	if (request->seed && request->uuid_rule != UUID_REPART)
		return error_input(
			error,
			"definitions cannot keep UUIDs from this seed; use --uuid-rule repart");
	if (!request->elastic && request->n_entries != GPT_MIN_ENTRIES)
		return error_input(error, "definitions cannot keep --entries");
	return 0;
}

static int read_back(const struct disk_request *request, const struct disk_layout *layout,
		     const struct definition_texts *texts,
		     const struct definition_how *how, struct disk_layout *ret,
		     struct error *error)
{
	_cleanup_definitions_ struct definition_list list = {.how = how};
	_cleanup_disk_request_ struct disk_request again;

	disk_request_init(&again);
	again.sector_bytes = request->sector_bytes;
	again.size_bytes = layout->table.n_sectors * layout->table.sector_bytes;
	again.seed = request->seed ? xstrdup(request->seed) : NULL;
	for (size_t i = 0; i < texts->list.n; i++) {
		const struct definition_text *one = &texts->list.v[i];

		if (definition_apply(&list, definition_add(&list, one->name), one->name,
				     one->text.s, one->text.n, error) < 0)
			return -1;
	}
	if (definition_to_request(&list, &again, error) < 0)
		return -1;
	/* The file systems of Minimize= were measured for the plan. */
	for (size_t i = 0; i < again.parts.n; i++)
		if (again.parts.v[i].content.minimize)
			again.parts.v[i].elastic.data_bytes =
				request->parts.v[layout->parts.v[i].part]
					.elastic.data_bytes;
	return disk_layout_make(&again, ret, error);
}

/* What would be different, for each thing that a user can change. */
static int compare(const struct partition *is, const struct partition *wanted,
		   struct error *error)
{
	const unsigned number = wanted->number;

	if (!is || is->number != number)
		return error_input(
			error,
			"partition %u: systemd-repart numbers partitions from 1 in the order of the disk",
			number);
	if (is->attributes != wanted->attributes)
		return error_input(
			error,
			"partition %u: systemd-repart would set the attributes 0x%016jx, not 0x%016jx; it sets none of bits 0 to 47, and always growfs, for the types that have it, unless read-only is set",
			number, (uintmax_t)is->attributes, (uintmax_t)wanted->attributes);
	if (!streq_null(is->name, wanted->name))
		return error_input(error, "partition %u: its name cannot be kept",
				   number);
	if (!guid_equal(is->uuid, wanted->uuid))
		return error_input(error, "partition %u: its UUID cannot be kept",
				   number);
	if (is->start_lba != wanted->start_lba || is->end_lba != wanted->end_lba)
		return error_input(
			error,
			"partition %u: systemd-repart would place it from LBA %ju to %ju, not %ju to %ju; it begins at 1 MiB, leaves no gaps, and distributes space in units of 4 KiB; give the partitions sizes",
			number, (uintmax_t)is->start_lba, (uintmax_t)is->end_lba,
			(uintmax_t)wanted->start_lba, (uintmax_t)wanted->end_lba);
	return 0;
}

int definition_texts_make(const struct disk_request *request,
			  const struct disk_layout *layout,
			  enum definition_version version, struct definition_texts *ret,
			  struct error *error)
{
	const struct definition_how how = {.version = version};
	const struct partition_table *table = &layout->table;
	_cleanup_disk_layout_ struct disk_layout again = {};

	if (check_request(request, error) < 0)
		return -1;
	for (size_t i = 0; i < table->partitions.n; i++)
		add_definition(request, layout, i, ret);
	if (layout->dropped.n > 0)
		return error_input(
			error,
			"partitions that do not fit would be missing in the definitions; choose a larger size");
	if (read_back(request, layout, ret, &how, &again, error) < 0)
		return -1;
	for (size_t i = 0; i < table->partitions.n; i++)
		if (compare(i < again.table.partitions.n ? &again.table.partitions.v[i]
							 : NULL,
			    &table->partitions.v[i], error) < 0)
			return -1;
	return 0;
}

int definition_texts_write(const struct definition_texts *texts, const char *directory,
			   struct error *error)
{
	_cleanup_free_ char *pattern = xasprintf("%s/*.conf", directory);
	glob_t found = {};
	const bool old = mkdir(directory, 0777) < 0 && errno == EEXIST &&
			 glob(pattern, GLOB_NOSORT, NULL, &found) == 0;

	globfree(&found);
	if (old)
		return error_input(
			error,
			"%s: contains definitions already; choose another directory",
			directory);
	for (size_t i = 0; i < texts->list.n; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", directory, texts->list.v[i].name);

		if (file_write(path, texts->list.v[i].text.s, texts->list.v[i].text.n,
			       error) < 0)
			return -1;
	}
	return 0;
}
