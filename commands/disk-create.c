/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-create.c - `disk create`: writes the layout of a request as a new image.
 */
#include "commands/disk.h"

#include "base/streams.h"
#include "partition/create.h"
#include "partition/erase.h"
#include "partition/fill-parts.h"
#include "partition/fill-tree.h"
#include "partition/disk-layout.h"
#include "partition/disk-layout-ids.h"
#include "partition/hybrid.h"
#include "partition/script-settle.h"
#include "partition/table.h"
#include "commands/disk-change.h"
#include "commands/disk-options.h"
#include "commands/progress-stderr.h"

#include <stdio.h>
#include <unistd.h>

struct source {
	struct disk_io *io;
	uint32_t sector_bytes;
};

struct wish {
	struct request_flags flags;
	struct create_request create;
	struct change_wish change;
	const char *file, *format; /* NULL: by the image's name */
	bool replace;
	struct hybrid hybrid;
};

static void wish_free(struct wish *wish)
{
	request_flags_free(&wish->flags);
	fill_list_free(&wish->create.fills);
}

static int set_force(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct wish *wish = target;

	(void)row;
	(void)value;
	(void)error;
	wish->change.force = wish->create.force = true;
	return 0;
}

static int add_populate(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	(void)row;
	return fill_add(target, FILL_POPULATE, value, error);
}

static int add_format(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	(void)row;
	return fill_add(target, FILL_FORMAT, value, error);
}

static int add_blob(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	(void)row;
	return fill_add_blob(target, value, error);
}

static int set_hybrid(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	(void)row;
	return hybrid_parse(value, target, error);
}

static int add_copy_files(void *target, const struct option_row *row, const char *value,
			  struct error *error)
{
	(void)row;
	return fill_add(target, FILL_COPY_FILES, value, error);
}

static const struct option_row rows[] = {
	{OPTION_TABLE(disk_request_rows, struct wish, flags)},
	{"output-format", 'O', "FORMAT", "format of the image (default: by its name)",
	 "raw|qcow2", SET_STRING(struct wish, format)},
	{"replace", 0, NULL, "give an existing image or device a new table",
	 SET_TRUE(struct wish, replace)},
	{"journal", 0, "FILE",
	 "with --replace: keep the old sectors in FILE until the change is complete",
	 SET_FILE(struct wish, change.journal)},
	{"chain", 0, NULL,
	 "with --replace: open the backing and data files that the image names",
	 SET_TRUE(struct wish, change.disk.follow)},
	{"overwrite", 0, NULL, "replace an existing image with a new one",
	 SET_TRUE(struct wish, create.overwrite)},
	{"force", 0, NULL,
	 "with --replace or --overwrite: destroy recognized content; refused if the image is in use",
	 SET_BY(set_force)},
	{"populate", 0, "FILE=N", "copy a file into partition N; can be repeated",
	 SET_WITH(add_populate, struct wish, create.fills)},
	{"format", 0, "FS=N", "make a file system in partition N: " FILL_FORMATS,
	 SET_WITH(add_format, struct wish, create.fills)},
	{"blob", 0, "FILE=OFFSET",
	 "copy a file to a place outside all partitions; can be repeated",
	 SET_WITH(add_blob, struct wish, create.fills)},
	{"hybrid", 0, "N[:TYPE],...", "put these partitions into a hybrid MBR too",
	 SET_WITH(set_hybrid, struct wish, hybrid)},
	{"copy-files", 0, "DIRECTORY=N",
	 "copy a directory into the file system of partition N",
	 SET_WITH(add_copy_files, struct wish, create.fills)},
	{},
};

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	const char *format;

	if (options_set(options, wish, 1, 2, error) < 0)
		return -1;
	format = wish->format;
	wish->file = options->n_args > 1 ? options->args[0] : NULL;
	wish->create.path = options->args[options->n_args - 1];
	if (format ? streq(format, "qcow2") : has_suffix(wish->create.path, ".qcow2"))
		wish->create.format = IMAGE_QCOW2;
	wish->change.disk.writable = true;
	wish->change.disk.format_given = format != NULL;
	wish->change.disk.format = wish->create.format;
	wish->change.disk.forced = wish->change.force;
	if (wish->replace && (wish->create.overwrite || wish->create.fills.list.n > 0 ||
			      wish->hybrid.n > 0))
		return error_input(
			error,
			"--replace cannot be used with --overwrite, --populate, --format, --blob or --hybrid, which make a new image");
	if (wish->change.force && !wish->replace && !wish->create.overwrite)
		return error_input(error, "--force needs --replace or --overwrite");
	if ((wish->change.journal || wish->change.disk.follow) && !wish->replace)
		return error_input(error, "--%s needs --replace",
				   wish->change.disk.follow ? "chain" : "journal");
	return 0;
}

/* qcow2 supports clusters of 512 bytes to 2 MiB, powers of two. */
static int check_cluster(struct wish *wish, struct disk_request *request,
			 struct error *error)
{
	uint64_t bytes = request->cluster_bytes;

	if (wish->create.format == IMAGE_RAW)
		return 0;
	if (bytes == 0)
		request->cluster_bytes = 65536;
	else if (bytes < 512 || bytes > 2097152 || (bytes & (bytes - 1)))
		return error_input(
			error,
			"qcow2 clusters must be a power of two from 512 bytes to 2 MiB, not %ju bytes",
			(uintmax_t)bytes);
	wish->create.cluster_bytes = bytes;
	return 0;
}

/* Where they do not become root's, files that an ordinary user copies keep that owner. */
static void say_owners(const struct wish *wish)
{
	for (size_t i = 0; i < wish->create.fills.list.n; i++) {
		const struct fill *fill = &wish->create.fills.list.v[i];

		const char *tree = fill->copy_files ? fill->copy_files
				   : fill->content && fill->content->copies.n > 0
					   ? fill->content->copies.v[0].source
					   : NULL;

		if (!tree || streq(fill->format, "vfat") || geteuid() == 0 ||
		    fill_gives_to_root(fill->format) || tree_owner(tree) != geteuid())
			continue;
		streams_say(
			"partition %u: files keep their owner, user %u, because mkfs.%s cannot change it; if they should belong to root, run this under fakeroot",
			fill->number, geteuid(), fill->format);
	}
}

static int create(struct wish *wish, struct disk_request *request,
		  struct text *ret_destroyed, struct error *error)
{
	struct progress progress = watch_stderr();
	struct create_request asked;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_patch_ struct patch patch = {};

	request_settle_size(request);
	if (check_cluster(wish, request, error) < 0 ||
	    script_settle(request, error) < 0 ||
	    disk_layout_make(request, &layout, error) < 0 ||
	    disk_layout_fill_ids(&layout.table, error) < 0 ||
	    fill_add_parts(&wish->create.fills, request, &layout, error) < 0 ||
	    fill_check(&wish->create.fills, &layout.table, error) < 0 ||
	    table_encode(&layout.table, &(struct table_source){}, &patch, error) < 0 ||
	    (wish->hybrid.n > 0 &&
	     hybrid_make(&wish->hybrid, &layout.table, &patch, error) < 0))
		return -1;
	request_say_dropped(request, &layout);
	asked = wish->create;
	asked.seed = request->seed;
	asked.progress = &progress;
	if (create_image(&asked, &layout.table, &patch, ret_destroyed, error) < 0)
		return -1;
	say_owners(wish);
	change_say_limit(asked.path, &layout.table);
	return 0;
}

static int read_block(void *context, uint64_t lba, uint8_t *bytes, struct error *error)
{
	const struct source *source = context;

	return disk_read(source->io, bytes, source->sector_bytes,
			 lba * source->sector_bytes, error);
}

/* The size and the blocks of the disk are given. */
static int fit_request(const struct changed_disk *disk, struct disk_request *request,
		       struct error *error)
{
	const uint64_t sector = request->sector_bytes;
	uint64_t size_bytes = disk->io->size_bytes;

	if (size_bytes == 0)
		return error_input(
			error,
			"%s is empty (0 bytes); use --overwrite to make an image of it",
			disk->io->name);
	if (disk->io->sector_bytes && disk->io->sector_bytes != sector)
		return error_input(error,
				   "%s has sectors of %u bytes; use --sector-size %u",
				   disk->io->name, disk->io->sector_bytes,
				   disk->io->sector_bytes);
	if (size_bytes % sector)
		return error_input(
			error,
			"%s has %ju bytes, which is not a multiple of %u; truncate -s %%%u rounds the size of a raw file up",
			disk->io->name, (uintmax_t)size_bytes, request->sector_bytes,
			request->sector_bytes);
	if (request->minimal ||
	    (request->size_bytes && request->size_bytes != size_bytes))
		return error_input(
			error,
			"%s has %ju bytes, not the requested size; --replace does not change the size, so do not request one",
			disk->io->name, (uintmax_t)disk->io->size_bytes);
	request->size_bytes = size_bytes;
	/* sfdisk does not look at discards, and a script is placed as by sfdisk. */
	if (request->cluster_bytes == 0)
		request->cluster_bytes = request->exact ? disk->kind.cluster_bytes
							: change_unit_bytes(disk);
	return 0;
}

static int need_leave(const struct changed_disk *disk, const struct contents *contents,
		      const struct wish *wish, struct text *ret_destroyed,
		      struct error *error)
{
	text_add_contents(ret_destroyed, contents);
	if (contents->list.n == 0 || wish->change.force)
		return 0;
	return error_input(
		error, "%s: contains %s; nothing was written; use --force to replace it",
		disk->io->name, ret_destroyed->s);
}

/* The table alone is written, so no part may ask for content. */
static int check_content(const struct disk_request *request, struct error *error)
{
	for (size_t i = 0; i < request->parts.n; i++)
		if (!part_content_is_empty(&request->parts.v[i].content))
			return error_input(
				error,
				"%s: Format=, CopyBlocks=, CopyFiles= and MakeDirectories= need a new image, so they cannot be used with --replace",
				request->parts.v[i].file);
	return 0;
}

/* Writes a new table to an existing disk, through the writer that can be undone. */
static int replace(struct wish *wish, struct disk_request *request,
		   struct text *ret_destroyed, struct error *error)
{
	_cleanup_contents_ struct contents contents = {};
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_patch_ struct patch patch = {};
	struct source source = {NULL, request->sector_bytes};
	struct table_source from = {.read = read_block,
				    .context = &source,
				    .replace = true};

	if (change_begin(wish->create.path, &wish->change, &disk, error) < 0 ||
	    change_survey(&disk, &contents, error) < 0 ||
	    need_leave(&disk, &contents, wish, ret_destroyed, error) < 0 ||
	    fit_request(&disk, request, error) < 0 || check_content(request, error) < 0 ||
	    script_settle(request, error) < 0 ||
	    disk_layout_make(request, &layout, error) < 0 ||
	    disk_layout_fill_ids(&layout.table, error) < 0)
		return -1;
	source.io = disk.io;
	from.drop_boot_code = disk.seen.table.label == LABEL_NONE;
	if (table_encode(&layout.table, &from, &patch, error) < 0 ||
	    erase_signatures(disk.io, &contents, &layout.table, &patch, error) < 0)
		return -1;
	if (change_commit(&disk, &patch, &layout.table, error) < 0)
		return -1;
	request_say_dropped(request, &layout);
	change_say_limit(wish->create.path, &layout.table);
	return change_end(&disk, wish->create.path, error);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {};
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_text_ struct text destroyed = {};

	disk_request_init(&request);
	if (read_options(options, &wish, error) < 0 ||
	    request_from_flags(&wish.flags, wish.file, &request, error) < 0)
		return -1;
	if ((wish.replace ? replace(&wish, &request, &destroyed, error)
			  : create(&wish, &request, &destroyed, error)) < 0)
		return -1;
	if (destroyed.n > 0)
		streams_say("%s: its previous content was destroyed: %s",
			    wish.create.path, destroyed.s);
	return STATUS_OK;
}

const struct command disk_create_command = {
	.name = "create",
	.args = "[REQUEST] IMAGE",
	.summary = "Write a new image with the partitions of a request",
	/* clang-format off */
	.about = "REQUEST, options and --part are those of `disk plan`. The image appears\nunder its name completely or not at all; raw images are sparse. A name that ends\nin .qcow2 selects qcow2. With --seed, the same request gives the same bytes.\n--replace keeps the image or device and changes only its table, in a way\nthat disk recover can finish or undo. Known content (a table, a file system, a\nRAID member, ...) is named and kept unless --force is given.",
	/* clang-format on */
	.rows = rows,
	.run = run,
};
