/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/disk-io.h"

#include "base/mem.h"

#include <inttypes.h>

static int in_range(const struct disk_io *io, size_t n, uint64_t offset, const char *what,
		    struct error *error)
{
	if (offset <= io->size_bytes && n <= io->size_bytes - offset)
		return 0;
	return error_input(error,
			   "%s: %zu bytes at offset %" PRIu64
			   " cannot be %s, because the disk ends at byte %" PRIu64,
			   io->name, n, offset, what, io->size_bytes);
}

int disk_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
	      struct error *error)
{
	if (in_range(io, n, offset, "read", error) < 0)
		return -1;
	return io->kind->read(io, bytes, n, offset, error);
}

int disk_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
	       struct error *error)
{
	if (in_range(io, n, offset, "written", error) < 0)
		return -1;
	return io->kind->write(io, bytes, n, offset, error);
}

int disk_flush(struct disk_io *io, struct error *error)
{
	return io->kind->flush(io, error);
}

uint64_t disk_next_data(struct disk_io *io, uint64_t offset, uint64_t end)
{
	if (!io->kind->next_data || offset >= end)
		return MIN(offset, end);
	return MIN(io->kind->next_data(io, offset), end);
}

int disk_verify(struct disk_io *io, struct error *error)
{
	return io->kind->verify ? io->kind->verify(io, error) : 0;
}

bool disk_announce(struct disk_io *io)
{
	return !io->kind->announce || io->kind->announce(io);
}

int disk_end(struct disk_io *io, struct error *error)
{
	int rc = io->kind->close(io, error);

	free(io->name);
	free(io->doubt);
	free(io);
	return rc;
}

void disk_close(struct disk_io *io)
{
	_cleanup_error_ struct error error = {};

	if (io)
		(void)!disk_end(io, &error);
}

struct memory_io {
	struct disk_io io;
	uint8_t *bytes; /* borrowed */
};

static int memory_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
		       struct error *error _unused_)
{
	if (n > 0)
		memcpy(bytes, ((struct memory_io *)io)->bytes + offset, n);
	return 0;
}

static int memory_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
			struct error *error _unused_)
{
	if (n > 0)
		memcpy(((struct memory_io *)io)->bytes + offset, bytes, n);
	return 0;
}

static int memory_flush(struct disk_io *io _unused_, struct error *error _unused_)
{
	return 0;
}

static int memory_close(struct disk_io *io _unused_, struct error *error _unused_)
{
	return 0;
}

static const struct disk_io_kind memory_kind = {
	.read = memory_read,
	.write = memory_write,
	.flush = memory_flush,
	.close = memory_close,
};

struct disk_io *disk_open_memory(uint8_t *bytes, uint64_t size_bytes)
{
	struct memory_io *memory = xnew(struct memory_io);

	memory->bytes = bytes;
	memory->io = (struct disk_io){
		.kind = &memory_kind,
		.name = xstrdup("memory"),
		.size_bytes = size_bytes,
	};
	return &memory->io;
}
