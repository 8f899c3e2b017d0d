/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-set.c - `disk set` and `disk delete`: change and delete existing partitions. */
#include "commands/disk.h"

#include "base/size.h"
#include "base/streams.h"
#include "partition/alter.h"
#include "partition/disk-layout-ids.h"
#include "partition/edit-table.h"
#include "partition/hybrid.h"
#include "commands/disk-change.h"
#include "commands/disk-options.h"

#include <inttypes.h>
#include <stdio.h>

struct wish {
	struct change_wish change;
	struct request_flags settings;
	bool dry_run, has_hybrid;
	struct hybrid hybrid; /* without partitions: none */
};

#define KEEP SET_WITH(request_keep, struct wish, settings)

static int set_hybrid(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	struct wish *wish = target;

	(void)row;
	wish->has_hybrid = true;
	wish->hybrid = (struct hybrid){};
	return streq(value, "none") ? 0 : hybrid_parse(value, &wish->hybrid, error);
}

static const struct option_row set_rows[] = {
	{"part", 'p', "number=N,KEY=VALUE,...",
	 "what to change of partition N; can be repeated", KEEP},
	{"align", 'a', "SIZE", "alignment of a new end (default 1MiB)", KEEP},
	{"rule", 0, "RULE", "how a new end is aligned (default tight)", ALIGN_RULES,
	 KEEP},
	{"hybrid", 0, "N[:TYPE],...|none",
	 "put these partitions into the MBR too, in place of those in it",
	 SET_BY(set_hybrid)},
	{"dry-run", 0, NULL, "show what would change, but write nothing",
	 SET_TRUE(struct wish, dry_run)},
	{OPTION_TABLE(change_rows, struct wish, change)},
	{},
};

static const struct option_row delete_rows[] = {
	{"dry-run", 0, NULL, "show what would be deleted, but write nothing",
	 SET_TRUE(struct wish, dry_run)},
	{OPTION_TABLE(change_rows, struct wish, change)},
	{},
};

static void wish_free(struct wish *wish)
{
	request_flags_free(&wish->settings);
}

static int make_request(const struct wish *wish, const struct changed_disk *disk,
			struct disk_request *request, struct error *error)
{
	const struct partition_table *table = &disk->seen.table;

	request->label = table->label;
	request->sector_bytes = table->sector_bytes;
	request->n_entries = table->n_entries;
	request->cluster_bytes = change_unit_bytes(disk);
	request->has_disk_guid = table->label == LABEL_GPT;
	request->has_signature = table->label == LABEL_DOS;
	request->disk_guid = table->disk_guid;
	request->signature = table->disk_signature;
	for (size_t i = 0; i < wish->settings.list.n; i++)
		if (request_set_flag(&wish->settings.list.v[i], request, error) < 0)
			return -1;
	return 0;
}

static int set_all(const struct wish *wish, const struct changed_disk *disk,
		   struct partition_table *wanted, struct error *error)
{
	_cleanup_disk_request_ struct disk_request request = {};

	disk_request_init(&request);
	if (make_request(wish, disk, &request, error) < 0)
		return -1;
	for (size_t i = 0; i < request.parts.n; i++)
		if (partition_set(wanted, &request, &request.parts.v[i],
				  wish->change.force, error) < 0)
			return error_wrap(error, "%s", disk->io->name);
	if (disk_layout_set_ids(&request, wanted, error) < 0)
		return error_wrap(error, "%s", disk->io->name);
	return 0;
}

/* What became of each partition; one that is not in @after was deleted. */
static void say(const struct partition_table *before, const struct partition_table *after)
{
	_cleanup_text_ struct text out = {};

	for (size_t i = 0; i < before->partitions.n; i++) {
		const struct partition *old = &before->partitions.v[i], *new = NULL;

		for (size_t k = 0; k < after->partitions.n; k++)
			if (after->partitions.v[k].start_lba == old->start_lba)
				new = &after->partitions.v[k];
		if (!new) {
			text_printf(&out,
				    "%u: deleted, blocks %" PRIu64 " to %" PRIu64 "\n",
				    old->number, old->start_lba, old->end_lba);
		} else if (new->number != old->number) {
			text_printf(&out, "%u: is now partition %u\n", old->number,
				    new->number);
		} else if (new->end_lba != old->end_lba) {
			text_printf(&out, "%u: blocks %" PRIu64 " to %" PRIu64 ", ",
				    new->number, new->start_lba, new->end_lba);
			text_add_size_about(&out,
					    partition_sectors(new) * after->sector_bytes);
			text_addc(&out, '\n');
		} else if (!partition_same(old, new)) {
			text_printf(&out, "%u: changed\n", new->number);
		}
	}
	fwrite(out.s ? out.s : "", 1, out.n, stdout);
}

static int carry_out(const char *path, const struct wish *wish, struct changed_disk *disk,
		     const struct partition_table *wanted, struct error *error)
{
	_cleanup_patch_ struct patch patch = {};
	int rc;

	if (table_edit(disk->io, &disk->seen, wanted, GPT_PRIMARY, &patch, error) < 0 ||
	    (wish->has_hybrid &&
	     hybrid_edit(&wish->hybrid, disk->io, wanted, &patch, error) < 0) ||
	    (!wish->dry_run && change_commit(disk, &patch, wanted, error) < 0))
		return -1;
	rc = change_end(disk, path, error);
	say(&disk->seen.table, wanted);
	if (wish->has_hybrid && wish->hybrid.n == 0)
		printf("the MBR is protective, no longer hybrid\n");
	else if (wish->has_hybrid)
		printf("hybrid MBR: %u partition%s in addition to the protective entry\n",
		       wish->hybrid.n, wish->hybrid.n == 1 ? "" : "s");
	return rc;
}

static int run_set(const struct options *options, struct error *error)
{
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_partition_table_ struct partition_table wanted = {};
	_cleanup_(wish_free) struct wish wish = {.change.disk.writable = true};

	if (options_set(options, &wish, 1, 1, error) < 0)
		return -1;
	if (!options_given(options, "part") && !wish.has_hybrid)
		return error_input(error, "disk set needs --part or --hybrid");
	if (change_begin(options->args[0], &wish.change, &disk, error) < 0 ||
	    (!(wish.has_hybrid && disk.seen.hybrid_editable) &&
	     change_need_editable(&disk, error) < 0))
		return -1;
	wanted = partition_table_copy(&disk.seen.table);
	if (set_all(&wish, &disk, &wanted, error) < 0)
		return -1;
	return carry_out(options->args[0], &wish, &disk, &wanted, error);
}

static int read_numbers(const struct options *options, unsigned *numbers,
			struct error *error)
{
	for (int i = 1; i < options->n_args; i++)
		if (!parse_u32(options->args[i], &numbers[i - 1]) || numbers[i - 1] == 0)
			return error_input(error, "%s is not the number of a partition",
					   options->args[i]);
	return 0;
}

static int run_delete(const struct options *options, struct error *error)
{
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_partition_table_ struct partition_table wanted = {};
	_cleanup_free_ unsigned *numbers = NULL;
	struct wish wish = {.change.disk.writable = true};

	if (options_set(options, &wish, 2, INT32_MAX, error) < 0)
		return -1;
	numbers = xcalloc((size_t)options->n_args, sizeof(*numbers));
	if (read_numbers(options, numbers, error) < 0 ||
	    change_begin(options->args[0], &wish.change, &disk, error) < 0 ||
	    change_need_editable(&disk, error) < 0)
		return -1;
	wanted = partition_table_copy(&disk.seen.table);
	if (partitions_delete(&wanted, numbers, (size_t)options->n_args - 1, error) < 0)
		return error_wrap(error, "%s", disk.io->name);
	return carry_out(options->args[0], &wish, &disk, &wanted, error);
}

const struct command disk_set_command = {
	.name = "set",
	.args = "IMAGE --part number=N,KEY=VALUE,...",
	.summary = "Change type, name, UUID, attributes or size of partitions",
	.about =
		"Keys are those of disk add: type, name, uuid, attribute (replaces all\nattributes; none removes them), active and size. A partition is never moved, and\nis made smaller only with --force.",
	.rows = set_rows,
	.run = run_set,
};

const struct command disk_delete_command = {
	.name = "delete",
	.args = "IMAGE NUMBER...",
	.summary = "Delete partitions from a table",
	.about =
		"The content of the partitions is not touched, so disk add --keep-content with\nthe same start and size restores them. Logical partitions after a deleted one\nget other numbers.",
	.rows = delete_rows,
	.run = run_delete,
};
