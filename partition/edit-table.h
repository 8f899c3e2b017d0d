/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit-table.h - changes an existing table where it stands. Only what differs is
 * written: other entries, reserved bytes, the geometry and boot code in EBRs, and header
 * fields that we do not know keep their bytes. (table.h writes whole new tables.)
 */
#pragma once

#include "partition/inspect.h"
#include "partition/patch.h"

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
	       struct patch *ret, struct error *error) _must_check_;
