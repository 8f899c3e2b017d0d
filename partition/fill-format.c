/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fill-format.c - creates a file system in a scratch file and fills it with standard
 * tools, without root.
 */
#include "partition/fill-format.h"

#include "base/file.h"
#include "base/sha256.h"
#include "partition/fill-room.h"
#include "partition/fill-stage.h"
#include "partition/fill-tree.h"
#include "partition/tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The time in a file system made with a seed: the earliest that FAT supports. */
#define SEEDED_TIME "315532800"

/* How each file system is made; copies is NULL if it cannot be filled without root. */
struct maker {
	const char *name, *program, *uuid, *label, *folder;
	unsigned label_bytes; /* maximum length of the label */
	bool dashed_uuid;
	bool own_size; /* it is read-only, and its size follows from its content */
};
static const struct maker makers[] = {
	{"ext2", "mke2fs", "-U", "-L", "-d", 16, true, false},
	{"ext3", "mke2fs", "-U", "-L", "-d", 16, true, false},
	{"ext4", "mke2fs", "-U", "-L", "-d", 16, true, false},
	{"vfat", "mkfs.vfat", "-i", "-n", "mcopy", 11, false, false},
	{"swap", "mkswap", "-U", "-L", NULL, 15, true, false},
	{"btrfs", "mkfs.btrfs", "-U", "-L", "-r", 255, true, false},
	{"xfs", "mkfs.xfs", NULL, "-L", NULL, 12, true, false},
	{"squashfs", "mksquashfs", NULL, NULL, "", 0, false, true},
	{"erofs", "mkfs.erofs", "-U", NULL, "", 0, true, true},
};

static const struct maker *find_maker(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (streq(makers[i].name, name))
			return &makers[i];
	return NULL;
}

bool fill_knows_format(const char *format)
{
	return find_maker(format) != NULL;
}

bool fill_copies_into(const char *format)
{
	const struct maker *maker = find_maker(format);

	return maker && maker->folder;
}

bool fill_gives_to_root(const char *format)
{
	const struct maker *maker = find_maker(format);

	return maker && (maker->own_size || streq(maker->program, "mke2fs")) &&
	       geteuid() != 0;
}

bool fill_sizes_itself(const char *format)
{
	const struct maker *maker = find_maker(format);

	return maker && maker->own_size;
}

int fill_check_format(const struct fill *fill, struct error *error)
{
	const struct maker *maker = find_maker(fill->format);

	if (!maker)
		return error_input(error, "--format %s=%u: must be " FILL_FORMATS,
				   fill->format, fill->number);
	if ((fill->copy_files || fill->content) && !maker->folder)
		return error_input(
			error,
			"partition %u: --copy-files does not support %s, because its mkfs cannot copy files",
			fill->number, fill->format);
	if (maker->own_size && !fill->copy_files && !fill->content)
		return error_input(
			error,
			"partition %u: --format %s needs --copy-files, because nothing can be written into the file system later",
			fill->number, fill->format);
	return 0;
}

/* A running tool, and the file that it fills. */
struct work {
	struct progress *progress;
	int scratch;
};

/* The space that the file uses on disk is what has been written so far. */
static void watch(void *context, const char *message _unused_)
{
	const struct work *work = context;
	struct stat st;

	if (fstat(work->scratch, &st) == 0)
		progress_set(work->progress, (uint64_t)st.st_blocks * 512);
}

/* Runs it; how much it has written is known, how much it will write is not. */
static int run_watched(struct tool *tool, const struct filling *filling, int scratch,
		       struct error *error)
{
	_cleanup_progress_ struct progress *progress = filling->target->progress;
	struct work work = {progress, scratch};

	progress_begin(progress, 0, "partition %u: %s", filling->fill->number,
		       tool->words.v[0]);
	tool->tick = watch;
	tool->context = &work;
	tool->output_fd = scratch;
	tool->ends_with_us = true;
	return tool_run(tool, error);
}

static int make_uuid(const char *seed, const struct fill *fill, struct guid *ret,
		     struct error *error)
{
	uint8_t hash[SHA256_BYTES];
	_cleanup_free_ char *what = xasprintf("virt-layout file system %u", fill->number);

	if (!guid_is_zero(fill->uuid)) {
		*ret = fill->uuid;
		return 0;
	}
	if (seed)
		hmac_sha256(seed, strlen(seed), what, strlen(what), hash);
	else if (getrandom(hash, sizeof(ret->bytes), 0) != (ssize_t)sizeof(ret->bytes))
		return error_system(error, errno, "cannot get random numbers");
	memcpy(ret->bytes, hash, sizeof(ret->bytes));
	*ret = guid_as_v4(*ret);
	return 0;
}

/* Options that only one type of file system has. */
static void add_special(struct tool *tool, const struct maker *maker, const char *uuid,
			uint32_t sector_bytes, bool seeded)
{
	if (streq(maker->program, "mke2fs")) {
		tool_add(tool, "-q");
		tool_add(tool, "-F");
		tool_add(tool, "-t");
		tool_add(tool, "%s", maker->name);
		tool_add(tool, "-E");
		tool_add(tool, "hash_seed=%s,lazy_itable_init=1", uuid);
	}
	/* The kernel mounts no file system whose blocks are smaller than a sector. */
	if (streq(maker->program, "mke2fs") && sector_bytes > 1024) {
		tool_add(tool, "-b");
		tool_add(tool, "%u", sector_bytes);
	}
	if (streq(maker->name, "xfs") && sector_bytes > 512) {
		tool_add(tool, "-s");
		tool_add(tool, "size=%u", sector_bytes);
	}
	if (streq(maker->name, "vfat")) {
		tool_add(tool, "-S");
		tool_add(tool, "%u", sector_bytes);
	}
	if (streq(maker->name, "vfat") && seeded)
		tool_add(tool, "--invariant");
	if (streq(maker->name, "xfs")) {
		tool_add(tool, "-q");
		tool_add(tool, "-m");
		tool_add(tool, "uuid=%s", uuid);
	}
	if (streq(maker->name, "btrfs"))
		tool_add(tool, "-q");
}

/* Whether a partition's name can be the label of its file system. */
static bool is_label(const struct maker *maker, const char *name)
{
	return name && maker->label && strlen(name) <= maker->label_bytes &&
	       !(streq(maker->name, "vfat") && strpbrk(name, "*?.,;:/\\|+=<>[]\""));
}

static int run_maker(const struct filling *filling, const struct maker *maker,
		     int scratch, struct error *error)
{
	const struct fill *fill = filling->fill;
	const struct partition *partition = filling->partition;
	const char *seed = filling->target->seed;
	_cleanup_tool_ struct tool tool = {};
	char uuid[GUID_TEXT_BYTES];
	struct guid guid;

	if (make_uuid(seed, fill, &guid, error) < 0)
		return -1;
	guid_format(guid, uuid);
	tool_add(&tool, "%s", maker->program);
	add_special(&tool, maker, uuid, filling->table->sector_bytes, seed != NULL);
	if (maker->uuid) {
		tool_add(&tool, "%s", maker->uuid);
		tool_add(&tool, "%.*s", maker->dashed_uuid ? 36 : 8, uuid);
	}
	if (is_label(maker, partition->name)) {
		tool_add(&tool, "%s", maker->label);
		tool_add(&tool, "%s", partition->name);
	}
	if (fill->copy_files && *maker->folder == '-') {
		tool_add(&tool, "%s", maker->folder);
		tool_add(&tool, "%s", fill->copy_files);
	}
	tool_add_fd(&tool, scratch);
	if (seed && !getenv("SOURCE_DATE_EPOCH"))
		tool_set(&tool, "SOURCE_DATE_EPOCH=" SEEDED_TIME);
	if (seed)
		tool_set(&tool, "E2FSPROGS_FAKE_TIME=%s",
			 getenv("SOURCE_DATE_EPOCH") ? getenv("SOURCE_DATE_EPOCH")
						     : SEEDED_TIME);
	return run_watched(&tool, filling, scratch, error);
}

/*
 * These clamp the times of all files to SOURCE_DATE_EPOCH, so without one only what is
 * derived from the clock is fixed. mkfs.erofs can fix it only together with the times of
 * the files; long inodes keep the size that it would have with their own times.
 */
static int run_read_only(const struct filling *filling, int scratch, struct error *error)
{
	const char *from = filling->fill->copy_files;
	/* No option, and the directory itself if it is a link. */
	_cleanup_free_ char *folder = xasprintf("%s%s/", *from == '/' ? "" : "./", from);
	const bool fixed = filling->target->seed && !getenv("SOURCE_DATE_EPOCH");
	_cleanup_tool_ struct tool tool = {};
	char uuid[GUID_TEXT_BYTES];
	struct guid guid;

	if (make_uuid(filling->target->seed, filling->fill, &guid, error) < 0)
		return -1;
	guid_format(guid, uuid);
	if (streq(filling->fill->format, "squashfs")) {
		tool_add(&tool, "mksquashfs");
		tool_add(&tool, "%s", folder);
		tool_add_fd(&tool, scratch);
		tool_add(&tool, "-noappend");
		tool_add(&tool, "-no-progress");
		if (fill_gives_to_root("squashfs"))
			tool_add(&tool, "-all-root");
		if (fixed) {
			tool_add(&tool, "-mkfs-time");
			tool_add(&tool, SEEDED_TIME);
		}
		return run_watched(&tool, filling, scratch, error);
	}
	tool_add(&tool, "mkfs.erofs");
	tool_add(&tool, "-U%s", uuid);
	if (fill_gives_to_root("erofs"))
		tool_add(&tool, "--all-root");
	if (fixed) {
		tool_add(&tool, "-T" SEEDED_TIME);
		tool_add(&tool, "-Eforce-inode-extended");
	}
	tool_add_fd(&tool, scratch);
	tool_add(&tool, "%s", folder);
	return run_watched(&tool, filling, scratch, error);
}

static int no_dots(const struct dirent *entry)
{
	return !streq(entry->d_name, ".") && !streq(entry->d_name, "..");
}

/*
 * mtools: copies everything in the folder into the root of the FAT, in the order of
 * names.
 */
static int run_mcopy(const struct filling *filling, int scratch, struct error *error)
{
	const struct fill *fill = filling->fill;
	_cleanup_tool_ struct tool tool = {};
	struct dirent **entries = NULL;
	int n = scandir(fill->copy_files, &entries, no_dots, alphasort);

	if (n < 0)
		return error_system(error, errno, "cannot read %s", fill->copy_files);
	/* In the C locale it would take names for Latin-1. */
	tool_set(&tool, "LC_ALL=C.UTF-8");
	tool_add(&tool, "mcopy");
	tool_add(&tool, "-sQmi");
	tool_add_fd(&tool, scratch);
	tool_add(&tool, "--");
	for (int i = 0; i < n; i++) {
		tool_add(&tool, "%s/%s", fill->copy_files, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	tool_add(&tool, "::/");
	if (filling->target->seed && !getenv("SOURCE_DATE_EPOCH"))
		tool_set(&tool, "SOURCE_DATE_EPOCH=" SEEDED_TIME);
	return n > 0 ? run_watched(&tool, filling, scratch, error) : 0;
}

/* debugfs commands for one file, whose path in the file system is @path. */
static void add_owner_commands(struct text *text, const char *path)
{
	text_printf(text, "sif \"%s\" uid 0\nsif \"%s\" gid 0\n", path, path);
}

/* They set each inode's access and change times to its own mtime. */
static void add_time_commands(struct text *text, const char *path, intmax_t mtime)
{
	text_printf(text,
		    "sif \"%s\" atime @%jd\nsif \"%s\" ctime @%jd\n"
		    "sif \"%s\" atime_extra 0\nsif \"%s\" ctime_extra 0\n"
		    "sif \"%s\" crtime @%jd\nsif \"%s\" crtime_extra 0\n",
		    path, mtime, path, mtime, path, path, path, mtime, path);
}

/* debugfs reads a path up to the next quote or newline. */
static int add_one(struct text *text, const FTSENT *at, const char *path, bool seeded,
		   struct error *error)
{
	bool owned = fill_gives_to_root("ext4");

	if (strpbrk(path, "\"\n") && owned)
		return error_input(
			error,
			"%s: its name contains a quote or a newline, so it cannot be given to root; use fakeroot(1)",
			at->fts_path);
	if (strpbrk(path, "\"\n"))
		return 0;
	if (owned)
		add_owner_commands(text, at->fts_level == 0 ? "/" : path);
	if (seeded && at->fts_level > 0)
		add_time_commands(text, path, at->fts_statp->st_mtime);
	return 0;
}

static int add_commands(struct text *text, const char *folder, bool seeded,
			struct error *error)
{
	_cleanup_free_ char *top = xasprintf("%s/", folder); /* which may be a link */
	char *const roots[] = {top, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t skip = strlen(top) - 1;
	const FTSENT *at;
	int rc = 0;

	if (!tree)
		return error_system(error, errno, "cannot read %s", folder);
	while (rc == 0 && (at = fts_read(tree)))
		if (at->fts_info != FTS_DP && at->fts_statp)
			rc = add_one(text, at, at->fts_path + skip, seeded, error);
	if (rc == 0 && errno)
		rc = error_system(error, errno, "cannot read %s", folder);
	fts_close(tree);
	return rc;
}

/*
 * What mke2fs cannot do by itself. It copies owners, also those of an ordinary user. It
 * copies access times, which change when the folder is read, and change times, which
 * differ for each copy of the folder: with a seed, the same folder must give the same
 * bytes.
 */
static int settle_inodes(const struct filling *filling, int scratch, struct error *error)
{
	_cleanup_text_ struct text commands = {};
	_cleanup_tool_ struct tool tool = {};
	_cleanup_fd_ int file = memfd_create("commands", MFD_CLOEXEC);
	const char *now = getenv("SOURCE_DATE_EPOCH");
	bool seeded = filling->target->seed;

	if (file < 0)
		return error_system(error, errno, "cannot create a memfd");
	if (seeded)
		text_printf(&commands, "set_current_time @%s\n", now ? now : SEEDED_TIME);
	if (add_commands(&commands, filling->fill->copy_files, seeded, error) < 0 ||
	    file_write_fd(file, "commands", commands.s, commands.n, error) < 0)
		return -1;
	lseek(file, 0, SEEK_SET);
	tool_add(&tool, "debugfs");
	tool_add(&tool, "-w");
	tool_add(&tool, "-f");
	tool_add_fd(&tool, file);
	tool_add_fd(&tool, scratch);
	return run_watched(&tool, filling, scratch, error);
}

static int check_folder(const char *path, struct error *error)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return error_input(error, "%s: %s", path, strerror(errno));
	return S_ISDIR(status.st_mode)
		       ? 0
		       : error_input(error, "%s is not a directory", path);
}

static int fill_one(const struct filling *filling, int scratch, struct error *error)
{
	const struct fill *fill = filling->fill;
	const struct maker *maker = find_maker(fill->format);

	if (fill->copy_files && check_folder(fill->copy_files, error) < 0)
		return -1;
	if (fill->copy_files && tree_check(fill->copy_files, fill->format, error) < 0)
		return -1;
	if (maker->own_size)
		return run_read_only(filling, scratch, error);
	if (run_maker(filling, maker, scratch, error) < 0 ||
	    (fill->copy_files && streq(maker->folder, "mcopy") &&
	     run_mcopy(filling, scratch, error) < 0))
		return fill_explain_room(filling, scratch, error);
	if (fill->copy_files && has_prefix(fill->format, "ext") &&
	    (filling->target->seed || fill_gives_to_root(fill->format)))
		return settle_inodes(filling, scratch, error);
	return 0;
}

/* The time of directories that exist in no source. */
static int64_t made_time(const struct fill_target *target)
{
	const char *now = getenv("SOURCE_DATE_EPOCH");
	uint64_t time_s;

	if (!target->seed)
		return -1;
	return parse_u64(now ? now : SEEDED_TIME, &time_s) && time_s <= INT64_MAX
		       ? (int64_t)time_s
		       : -1;
}

/* Several sources are collected in a directory next to the image. */
static int fill_staged(const struct filling *filling, int scratch, struct error *error)
{
	_cleanup_free_ char *link =
		xasprintf("/proc/self/fd/%d", filling->target->folder_fd);
	_cleanup_free_ char *folder = realpath(link, NULL);
	_cleanup_stage_ char *stage = NULL;
	struct fill fill = *filling->fill;
	struct filling staged = *filling;

	if (!folder)
		return error_system(error, errno, "cannot find the image's directory");
	if (stage_make(fill.content, folder, made_time(filling->target), &stage, error) <
	    0)
		return -1;
	fill.copy_files = stage;
	staged.fill = &fill;
	return fill_one(&staged, scratch, error);
}

int fill_format(const struct filling *filling, int scratch, struct error *error)
{
	return filling->fill->content ? fill_staged(filling, scratch, error)
				      : fill_one(filling, scratch, error);
}
