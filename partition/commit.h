/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.h - the only writer. Whatever changes a disk is a patch and goes through here.
 */
#pragma once

#include "partition/disk-io.h"
#include "partition/journal.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

struct commit_plan {
	const char *journal; /* path of the sidecar */
	/* What our reader must find afterwards; NULL: the table is not touched. */
	const struct partition_table *wanted;
	enum table_label label;    /* for naming what was written */
	struct progress *progress; /* NULL: nobody watches */
};

/*
 * Carries out @patch on @io: what is there must be the patch's old bytes, and with the
 * new ones our reader must find what is wanted; the sidecar becomes durable; then group
 * by group is written and flushed; all is read back, by bytes and as a table; the sidecar
 * goes away.
 *
 * When a write fails, what was written is taken back, and the error says that the disk
 * is as before. When that fails too, or a flush does (after which nobody knows what is on
 * the medium), the sidecar stays, and the error says what was written, what was not, and
 * where the sidecar is. An empty patch does nothing.
 */
int disk_commit(struct disk_io *io, const struct patch *patch,
		const struct commit_plan *plan, struct error *error) _must_check_;

/*
 * Finishes the change that @journal describes, or undoes it. Each 512 bytes on the disk
 * must be those of before or after; anything else is a fault (2), as are a disk of
 * another size and an image that is another file. Everything is written again, because
 * after a failed flush what can be read need not be what is on the medium. @copied: the
 * image is a copy, so that the content alone must show that the sidecar belongs to it.
 */
int disk_recover(struct disk_io *io, const struct journal *journal, bool undo,
		 bool copied, struct error *error) _must_check_;

/* How far a change had come. */
struct recover_state {
	size_t old, new,
		other;      /* pieces of 512 bytes that differ between before and after */
	uint64_t other_lba; /* the first of the others */
	size_t telling;     /* those of old and new that are not all zeros */
};
int recover_look(struct disk_io *io, const struct journal *journal, bool copied,
		 struct recover_state *ret, struct error *error) _must_check_;
