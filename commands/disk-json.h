/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-json.h - partitions and tables as JSON, the same in all commands of `disk`. */
#pragma once

#include "base/jsonw.h"
#include "partition/partition-table.h"

/* null if it is zero. */
void disk_json_guid(struct jsonw *json, const char *key, struct guid guid);
/* "uuid": the disk's, or the signature of an MBR, or null. */
void disk_json_id(struct jsonw *json, const struct partition_table *table);
/* The members of an object that is open: number, kind, position, type, ids, name, ... */
void disk_json_partition(struct jsonw *json, const struct partition_table *table,
			 const struct partition *partition);
