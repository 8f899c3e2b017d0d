/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-io.h - a disk as the reader and the writer see it: bytes at offsets, and a flush
 * after which everything written before is durable. The implementation is a descriptor
 * (raw files and block devices), a qemu-nbd (existing qcow2), memory, or a test that
 * injects faults.
 */
#pragma once

#include "base/error.h"
#include "partition/disk-discard.h"

struct disk_io;

struct disk_io_kind {
	/* All @n bytes or an error; a range past the end is an error. */
	int (*read)(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
		    struct error *error);
	int (*write)(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
		     struct error *error);
	int (*flush)(struct disk_io *io, struct error *error);
	/*
	 * The first byte from @offset on that may not be 0; all before it are, as far as
	 * that is known without reading. NULL: nothing is known.
	 */
	uint64_t (*next_data)(struct disk_io *io, uint64_t offset);
	/*
	 * The name still refers to the open file, which has not been resized. NULL:
	 * nothing to check.
	 */
	int (*verify)(struct disk_io *io, struct error *error);
	/* Makes the kernel read the partition table again; false if it keeps the old
	 * one. */
	bool (*announce)(struct disk_io *io); /* NULL: no kernel uses it */
	/* Error if the process that implements it has not ended. */
	int (*close)(struct disk_io *io, struct error *error);
};

/* The common beginning of each implementation's struct. */
struct disk_io {
	const struct disk_io_kind *kind;
	char *name; /* owned: for messages */
	uint64_t size_bytes;
	uint32_t sector_bytes;       /* logical, 0: unknown, as for a plain file */
	uint32_t physical_bytes;     /* best size of a write, 0 unknown */
	uint64_t device, inode;      /* of the file that holds it, 0 without one */
	uint64_t device_number;      /* of a block device itself, else 0 */
	struct disk_discard discard; /* of a block device */
	char *doubt; /* owned: what could not be determined before it was locked; NULL */
	bool is_device; /* a block device: the inode is that of its node, until reboot */
};

int disk_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
	      struct error *error) _must_check_;
int disk_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
	       struct error *error) _must_check_;
int disk_flush(struct disk_io *io, struct error *error) _must_check_;
/* The same, between @offset and @end; @end if there is none. */
uint64_t disk_next_data(struct disk_io *io, uint64_t offset, uint64_t end);
int disk_verify(struct disk_io *io, struct error *error) _must_check_;
/* After a change of the table: false if the kernel keeps the old partitions. */
bool disk_announce(struct disk_io *io);
/*
 * Closes a disk that was written to. Error (3): the qemu-nbd behind it has not ended in
 * time and may still have the image open; what was flushed is in the file.
 */
int disk_end(struct disk_io *io, struct error *error) _must_check_;
/* The same for one that was read, or after a fault that is reported. Takes NULL too. */
void disk_close(struct disk_io *io);
static inline void disk_close_pointer(struct disk_io **io)
{
	disk_close(*io);
}
#define _cleanup_disk_ _cleanup_(disk_close_pointer)

/*
 * A raw file or a block device. For writing it is locked: flock, and the byte locks of
 * QEMU's block layer (file-posix.c), so that neither another disk tool nor a guest has
 * it. Errors: it does not exist, or is neither a file nor a block device (2); in use,
 * with the name of the user, or mounted (2); for a block device, unless @forced, that
 * this cannot be determined (2); an error of the system (3). NULL with *error filled in.
 */
struct disk_io *disk_open_raw(const char *path, bool writable, bool forced,
			      struct error *error) _must_check_;
/*
 * A regular file that is not written but must not be used by others: locked as for
 * writing, with the same errors.
 */
struct disk_io *disk_open_held(const char *path, struct error *error) _must_check_;
/* Takes ownership of @fd, which is not locked. */
struct disk_io *disk_open_fd(int fd, const char *name, struct error *error) _must_check_;
/*
 * What a guest sees of a qcow2 image, through a qemu-nbd on a private socket, which opens
 * the image itself and so holds QEMU's own locks. QEMU opens backing and data files as
 * the header says: the caller checks first whether that is permitted.
 */
struct disk_io *disk_open_qcow2(const char *path, bool writable, struct error *error)
	_must_check_;
/* The bytes belong to the caller, who can look at them at any time. */
struct disk_io *disk_open_memory(uint8_t *bytes, uint64_t size_bytes);
