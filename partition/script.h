/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script.h - a table as a script for sfdisk, which disk_request_read_script takes back.
 */
#pragma once

#include "partition/partition-table.h"

/* UUIDs and signatures that are zero are left out: sfdisk then makes some. */
void text_add_script(struct text *text, const struct partition_table *table);
