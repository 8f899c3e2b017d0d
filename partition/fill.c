/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/fill.h"
#include "base/size.h"
#include "partition/disk-layout.h"

#include "partition/fill-format.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES (1u << 18) /* of what the processor's cache has room for */

static struct fill *find_fill(struct fill_list *fills, unsigned number)
{
	for (size_t i = 0; i < fills->list.n; i++)
		if (fills->list.v[i].number == number && !fills->list.v[i].is_blob)
			return &fills->list.v[i];
	*vec_add(&fills->list) = (struct fill){.number = number};
	return vec_last(&fills->list);
}

int fill_add(struct fill_list *fills, enum fill_kind kind, const char *value,
	     struct error *error)
{
	static const char *const options[] = {"--populate", "--format", "--copy-files"};
	const char *equals = strrchr(value, '=');
	char **to;
	struct fill *fill;
	uint32_t number;

	if (!equals || equals == value || !parse_u32(equals + 1, &number) || number == 0)
		return error_input(error, "%s %s: must be %s=PARTITION-NUMBER",
				   options[kind], value,
				   kind == FILL_FORMAT     ? "FORMAT"
				   : kind == FILL_POPULATE ? "FILE"
							   : "FOLDER");
	fill = find_fill(fills, number);
	to = kind == FILL_POPULATE ? &fill->populate
	     : kind == FILL_FORMAT ? &fill->format
				   : &fill->copy_files;
	if (*to)
		return error_input(error, "%s: given twice for partition %u",
				   options[kind], number);
	*to = xstrndup(value, (size_t)(equals - value));
	return 0;
}

int fill_add_blob(struct fill_list *fills, const char *value, struct error *error)
{
	const char *equals = strrchr(value, '=');
	struct fill *fill;
	uint64_t offset;

	if (!equals || equals == value ||
	    size_parse(equals + 1, false, 512, &offset) != SIZE_OK || offset % 512)
		return error_input(
			error,
			"--blob %s: must be FILE=OFFSET, for example spl.bin=8KiB; OFFSET must be a multiple of 512 bytes",
			value);
	fill = vec_add(&fills->list);
	fill->is_blob = true;
	fill->offset_bytes = offset;
	fill->populate = xstrndup(value, (size_t)(equals - value));
	return 0;
}

void fill_list_free(struct fill_list *fills)
{
	for (size_t i = 0; i < fills->list.n; i++) {
		free(fills->list.v[i].populate);
		free(fills->list.v[i].format);
		free(fills->list.v[i].copy_files);
	}
	vec_free(&fills->list);
}

/* Names what is at bytes [start, end) already; NULL if nothing is. */
static char *find_taken(const struct partition_table *table, uint64_t start, uint64_t end)
{
	const uint64_t sector = table->sector_bytes;
	uint64_t head = table_head_sectors(table);
	uint64_t tail = table_tail_sectors(table);

	if (end > table->n_sectors * sector)
		return xstrdup("the end of the disk");
	if (start < head * sector || end > (table->n_sectors - tail) * sector)
		return xasprintf("the partition table, blocks 0 to %ju%s",
				 (uintmax_t)head - 1,
				 tail ? ", or its backup at the end" : "");
	for (size_t i = 0; i < table->partitions.n; i++)
		if (start < (table->partitions.v[i].end_lba + 1) * sector &&
		    end > table->partitions.v[i].start_lba * sector)
			return xasprintf("partition %u", table->partitions.v[i].number);
	return NULL;
}

static int check_blob(const struct fill_list *fills, size_t index,
		      const struct partition_table *table, struct error *error)
{
	const struct fill *fill = &fills->list.v[index];
	_cleanup_free_ char *taken = NULL;
	struct stat st;
	uint64_t end;

	if (stat(fill->populate, &st) < 0)
		return error_input(error, "--blob: %s: %s", fill->populate,
				   strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_input(error, "--blob: %s: is not a file", fill->populate);
	if (st.st_size == 0)
		return error_input(error, "--blob: %s: is empty", fill->populate);
	if (fill->offset_bytes % table->sector_bytes)
		return error_input(
			error,
			"--blob: %s: the offset is not a multiple of the sector size",
			fill->populate);
	end = fill->offset_bytes + (uint64_t)st.st_size;
	taken = find_taken(table, fill->offset_bytes, end);
	for (size_t i = 0; i < index && !taken; i++) {
		const struct fill *other = &fills->list.v[i];
		struct stat theirs;

		if (other->is_blob && stat(other->populate, &theirs) == 0 &&
		    fill->offset_bytes < other->offset_bytes + (uint64_t)theirs.st_size &&
		    end > other->offset_bytes)
			taken = xstrdup(other->populate);
	}
	return taken ? error_input(error,
				   "--blob: %s, bytes %ju to %ju, would overwrite %s",
				   fill->populate, (uintmax_t)fill->offset_bytes,
				   (uintmax_t)end - 1, taken)
		     : 0;
}

static int check_one(const struct fill *fill, const struct partition_table *table,
		     struct error *error)
{
	const struct partition *partition = partition_table_find(table, fill->number);

	if (!partition)
		return error_input(error, "there is no partition %u to fill",
				   fill->number);
	if (partition->kind == KIND_EXTENDED)
		return error_input(
			error,
			"partition %u is the extended partition; fill the logical partitions in it",
			fill->number);
	if (fill->populate && (fill->format || fill->copy_files))
		return error_input(
			error,
			"partition %u: --populate and --format are mutually exclusive",
			fill->number);
	if (fill->populate)
		return 0;
	if (!fill->format)
		return error_input(error, "partition %u: --copy-files needs --format",
				   fill->number);
	return fill_check_format(fill, error);
}

int fill_check(const struct fill_list *fills, const struct partition_table *table,
	       struct error *error)
{
	for (size_t i = 0; i < fills->list.n; i++)
		if ((fills->list.v[i].is_blob
			     ? check_blob(fills, i, table, error)
			     : check_one(&fills->list.v[i], table, error)) < 0)
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

/* A copy in progress. */
struct copy {
	int from, to;
	const char *name; /* of the source */
	uint64_t size, to_offset;
	struct progress *progress;
	char *bytes; /* COPY_BYTES */
};

/* Copies [start, end) of it; blocks of zeros are skipped. */
static int copy_extent(const struct copy *copy, uint64_t start, uint64_t end,
		       struct error *error)
{
	while (start < end) {
		ssize_t n = pread(copy->from, copy->bytes,
				  MIN(end - start, (uint64_t)COPY_BYTES), (off_t)start);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_system(error, errno, "cannot read %s", copy->name);
		if (n == 0)
			return error_system(error, 0,
					    "%s became shorter while it was read",
					    copy->name);
		if (!is_zero(copy->bytes, (size_t)n) &&
		    write_at(copy->to, copy->bytes, (size_t)n, copy->to_offset + start,
			     error) < 0)
			return -1;
		start += (uint64_t)n;
		progress_set(copy->progress, start);
	}
	return 0;
}

/* Copies all of its data; holes stay holes if the kernel knows them. */
static int copy_file(const struct copy *copy, struct error *error)
{
	off_t end = 0;

	while ((uint64_t)end < copy->size) {
		off_t start = lseek(copy->from, end, SEEK_DATA);

		if (start < 0 && errno == ENXIO)
			return 0;
		if (start < 0) { /* a pipe, or a file system without this feature */
			start = end;
			end = (off_t)copy->size;
		} else {
			end = lseek(copy->from, start, SEEK_HOLE);
		}
		if (end <= start || (uint64_t)end > copy->size)
			end = (off_t)copy->size;
		if (copy_extent(copy, (uint64_t)start, (uint64_t)end, error) < 0)
			return -1;
	}
	return 0;
}

static uint64_t room_bytes(const struct filling *filling)
{
	return partition_sectors(filling->partition) * filling->table->sector_bytes;
}

/* Copies @size bytes of @from to the beginning of the partition. */
static int copy_in(const struct filling *filling, int from, const char *name,
		   uint64_t size, struct error *error)
{
	_cleanup_progress_ struct progress *progress = filling->target->progress;
	_cleanup_free_ char *bytes = xcalloc(COPY_BYTES, 1);
	const struct copy copy = {
		.from = from,
		.to = filling->target->fd,
		.name = name,
		.size = size,
		.to_offset = filling->partition->start_lba * filling->table->sector_bytes,
		.progress = progress,
		.bytes = bytes,
	};

	if (filling->fill->is_blob)
		progress_begin(progress, size, "copying %s", name);
	else
		progress_begin(progress, size, "partition %u: copying %s",
			       filling->fill->number, name);
	return copy_file(&copy, error);
}

static int too_small(const struct filling *filling, const char *what, uint64_t size_bytes,
		     struct error *error)
{
	const uint64_t room = room_bytes(filling);
	_cleanup_text_ struct text has = {}, only = {}, more = {};

	text_add_size_about(&has, size_bytes);
	text_add_size_about(&only, room);
	text_add_size_about(&more, size_bytes - room);
	return error_input(error,
			   "%s has %s, but partition %u has only %s and is %s too small",
			   what, has.s, filling->fill->number, only.s, more.s);
}

static int file_system_too_large(const struct filling *filling, uint64_t size_bytes,
				 struct error *error)
{
	_cleanup_free_ char *what =
		xasprintf("the %s file system", filling->fill->format);

	return too_small(filling, what, size_bytes, error);
}

/* Its length, if it can be copied into the partition directly. */
static int measure(const struct filling *filling, int from, uint64_t *ret_bytes,
		   struct error *error)
{
	const char *name = filling->fill->populate;
	uint64_t room = room_bytes(filling);
	off_t size = lseek(from, 0, SEEK_END);
	char magic[4] = {};

	if (size < 0 || size == INT64_MAX)
		return error_input(error, "%s: neither a file nor a disk", name);
	if ((uint64_t)size > room)
		return too_small(filling, name, (uint64_t)size, error);
	if (pread(from, magic, 4, 0) == 4 && memcmp(magic, "QFI\xfb", 4) == 0)
		return error_input(
			error,
			"%s is a qcow2 image; convert it to raw first: qemu-img convert -O raw",
			name);
	*ret_bytes = (uint64_t)size;
	return 0;
}

static int populate(const struct filling *filling, struct error *error)
{
	const char *name = filling->fill->populate;
	_cleanup_fd_ int from = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint64_t size = 0;

	if (from < 0)
		return errno == ENOENT || errno == EISDIR
			       ? error_input(error, "%s: %s", name, strerror(errno))
			       : error_system(error, errno, "%s", name);
	if (measure(filling, from, &size, error) < 0)
		return -1;
	return copy_in(filling, from, name, size, error);
}

/* Without a name, or with a name that is removed at once. */
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

/* A file system that has the size of its content; it must not exceed the partition. */
static int format_own_size(const struct filling *filling, int scratch,
			   struct error *error)
{
	const uint64_t room = room_bytes(filling);
	off_t size;

	if (fill_format(filling, scratch, error) < 0)
		return -1;
	size = lseek(scratch, 0, SEEK_END);
	if (size < 0)
		return error_system(error, errno, "cannot measure the scratch file");
	if ((uint64_t)size > room)
		return file_system_too_large(filling, (uint64_t)size, error);
	return copy_in(filling, scratch, "the file system", (uint64_t)size, error);
}

int fill_size(const struct fill *fill, const struct fill_target *target,
	      uint32_t sector_bytes, uint64_t *ret_bytes, struct error *error)
{
	const struct partition_table table = {.sector_bytes = sector_bytes};
	const struct partition partition = {};
	const struct filling filling = {fill, &table, &partition, target};
	_cleanup_fd_ int scratch = open_scratch(target->folder_fd);
	off_t size;

	if (scratch < 0)
		return error_system(error, errno, "cannot create a scratch file");
	if (fill_format(&filling, scratch, error) < 0)
		return -1;
	size = lseek(scratch, 0, SEEK_END);
	if (size <= 0)
		return error_system(error, 0, "%s made an empty file", fill->format);
	*ret_bytes = (uint64_t)size;
	return 0;
}

static int format(const struct filling *filling, struct error *error)
{
	_cleanup_fd_ int scratch = open_scratch(filling->target->folder_fd);
	uint64_t room = room_bytes(filling);
	off_t size;

	if (scratch < 0)
		return error_system(error, errno, "cannot create a scratch file");
	if (fill_sizes_itself(filling->fill->format))
		return format_own_size(filling, scratch, error);
	if (ftruncate(scratch, (off_t)room) < 0)
		return error_system(error, errno,
				    "cannot create a scratch file of %ju bytes",
				    (uintmax_t)room);
	if (fill_format(filling, scratch, error) < 0)
		return -1;
	size = lseek(scratch, 0, SEEK_END);
	/* mkfs.btrfs makes the file larger if the folder needs it. */
	if (size > (off_t)room)
		return file_system_too_large(filling, (uint64_t)size, error);
	if (size != (off_t)room)
		return error_system(error, 0,
				    "%s changed the size of the file that it was given",
				    filling->fill->format);
	return copy_in(filling, scratch, "the file system", room, error);
}

int fill_all(const struct fill_list *fills, const struct partition_table *table,
	     const struct fill_target *target, struct error *error)
{
	for (size_t i = 0; i < fills->list.n; i++) {
		const struct fill *fill = &fills->list.v[i];
		const struct partition place = {
			.start_lba = fill->offset_bytes / table->sector_bytes,
			.end_lba = table->n_sectors - 1,
		};
		const struct filling filling = {
			.fill = fill,
			.table = table,
			.partition = fill->is_blob
					     ? &place
					     : partition_table_find(table, fill->number),
			.target = target,
		};

		if ((fill->populate ? populate(&filling, error)
				    : format(&filling, error)) < 0)
			return fill->is_blob
				       ? error_wrap(error, "--blob")
				       : error_wrap(error, "partition %u", fill->number);
	}
	return 0;
}
