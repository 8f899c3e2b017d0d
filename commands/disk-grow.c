/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-grow.c - `disk grow`: makes a disk larger, adapts its table, and grows a partition
 * in place.
 */
#include "commands/disk.h"

#include "base/mem.h"
#include "base/size.h"
#include "partition/edit-table.h"
#include "partition/free.h"
#include "partition/grow.h"
#include "commands/disk-change.h"
#include "commands/disk-json.h"
#include "commands/disk-options.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct wish {
	struct change_wish change;
	struct disk_request request;
	uint64_t size_bytes, to_bytes; /* 0: not given */
	bool more;                     /* @size_bytes is added to the size of the image */
	bool dry_run, json;
	uint64_t before_bytes; /* of the image, if it was made larger; else 0 */
	uint32_t number;
};

static void wish_free(struct wish *wish)
{
	disk_request_free(&wish->request);
}

static int once(const struct option_row *row, bool given, struct error *error)
{
	return given ? error_input(error, "--%s can be given only once", row->name) : 0;
}

static int set_to(void *target, const struct option_row *row, const char *value,
		  struct error *error)
{
	uint64_t *to = target;

	if (once(row, *to > 0, error) < 0 || option_size(row, value, 512, to, error) < 0)
		return -1;
	if (*to == 0)
		return option_error(error, row->name, value, "must be greater than 0");
	return 0;
}

/* "20GiB", or "+10GiB" more than it has. */
static int set_size(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	struct wish *wish = target;

	if (once(row, wish->size_bytes > 0, error) < 0)
		return -1;
	wish->more = *value == '+';
	return set_to(&wish->size_bytes, row, value + wish->more, error);
}

static int set_partition(void *target, const struct option_row *row, const char *value,
			 struct error *error)
{
	struct wish *wish = target;

	if (once(row, wish->number > 0, error) < 0)
		return -1;
	if (!parse_u32(value, &wish->number))
		return option_error(error, row->name, value, "is not a number");
	if (wish->number == 0)
		return option_error(error, row->name, value, "must be greater than 0");
	return 0;
}

static int set_request(void *target, const struct option_row *row, const char *value,
		       struct error *error)
{
	return request_set_option(target, row->name, value, error);
}

static const struct option_row rows[] = {
	{"size", 's', "[+]SIZE",
	 "first make the image this large, or with + this much larger", SET_BY(set_size)},
	{"partition", 'p', "NUMBER", "grow this partition too", SET_BY(set_partition)},
	{"to", 0, "SIZE",
	 "size of that partition (default: as large as there is room for)",
	 SET_WITH(set_to, struct wish, to_bytes)},
	{"align", 'a', "SIZE", "alignment of the partition's end (default 1MiB)",
	 SET_WITH(set_request, struct wish, request)},
	{"rule", 0, "RULE", "how the partition's end is aligned (default tight)",
	 ALIGN_RULES, SET_WITH(set_request, struct wish, request)},
	{"dry-run", 0, NULL, "show what would become larger, but write nothing",
	 SET_TRUE(struct wish, dry_run)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{OPTION_TABLE(change_rows, struct wish, change)},
	{},
};

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	wish->change.disk.writable = true;
	if (options_set(options, wish, 1, 1, error) < 0)
		return -1;
	if (wish->to_bytes && !wish->number)
		return error_input(error, "--to needs --partition");
	return 0;
}

/* A table that is valid except that the disk has grown. */
static int need_growable(const struct changed_disk *disk, struct error *error)
{
	const struct inspection *seen = &disk->seen;

	if (seen->grown && seen->intact && !seen->isohybrid && !seen->opaque)
		return 0;
	return change_need_editable(disk, error);
}

/* Why nothing became larger; nothing if something did. */
static void add_no_change(struct text *out, const struct wish *wish,
			  const struct partition_table *before,
			  const struct partition_table *table)
{
	const struct partition *it = partition_table_find(table, wish->number);

	if (wish->number && it) {
		if (wish->to_bytes)
			text_printf(out, "partition %u already has that size or more",
				    wish->number);
		else
			text_add_obstacle(out, table, it);
	} else if (before->last_usable_lba == table->last_usable_lba) {
		text_printf(out,
			    "the table already uses the whole disk, up to block %" PRIu64
			    "; use --partition to grow a partition",
			    table->last_usable_lba);
	}
}

static bool any_grown(const struct partition_table *before,
		      const struct partition_table *after)
{
	for (size_t i = 0; i < after->partitions.n; i++)
		if (after->partitions.v[i].end_lba != before->partitions.v[i].end_lba)
			return true;
	return false;
}

static void add_lines(struct text *out, const struct wish *wish,
		      const struct partition_table *before,
		      const struct partition_table *after)
{
	_cleanup_text_ struct text reason = {};

	if (before->last_usable_lba != after->last_usable_lba)
		text_printf(out,
			    "usable up to block %" PRIu64 ", previously up to %" PRIu64
			    "\n",
			    after->last_usable_lba, before->last_usable_lba);
	for (size_t i = 0; i < after->partitions.n; i++) {
		const struct partition *it = &after->partitions.v[i];
		uint64_t end = before->partitions.v[i].end_lba;

		if (it->end_lba == end)
			continue;
		text_printf(out, "%u: blocks %" PRIu64 " to %" PRIu64 ", ", it->number,
			    it->start_lba, it->end_lba);
		text_add_size_about(out, (it->end_lba - end) * after->sector_bytes);
		text_adds(out, " more\n");
	}
	if (!any_grown(before, after))
		add_no_change(&reason, wish, before, after);
	/* The format of growpart(1). */
	if (reason.n > 0)
		text_printf(out, "NOCHANGE: %s\n", reason.s);
}

static void add_json(struct text *out, const struct wish *wish,
		     const struct partition_table *before,
		     const struct partition_table *after)
{
	_cleanup_text_ struct text reason = {};
	struct jsonw json = {.out = out};

	if (!any_grown(before, after))
		add_no_change(&reason, wish, before, after);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_bool(&json, "dry_run", wish->dry_run);
	jsonw_string(&json, "nochange", reason.n > 0 ? reason.s : NULL);
	jsonw_u64(&json, "size_bytes", after->n_sectors * after->sector_bytes);
	jsonw_u64(&json, "old_last_usable_lba", before->last_usable_lba);
	jsonw_u64(&json, "last_usable_lba", after->last_usable_lba);
	jsonw_array(&json, "partitions");
	for (size_t i = 0; i < after->partitions.n; i++) {
		if (after->partitions.v[i].end_lba == before->partitions.v[i].end_lba)
			continue;
		jsonw_object(&json, NULL);
		disk_json_partition(&json, after, &after->partitions.v[i]);
		jsonw_u64(&json, "old_size_bytes",
			  partition_sectors(&before->partitions.v[i]) *
				  before->sector_bytes);
		jsonw_end_object(&json);
	}
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static void say(const char *path, const struct wish *wish,
		const struct partition_table *before, const struct partition_table *after)
{
	_cleanup_text_ struct text out = {};

	if (wish->json)
		add_json(&out, wish, before, after);
	else
		add_lines(&out, wish, before, after);
	fwrite(out.s ? out.s : "", 1, out.n, stdout);
	change_say_limit(path, after);
}

/* The table for a disk of this size; @ret is zeroed. */
static int plan(struct wish *wish, const struct changed_disk *disk, uint64_t size_bytes,
		struct partition_table *ret, struct error *error)
{
	struct room room;

	wish->request.sector_bytes = disk->seen.table.sector_bytes;
	wish->request.cluster_bytes = change_unit_bytes(disk);
	*ret = partition_table_copy(&disk->seen.table);
	ret->n_sectors = size_bytes / ret->sector_bytes;
	table_fill_disk(ret);
	if (wish->number && partition_grow(ret, wish->number, &wish->request,
					   wish->to_bytes, &room, error) < 0)
		return error_wrap(error, "%s", disk->io->name);
	return 0;
}

static int grow(const char *path, struct wish *wish, struct changed_disk *disk,
		struct error *error)
{
	_cleanup_partition_table_ struct partition_table wanted = {};
	_cleanup_patch_ struct patch patch = {};
	int rc;

	if (plan(wish, disk,
		 wish->dry_run && wish->size_bytes ? wish->size_bytes
						   : disk->io->size_bytes,
		 &wanted, error) < 0)
		return -1;
	if (!wish->dry_run &&
	    (table_edit(disk->io, &disk->seen, &wanted, GPT_PRIMARY, &patch, error) < 0 ||
	     change_commit(disk, &patch, &wanted, error) < 0))
		return -1;
	wish->before_bytes = 0; /* the table has followed: nothing is undone from here */
	rc = change_end(disk, path, error);
	say(path, wish, &disk->seen.table, &wanted);
	return rc;
}

/* From "+10GiB" to a size. */
static int settle_size(struct wish *wish, const struct changed_disk *disk,
		       struct error *error)
{
	if (!wish->more)
		return 0;
	wish->more = false;
	if (!__builtin_add_overflow(disk->io->size_bytes, wish->size_bytes,
				    &wish->size_bytes) &&
	    wish->size_bytes <= INT64_MAX)
		return 0;
	return error_input(error, "%s: the new size would exceed 2^63-1 bytes",
			   disk->io->name);
}

/* Makes the image larger, if its table can be changed too; problems are found first. */
static int enlarge(const char *path, struct wish *wish, struct error *error)
{
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_partition_table_ struct partition_table rehearsed = {};

	if (change_begin(path, &wish->change, &disk, error) < 0 ||
	    need_growable(&disk, error) < 0 || settle_size(wish, &disk, error) < 0)
		return -1;
	if (wish->size_bytes > disk.io->size_bytes &&
	    plan(wish, &disk, wish->size_bytes, &rehearsed, error) < 0)
		return -1;
	if (wish->dry_run && wish->size_bytes < disk.io->size_bytes)
		return error_input(error,
				   "%s: has %" PRIu64 " bytes, more than %" PRIu64
				   "; it can only grow",
				   path, disk.io->size_bytes, wish->size_bytes);
	if (wish->dry_run)
		return disk_end(TAKE(disk.io), error);
	if (wish->size_bytes > disk.io->size_bytes)
		wish->before_bytes = disk.io->size_bytes;
	if (disk_end(TAKE(disk.io), error) == 0 &&
	    image_enlarge(path, &wish->change.disk, wish->size_bytes, error) == 0)
		return 0;
	wish->before_bytes = 0;
	return -1;
}

/*
 * Adds to the message what happened to the image's length after its table could not be
 * changed.
 */
static void undo_enlarge(const char *path, struct wish *wish, struct error *error)
{
	_cleanup_free_ char *journal = change_journal(path, &wish->change, error);
	_cleanup_free_ char *why = xstrdup(error->message);
	_cleanup_error_ struct error second = {};
	enum exit_status status = error->status;
	bool open = !journal || access(journal, F_OK) == 0;

	error_clear(error);
	if (!open && image_shorten(path, &wish->change.disk, wish->size_bytes,
				   wish->before_bytes, &second) == 0)
		error_system(error, 0,
			     "%s (the image was returned to its old size of %" PRIu64
			     " bytes)",
			     why, wish->before_bytes);
	else
		error_system(error, 0,
			     "%s (the image now has %" PRIu64 " bytes; it had %" PRIu64
			     " before%s%s)",
			     why, wish->size_bytes, wish->before_bytes,
			     second.message ? ": " : "",
			     second.message ? second.message : "");
	error->status = status;
}

static int follow(const char *path, struct wish *wish, struct error *error)
{
	_cleanup_changed_disk_ struct changed_disk disk = {};

	if (change_begin(path, &wish->change, &disk, error) < 0 ||
	    need_growable(&disk, error) < 0)
		return -1;
	return grow(path, wish, &disk, error);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {};
	int status;

	disk_request_init(&wish.request);
	if (read_options(options, &wish, error) < 0)
		return -1;
	if (wish.size_bytes && enlarge(options->args[0], &wish, error) < 0)
		return -1;
	status = follow(options->args[0], &wish, error);
	if (status < 0 && wish.before_bytes)
		undo_enlarge(options->args[0], &wish, error);
	return status;
}

const struct command disk_grow_command = {
	.name = "grow",
	.args = "IMAGE",
	.summary = "Make a disk larger, adapt its table, and grow a partition",
	.about =
		"Moves the backup GPT to the end of a disk that has grown, so that the new\nspace can be used. The file system in a partition is not resized. If\nnothing becomes larger, the line NOCHANGE says why.",
	.rows = rows,
	.run = run,
};
