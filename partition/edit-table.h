/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit-table.h - changes an existing table in place. Only what differs is written: other
 * entries, reserved bytes, the geometry and boot code in EBRs, and header fields that we
 * do not know keep their bytes. (table.h writes whole new tables.)
 */
#pragma once

#include "partition/inspect.h"
#include "partition/patch.h"

/*
 * Makes the patch that turns @seen->table into @wanted on the disk, into a zeroed *@ret
 * with its groups in the order of table.h. Partitions may be added, changed and deleted,
 * and may end elsewhere; if
 * the disk of a GPT has grown, the backup moves to the end. @from is the copy of a GPT
 * that is trusted; both copies and a wrong protective MBR are written from it, so that
 * @wanted equal to @seen->table repairs the GPT. Error: reading fails, or the table
 * cannot be edited (2).
 */
int table_edit(struct disk_io *io, const struct inspection *seen,
	       const struct partition_table *wanted, enum gpt_copy from,
	       struct patch *ret, struct error *error) _must_check_;
