/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "partition/disk-open.h"
#include "partition/partition-table.h"

/*
 * Makes an image larger: raw files by their length, qcow2 with qemu-img. The end is not
 * touched, so a GPT's backup is then no longer at the end. Errors: it is a block device,
 * it would shrink (2); in use (2); no space, qemu-img fails (3). The same size is not an
 * error.
 */
int image_enlarge(const char *path, const struct disk_wish *wish, uint64_t size_bytes,
		  struct error *error) _must_check_;

/*
 * Returns an image to its old size after it was made larger and its table could not be
 * changed. Errors: it no longer has @from_bytes, and those of image_enlarge.
 */
int image_shorten(const char *path, const struct disk_wish *wish, uint64_t from_bytes,
		  uint64_t to_bytes, struct error *error) _must_check_;

/*
 * Why @partition of @table cannot grow: "partition 1 ends at block 2047, and partition 2
 * begins at block 2048".
 */
void text_add_obstacle(struct text *text, const struct partition_table *table,
		       const struct partition *partition);

/* Extends the usable blocks of a table to the current size of its disk. */
void table_fill_disk(struct partition_table *table);
