/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * map.h - a disk as one line of characters, to scale, including the free extents.
 */
#pragma once

#include "partition/disk-layout.h"

enum area_kind {
	AREA_TABLE,     /* MBR, GPT headers and arrays */
	AREA_PARTITION, /* primary or logical */
	AREA_EXTENDED,  /* inside the extended one, outside its logical ones */
	AREA_FREE,
};

struct area {
	enum area_kind kind;
	unsigned number; /* of a partition */
	uint64_t start_lba, n_sectors;
};

/* Every sector of the disk once, in order. A zeroed list is empty. */
struct area_list {
	VEC(struct area) list;
};

/* If partitions overlap, so do the areas. */
struct area_list areas_of(const struct partition_table *table);
void areas_free(struct area_list *areas);
#define _cleanup_areas_ _cleanup_(areas_free)

/*
 * The map, @width characters and a newline, then a line that explains it. Each partition
 * has at least one character, however small it is; the rest is to scale.
 */
void text_add_map(struct text *text, const struct disk_layout *layout, unsigned width);
