/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/fill.h"

#include "base/file.h"
#include "base/sha256.h"
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

#define COPY_BYTES (1u << 20)
/* The time of a file system made with a seed: the first that FAT can say. */
#define SEEDED_TIME "315532800"

static struct fill *find_fill(struct fill_list *fills, unsigned number)
{
	for (size_t i = 0; i < fills->list.n; i++)
		if (fills->list.v[i].number == number)
			return &fills->list.v[i];
	*vec_add(&fills->list) = (struct fill){.number = number};
	return vec_last(&fills->list);
}

int fill_add(struct fill_list *fills, enum fill_kind kind, char *value,
	     struct error *error)
{
	static const char *const options[] = {"--populate", "--format", "--copy-files"};
	char *equals = strrchr(value, '=');
	const char **to;
	struct fill *fill;
	uint32_t number;

	if (!equals || equals == value || !parse_u32(equals + 1, &number) || number == 0)
		return error_input(error, "%s %s: must be %s=PARTITION-NUMBER",
				   options[kind], value,
				   kind == FILL_FORMAT     ? "FORMAT"
				   : kind == FILL_POPULATE ? "FILE"
							   : "FOLDER");
	*equals = '\0';
	fill = find_fill(fills, number);
	to = kind == FILL_POPULATE ? &fill->populate
	     : kind == FILL_FORMAT ? &fill->format
				   : &fill->copy_files;
	if (*to)
		return error_input(error, "%s: twice for partition %u", options[kind],
				   number);
	*to = value;
	return 0;
}

/* How each file system is made; a NULL copies: no way to fill it without root. */
struct maker {
	const char *name, *program, *uuid, *label, *folder;
	unsigned label_bytes; /* the longest label it takes */
	bool dashed_uuid;
};
static const struct maker makers[] = {
	{"ext2", "mke2fs", "-U", "-L", "-d", 16, true},
	{"ext3", "mke2fs", "-U", "-L", "-d", 16, true},
	{"ext4", "mke2fs", "-U", "-L", "-d", 16, true},
	{"vfat", "mkfs.vfat", "-i", "-n", "mcopy", 11, false},
	{"swap", "mkswap", "-U", "-L", NULL, 15, true},
	{"btrfs", "mkfs.btrfs", "-U", "-L", "-r", 255, true},
	{"xfs", "mkfs.xfs", NULL, "-L", NULL, 12, true},
};

static const struct maker *find_maker(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (streq(makers[i].name, name))
			return &makers[i];
	return NULL;
}

static int check_one(const struct fill *fill, const struct partition_table *table,
		     struct error *error)
{
	const struct partition *partition = partition_table_find(table, fill->number);
	const struct maker *maker;

	if (!partition)
		return error_input(error, "there is no partition %u to fill",
				   fill->number);
	if (partition->kind == KIND_EXTENDED)
		return error_input(error,
				   "partition %u is the extended one; fill what is in it",
				   fill->number);
	if (fill->populate && (fill->format || fill->copy_files))
		return error_input(
			error, "partition %u: --populate and --format exclude each other",
			fill->number);
	if (fill->populate)
		return 0;
	if (!fill->format)
		return error_input(error, "partition %u: --copy-files needs --format",
				   fill->number);
	maker = find_maker(fill->format);
	if (!maker)
		return error_input(error, "--format %s=%u: must be " FILL_FORMATS,
				   fill->format, fill->number);
	if (fill->copy_files && !maker->folder)
		return error_input(error,
				   "partition %u: %s cannot be filled without root",
				   fill->number, fill->format);
	return 0;
}

int fill_check(const struct fill_list *fills, const struct partition_table *table,
	       struct error *error)
{
	for (size_t i = 0; i < fills->list.n; i++)
		if (check_one(&fills->list.v[i], table, error) < 0)
			return -1;
	return 0;
}

static bool is_zero(const char *bytes, size_t n)
{
	return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static int write_at(int fd, const char *bytes, size_t n, uint64_t offset,
		    struct error *error)
{
	while (n > 0) {
		ssize_t written = pwrite(fd, bytes, n, (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return error_system(error, written < 0 ? errno : ENOSPC,
					    "cannot write to the image");
		bytes += written;
		n -= (size_t)written;
		offset += (size_t)written;
	}
	return 0;
}

/* Copies [start, end) of @from; blocks of zeros are left out. */
static int copy_extent(int from, const char *name, int to, uint64_t start, uint64_t end,
		       uint64_t to_offset, struct error *error)
{
	_cleanup_free_ char *bytes = xcalloc(COPY_BYTES, 1);

	while (start < end) {
		ssize_t n = pread(from, bytes, MIN(end - start, (uint64_t)COPY_BYTES),
				  (off_t)start);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_system(error, errno, "cannot read %s", name);
		if (n == 0)
			return error_system(error, 0,
					    "%s became shorter while it was read", name);
		if (!is_zero(bytes, (size_t)n) &&
		    write_at(to, bytes, (size_t)n, to_offset + start, error) < 0)
			return -1;
		start += (uint64_t)n;
	}
	return 0;
}

/* All data of @from to @offset in @to; holes stay holes where the kernel knows them. */
static int copy_file(int from, const char *name, uint64_t size, int to, uint64_t offset,
		     struct error *error)
{
	off_t end = 0;

	while ((uint64_t)end < size) {
		off_t start = lseek(from, end, SEEK_DATA);

		if (start < 0 && errno == ENXIO)
			return 0;
		if (start < 0) { /* a pipe or a file system that does not know */
			start = end;
			end = (off_t)size;
		} else {
			end = lseek(from, start, SEEK_HOLE);
		}
		if (end <= start || (uint64_t)end > size)
			end = (off_t)size;
		if (copy_extent(from, name, to, (uint64_t)start, (uint64_t)end, offset,
				error) < 0)
			return -1;
	}
	return 0;
}

static uint64_t partition_bytes(const struct partition_table *table,
				const struct partition *partition)
{
	return partition_sectors(partition) * table->sector_bytes;
}

static int populate(const struct fill *fill, const struct partition_table *table,
		    const struct partition *partition, int to, struct error *error)
{
	_cleanup_fd_ int from = open(fill->populate, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint64_t room = partition_bytes(table, partition);
	char magic[4] = {};
	off_t size;

	if (from < 0)
		return errno == ENOENT || errno == EISDIR
			       ? error_input(error, "%s: %s", fill->populate,
					     strerror(errno))
			       : error_system(error, errno, "%s", fill->populate);
	size = lseek(from, 0, SEEK_END);
	if (size < 0 || size == INT64_MAX)
		return error_input(error, "%s: neither a file nor a disk",
				   fill->populate);
	if ((uint64_t)size > room)
		return error_input(
			error, "%s has %ju bytes, partition %u only %ju: short by %ju",
			fill->populate, (uintmax_t)size, fill->number, (uintmax_t)room,
			(uintmax_t)((uint64_t)size - room));
	if (pread(from, magic, 4, 0) == 4 && memcmp(magic, "QFI\xfb", 4) == 0)
		return error_input(error,
				   "%s is a qcow2 image; make a raw one of it first: "
				   "qemu-img convert -O raw",
				   fill->populate);
	return copy_file(from, fill->populate, (uint64_t)size, to,
			 partition->start_lba * table->sector_bytes, error);
}

static int make_uuid(const char *seed, unsigned number, struct guid *ret,
		     struct error *error)
{
	uint8_t hash[SHA256_BYTES];
	_cleanup_free_ char *what = xasprintf("virt-layout file system %u", number);

	if (seed)
		hmac_sha256(seed, strlen(seed), what, strlen(what), hash);
	else if (getrandom(hash, sizeof(ret->bytes), 0) != (ssize_t)sizeof(ret->bytes))
		return error_system(error, errno, "random numbers");
	memcpy(ret->bytes, hash, sizeof(ret->bytes));
	*ret = guid_as_v4(*ret);
	return 0;
}

/* Options that only one kind of file system has. */
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

static int run_maker(const struct fill *fill, const struct maker *maker,
		     const struct partition_table *table, int scratch, const char *seed,
		     struct error *error)
{
	const struct partition *partition = partition_table_find(table, fill->number);
	_cleanup_tool_ struct tool tool = {};
	char uuid[GUID_TEXT_BYTES];
	struct guid guid;

	if (make_uuid(seed, fill->number, &guid, error) < 0)
		return -1;
	guid_format(guid, uuid);
	tool_add(&tool, "%s", maker->program);
	add_special(&tool, maker, uuid, table->sector_bytes, seed != NULL);
	if (maker->uuid) {
		tool_add(&tool, "%s", maker->uuid);
		tool_add(&tool, "%.*s", maker->dashed_uuid ? 36 : 8, uuid);
	}
	if (partition->name && strlen(partition->name) <= maker->label_bytes) {
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
	return tool_run(&tool, error);
}

static int no_dots(const struct dirent *entry)
{
	return !streq(entry->d_name, ".") && !streq(entry->d_name, "..");
}

/* mtools: everything in the folder into the root of the FAT, in the order of names. */
static int run_mcopy(const struct fill *fill, int scratch, const char *seed,
		     struct error *error)
{
	_cleanup_tool_ struct tool tool = {};
	struct dirent **entries = NULL;
	int n = scandir(fill->copy_files, &entries, no_dots, alphasort);

	if (n < 0)
		return error_system(error, errno, "cannot read %s", fill->copy_files);
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
	if (seed && !getenv("SOURCE_DATE_EPOCH"))
		tool_set(&tool, "SOURCE_DATE_EPOCH=" SEEDED_TIME);
	return n > 0 ? tool_run(&tool, error) : 0;
}

/* debugfs commands that give each inode's access and change times its own mtime. */
static int add_time_commands(struct text *text, const char *folder, struct error *error)
{
	_cleanup_free_ char *top = xstrdup(folder);
	char *const roots[] = {top, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t skip = strlen(top);

	if (!tree)
		return error_system(error, errno, "cannot read %s", folder);
	for (FTSENT *at; (at = fts_read(tree));) {
		const char *path = at->fts_path + skip;
		intmax_t mtime;

		if (at->fts_info == FTS_DP || at->fts_level == 0 || !at->fts_statp ||
		    strpbrk(path, "\"\n"))
			continue;
		mtime = at->fts_statp->st_mtime;
		text_printf(text,
			    "sif \"%s\" atime @%jd\nsif \"%s\" ctime @%jd\n"
			    "sif \"%s\" atime_extra 0\nsif \"%s\" ctime_extra 0\n"
			    "sif \"%s\" crtime @%jd\nsif \"%s\" crtime_extra 0\n",
			    path, mtime, path, mtime, path, path, path, mtime, path);
	}
	fts_close(tree);
	return 0;
}

/*
 * mke2fs copies access times, which reading the folder changes, and change times, which
 * differ for each copy of it: with a seed, the same folder must give the same bytes.
 */
static int settle_times(const struct fill *fill, int scratch, struct error *error)
{
	_cleanup_text_ struct text commands = {};
	_cleanup_tool_ struct tool tool = {};
	_cleanup_fd_ int file = memfd_create("commands", MFD_CLOEXEC);
	const char *now = getenv("SOURCE_DATE_EPOCH");

	if (file < 0)
		return error_system(error, errno, "cannot make a memory file");
	text_printf(&commands, "set_current_time @%s\n", now ? now : SEEDED_TIME);
	if (add_time_commands(&commands, fill->copy_files, error) < 0 ||
	    file_write_fd(file, "commands", commands.s, commands.n, error) < 0)
		return -1;
	lseek(file, 0, SEEK_SET);
	tool_add(&tool, "debugfs");
	tool_add(&tool, "-w");
	tool_add(&tool, "-f");
	tool_add_fd(&tool, file);
	tool_add_fd(&tool, scratch);
	return tool_run(&tool, error);
}

static int check_folder(const char *path, struct error *error)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return error_input(error, "%s: %s", path, strerror(errno));
	return S_ISDIR(status.st_mode) ? 0 : error_input(error, "%s is no folder", path);
}

static int make_file_system(const struct fill *fill, const struct partition_table *table,
			    int scratch, const char *seed, struct error *error)
{
	const struct maker *maker = find_maker(fill->format);

	if (fill->copy_files && check_folder(fill->copy_files, error) < 0)
		return -1;
	if (run_maker(fill, maker, table, scratch, seed, error) < 0)
		return -1;
	if (fill->copy_files && streq(maker->folder, "mcopy"))
		return run_mcopy(fill, scratch, seed, error);
	if (fill->copy_files && seed && has_prefix(fill->format, "ext"))
		return settle_times(fill, scratch, error);
	return 0;
}

/* Without a name, or with one that is gone at once. */
static int open_scratch(int folder_fd)
{
	_cleanup_free_ char *name = xasprintf(".scratch.%ld.tmp", (long)getpid());
	int fd = openat(folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	fd = openat(folder_fd, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlinkat(folder_fd, name, 0);
	return fd;
}

static int format(const struct fill *fill, const struct partition_table *table, int to,
		  int folder_fd, const char *seed, struct error *error)
{
	const struct partition *partition = partition_table_find(table, fill->number);
	uint64_t room = partition_bytes(table, partition);
	_cleanup_fd_ int scratch = open_scratch(folder_fd);

	if (scratch < 0)
		return error_system(error, errno, "cannot make a scratch file");
	if (ftruncate(scratch, (off_t)room) < 0)
		return error_system(error, errno,
				    "cannot make a scratch file of %ju bytes",
				    (uintmax_t)room);
	if (make_file_system(fill, table, scratch, seed, error) < 0)
		return -1;
	if (lseek(scratch, 0, SEEK_END) != (off_t)room)
		return error_system(error, 0, "%s changed the size of what it was given",
				    fill->format);
	return copy_file(scratch, "the scratch file", room, to,
			 partition->start_lba * table->sector_bytes, error);
}

int fill_all(const struct fill_list *fills, const struct partition_table *table, int fd,
	     int folder_fd, const char *seed, struct error *error)
{
	for (size_t i = 0; i < fills->list.n; i++) {
		const struct fill *fill = &fills->list.v[i];
		const struct partition *partition =
			partition_table_find(table, fill->number);

		if ((fill->populate
			     ? populate(fill, table, partition, fd, error)
			     : format(fill, table, fd, folder_fd, seed, error)) < 0)
			return error_wrap(error, "partition %u", fill->number);
	}
	return 0;
}
