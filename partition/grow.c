/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/grow.h"

#include "base/file.h"
#include "partition/disk-layout.h"
#include "partition/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static int resize_raw(const char *path, uint64_t size_bytes, struct error *error)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_system(error, errno, "%s: cannot be opened for writing",
				    path);
	if (ftruncate(fd, (off_t)size_bytes) < 0)
		return error_system(error, errno,
				    "%s: cannot be resized to %" PRIu64 " bytes", path,
				    size_bytes);
	if (fsync(fd) < 0)
		return error_system(error, errno,
				    "%s: has %" PRIu64
				    " bytes now, but cannot be flushed",
				    path, size_bytes);
	return 0;
}

static int resize_qcow2(const char *path, uint64_t size_bytes, bool shrink,
			struct error *error)
{
	_cleanup_tool_ struct tool tool = {};

	tool_add(&tool, "qemu-img");
	tool_add(&tool, "resize");
	tool_add(&tool, "-q");
	if (shrink)
		tool_add(&tool, "--shrink");
	tool_add(&tool, "-f");
	tool_add(&tool, "qcow2");
	tool_add(&tool, "%s%s", *path == '/' ? "" : "./", path);
	tool_add(&tool, "%" PRIu64, size_bytes);
	if (tool_run(&tool, error) < 0)
		return error_wrap(error, "%s", path);
	return 0;
}

int image_enlarge(const char *path, const struct disk_wish *wish, uint64_t size_bytes,
		  struct error *error)
{
	struct disk_kind kind = {};
	struct disk_io *io = disk_open(path, wish, &kind, error);
	uint64_t now;
	struct stat st;
	int rc = 0;

	if (!io)
		return -1;
	now = io->size_bytes;
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		rc = error_input(error,
				 "%s: is a block device, whose size cannot be changed",
				 path);
	else if (size_bytes < now)
		rc = error_input(error,
				 "%s: has %" PRIu64 " bytes, more than %" PRIu64
				 "; it can only grow",
				 path, now, size_bytes);
	else if (size_bytes % 512)
		rc = error_input(error,
				 "%s: %" PRIu64
				 " bytes is not a multiple of the sector size",
				 path, size_bytes);
	else if (size_bytes > now && kind.format == IMAGE_RAW)
		rc = resize_raw(path, size_bytes, error); /* while it is locked */
	if (rc < 0)
		disk_close(io);
	else
		rc = disk_end(io, error);
	if (rc == 0 && size_bytes > now && kind.format == IMAGE_QCOW2)
		return resize_qcow2(path, size_bytes, false, error);
	return rc;
}

int image_shorten(const char *path, const struct disk_wish *wish, uint64_t from_bytes,
		  uint64_t to_bytes, struct error *error)
{
	struct disk_kind kind = {};
	struct disk_io *io = disk_open(path, wish, &kind, error);
	int rc = 0;

	if (!io)
		return -1;
	if (io->size_bytes != from_bytes)
		rc = error_system(error, 0, "%s: was resized in the meantime", path);
	else if (kind.format == IMAGE_RAW)
		rc = resize_raw(path, to_bytes, error); /* while it is locked */
	if (rc < 0)
		disk_close(io);
	else
		rc = disk_end(io, error);
	if (rc == 0 && kind.format == IMAGE_QCOW2)
		return resize_qcow2(path, to_bytes, true, error);
	return rc;
}

/* Where the space after @partition ends, and with what: a number, or 0 for the
 * end. */
static uint64_t find_next(const struct partition_table *table,
			  const struct partition *partition, unsigned *ret_number)
{
	bool logical = partition->kind == KIND_LOGICAL;
	uint64_t next = table->last_usable_lba + 1;

	*ret_number = 0;
	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *it = &table->partitions.v[i];
		uint64_t start = it->kind == KIND_LOGICAL ? it->ebr_lba : it->start_lba;

		if (logical && it->kind == KIND_EXTENDED)
			next = MIN(next, it->end_lba + 1);
		if (logical != (it->kind == KIND_LOGICAL) ||
		    start <= partition->end_lba || start >= next)
			continue;
		next = start;
		*ret_number = it->number;
	}
	return next;
}

void text_add_obstacle(struct text *text, const struct partition_table *table,
		       const struct partition *partition)
{
	unsigned number;
	uint64_t next = find_next(table, partition, &number);

	text_printf(text, "partition %u ends at block %" PRIu64 ", and ",
		    partition->number, partition->end_lba);
	if (number)
		text_printf(text, "partition %u begins at block %" PRIu64, number, next);
	else if (partition->kind == KIND_LOGICAL && next <= table->last_usable_lba)
		text_printf(text, "the extended partition ends at block %" PRIu64,
			    next - 1);
	else
		text_printf(text, "the last usable block is %" PRIu64, next - 1);
	if (next - 1 > partition->end_lba)
		text_printf(text, ", with no boundary in between");
}

void table_fill_disk(struct partition_table *table)
{
	uint64_t tail = table_tail_sectors(table);

	if (table->label == LABEL_DOS) {
		table->last_usable_lba = MIN(table->n_sectors - 1, (uint64_t)UINT32_MAX);
		return;
	}
	if (table->n_sectors > tail)
		table->last_usable_lba =
			MAX(table->last_usable_lba, table->n_sectors - tail - 1);
}
