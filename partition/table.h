/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.h - encodes a partition table into the sectors of a disk, as a patch.
 */
#pragma once

#include "base/error.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

/* Groups of the patch (partition/patch.h) in the order in which they are written. */
enum table_group {
	GROUP_BACKUP,  /* GPT: backup array and header; MBR: the EBRs */
	GROUP_PRIMARY, /* GPT: primary array and header; MBR: sector 0, which links them
			*/
	GROUP_PMBR,    /* GPT: the protective MBR */
};

/* How to read the disk's current sectors; a zeroed struct means a disk of zeros. */
struct table_source {
	int (*read)(void *context, uint64_t lba, uint8_t *bytes, struct error *error);
	void *context;
	/*
	 * The whole label is replaced: where a GPT's headers and arrays would be, zeros
	 * are written if the new label has nothing there.
	 */
	bool replace;
	bool drop_boot_code; /* the old code is not boot code: all of sector 0 is ours */
};

/*
 * The changes that turn the disk into one with @table, into a zeroed *@ret, which the
 * caller frees. Boot code (bytes 0-439 of sector 0) is kept unless drop_boot_code is set.
 * Every UUID, and the signature of an MBR, must be set. Errors: @source->read fails, no
 * memory file.
 */
int table_encode(const struct partition_table *table, const struct table_source *source,
		 struct patch *ret, struct error *error) _must_check_;
