/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-show.h - an existing disk as `disk show` shows it. */
#pragma once

#include "commands/disk.h"
#include "partition/content.h"
#include "partition/disk-open.h"
#include "partition/inspect.h"
#include "partition/listing.h"

/* Owns everything but its path. */
struct shown_disk {
	const char *path;
	struct disk_kind kind;
	struct inspection seen;
	struct report report;
	struct partition_table listing; /* every entry, as in listing.h */
	struct partition_table on_disk; /* only the blocks that the disk has */
	uint64_t size_bytes;
	uint32_t physical_bytes;
	struct disk_discard discard;
	bool is_device;
	VEC(struct volume) volumes; /* one for each partition of the listing */
	struct volume whole;        /* if there is no table */
};
void shown_disk_free(struct shown_disk *disk);
/* Bytes of @sectors; UINT64_MAX if a number cannot hold them. */
uint64_t shown_bytes(const struct shown_disk *disk, uint64_t sectors);

/* The indexes of the partitions by start, an extended one before its logical ones. Owned.
 */
size_t *shown_order(const struct partition_table *table);
/*
 * {"version", "images": [...], "errors"}. Each image has the object "partitiontable" of
 * sfdisk -J, with more members.
 */
void shown_disks_json(const struct shown_disk *disks, size_t n,
		      const struct disk_failures *failures, struct text *out);
void shown_disks_draw(const struct shown_disk *disks, size_t n, struct text *out);
