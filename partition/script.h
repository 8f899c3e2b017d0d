/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script.h - a table as a script for sfdisk, which disk_request_read_script can read. */
#pragma once

#include "partition/partition-table.h"

/* UUIDs and signatures that are zero are left out: sfdisk then generates them. */
void text_add_script(struct text *text, const struct partition_table *table);
