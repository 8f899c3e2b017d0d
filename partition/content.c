/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * content.c - what libblkid knows of a disk's content. It gets the regions in which
 * superblocks lie, copied into a memory file of the disk's size: so it works for
 * qcow2 too, and nothing else of a stranger's disk reaches it.
 */
#include "partition/inspect.h"

#include "base/file.h"
#include "base/mem.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGION_BYTES (UINT64_C(1) << 20)

static int copy_region(struct disk_io *io, int fd, uint64_t start, uint64_t end,
		       struct error *error)
{
	size_t n = (size_t)(end - start);
	_cleanup_free_ uint8_t *bytes = xcalloc(1, n);

	if (disk_read(io, bytes, n, start, error) < 0)
		return -1;
	if (pwrite(fd, bytes, n, (off_t)start) != (ssize_t)n)
		return error_system(error, errno, "cannot copy %s into memory", io->name);
	return 0;
}

static void free_probe(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}

static int probe_content(int fd, const char *name, char **ret, struct error *error)
{
	_cleanup_(free_probe) blkid_probe probe = blkid_new_probe();
	const char *type;
	int answer;

	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0 ||
	    blkid_probe_enable_superblocks(probe, 1) < 0 ||
	    blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE) < 0)
		return error_system(error, errno, "%s: libblkid cannot be set up", name);
	answer = blkid_do_safeprobe(probe);
	if (answer == -2)
		*ret = xstrdup("several file systems at once");
	else if (answer == 0 && blkid_probe_lookup_value(probe, "TYPE", &type, NULL) == 0)
		*ret = xstrdup(type);
	else if (answer == -1)
		return error_system(error, errno, "%s: libblkid cannot read it", name);
	return 0;
}

int content_find(struct disk_io *io, char **ret, struct error *error)
{
	_cleanup_fd_ int fd = memfd_create("content", MFD_CLOEXEC);
	uint64_t size = io->size_bytes, front = MIN(size, REGION_BYTES);

	*ret = NULL;
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return error_system(error, errno, "no memory file of %ju bytes",
				    (uintmax_t)size);
	if (copy_region(io, fd, 0, front, error) < 0 ||
	    copy_region(io, fd, MAX(front, size - MIN(size, REGION_BYTES)), size, error) <
		    0)
		return -1;
	return probe_content(fd, io->name, ret, error);
}
