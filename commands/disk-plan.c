/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-plan.c - `disk plan`: shows the result of a request as a table with a map, as
 * JSON, or as a script for sfdisk.
 */
#include "commands/disk.h"

#include "base/file.h"
#include "base/jsonw.h"
#include "base/size.h"
#include "partition/definition-write.h"
#include "partition/disk-layout.h"
#include "partition/map-svg.h"
#include "partition/script-settle.h"
#include "partition/script.h"
#include "partition/types.h"
#include "commands/disk-json.h"
#include "commands/disk-options.h"
#include "commands/sheet.h"

#include <stdio.h>

struct wish {
	struct request_flags flags;
	struct sheet sheet;
	bool bytes, script, json;
	const char *write_definitions, *svg;
};

static const struct option_row rows[] = {
	{OPTION_TABLE(disk_request_rows, struct wish, flags)},
	{"output", 'o', "COLUMNS",
	 "columns to print, or +COLUMNS to add to the default ones; omits the map",
	 SET_WITH(sheet_set_columns, struct wish, sheet)},
	{"bytes", 'b', NULL, "print sizes in bytes", SET_TRUE(struct wish, bytes)},
	{"noheadings", 'n', NULL, "print neither headings nor the map",
	 SET_TRUE(struct wish, sheet.no_headings)},
	{"script", 0, NULL, "print a script for sfdisk", SET_TRUE(struct wish, script)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{"svg", 0, "FILE", "write a drawing to FILE; - is standard output",
	 SET_FILE(struct wish, svg)},
	{"write-definitions", 0, "DIR", "write definitions for systemd-repart into DIR",
	 SET_FILE(struct wish, write_definitions)},
	{},
};

enum {
	COLUMN_NR,
	COLUMN_NAME,
	COLUMN_TYPE,
	COLUMN_KIND,
	COLUMN_START,
	COLUMN_END,
	COLUMN_SECTORS,
	COLUMN_SIZE,
	COLUMN_WASTE,
	COLUMN_ALIGN,
	COLUMN_ATTRIBUTES,
	COLUMN_UUID,
	COLUMN_TYPE_ID
};

static const struct option_column columns[] = {
	[COLUMN_NR] = {"NR", "number", true},
	[COLUMN_NAME] = {"NAME", "GPT name"},
	[COLUMN_TYPE] = {"TYPE", "type"},
	[COLUMN_KIND] = {"KIND", "primary, extended or logical", false, true},
	[COLUMN_START] = {"START", "first LBA", true},
	[COLUMN_END] = {"END", "last LBA", true},
	[COLUMN_SECTORS] = {"SECTORS", "blocks", true},
	[COLUMN_SIZE] = {"SIZE", "size", true},
	[COLUMN_WASTE] = {"WASTE", "space added by alignment", true},
	[COLUMN_ALIGN] = {"ALIGN", "boundaries", true, true},
	[COLUMN_ATTRIBUTES] = {"ATTRIBUTES", "attributes, or active", false, true},
	[COLUMN_UUID] = {"UUID", "UUID (empty: generated on write)", false, true},
	[COLUMN_TYPE_ID] = {"TYPE-ID", "type as GUID or code", false, true},
	{},
};

static void wish_free(struct wish *wish)
{
	request_flags_free(&wish->flags);
	sheet_free(&wish->sheet);
}

static void add_row(struct wish *wish, const struct disk_layout *layout, size_t index)
{
	const struct partition *partition = &layout->table.partitions.v[index];
	const struct disk_layout_part *part = &layout->parts.v[index];
	const enum table_label label = layout->table.label;
	_cleanup_text_ struct text type = {}, attributes = {};
	struct sheet *sheet = &wish->sheet;
	char uuid[GUID_TEXT_BYTES];

	text_add_type(&type, label, partition);
	text_add_attributes(&attributes, partition->attributes);
	sheet_row(sheet);
	sheet_set(sheet, COLUMN_NR, "%u", partition->number);
	sheet_set(sheet, COLUMN_NAME, "%s", partition->name ? partition->name : "");
	sheet_set(sheet, COLUMN_TYPE, "%s", type.s);
	sheet_set(sheet, COLUMN_KIND, "%s", kind_name(partition->kind));
	sheet_set(sheet, COLUMN_START, "%ju", (uintmax_t)partition->start_lba);
	sheet_set(sheet, COLUMN_END, "%ju", (uintmax_t)partition->end_lba);
	sheet_set(sheet, COLUMN_SECTORS, "%ju", (uintmax_t)partition_sectors(partition));
	sheet_set_size(sheet, COLUMN_SIZE,
		       partition_sectors(partition) * layout->table.sector_bytes,
		       wish->bytes);
	if (part->waste_bytes > 0 || wish->bytes)
		sheet_set_size(sheet, COLUMN_WASTE, part->waste_bytes, wish->bytes);
	sheet_set_size(sheet, COLUMN_ALIGN, part->unit_bytes, wish->bytes);
	sheet_set(sheet, COLUMN_ATTRIBUTES, "%s",
		  partition->active  ? "active"
		  : attributes.n > 0 ? attributes.s
				     : "");
	if (!guid_is_zero(partition->uuid)) {
		guid_format(partition->uuid, uuid);
		sheet_set(sheet, COLUMN_UUID, "%s", uuid);
	}
	guid_format(partition->type, uuid);
	if (label == LABEL_GPT)
		sheet_set(sheet, COLUMN_TYPE_ID, "%s", uuid);
	else
		sheet_set(sheet, COLUMN_TYPE_ID, "0x%02x", partition->type_code);
}

static int add_table(struct text *out, struct wish *wish,
		     const struct disk_layout *layout, struct error *error)
{
	const struct partition_table *table = &layout->table;

	for (size_t i = 0; i < table->partitions.n; i++)
		add_row(wish, layout, i);
	if (text_add_sheet(out, &wish->sheet, error) < 0)
		return -1;
	if (wish->sheet.no_headings || wish->sheet.chosen.n > 0)
		return 0; /* no map */
	text_printf(out, "%s%s, ", out->n > 0 ? "\n" : "", label_name(table->label));
	text_add_size(out, table->n_sectors * table->sector_bytes);
	text_printf(out, ", %ju sectors of %u bytes\n", (uintmax_t)table->n_sectors,
		    table->sector_bytes);
	text_add_map(out, layout, sheet_width());
	return 0;
}

static void json_partition(struct jsonw *json, const struct disk_layout *layout,
			   size_t index)
{
	jsonw_object(json, NULL);
	disk_json_partition(json, &layout->table, &layout->table.partitions.v[index]);
	jsonw_u64(json, "align_bytes", layout->parts.v[index].unit_bytes);
	jsonw_u64(json, "waste_bytes", layout->parts.v[index].waste_bytes);
	jsonw_end_object(json);
}

static void json_free_space(struct jsonw *json, const struct partition_table *table)
{
	_cleanup_areas_ struct area_list areas = areas_of(table);

	jsonw_array(json, "free");
	for (size_t i = 0; i < areas.list.n; i++) {
		const struct area *area = &areas.list.v[i];

		if (area->kind != AREA_FREE)
			continue;
		jsonw_object(json, NULL);
		jsonw_u64(json, "start_lba", area->start_lba);
		jsonw_u64(json, "end_lba", area->start_lba + area->n_sectors - 1);
		jsonw_u64(json, "size_bytes", area->n_sectors * table->sector_bytes);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_json(struct text *out, const struct disk_layout *layout)
{
	const struct partition_table *table = &layout->table;
	struct jsonw json = {.out = out};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_string(&json, "label", label_name(table->label));
	disk_json_id(&json, table);
	jsonw_u64(&json, "sector_size_bytes", table->sector_bytes);
	jsonw_u64(&json, "size_bytes", table->n_sectors * table->sector_bytes);
	jsonw_array(&json, "partitions");
	for (size_t i = 0; i < table->partitions.n; i++)
		json_partition(&json, layout, i);
	jsonw_end_array(&json);
	json_free_space(&json, table);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static int write_svg(const struct wish *wish, const struct disk_layout *layout,
		     struct error *error)
{
	const struct partition_table *table = &layout->table;
	_cleanup_area_labels_ struct area_labels labels = {};
	struct drawn_disk disk = {"planned disk", table, &labels, layout};
	_cleanup_text_ struct text svg = {};

	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].name)
			*vec_add(&labels.list) =
				(struct area_label){table->partitions.v[i].number,
						    xstrdup(table->partitions.v[i].name)};
	text_add_map_svg(&svg, &disk, 1);
	return file_write(wish->svg, svg.s, svg.n, error);
}

static int write_definitions(const struct wish *wish, const struct disk_request *request,
			     const struct disk_layout *layout, struct error *error)
{
	_cleanup_definition_texts_ struct definition_texts texts = {};

	if (definition_texts_make(request, layout, request_repart_version(&wish->flags),
				  &texts, error) < 0)
		return error_wrap(error, "--write-definitions");
	return definition_texts_write(&texts, wish->write_definitions, error) < 0
		       ? -1
		       : STATUS_OK;
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {.sheet.columns = columns};
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_text_ struct text out = {};

	disk_request_init(&request);
	if (options_set(options, &wish, 0, 1, error) < 0)
		return -1;
	if (wish.script && wish.json)
		return error_input(error, "--script and --json are mutually exclusive");
	if (wish.svg && (wish.script || wish.json))
		return error_input(error, "--svg cannot be used with --script or --json");
	if (request_from_flags(&wish.flags, options->n_args ? options->args[0] : NULL,
			       &request, error) < 0)
		return -1;
	request_settle_size(&request);
	if (script_settle(&request, error) < 0 ||
	    disk_layout_make(&request, &layout, error) < 0)
		return -1;
	request_say_dropped(&request, &layout);
	if (wish.write_definitions)
		return write_definitions(&wish, &request, &layout, error);
	if (wish.svg)
		return write_svg(&wish, &layout, error) < 0 ? -1 : STATUS_OK;
	if (wish.json)
		add_json(&out, &layout);
	else if (wish.script)
		text_add_script(&out, &layout.table);
	else if (add_table(&out, &wish, &layout, error) < 0)
		return -1;
	fwrite(out.s, 1, out.n, stdout);
	return STATUS_OK;
}

const struct command disk_plan_command = {
	.name = "plan",
	.args = "[REQUEST]",
	.summary = "Show where the partitions of a request would be placed",
	.about =
		"REQUEST is XML (schemas/disk.rng) or a script for sfdisk; options and --part\nadd to it. --part takes size=SIZE|N%|rest, min, max, weight, start, padding,\nalign, align-at, kind, number, type, name, uuid, attribute and active:\n  virt-layout disk plan --size 20GiB --part size=512MiB,type=esp,name=ESP \\\n                        --part size=rest,type=root-x86-64",
	.rows = rows,
	.run = run,
	.columns = columns,
};
