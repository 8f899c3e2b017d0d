/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "partition/disk-open.h"
#include "partition/partition-table.h"

/*
 * Makes an image larger: raw files by their length, qcow2 by qemu-img. The old end is
 * kept, so a GPT's backup is then no longer at the end. Faults: it is a block device, it
 * would get smaller (2); in use (2); no space, qemu-img fails (3). The same size is fine.
 */
int image_enlarge(const char *path, const struct disk_wish *wish, uint64_t size_bytes,
		  struct error *error);

/* Lets the usable blocks of a table reach as far as its disk does now. */
void table_fill_disk(struct partition_table *table);
