/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patch-write.h - a patch's sectors on their way to the disk and back. Used by commit.c
 * and recover.c only, which know when it is safe.
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
 * Puts the old bytes of these sectors back where they are no longer there. One that was
 * not written is left alone: on a full file system a hole cannot even take zeros.
 */
int patch_restore(struct disk_io *io, const struct patch *patch, struct patch_range range,
		  struct error *error) _must_check_;
/* Whether the disk has the old or the new bytes; if not, *ret_lba is where. */
int patch_compare(struct disk_io *io, const struct patch *patch, bool old, bool *ret_same,
		  uint64_t *ret_lba, struct error *error) _must_check_;
/* Fault (3) if it has not: what was written did not stay. */
int patch_must_be(struct disk_io *io, const struct patch *patch, bool old,
		  struct progress *progress, struct error *error) _must_check_;
