/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * erase.h - old signatures that would be taken for the content of a new table or of a new
 * partition, erased by the same patch that writes the table: so that they are in the
 * sidecar too, and disk recover --undo brings them back.
 */
#pragma once

#include "partition/content.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

#define GROUP_SIGNATURES 3 /* of the patch: behind those of table.h */

/*
 * Adds zeros for the bytes of each signature to @patch, which makes @table, and sorts it.
 * Left alone are the sectors that are @table's own, but for the boot code of sector 0:
 * what is in them the patch says already. Fault: reading fails.
 */
int erase_signatures(struct disk_io *io, const struct contents *contents,
		     const struct partition_table *table, struct patch *patch,
		     struct error *error) _must_check_;
