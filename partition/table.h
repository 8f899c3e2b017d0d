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

/* How the disk's present sectors are had; a zeroed one stands for a disk of zeros. */
struct table_source {
	int (*read)(void *context, uint64_t lba, uint8_t *bytes, struct error *error);
	void *context;
	/*
	 * The whole label is replaced: where a GPT's headers and arrays would lie, zeros
	 * are written if the new label has nothing there.
	 */
	bool replace;
	bool drop_boot_code; /* what is there is no boot code: sector 0 becomes all ours
			      */
};

/*
 * What must change on the disk so that it says @table, into a zeroed *@ret, which the
 * caller frees. Boot code (bytes 0-439 of sector 0) stays but for drop_boot_code. Every
 * UUID, and the signature of an MBR, must be set. Faults: libfdisk refuses (a bug of
 * ours: layout checks first),
 * @source->read fails, no memory file.
 */
int table_encode(const struct partition_table *table, const struct table_source *source,
		 struct patch *ret, struct error *error) _must_check_;
