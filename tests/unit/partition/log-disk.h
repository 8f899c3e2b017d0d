/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log-disk.h - a disk in memory that logs writes and flushes, and fails where it is told
 * to. */
#pragma once

#include "tests/unit/test.h"

#include "partition/disk-io.h"
#include "partition/journal.h"

#include <errno.h>

#define PIECE 512

enum fault { FAULT_NONE, FAULT_WRITE, FAULT_SHORT, FAULT_FLUSH, FAULT_READ };

struct operation {
	bool flush;
	uint64_t offset;
	size_t n;
	uint8_t *bytes; /* owned */
};

struct log_disk {
	struct disk_io io;
	uint8_t *bytes; /* borrowed */
	VEC(struct operation) log;
	const char *journal_path;
	struct journal journal; /* its state at the first write */
	bool journal_existed;
	enum fault fault;
	size_t fault_at, n_faultable;
	bool sticky; /* everything after the failure fails too */
};

static bool fails(struct log_disk *disk, enum fault kind)
{
	bool same = disk->fault == kind ||
		    (disk->fault == FAULT_SHORT && kind == FAULT_WRITE);
	size_t index;

	if (!same)
		return false;
	index = disk->n_faultable++;
	return index == disk->fault_at || (disk->sticky && index > disk->fault_at);
}

static int log_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
		    struct error *error)
{
	struct log_disk *disk = (struct log_disk *)io;

	if (fails(disk, FAULT_READ))
		return error_system(error, EIO, "disk: cannot be read");
	memcpy(bytes, disk->bytes + offset, n);
	return 0;
}

static int log_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
		     struct error *error)
{
	struct log_disk *disk = (struct log_disk *)io;
	_cleanup_error_ struct error second = {};
	enum journal_state state;

	if (disk->journal_path && !disk->journal_existed) {
		assert_int_equal(journal_read(disk->journal_path, &disk->journal, &state,
					      &second),
				 0);
		assert_int_equal(state, JOURNAL_WHOLE);
		disk->journal_existed = true;
	}
	if (fails(disk, FAULT_WRITE)) {
		if (disk->fault == FAULT_SHORT)
			memcpy(disk->bytes + offset, bytes, n / 2 / PIECE * PIECE);
		return error_system(error, disk->fault == FAULT_SHORT ? ENOSPC : EIO,
				    "disk: cannot be written");
	}
	memcpy(disk->bytes + offset, bytes, n);
	*vec_add(&disk->log) =
		(struct operation){.offset = offset, .n = n, .bytes = xmemdup(bytes, n)};
	return 0;
}

static int log_flush(struct disk_io *io, struct error *error)
{
	struct log_disk *disk = (struct log_disk *)io;

	if (fails(disk, FAULT_FLUSH))
		return error_system(error, EIO, "disk: cannot be flushed");
	vec_add(&disk->log)->flush = true;
	return 0;
}

static int log_close(struct disk_io *io _unused_, struct error *error _unused_)
{
	return 0;
}

static const struct disk_io_kind log_kind = {.read = log_read,
					     .write = log_write,
					     .flush = log_flush,
					     .close = log_close};

static struct log_disk new_log(uint8_t *bytes, uint64_t size_bytes)
{
	static char name[] = "disk";

	return (struct log_disk){
		.io = {.kind = &log_kind, .name = name, .size_bytes = size_bytes},
		.bytes = bytes,
	};
}

static void log_free(struct log_disk *disk)
{
	for (size_t i = 0; i < disk->log.n; i++)
		free(disk->log.v[i].bytes);
	vec_free(&disk->log);
	journal_free(&disk->journal);
}
#define _cleanup_log_ _cleanup_(log_free)
