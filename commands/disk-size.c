/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-size.c - `disk size`: shows the sizes of images, both existing ones and new ones.
 */
#include "commands/disk.h"

#include "base/jsonw.h"
#include "base/size.h"
#include "partition/image.h"
#include "partition/image-commit.h"
#include "commands/sheet.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	COLUMN_NAME,
	COLUMN_FORMAT,
	COLUMN_CAPACITY,
	COLUMN_LENGTH,
	COLUMN_ALLOCATION,
	COLUMN_COMMITMENT,
	COLUMN_KIND,
	COLUMN_MARGIN,
	COLUMN_BACKING,
	COLUMN_DATA,
	COLUMN_NOTE
};

static const struct option_column columns[] = {
	[COLUMN_NAME] = {"NAME", "the file"},
	[COLUMN_FORMAT] = {"FORMAT", "raw or qcow2"},
	[COLUMN_CAPACITY] = {"CAPACITY", "size that the guest sees", true},
	[COLUMN_LENGTH] = {"LENGTH", "length of the file", true},
	[COLUMN_ALLOCATION] = {"ALLOCATION", "space that it uses now", true},
	[COLUMN_COMMITMENT] = {"COMMITMENT", "space that it may use eventually", true},
	[COLUMN_KIND] = {"KIND", "kind of commitment: exact, estimate or unbounded"},
	[COLUMN_MARGIN] = {"MARGIN", "safety margin, included in the commitment", true,
			   true},
	[COLUMN_BACKING] = {"BACKING", "the backing file", false, true},
	[COLUMN_DATA] = {"DATA", "the data file", false, true},
	[COLUMN_NOTE] = {"NOTE", "reasons for KIND, and what the sizes leave out", false,
			 true},
	{},
};

struct wish {
	struct image_question question;
	bool is_new, bytes, json;
	enum image_format format; /* of the new one */
	struct qcow2_options options;
	vec_strings settings;
	struct sheet sheet;
};

static void wish_free(struct wish *wish)
{
	vec_free(&wish->settings);
	sheet_free(&wish->sheet);
}

static int set_new_format(void *target, const struct option_row *row, const char *value,
			  struct error *error)
{
	struct wish *wish = target;

	(void)row;
	(void)error;
	wish->is_new = true;
	wish->format = streq(value, "qcow2") ? IMAGE_QCOW2 : IMAGE_RAW;
	return 0;
}

static int set_format(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	struct image_question *question = target;

	(void)row;
	(void)error;
	question->format_given = true;
	question->format = streq(value, "qcow2") ? IMAGE_QCOW2 : IMAGE_RAW;
	return 0;
}

static int set_size(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	return option_size(row, value, 0, target, error);
}

static int set_block(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct image_question *question = target;
	uint64_t bytes = 0;

	if (option_size(row, value, 0, &bytes, error) < 0)
		return -1;
	if (bytes == 0 || bytes > 1 << 24)
		return option_error(error, row->name, value,
				    "is not between 1B and 16MiB");
	question->block_bytes = (uint32_t)bytes;
	return 0;
}

static int set_snapshots(void *target, const struct option_row *row, const char *value,
			 struct error *error)
{
	struct image_question *question = target;

	if (streq(value, "any"))
		question->snapshots = IMAGE_ANY_SNAPSHOTS;
	else if (!parse_u32(value, &question->snapshots) || question->snapshots > 65536)
		return option_error(error, row->name, value,
				    "must be a number up to 65536, or \"any\"");
	return 0;
}

static const struct option_row rows[] = {
	{"output-format", 'O', "FORMAT",
	 "measure an image that does not exist yet, in this format: raw or qcow2",
	 "raw|qcow2", SET_BY(set_new_format)},
	{"size", 's', "SIZE", "its capacity",
	 SET_WITH(set_size, struct wish, options.capacity_bytes)},
	{"option", 0, "NAME=VALUE",
	 "a creation option, as for qemu-img -o; can be repeated",
	 SET_LIST(struct wish, settings)},
	{"format", 'f', "FORMAT", "format of the images (default: detected)", "raw|qcow2",
	 SET_WITH(set_format, struct wish, question)},
	{"snapshots", 0, "N|any", "include N more internal snapshots",
	 SET_WITH(set_snapshots, struct wish, question)},
	{"chain", 0, NULL, "also measure the backing and data files that the images name",
	 SET_TRUE(struct wish, question.follow)},
	{"fs-block", 0, "SIZE",
	 "block size of the file system, for images that do not exist yet (default 4KiB)",
	 SET_WITH(set_block, struct wish, question)},
	{"output", 'o', "COLUMNS", "columns to print, or +COLUMNS to add",
	 SET_WITH(sheet_set_columns, struct wish, sheet)},
	{"bytes", 'b', NULL, "print sizes in bytes", SET_TRUE(struct wish, bytes)},
	{"noheadings", 'n', NULL, "no headings",
	 SET_TRUE(struct wish, sheet.no_headings)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{},
};

/* Each option may contain several, separated by commas as for qemu-img. */
static int take_settings(struct wish *wish, struct error *error)
{
	for (size_t i = 0; i < wish->settings.n; i++) {
		_cleanup_free_ char *list = xstrdup(wish->settings.v[i]);
		char *rest = list, *one;

		while ((one = strsep(&rest, ",")))
			if (qcow2_set_option(&wish->options, one, error) < 0)
				return -1;
	}
	return qcow2_check_options(&wish->options, error);
}

static int check_new(struct wish *wish, const struct options *options,
		     struct error *error)
{
	if (options_need(options, 0, 0, error) < 0)
		return error_wrap(error, "with --output-format");
	if (!options_given(options, "size"))
		return error_input(error, "--output-format needs --size");
	if (wish->format == IMAGE_QCOW2)
		return take_settings(wish, error);
	if (wish->settings.n > 0)
		return error_input(error, "--option needs --output-format=qcow2");
	return 0;
}

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	if (options_set_each(options, wish, error) < 0)
		return -1;
	if (wish->is_new)
		return check_new(wish, options, error);
	if (options_given(options, "size") || wish->settings.n > 0)
		return error_input(
			error,
			"--size and --option are for an image that does not exist yet; give its format with --output-format");
	return options_need(options, 1, INT32_MAX, error);
}

static void u64_or_null(struct jsonw *json, const char *key, uint64_t value)
{
	if (value == IMAGE_UNKNOWN)
		jsonw_null(json, key);
	else
		jsonw_u64(json, key, value);
}

static void add_image_json(struct jsonw *json, const struct image_size *size)
{
	jsonw_object(json, NULL);
	jsonw_string(json, "file", size->file);
	jsonw_string(json, "format", image_format_name(size->format));
	jsonw_u64(json, "capacity_bytes", size->capacity_bytes);
	jsonw_u64(json, "length_bytes", size->length_bytes);
	u64_or_null(json, "allocation_bytes", size->allocation_bytes);
	u64_or_null(json, "commitment_bytes", size->commitment_bytes);
	jsonw_string(json, "commitment_kind", commitment_kind_name(size->kind));
	jsonw_u64(json, "margin_bytes", size->margin_bytes);
	jsonw_string(json, "backing_file", size->backing_file);
	jsonw_string(json, "data_file", size->data_file);
	jsonw_array(json, "notes");
	for (size_t i = 0; i < size->notes.n; i++)
		jsonw_string(json, NULL, size->notes.v[i]);
	jsonw_end_array(json);
	jsonw_end_object(json);
}

static void add_json(struct text *out, const struct image_sizes *sizes,
		     const struct disk_failures *failures)
{
	struct jsonw json = {.out = out};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_array(&json, "images");
	for (size_t i = 0; i < sizes->list.n; i++)
		add_image_json(&json, &sizes->list.v[i]);
	jsonw_end_array(&json);
	disk_failures_json(&json, failures);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static void add_row(struct wish *wish, const struct image_size *size)
{
	struct sheet *sheet = &wish->sheet;
	_cleanup_text_ struct text notes = {};

	for (size_t i = 0; i < size->notes.n; i++)
		text_printf(&notes, "%s%s", i ? " " : "", size->notes.v[i]);
	sheet_row(sheet);
	sheet_set(sheet, COLUMN_NAME, "%s", size->file ? size->file : "(new)");
	sheet_set(sheet, COLUMN_FORMAT, "%s", image_format_name(size->format));
	sheet_set_size(sheet, COLUMN_CAPACITY, size->capacity_bytes, wish->bytes);
	sheet_set_size(sheet, COLUMN_LENGTH, size->length_bytes, wish->bytes);
	sheet_set_size(sheet, COLUMN_ALLOCATION, size->allocation_bytes, wish->bytes);
	sheet_set_size(sheet, COLUMN_COMMITMENT, size->commitment_bytes, wish->bytes);
	sheet_set(sheet, COLUMN_KIND, "%s", commitment_kind_name(size->kind));
	sheet_set_size(sheet, COLUMN_MARGIN, size->margin_bytes, wish->bytes);
	sheet_set(sheet, COLUMN_BACKING, "%s",
		  size->backing_file ? size->backing_file : "");
	sheet_set(sheet, COLUMN_DATA, "%s", size->data_file ? size->data_file : "");
	sheet_set(sheet, COLUMN_NOTE, "%s", notes.s ? notes.s : "");
}

static int print(struct wish *wish, const struct image_sizes *sizes,
		 const struct disk_failures *failures, struct error *error)
{
	_cleanup_text_ struct text out = {};

	for (size_t i = 0; i < sizes->list.n; i++)
		add_row(wish, &sizes->list.v[i]);
	if (wish->json)
		add_json(&out, sizes, failures);
	else if (text_add_sheet(&out, &wish->sheet, error) < 0)
		return -1;
	if (out.n)
		fwrite(out.s, 1, out.n, stdout);
	return STATUS_OK;
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {
		.question.block_bytes = 4096,
		.options = qcow2_defaults(0),
		.sheet.columns = columns,
	};
	_cleanup_image_sizes_ struct image_sizes sizes = {};
	_cleanup_disk_failures_ struct disk_failures failures = {};

	if (read_options(options, &wish, error) < 0)
		return -1;
	if (wish.is_new && wish.format == IMAGE_RAW)
		image_measure_new_raw(wish.options.capacity_bytes, &wish.question,
				      &sizes);
	else if (wish.is_new)
		image_measure_new_qcow2(&wish.options, &wish.question, &sizes);
	for (int i = 0; i < options->n_args; i++)
		if (image_measure(options->args[i], &wish.question, &sizes, error) < 0)
			disk_failure(&failures, options->args[i], error);
	if (print(&wish, &sizes, &failures, error) < 0)
		return -1;
	return disk_failures_status(&failures, STATUS_OK);
}

const struct command disk_size_command = {
	.name = "size",
	.args = "IMAGE... | -O FORMAT --size SIZE",
	.summary = "Show the sizes of images: capacity, length, allocation, commitment",
	.about =
		"The commitment is the space that a file may use eventually: exact, an upper\nestimate, or unbounded.",
	.rows = rows,
	.run = run,
	.columns = columns,
};
