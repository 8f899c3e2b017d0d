/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dump.h - a table as `sfdisk -d` and `sfdisk -J` of util-linux 2.38 show it, to the
 * byte. (script.h writes a table that need not be on a disk yet.)
 */
#pragma once

#include "partition/partition-table.h"

/* @device as the user gave it; @physical_bytes of the disk, 0: the sector size. */
void text_add_dump(struct text *text, const struct partition_table *table,
		   const char *device, uint32_t physical_bytes);
/* The name of a partition: "a.img1", "/dev/nvme0n1p1". */
void text_add_node(struct text *text, const char *device, unsigned number);
/* A GUID in upper case, or the code of an MBR. */
void text_add_dump_type(struct text *text, enum table_label label,
			const struct partition *partition);
void text_add_upper_guid(struct text *text, struct guid guid);
/* A name in quotes, in which everything but plain ASCII is escaped as \xHH. */
void text_add_script_name(struct text *text, const char *string);
/* "RequiredPartition GUID:63"; nothing for 0. */
void text_add_dump_attributes(struct text *text, uint64_t attributes);
/* The grain that libfdisk uses for a disk, if it is not the usual one; else 0. */
uint64_t dump_grain_bytes(const struct partition_table *table, uint32_t physical_bytes);
