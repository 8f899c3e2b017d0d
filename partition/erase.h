/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * erase.h - erases old signatures that would be taken for the content of a new table or
 * of a new partition, in the same patch that writes the table: so they are in the sidecar
 * too, and disk recover --undo restores them.
 */
#pragma once

#include "partition/content.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

#define GROUP_SIGNATURES 3 /* of the patch: after those of table.h */

/*
 * Adds zeros for the bytes of each signature to @patch, which makes @table, and sorts it.
 * Sectors that belong to @table itself are not changed, except the boot code of sector 0:
 * the patch already contains them. Error: reading fails.
 */
int erase_signatures(struct disk_io *io, const struct contents *contents,
		     const struct partition_table *table, struct patch *patch,
		     struct error *error) _must_check_;
