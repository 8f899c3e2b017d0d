/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-show.c - `disk show`: the table, the free extents and the content of existing
 * disks, as a table with a map, as JSON, as a drawing, or as the script that sfdisk -d
 * prints.
 */
#include "commands/disk.h"

#include "base/file.h"
#include "base/size.h"
#include "base/streams.h"
#include "partition/content.h"
#include "partition/dump.h"
#include "partition/free.h"
#include "partition/inspect.h"
#include "partition/map-svg.h"
#include "partition/types.h"
#include "commands/disk-change.h"
#include "commands/disk-show.h"
#include "commands/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct wish {
	struct disk_wish disk;
	struct inspect_question question;
	struct sheet sheet;
	bool bytes, script, json;
	const char *svg;
	VEC(struct shown_disk) disks;
	bool damaged; /* one of them has no table, or one with errors */
};

static const struct option_row rows[] = {
	{"format", 'f', "FORMAT", "format of the images (default: detected)", "raw|qcow2",
	 SET_WITH(disk_set_format, struct wish, disk)},
	{"sector-size", 0, "BYTES", "logical sector size of the images", "512|4096",
	 SET_WITH(disk_set_sector_size, struct wish, question.sector_bytes)},
	{"chain", 0, NULL, "open the backing and data files that the images name",
	 SET_TRUE(struct wish, disk.follow)},
	{"output", 'o', "COLUMNS",
	 "columns to print, or +COLUMNS to add to the default ones; omits the map",
	 SET_WITH(sheet_set_columns, struct wish, sheet)},
	{"bytes", 'b', NULL, "print sizes in bytes", SET_TRUE(struct wish, bytes)},
	{"noheadings", 'n', NULL, "print neither headings nor the map",
	 SET_TRUE(struct wish, sheet.no_headings)},
	{"script", 0, NULL, "print what sfdisk -d prints", SET_TRUE(struct wish, script)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{"svg", 0, "FILE", "write a drawing to FILE", SET_FILE(struct wish, svg)},
	{},
};

enum {
	COLUMN_IMAGE,
	COLUMN_NR,
	COLUMN_NAME,
	COLUMN_TYPE,
	COLUMN_KIND,
	COLUMN_START,
	COLUMN_END,
	COLUMN_SECTORS,
	COLUMN_SIZE,
	COLUMN_START_ALIGN,
	COLUMN_END_ALIGN,
	COLUMN_DISCARD_GAP,
	COLUMN_CONTENT,
	COLUMN_LABEL,
	COLUMN_CONTENT_UUID,
	COLUMN_ATTRIBUTES,
	COLUMN_UUID,
	COLUMN_TYPE_ID
};

static const struct option_column columns[] = {
	[COLUMN_IMAGE] = {"IMAGE", "the image", false, true},
	[COLUMN_NR] = {"NR", "number; empty for free space", true},
	[COLUMN_NAME] = {"NAME", "GPT name"},
	[COLUMN_TYPE] = {"TYPE", "type, or free"},
	[COLUMN_KIND] = {"KIND", "primary, extended or logical", false, true},
	[COLUMN_START] = {"START", "first LBA", true},
	[COLUMN_END] = {"END", "last LBA", true},
	[COLUMN_SECTORS] = {"SECTORS", "blocks", true, true},
	[COLUMN_SIZE] = {"SIZE", "size", true},
	[COLUMN_START_ALIGN] = {"START-ALIGN", "power of two that divides the start",
				true},
	[COLUMN_END_ALIGN] = {"END-ALIGN", "power of two that divides the end", true},
	[COLUMN_DISCARD_GAP] = {"DISC-ALN", "from the start to the next unit of discards",
				true, true},
	[COLUMN_CONTENT] = {"CONTENT", "file system or other content"},
	[COLUMN_LABEL] = {"LABEL", "label of the file system", false, true},
	[COLUMN_CONTENT_UUID] = {"CONTENT-UUID", "UUID of the file system", false, true},
	[COLUMN_ATTRIBUTES] = {"ATTRIBUTES", "attributes, or active", false, true},
	[COLUMN_UUID] = {"UUID", "UUID of the partition", false, true},
	[COLUMN_TYPE_ID] = {"TYPE-ID", "type as GUID or code", false, true},
	{},
};

static void wish_free(struct wish *wish)
{
	for (size_t i = 0; i < wish->disks.n; i++)
		shown_disk_free(&wish->disks.v[i]);
	vec_free(&wish->disks);
	sheet_free(&wish->sheet);
}

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	if (options_set(options, wish, 1, INT32_MAX, error) < 0)
		return -1;
	if (wish->script && wish->json)
		return error_input(error, "--script and --json are mutually exclusive");
	return 0;
}

/* Whether what was recognized is printed, which takes longer than all the rest. */
static bool shows_volumes(const struct wish *wish)
{
	static const size_t of_volumes[] = {COLUMN_CONTENT, COLUMN_LABEL,
					    COLUMN_CONTENT_UUID};

	if (wish->json || wish->svg)
		return true;
	for (size_t i = 0; i < wish->sheet.chosen.n; i++)
		for (size_t j = 0; j < ARRAY_SIZE(of_volumes); j++)
			if (wish->sheet.chosen.v[i] == of_volumes[j])
				return true;
	return !wish->script && wish->sheet.chosen.n == 0;
}

/* What is on each partition, in their order; nothing if @shown is not set. */
static int find_volumes(struct disk_io *io, bool shown, struct shown_disk *disk,
			struct error *error)
{
	for (size_t i = 0; i < disk->listing.partitions.n; i++) {
		const struct partition *it = &disk->listing.partitions.v[i];
		const uint64_t start = shown_bytes(disk, it->start_lba);
		const uint64_t n = shown_bytes(disk, partition_sectors(it));
		struct volume *volume = vec_add(&disk->volumes);

		if (shown && it->kind != KIND_EXTENDED && start < io->size_bytes &&
		    volume_find(io, start, start + MIN(n, io->size_bytes - start), volume,
				error) < 0)
			return -1;
	}
	return 0;
}

static int look(const char *path, struct wish *wish, struct error *error)
{
	struct shown_disk *disk = vec_add(&wish->disks);
	_cleanup_disk_ struct disk_io *io =
		disk_open(path, &wish->disk, &disk->kind, error);

	disk->path = path;
	if (!io ||
	    inspect_disk(io, &wish->question, &disk->seen, &disk->report, error) < 0 ||
	    listing_read(io, &disk->seen, &disk->listing, error) < 0)
		return -1;
	if (!wish->script)
		listing_mask_names(&disk->listing);
	disk->on_disk = listing_on_disk(&disk->listing);
	disk->physical_bytes = io->physical_bytes;
	disk->size_bytes = io->size_bytes;
	disk->discard = io->discard;
	disk->is_device = io->is_device;
	if (find_volumes(io, shows_volumes(wish), disk, error) < 0)
		return -1;
	if (disk->listing.label == LABEL_NONE &&
	    volume_find(io, 0, io->size_bytes, &disk->whole, error) < 0)
		return -1;
	disk_close(TAKE(io));
	return 0;
}

/* What is wrong with it is for disk check to say; here only that something is. */
static void say_damage(struct wish *wish, const struct shown_disk *disk)
{
	if (disk->seen.intact)
		return;
	wish->damaged = true;
	if (disk->seen.table.label != LABEL_NONE)
		streams_say("%s: the table has errors; disk check shows them",
			    disk->path);
	else if (disk->report.findings.n > 0)
		streams_say("%s: %s", disk->path, disk->report.findings.v[0].message);
}

/* The greatest power of two that divides the offset, at most 1 TiB. */
static uint64_t alignment_of(uint64_t bytes)
{
	const uint64_t most = UINT64_C(1) << 40;

	return bytes ? MIN(bytes & -bytes, most) : most;
}

/* Without blocks, @n is 0 and there is no end. */
static void set_place(struct wish *wish, const struct shown_disk *disk, uint64_t start,
		      uint64_t n)
{
	const uint64_t sector = disk->listing.sector_bytes;
	struct sheet *sheet = &wish->sheet;

	sheet_set(sheet, COLUMN_IMAGE, "%s", disk->path);
	sheet_set(sheet, COLUMN_START, "%" PRIu64, start);
	if (n > 0)
		sheet_set(sheet, COLUMN_END, "%" PRIu64, start + n - 1);
	sheet_set(sheet, COLUMN_SECTORS, "%" PRIu64, n);
	sheet_set_size(sheet, COLUMN_SIZE, shown_bytes(disk, n), wish->bytes);
	sheet_set_size(sheet, COLUMN_START_ALIGN, alignment_of(start * sector),
		       wish->bytes);
	sheet_set_size(sheet, COLUMN_END_ALIGN, alignment_of((start + n) * sector),
		       wish->bytes);
	sheet_set_size(sheet, COLUMN_DISCARD_GAP,
		       disk->discard.granularity_bytes
			       ? disk_discard_gap(&disk->discard, start * sector)
			       : UINT64_MAX,
		       wish->bytes);
}

static const char *or_empty(const char *string)
{
	return string ? string : "";
}

static void add_partition(struct wish *wish, const struct shown_disk *disk, size_t index)
{
	const struct partition *it = &disk->listing.partitions.v[index];
	const struct volume *volume = &disk->volumes.v[index];
	const enum table_label label = disk->listing.label;
	_cleanup_text_ struct text type = {}, attributes = {};
	struct sheet *sheet = &wish->sheet;
	char uuid[GUID_TEXT_BYTES];

	text_add_type(&type, label, it);
	text_add_attributes(&attributes, it->attributes);
	sheet_row(sheet);
	set_place(wish, disk, it->start_lba, partition_sectors(it));
	sheet_set(sheet, COLUMN_NR, "%u", it->number);
	sheet_set(sheet, COLUMN_NAME, "%s", or_empty(it->name));
	sheet_set(sheet, COLUMN_TYPE, "%s", type.s);
	sheet_set(sheet, COLUMN_KIND, "%s", kind_name(it->kind));
	sheet_set(sheet, COLUMN_CONTENT, "%s", or_empty(volume->type));
	sheet_set(sheet, COLUMN_LABEL, "%s", or_empty(volume->label));
	sheet_set(sheet, COLUMN_CONTENT_UUID, "%s", or_empty(volume->uuid));
	sheet_set(sheet, COLUMN_ATTRIBUTES, "%s",
		  it->active ? "active" : or_empty(attributes.s));
	guid_format(it->uuid, uuid);
	sheet_set(sheet, COLUMN_UUID, "%s", label == LABEL_GPT ? uuid : "");
	guid_format(it->type, uuid);
	if (label == LABEL_GPT)
		sheet_set(sheet, COLUMN_TYPE_ID, "%s", uuid);
	else
		sheet_set(sheet, COLUMN_TYPE_ID, "0x%02x", it->type_code);
}

/* Partitions and free extents in the order of the disk. */
static void add_rows(struct wish *wish, const struct shown_disk *disk)
{
	const struct partition_table *table = &disk->listing;
	_cleanup_extents_ struct extents extents = {};
	_cleanup_free_ size_t *order = shown_order(table);
	size_t next = 0;

	table_free_extents(&disk->on_disk, &extents);
	extents_sort(&extents);
	for (size_t i = 0; i <= extents.list.n; i++) {
		const struct extent *extent =
			i < extents.list.n ? &extents.list.v[i] : NULL;

		for (; next < table->partitions.n &&
		       (!extent ||
			table->partitions.v[order[next]].start_lba <= extent->start);
		     next++)
			add_partition(wish, disk, order[next]);
		if (!extent)
			break;
		sheet_row(&wish->sheet);
		set_place(wish, disk, extent->start, extent->end - extent->start);
		sheet_set(&wish->sheet, COLUMN_TYPE, "free");
		sheet_set(&wish->sheet, COLUMN_KIND, "%s",
			  extent->logical ? "logical" : "");
	}
}

/* The limits that lsblk -D shows, of a block device. */
static void add_discards(struct text *out, const struct shown_disk *disk)
{
	if (!disk->is_device)
		return;
	if (disk->discard.granularity_bytes == 0) {
		text_adds(out, "takes no discards\n");
		return;
	}
	text_adds(out, "discards in units of ");
	text_add_size_about(out, disk->discard.granularity_bytes);
	text_adds(out, ", at most ");
	text_add_size_about(out, disk->discard.max_bytes);
	text_adds(out, " at once\n");
}

/* "a.img: gpt, 20 GiB, 41943040 sectors of 512 bytes", and the limits of the label. */
static void add_title(struct text *out, const struct shown_disk *disk)
{
	const struct partition_table *table = &disk->listing;

	text_add_shown(out, disk->path);
	text_printf(out, ": %s%s, ",
		    disk->seen.foreign ? disk->seen.foreign : label_name(table->label),
		    disk->seen.isohybrid ? " (isohybrid)"
		    : disk->seen.hybrid  ? " (hybrid MBR)"
					 : "");
	text_add_size_about(out, disk->size_bytes);
	if (table->label == LABEL_NONE) {
		text_printf(out, "%s%s\n", disk->whole.type ? ", contains " : "",
			    or_empty(disk->whole.type));
		add_discards(out, disk);
		return;
	}
	text_printf(out, ", %" PRIu64 " sectors of %" PRIu32 " bytes, ", table->n_sectors,
		    table->sector_bytes);
	if (table->label == LABEL_GPT)
		text_add_guid(out, table->disk_guid);
	else
		text_printf(out, "0x%08" PRIx32, table->disk_signature);
	text_printf(out, "\nusable blocks %" PRIu64 " to %" PRIu64,
		    table->first_usable_lba, table->last_usable_lba);
	if (table->label == LABEL_GPT)
		text_printf(out, ", %zu of %" PRIu32 " entries in use\n",
			    table->partitions.n, table->n_entries);
	else
		text_printf(out, ", partitions of at most 2^32-1 sectors\n");
	add_discards(out, disk);
}

static int add_text(struct text *out, struct wish *wish, struct error *error)
{
	bool plain = wish->sheet.no_headings || wish->sheet.chosen.n > 0;

	for (size_t i = 0; i < wish->disks.n; i++) {
		const struct shown_disk *disk = &wish->disks.v[i];

		if (!plain) {
			text_adds(out, i > 0 ? "\n" : "");
			add_title(out, disk);
		}
		if (disk->listing.label == LABEL_NONE)
			continue;
		add_rows(wish, disk);
		if (plain)
			continue;
		if (text_add_sheet(out, &wish->sheet, error) < 0)
			return -1;
		sheet_clear(&wish->sheet);
		text_add_map(out, &(struct disk_layout){.table = disk->on_disk},
			     sheet_width());
	}
	return plain ? text_add_sheet(out, &wish->sheet, error) : 0;
}

static void add_scripts(struct text *out, const struct wish *wish)
{
	const char *separator = "";

	for (size_t i = 0; i < wish->disks.n; i++) {
		const struct shown_disk *disk = &wish->disks.v[i];

		if (disk->listing.label == LABEL_NONE)
			continue;
		text_adds(out, separator);
		text_add_dump(out, &disk->listing, disk->path, disk->physical_bytes);
		separator = "\n";
	}
}

static int write_svg(const struct wish *wish, struct error *error)
{
	_cleanup_text_ struct text svg = {};

	shown_disks_draw(wish->disks.v, wish->disks.n, &svg);
	return file_write(wish->svg, svg.s, svg.n, error);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {.sheet.columns = columns};
	_cleanup_disk_failures_ struct disk_failures failures = {};
	_cleanup_text_ struct text out = {};

	if (read_options(options, &wish, error) < 0)
		return -1;
	for (int i = 0; i < options->n_args; i++) {
		if (look(options->args[i], &wish, error) == 0) {
			say_damage(&wish, vec_last(&wish.disks));
			continue;
		}
		shown_disk_free(vec_last(&wish.disks));
		wish.disks.n--;
		disk_failure(&failures, options->args[i], error);
	}
	if (wish.svg && write_svg(&wish, error) < 0)
		return -1;
	if (wish.json)
		shown_disks_json(wish.disks.v, wish.disks.n, &failures, &out);
	else if (wish.script)
		add_scripts(&out, &wish);
	else if (add_text(&out, &wish, error) < 0)
		return -1;
	fwrite(out.s ? out.s : "", 1, out.n, stdout);
	return disk_failures_status(&failures,
				    wish.damaged ? STATUS_FINDINGS : STATUS_OK);
}

const struct command disk_show_command = {
	.name = "show",
	.args = "IMAGE...",
	.summary = "Show partitions, free space and content of existing disks",
	.about =
		"Prints each partition and each free extent with the alignment of its ends, and\nwhat libblkid finds in it, then a map to scale. The exit status is 1 if there is\nno table, or one with errors.",
	.rows = rows,
	.run = run,
	.columns = columns,
};
