/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* free.h - the free space of a table, and finding space in it. Pure. */
#pragma once

#include "base/error.h"
#include "partition/part.h"

/* Blocks [start, end) that belong to no partition. */
struct extent {
	uint64_t start, end;
	bool logical; /* inside the extended partition; its first block is for the EBR */
};

/* Owned, ascending; those inside the extended partition come after the others. */
struct extents {
	VEC(struct extent) list;
};
#define _cleanup_extents_ _cleanup_(extents_free)
void extents_free(struct extents *extents);
/* By start. */
void extents_sort(struct extents *extents);

/* Adds the gaps in [start, end) between the ranges in @taken, which gets sorted. */
void extents_add_gaps(struct extents *taken, uint64_t start, uint64_t end, bool logical,
		      struct extents *ret);
void table_free_extents(const struct partition_table *table, struct extents *ret);

struct room {
	uint64_t start, end;  /* blocks, end exclusive */
	uint64_t waste_bytes; /* in addition to the requested size */
	struct extent extent;
};

/*
 * Finds where the partition goes: the smallest extent that can hold it with its alignment
 * and padding, the first of equal ones; a partition that takes the rest goes into the
 * largest. It does not overlap @kept, which contains the padding of partitions added
 * before. Errors say what was requested and what is free.
 */
int room_find(const struct partition_table *table, const struct part_place *wanted,
	      bool logical, const struct extents *kept, struct room *ret,
	      struct error *error) _must_check_;
/*
 * Adds a partition to @table: number, position, type, name, attributes; its UUID is the
 * request's, derived from its seed, or zero. Errors are the user's: those of part.h, no
 * slot, no room, a number in use. @ret_room is zeroed, or says where to put the
 * partition. Its padding is added to @kept.
 */
int partition_add(struct partition_table *table, const struct disk_request *request,
		  const struct part_request *part, struct extents *kept,
		  struct room *ret_room, struct error *error) _must_check_;
/*
 * Grows a partition: to @size_bytes, right-aligned by the request's rule, or, if 0, as
 * far as there is room, up to a boundary. Errors: it would shrink, no room.
 */
int partition_grow(struct partition_table *table, unsigned number,
		   const struct disk_request *request, uint64_t size_bytes,
		   struct room *ret_room, struct error *error) _must_check_;
