/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* free.h - the free space of a table, and finding room in it. Pure. */
#pragma once

#include "base/error.h"
#include "partition/part.h"

/* Blocks [start, end) that no partition has. */
struct extent {
	uint64_t start, end;
	bool logical; /* inside the extended partition; its first block is for the EBR */
};

/* Owned, ascending; those inside the extended partition stand behind the others. */
struct extents {
	VEC(struct extent) list;
};
#define _cleanup_extents_ _cleanup_(extents_free)
void extents_free(struct extents *extents);

/* Adds the gaps of [start, end) between what @taken has, which gets sorted. */
void extents_add_gaps(struct extents *taken, uint64_t start, uint64_t end, bool logical,
		      struct extents *ret);
void table_free_extents(const struct partition_table *table, struct extents *ret);

struct room {
	uint64_t start, end;  /* blocks, end exclusive */
	uint64_t waste_bytes; /* beyond what was asked for */
	struct extent extent;
};

/*
 * Where the partition goes: the smallest extent that can hold it with its alignment and
 * padding, the first of equals; one that takes the rest goes into the largest. None goes
 * into @kept, which holds the padding of those added before. Errors say what was wanted
 * and what is free.
 */
int room_find(const struct partition_table *table, const struct part_place *wanted,
	      bool logical, const struct extents *kept, struct room *ret,
	      struct error *error) _must_check_;
/*
 * Adds a partition to @table: number, place, type, name, attributes; its UUID is the
 * request's, made from its seed, or zero. Errors are the user's: those of part.h, no
 * slot, no room, a number that is taken. @ret_room is zeroed, or says where it goes. Its
 * padding is added to @kept.
 */
int partition_add(struct partition_table *table, const struct disk_request *request,
		  const struct part_request *part, struct extents *kept,
		  struct room *ret_room, struct error *error) _must_check_;
/*
 * Lets a partition end later: at @size_bytes, right-aligned by the request's rule, or 0:
 * as far as there is room, the end on a boundary. Faults: it would get smaller, no room.
 */
int partition_grow(struct partition_table *table, unsigned number,
		   const struct disk_request *request, uint64_t size_bytes,
		   struct room *ret_room, struct error *error) _must_check_;
