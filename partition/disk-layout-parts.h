/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-layout-parts.h - shared by the files disk-layout*.c while one layout is computed.
 */
#pragma once

#include "partition/part.h"

/* Disks whose size is ours to choose have a multiple of it. */
#define MINIMAL_UNIT_BYTES (UINT64_C(1) << 20)

/* A partition on its way from the request to the table. */
struct item {
	const struct part_request *request; /* NULL: an extended partition that was not
					     * requested */
	struct partition partition;         /* name is not owned here */
	uint64_t wanted_bytes;              /* of a fixed size, else 0 */
	uint64_t unit_bytes;
};

struct item_list {
	VEC(struct item) items;
	VEC(struct part_slot) slots; /* one per item */
};

struct disk_plan {
	const struct disk_request *request;
	struct disk_layout *layout;    /* the result */
	struct item_list outer, inner; /* primary and extended; logical */
	uint64_t first_lba, last_lba;  /* usable; last is UINT64_MAX for --minimal */
	uint64_t head, tail;
	int extended; /* in outer, or -1 */
};

/* disk-layout-items.c: types, numbers and names, then the slot of each. */
int plan_items(struct disk_plan *plan, struct error *error) _must_check_;
int plan_slots(struct disk_plan *plan, struct error *error) _must_check_;

static inline void text_add_item(struct text *text, const struct item *item)
{
	text_add_part(text, item->request, item->partition.number);
}
/* disk-layout-elastic.c: places all items of an elastic request, or drops some. */
int place_elastic(struct disk_plan *plan, struct error *error) _must_check_;
/* The first block that libfdisk lets partitions use on a disk of this size. */
uint64_t elastic_first_lba(const struct disk_request *request);

#define item_error(plan, item, error, ...)                                               \
	part_error((plan)->request, (item)->request, (item)->partition.number, error,    \
		   __VA_ARGS__)

/*
 * disk-layout-fit.c: explains why something does not fit. A run of @list that begins at
 * @first does not fit. @wall is the item that is in its way, NULL if it is the end of the
 * disk or of the extended partition.
 */
int explain_misfit(const struct disk_plan *plan, const struct item_list *list,
		   size_t first, const struct part_run *run, const struct item *wall,
		   struct error *error) _must_check_;
