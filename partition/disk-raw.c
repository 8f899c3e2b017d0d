/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-raw.c - raw files and block devices through a descriptor. */
#include "partition/disk-holder.h"
#include "partition/disk-io.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct raw_io {
	struct disk_io io;
	int fd;
};

static int raw_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
		    struct error *error)
{
	int fd = ((struct raw_io *)io)->fd;
	uint8_t *at = bytes;

	while (n > 0) {
		ssize_t got = pread(fd, at, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(error, errno,
					    "%s: cannot be read at %" PRIu64, io->name,
					    offset);
		if (got == 0)
			return error_system(error, 0,
					    "%s: ends at %" PRIu64
					    "; it was truncated while in use",
					    io->name, offset);
		at += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static int raw_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
		     struct error *error)
{
	int fd = ((struct raw_io *)io)->fd;
	const uint8_t *at = bytes;

	while (n > 0) {
		ssize_t done = pwrite(fd, at, n, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return error_system(error, done < 0 ? errno : ENOSPC,
					    "%s: cannot be written at %" PRIu64, io->name,
					    offset);
		at += done;
		n -= (size_t)done;
		offset += (uint64_t)done;
	}
	return 0;
}

static int raw_flush(struct disk_io *io, struct error *error)
{
	if (fsync(((struct raw_io *)io)->fd) == 0)
		return 0;
	return error_system(error, errno, "%s: cannot be flushed", io->name);
}

static uint64_t raw_next_data(struct disk_io *io, uint64_t offset)
{
	off_t next = lseek(((struct raw_io *)io)->fd, (off_t)offset, SEEK_DATA);

	if (next >= 0)
		return (uint64_t)next;
	return errno == ENXIO ? io->size_bytes : offset;
}

/* The path still refers to the open file, and its length has not changed. */
static int raw_verify(struct disk_io *io, struct error *error)
{
	struct stat st;

	if (stat(io->name, &st) < 0)
		return error_system(error, errno, "%s: no longer exists", io->name);
	if (st.st_dev != io->device || st.st_ino != io->inode ||
	    (S_ISREG(st.st_mode) && (uint64_t)st.st_size != io->size_bytes))
		return error_system(error, 0,
				    "%s: was replaced or resized in the meantime",
				    io->name);
	return 0;
}

/*
 * EINVAL: a device whose partitions the kernel does not read, such as a loop device
 * without -P.
 */
static bool raw_announce(struct disk_io *io)
{
	return !io->is_device || ioctl(((struct raw_io *)io)->fd, BLKRRPART) == 0 ||
	       errno == EINVAL;
}

static int raw_close(struct disk_io *io, struct error *error _unused_)
{
	close_fd(&((struct raw_io *)io)->fd);
	return 0;
}

static const struct disk_io_kind raw_kind = {
	.read = raw_read,
	.write = raw_write,
	.flush = raw_flush,
	.next_data = raw_next_data,
	.verify = raw_verify,
	.announce = raw_announce,
	.close = raw_close,
};

static int ask_device(struct raw_io *raw, struct error *error)
{
	int logical = 0;
	unsigned physical = 0;

	if (ioctl(raw->fd, BLKGETSIZE64, &raw->io.size_bytes) < 0 ||
	    ioctl(raw->fd, BLKSSZGET, &logical) < 0)
		return error_system(error, errno, "%s: cannot determine its size",
				    raw->io.name);
	if (logical != 512 && logical != 4096)
		return error_input(error, "%s: has sectors of %d bytes, not 512 or 4096",
				   raw->io.name, logical);
	raw->io.is_device = true;
	raw->io.sector_bytes = (uint32_t)logical;
	if (ioctl(raw->fd, BLKPBSZGET, &physical) == 0)
		raw->io.physical_bytes = physical;
	raw->io.discard = disk_discard_read(raw->io.device_number);
	return 0;
}

static int examine(struct raw_io *raw, struct error *error)
{
	struct stat st;

	if (fstat(raw->fd, &st) < 0)
		return error_system(error, errno, "%s: cannot be examined", raw->io.name);
	raw->io.device = st.st_dev;
	raw->io.inode = st.st_ino;
	raw->io.device_number = S_ISBLK(st.st_mode) ? st.st_rdev : 0;
	if (S_ISBLK(st.st_mode))
		return ask_device(raw, error);
	if (!S_ISREG(st.st_mode))
		return error_input(error, "%s: is neither a file nor a block device",
				   raw->io.name);
	raw->io.size_bytes = (uint64_t)st.st_size;
	return 0;
}

static struct raw_io *new_raw(int fd, const char *name, struct error *error)
{
	struct raw_io *raw = xnew(struct raw_io);

	raw->fd = fd;
	raw->io.kind = &raw_kind;
	raw->io.name = xstrdup(name);
	if (examine(raw, error) == 0)
		return raw;
	disk_close(&raw->io);
	return NULL;
}

static int in_use(const struct raw_io *raw, const char *how, struct error *error)
{
	_cleanup_free_ char *holder = disk_holder(raw->io.device, raw->io.inode);

	return error_input(error, "%s: is %s by %s; nothing was written", raw->io.name,
			   how, holder ? holder : "another program");
}

static int lock(struct raw_io *raw, bool forced, struct error *error)
{
	_cleanup_free_ char *loop =
		disk_loop(raw->io.device, raw->io.inode, &raw->io.doubt);
	bool locked;

	if (raw->io.doubt && raw->io.is_device && !forced)
		return error_input(
			error,
			"%s: cannot determine whether a loop device uses it (%s); nothing was written; use --force to proceed",
			raw->io.name, raw->io.doubt);

	if (loop)
		return error_input(error,
				   "%s: is attached to %s; use that device or detach it",
				   raw->io.name, loop);
	if (flock(raw->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return in_use(raw, "locked", error);
		return error_system(error, errno, "%s: cannot be locked", raw->io.name);
	}
	if (disk_lock_like_qemu(raw->fd, raw->io.name, &locked, error) < 0)
		return -1;
	return locked ? 0 : in_use(raw, "in use", error);
}

struct disk_io *disk_open_fd(int fd, const char *name, struct error *error)
{
	struct raw_io *raw = new_raw(fd, name, error);

	return raw ? &raw->io : NULL;
}

struct disk_io *disk_open_held(const char *path, struct error *error)
{
	const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct raw_io *raw;
	int fd = open(path, flags | O_RDWR);

	/*
	 * A user who may replace a file need not be allowed to write to it. NFS locks
	 * require write access.
	 */
	if (fd < 0 && (errno == EACCES || errno == EROFS || errno == ETXTBSY))
		fd = open(path, flags | O_RDONLY);
	if (fd < 0) {
		error_system(error, errno, "%s: cannot be opened", path);
		return NULL;
	}
	raw = new_raw(fd, path, error);
	if (!raw || lock(raw, false, error) == 0)
		return raw ? &raw->io : NULL;
	disk_close(&raw->io);
	return NULL;
}

struct disk_io *disk_open_raw(const char *path, bool writable, bool forced,
			      struct error *error)
{
	/* O_EXCL on a block device: it must not be mounted or part of something else. */
	int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (writable ? O_RDWR : O_RDONLY);
	struct stat st;
	struct raw_io *raw;
	int fd;

	if (writable && stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL;
	fd = open(path, flags);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		error_input(error, "%s: no such file", path);
	else if (fd < 0 && errno == EBUSY)
		error_input(error,
			    "%s: is mounted or otherwise in use; nothing was written",
			    path);
	else if (fd < 0)
		error_system(error, errno, "%s: cannot be opened%s", path,
			     writable ? " for writing" : "");
	raw = fd < 0 ? NULL : new_raw(fd, path, error);
	if (!raw || !writable || lock(raw, forced, error) == 0)
		return raw ? &raw->io : NULL;
	disk_close(&raw->io);
	return NULL;
}
