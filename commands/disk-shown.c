/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-shown.c - JSON and drawings of existing disks. */
#include "commands/disk-show.h"

#include "base/size.h"
#include "partition/dump.h"
#include "partition/free.h"
#include "partition/map-svg.h"
#include "partition/types.h"
#include "commands/disk-json.h"

#include <stdlib.h>

void shown_disk_free(struct shown_disk *disk)
{
	for (size_t i = 0; i < disk->volumes.n; i++)
		volume_free(&disk->volumes.v[i]);
	vec_free(&disk->volumes);
	volume_free(&disk->whole);
	partition_table_free(&disk->listing);
	partition_table_free(&disk->on_disk);
	inspection_free(&disk->seen);
	report_free(&disk->report);
}

uint64_t shown_bytes(const struct shown_disk *disk, uint64_t sectors)
{
	uint64_t bytes;

	return __builtin_mul_overflow(sectors, disk->listing.sector_bytes, &bytes)
		       ? UINT64_MAX
		       : bytes;
}

static int by_start(const void *left, const void *right, void *context)
{
	const struct partition *all =
		((const struct partition_table *)context)->partitions.v;
	const struct partition *a = &all[*(const size_t *)left];
	const struct partition *b = &all[*(const size_t *)right];

	if (a->start_lba != b->start_lba)
		return a->start_lba < b->start_lba ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

size_t *shown_order(const struct partition_table *table)
{
	size_t *order = xcalloc(table->partitions.n + 1, sizeof(*order));
	struct partition_table copy = *table;

	for (size_t i = 0; i < table->partitions.n; i++)
		order[i] = i;
	if (table->partitions.n > 1)
		qsort_r(order, table->partitions.n, sizeof(*order), by_start, &copy);
	return order;
}

static void text_string(struct jsonw *json, const char *key, const struct text *text)
{
	jsonw_string(json, key, text->n > 0 ? text->s : "");
}

/* The members that sfdisk -J has, by its names. */
static void add_sfdisk_members(struct jsonw *json, const struct shown_disk *disk,
			       const struct partition *it)
{
	const enum table_label label = disk->listing.label;
	_cleanup_text_ struct text node = {}, type = {}, uuid = {}, attributes = {};

	text_add_node(&node, disk->path, it->number);
	text_add_dump_type(&type, label, it);
	text_string(json, "node", &node);
	jsonw_u64(json, "start", it->start_lba);
	jsonw_u64(json, "size", partition_sectors(it));
	text_string(json, "type", &type);
	if (label == LABEL_DOS && it->active)
		jsonw_bool(json, "bootable", true);
	if (label == LABEL_DOS)
		return;
	text_add_upper_guid(&uuid, it->uuid);
	text_string(json, "uuid", &uuid);
	if (it->name)
		jsonw_string(json, "name", it->name);
	text_add_dump_attributes(&attributes, it->attributes);
	/* null if they are only reserved ones, as in sfdisk -J. */
	if (it->attributes)
		jsonw_string(json, "attrs", attributes.s);
}

static void add_bytes(struct jsonw *json, const char *key, uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		jsonw_null(json, key);
	else
		jsonw_u64(json, key, bytes);
}

static void add_partition(struct jsonw *json, const struct shown_disk *disk, size_t index)
{
	const struct partition_table *table = &disk->listing;
	const struct partition *it = &table->partitions.v[index];
	const struct volume *volume = &disk->volumes.v[index];
	_cleanup_text_ struct text type = {};

	text_add_type(&type, table->label, it);
	jsonw_object(json, NULL);
	add_sfdisk_members(json, disk, it);
	jsonw_u64(json, "number", it->number);
	jsonw_string(json, "kind", kind_name(it->kind));
	jsonw_string(json, "type_name", type.s);
	add_bytes(json, "start_bytes", shown_bytes(disk, it->start_lba));
	add_bytes(json, "size_bytes", shown_bytes(disk, partition_sectors(it)));
	if (disk->discard.granularity_bytes)
		jsonw_u64(json, "discard_gap_bytes",
			  disk_discard_gap(&disk->discard,
					   it->start_lba * table->sector_bytes));
	jsonw_string(json, "content", volume->type);
	jsonw_string(json, "content_label", volume->label);
	jsonw_string(json, "content_uuid", volume->uuid);
	jsonw_end_object(json);
}

static void add_table(struct jsonw *json, const struct shown_disk *disk)
{
	const struct partition_table *table = &disk->listing;
	uint64_t grain = dump_grain_bytes(table, disk->physical_bytes);
	_cleanup_text_ struct text id = {};

	if (table->label == LABEL_NONE) {
		jsonw_null(json, "partitiontable");
		return;
	}
	if (table->label == LABEL_GPT)
		text_add_upper_guid(&id, table->disk_guid);
	else
		text_printf(&id, "0x%08x", table->disk_signature);
	jsonw_object(json, "partitiontable");
	jsonw_string(json, "label", label_name(table->label));
	text_string(json, "id", &id);
	jsonw_string(json, "device", disk->path);
	jsonw_string(json, "unit", "sectors");
	if (table->label == LABEL_GPT) {
		jsonw_u64(json, "firstlba", table->first_usable_lba);
		jsonw_u64(json, "lastlba", table->last_usable_lba);
	}
	if (table->label == LABEL_GPT && table->n_entries != GPT_MIN_ENTRIES)
		jsonw_format(json, "table-length", "%u", table->n_entries);
	if (grain)
		jsonw_format(json, "grain", "%ju", (uintmax_t)grain);
	jsonw_u64(json, "sectorsize", table->sector_bytes);
	jsonw_array(json, "partitions");
	for (size_t i = 0; i < table->partitions.n; i++)
		add_partition(json, disk, i);
	jsonw_end_array(json);
	jsonw_end_object(json);
}

static void add_free(struct jsonw *json, const struct partition_table *table)
{
	_cleanup_extents_ struct extents extents = {};

	if (table->label != LABEL_NONE)
		table_free_extents(table, &extents);
	jsonw_array(json, "free");
	for (size_t i = 0; i < extents.list.n; i++) {
		const struct extent *it = &extents.list.v[i];

		jsonw_object(json, NULL);
		jsonw_u64(json, "start", it->start);
		jsonw_u64(json, "size", it->end - it->start);
		jsonw_u64(json, "start_bytes", it->start * table->sector_bytes);
		jsonw_u64(json, "size_bytes",
			  (it->end - it->start) * table->sector_bytes);
		jsonw_bool(json, "logical", it->logical);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

/* null if it is not known: an image has what its guest's disk will have. */
static void add_discard(struct jsonw *json, const struct shown_disk *disk)
{
	if (!disk->is_device) {
		jsonw_null(json, "discard");
		return;
	}
	jsonw_object(json, "discard");
	jsonw_u64(json, "granularity_bytes", disk->discard.granularity_bytes);
	jsonw_u64(json, "max_bytes", disk->discard.max_bytes);
	jsonw_u64(json, "alignment_bytes", disk->discard.alignment_bytes);
	jsonw_end_object(json);
}

static void add_disk(struct jsonw *json, const struct shown_disk *disk)
{
	const struct inspection *seen = &disk->seen;

	jsonw_object(json, NULL);
	jsonw_string(json, "file", disk->path);
	jsonw_string(json, "format", image_format_name(disk->kind.format));
	jsonw_u64(json, "size_bytes", disk->size_bytes);
	jsonw_string(json, "label",
		     seen->foreign ? seen->foreign
		     : disk->listing.label == LABEL_NONE
			     ? NULL
			     : label_name(disk->listing.label));
	jsonw_bool(json, "intact", seen->intact);
	jsonw_bool(json, "hybrid", seen->hybrid);
	jsonw_bool(json, "isohybrid", seen->isohybrid);
	jsonw_string(json, "content", disk->whole.type);
	add_discard(json, disk);
	add_table(json, disk);
	add_free(json, &disk->on_disk);
	jsonw_end_object(json);
}

void shown_disks_json(const struct shown_disk *disks, size_t n,
		      const struct disk_failures *failures, struct text *out)
{
	struct jsonw json = {.out = out};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_array(&json, "images");
	for (size_t i = 0; i < n; i++)
		add_disk(&json, &disks[i]);
	jsonw_end_array(&json);
	disk_failures_json(&json, failures);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

/* U+FFFE and U+FFFF are UTF-8 but are not allowed in XML (XML 1.0, section 2.2). */
static void mask_noncharacters(char *string)
{
	for (char *at = string; (at = strstr(at, "\xef\xbf"));) {
		if ((unsigned char)at[2] >= 0xbe)
			memset(at, '?', 3);
		else
			at += 2;
	}
}

static void add_labels(const struct shown_disk *disk, struct area_labels *ret)
{
	const struct partition_table *table = &disk->listing;

	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *it = &table->partitions.v[i];
		struct area_label *label = vec_add(&ret->list);
		_cleanup_text_ struct text text = {};

		if (it->name)
			text_add_shown(&text, it->name);
		else
			text_add_type(&text, table->label, it);
		if (disk->volumes.v[i].type)
			text_printf(&text, ", %s", disk->volumes.v[i].type);
		label->number = it->number;
		label->text = text_take(&text);
		mask_noncharacters(label->text);
	}
}

void shown_disks_draw(const struct shown_disk *disks, size_t n, struct text *out)
{
	struct drawn_disk *drawn = xcalloc(n + 1, sizeof(*drawn));
	struct area_labels *labels = xcalloc(n + 1, sizeof(*labels));
	char **titles = xcalloc(n + 1, sizeof(*titles));
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		_cleanup_text_ struct text title = {};

		if (disks[i].listing.label == LABEL_NONE)
			continue;
		text_add_shown(&title, disks[i].path);
		titles[k] = text_take(&title);
		mask_noncharacters(titles[k]);
		add_labels(&disks[i], &labels[k]);
		drawn[k] = (struct drawn_disk){titles[k], &disks[i].on_disk, &labels[k],
					       NULL};
		k++;
	}
	text_add_map_svg(out, drawn, k);
	for (size_t i = 0; i < k; i++) {
		free(titles[i]);
		area_labels_free(&labels[i]);
	}
	free(titles);
	free(labels);
	free(drawn);
}
