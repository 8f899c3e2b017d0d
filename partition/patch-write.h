/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patch-write.h - writes a patch's sectors to the disk and reads them back. Used only by
 * commit.c and recover.c, which know when it is safe.
 */
#pragma once

#include "base/progress.h"
#include "partition/disk-io.h"
#include "partition/patch.h"

/* Sectors [first, end) of the patch. */
struct patch_range {
	size_t first, end;
};

/* The rest of the group of the sector @first, and the group that ends before @end. */
struct patch_range patch_group_from(const struct patch *patch, size_t first);
struct patch_range patch_group_before(const struct patch *patch, size_t end);
/* Writes the old or the new bytes of these sectors; no flush. */
int patch_write(struct disk_io *io, const struct patch *patch, struct patch_range range,
		bool old, struct progress *progress, struct error *error) _must_check_;
/*
 * Writes the old bytes of these sectors where the disk has others. A sector that was not
 * written is not touched: on a full file system even zeros cannot be written to a hole.
 */
int patch_restore(struct disk_io *io, const struct patch *patch, struct patch_range range,
		  struct error *error) _must_check_;
/* Whether the disk has the old or the new bytes; if not, *ret_lba is where. */
int patch_compare(struct disk_io *io, const struct patch *patch, bool old, bool *ret_same,
		  uint64_t *ret_lba, struct error *error) _must_check_;
/* Error (3) if it has not: what was written was not kept. */
int patch_must_be(struct disk_io *io, const struct patch *patch, bool old,
		  struct progress *progress, struct error *error) _must_check_;
