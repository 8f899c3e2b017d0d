/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-layout.h - from a request to a partition table. Pure: no clock, no random
 * numbers, no files; the same request gives the same table.
 */
#pragma once

#include "partition/disk-request.h"

struct disk_layout_part {
	unsigned number;
	uint64_t waste_bytes; /* what a fixed size got in addition to the requested
			       * size */
	uint64_t unit_bytes;  /* the boundaries that were used */
	size_t part;          /* index in the request; SIZE_MAX: not requested */
};

/* Owns the table. */
struct disk_layout {
	struct partition_table table;
	VEC(struct disk_layout_part)
	parts; /* one for each of table.partitions, same order */
	/* Parts of an elastic request that do not fit and are left out, by their index.
	 */
	VEC(size_t) dropped;
};

void disk_layout_free(struct disk_layout *layout);
#define _cleanup_disk_layout_ _cleanup_(disk_layout_free)

/*
 * Lays out @request into a zeroed *@ret. UUIDs and the signature that are neither given
 * nor derived from a seed stay zero: disk_layout_fill_ids fills them in. Errors are the
 * user's; they name file, line and partition, and say by how much it does not fit and
 * what would make it fit.
 */
int disk_layout_make(const struct disk_request *request, struct disk_layout *ret,
		     struct error *error) _must_check_;

/* The number of blocks before the first usable one, and after the last. */
uint64_t label_head_sectors(enum table_label label, uint32_t sector_bytes,
			    uint32_t n_entries);
uint64_t label_tail_sectors(enum table_label label, uint32_t sector_bytes,
			    uint32_t n_entries);
/* The same for the label of an existing table, whose entries may be larger. */
uint64_t table_head_sectors(const struct partition_table *table);
uint64_t table_tail_sectors(const struct partition_table *table);
