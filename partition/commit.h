/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.h - the only writer. Every change of a disk is a patch and goes through here.
 */
#pragma once

#include "partition/disk-io.h"
#include "partition/journal.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

struct commit_plan {
	const char *journal; /* path of the sidecar */
	/* What our reader must find afterwards; NULL: the table does not change. */
	const struct partition_table *wanted;
	enum table_label label;    /* to name what was written */
	struct progress *progress; /* NULL: no progress is reported */
};

/*
 * Carries out @patch on @io: the disk must have the patch's old bytes, and with the new
 * ones our reader must find the expected table. The sidecar is made durable; then each
 * group is written and flushed; everything is read back, as bytes and as a table; the
 * sidecar is removed.
 *
 * If a write fails, the change is undone, and the error says that the disk was restored.
 * If that fails too, or if a flush fails (after which the content of the medium is
 * unknown), the sidecar is kept, and the error says what was written, what was not, and
 * where the sidecar is. An empty patch does nothing.
 */
int disk_commit(struct disk_io *io, const struct patch *patch,
		const struct commit_plan *plan, struct error *error) _must_check_;

/*
 * Finishes the change that @journal describes, or undoes it. Each 512 bytes on the disk
 * must have their old or their new content; anything else is an error (2), as is a disk
 * of another size or an image that is a different file. Everything is written again,
 * because after a failed flush the medium may differ from what can be read. @copied: the
 * image is a copy, so the content alone must show that the sidecar belongs to it.
 */
int disk_recover(struct disk_io *io, const struct journal *journal, bool undo,
		 bool copied, struct error *error) _must_check_;

/* How far a change has got. */
struct recover_state {
	size_t old, new, other; /* pieces of 512 bytes that the change modifies */
	uint64_t other_lba;     /* the first that is neither old nor new */
	size_t telling;         /* old and new pieces that are not all zeros */
};
int recover_look(struct disk_io *io, const struct journal *journal, bool copied,
		 struct recover_state *ret, struct error *error) _must_check_;
