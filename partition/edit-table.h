/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit-table.h - changes an existing table where it stands. Only what differs is
 * written: other entries, reserved bytes, the geometry and boot code in EBRs, and header
 * fields that we do not know keep their bytes. (table.h writes whole new tables.)
 */
#pragma once

#include "partition/inspect.h"
#include "partition/patch.h"

/* Groups of the patch, numbered as those of table.h. */
enum edit_group {
	EDIT_BACKUP,  /* GPT: the backup copy; MBR: EBRs that are new */
	EDIT_PRIMARY, /* GPT: the primary copy; MBR: the sectors that lead to those */
	EDIT_PMBR,    /* GPT: the protective MBR */
};

/*
 * The patch that makes the disk say @wanted in place of @seen->table, into a zeroed
 * *@ret with its groups in the order of table.h. Partitions may be added and may end
 * later; a GPT whose disk has grown gets its backup moved to the end. @from is the copy
 * of a GPT that is believed; both copies and a protective MBR that is not as it should be
 * are written from it, so that @wanted equal to @seen->table repairs. Fault: reading
 * fails, or the table is one that is not edited (2).
 */
int table_edit(struct disk_io *io, const struct inspection *seen,
	       const struct partition_table *wanted, enum gpt_copy from,
	       struct patch *ret, struct error *error);
/* The two labels' parts of it. */
int gpt_edit(struct disk_io *io, const struct inspection *seen,
	     const struct partition_table *wanted, enum gpt_copy from, struct patch *ret,
	     struct error *error);
int dos_edit(struct disk_io *io, const struct inspection *seen,
	     const struct partition_table *wanted, struct patch *ret,
	     struct error *error);
/* Adds the sector at @lba as @new makes it. */
int edit_sector(struct disk_io *io, struct patch *patch, uint64_t lba, unsigned group,
		const uint8_t *new, struct error *error);
/* A table of its own with the same content. */
struct partition_table partition_table_copy(const struct partition_table *table);
/* Where both say the same of this partition. */
bool partition_same(const struct partition *a, const struct partition *b);
