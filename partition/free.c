/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * free.c - the free space of a table, and room in it for one more partition.
 *
 * Theory of operation: what is taken are partitions and, in an extended partition, the
 * blocks that hold EBRs. The gaps between are the extents. In each the partition would
 * begin at the first boundary (behind the block for its EBR) and end on one; of the
 * extents that can hold that, the smallest is taken, so that large ones stay large.
 */
#include "partition/free.h"

#include "base/size.h"

#include <inttypes.h>

#define DEFAULT_ALIGN_BYTES (UINT64_C(1) << 20)

void extents_free(struct extents *extents)
{
	vec_free(&extents->list);
}

static int by_start(const void *left, const void *right)
{
	const struct extent *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

void extents_add_gaps(struct extents *taken, uint64_t start, uint64_t end, bool logical,
		      struct extents *ret)
{
	vec_sort(&taken->list, by_start);
	for (size_t i = 0; i <= taken->list.n; i++) {
		uint64_t until =
			i < taken->list.n ? MIN(taken->list.v[i].start, end) : end;

		if (start < until)
			*vec_add(&ret->list) = (struct extent){start, until, logical};
		if (i < taken->list.n)
			start = MAX(start, taken->list.v[i].end);
	}
}

static void take(struct extents *taken, uint64_t start, uint64_t end)
{
	*vec_add(&taken->list) = (struct extent){start, end, false};
}

void table_free_extents(const struct partition_table *table, struct extents *ret)
{
	_cleanup_extents_ struct extents primary = {}, logical = {};
	const struct partition *extended = NULL;

	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *it = &table->partitions.v[i];

		if (it->kind == KIND_EXTENDED)
			extended = it;
		if (it->kind != KIND_LOGICAL) {
			take(&primary, it->start_lba, it->end_lba + 1);
			continue;
		}
		take(&logical, it->ebr_lba, it->ebr_lba + 1);
		take(&logical, it->start_lba, it->end_lba + 1);
	}
	extents_add_gaps(&primary, table->first_usable_lba, table->last_usable_lba + 1,
			 false, ret);
	if (extended)
		extents_add_gaps(&logical, extended->start_lba, extended->end_lba + 1,
				 true, ret);
}

/* What boundaries and size come to, in blocks. */
struct need {
	uint64_t unit, sectors; /* 0 sectors: the rest */
	enum align_at at;
	enum align_rule rule;
	bool has_start;
	uint64_t start;
};

static int find_unit(const struct partition_table *table,
		     const struct disk_request *request, const struct part_request *part,
		     uint64_t *ret, struct error *error)
{
	uint64_t bytes = part && part->align_bytes ? part->align_bytes
			 : request->align_bytes    ? request->align_bytes
						   : DEFAULT_ALIGN_BYTES;

	if (request->cluster_bytes && !(part && part->align_bytes) &&
	    !align_lcm(bytes, request->cluster_bytes, &bytes))
		return error_input(error, "the boundaries have no common multiple");
	if (bytes % table->sector_bytes)
		return error_input(error,
				   "boundaries of %" PRIu64
				   " bytes are no multiple of the sector size, %" PRIu32,
				   bytes, table->sector_bytes);
	*ret = bytes / table->sector_bytes;
	return 0;
}

static int find_need(const struct partition_table *table,
		     const struct disk_request *request, const struct part_request *part,
		     struct need *ret, struct error *error)
{
	uint64_t usable = table->last_usable_lba - table->first_usable_lba + 1;
	uint32_t sector = table->sector_bytes;

	*ret = (struct need){
		.at = part->has_at ? part->at : request->at,
		.rule = request->rule,
		.has_start = part->has_start,
		.start = part->start_bytes / sector,
	};
	if (find_unit(table, request, part, &ret->unit, error) < 0)
		return -1;
	if (part->has_start && part->start_bytes % sector)
		return error_input(error,
				   "start=%" PRIu64
				   "B is no multiple of the sector size, "
				   "%" PRIu32,
				   part->start_bytes, sector);
	if (part->size == PART_FIXED)
		ret->sectors =
			part->size_bytes / sector + (part->size_bytes % sector != 0);
	else if (part->size == PART_PERCENT)
		ret->sectors = (uint64_t)((unsigned __int128)usable *
					  part->percent_millis / 100000);
	if (part->size == PART_FIXED && ret->sectors == 0)
		return error_input(error, "a partition of size 0 cannot be");
	return 0;
}

/* The partition's place in one extent; false if it does not fit. */
static bool place(const struct need *need, const struct extent *extent, struct room *ret)
{
	bool end_aligned = need->at == AT_BOTH || need->at == AT_END;
	uint64_t start = extent->start + extent->logical, unit = need->unit;

	if (need->has_start) {
		if (need->start < start)
			return false;
		start = need->start;
	} else if (need->at == AT_BOTH || need->at == AT_START) {
		if (left_align_start(start, unit, &start) != ALIGN_OK)
			return false;
	}
	if (start >= extent->end)
		return false;
	ret->start = start;
	ret->extent = *extent;
	if (need->sectors == 0)
		ret->end = end_aligned ? fit_end_down(extent->end, unit) : extent->end;
	else if (!end_aligned && need->sectors <= extent->end - start)
		ret->end = start + need->sectors;
	else if (!end_aligned || right_align_end(start, need->sectors, unit, need->rule,
						 &ret->end) != ALIGN_OK)
		return false;
	return ret->end > start && ret->end <= extent->end;
}

static uint64_t length(const struct extent *extent)
{
	return extent->end - extent->start;
}

static bool is_better(const struct need *need, const struct room *room,
		      const struct room *best)
{
	if (need->sectors == 0)
		return room->end - room->start > best->end - best->start;
	return length(&room->extent) < length(&best->extent);
}

static int no_room(const struct partition_table *table, const struct extents *extents,
		   const struct need *need, bool logical, struct error *error)
{
	_cleanup_text_ struct text sizes = {};
	uint64_t largest = 0;

	for (size_t i = 0; i < extents->list.n; i++)
		if (extents->list.v[i].logical == logical)
			largest = MAX(largest, length(&extents->list.v[i]));
	if (largest == 0)
		return error_input(error, "there is no free space%s",
				   logical ? " in the extended partition" : "");
	text_add_size(&sizes, largest * table->sector_bytes);
	text_adds(&sizes, ", and ");
	text_add_size(&sizes, need->sectors * table->sector_bytes);
	text_adds(&sizes, " are asked for, on boundaries of ");
	text_add_size(&sizes, need->unit * table->sector_bytes);
	return error_input(error, "the largest free extent%s has %s",
			   logical ? " in the extended partition" : "", sizes.s);
}

int room_find(const struct partition_table *table, const struct disk_request *request,
	      const struct part_request *part, bool logical, struct room *ret,
	      struct error *error)
{
	_cleanup_extents_ struct extents extents = {};
	struct need need;
	bool found = false;

	if (find_need(table, request, part, &need, error) < 0)
		return -1;
	table_free_extents(table, &extents);
	for (size_t i = 0; i < extents.list.n; i++) {
		struct room room = {};

		if (extents.list.v[i].logical != logical ||
		    !place(&need, &extents.list.v[i], &room) ||
		    (found && !is_better(&need, &room, ret)))
			continue;
		*ret = room;
		found = true;
	}
	if (!found)
		return no_room(table, &extents, &need, logical, error);
	if (need.sectors > 0)
		ret->waste_bytes =
			(ret->end - ret->start - need.sectors) * table->sector_bytes;
	return 0;
}

static uint64_t limit_of(const struct partition_table *table,
			 const struct partition *partition)
{
	_cleanup_extents_ struct extents extents = {};

	table_free_extents(table, &extents);
	for (size_t i = 0; i < extents.list.n; i++)
		if (extents.list.v[i].start == partition->end_lba + 1 &&
		    extents.list.v[i].logical == (partition->kind == KIND_LOGICAL))
			return extents.list.v[i].end;
	return partition->end_lba + 1;
}

static int grow_end(const struct partition_table *table,
		    const struct partition *partition, const struct disk_request *request,
		    uint64_t size_bytes, uint64_t *ret, struct error *error)
{
	uint64_t unit = 0, sectors = size_bytes / table->sector_bytes +
				     (size_bytes % table->sector_bytes != 0);

	if (find_unit(table, request, NULL, &unit, error) < 0)
		return -1;
	if (size_bytes == 0) {
		*ret = fit_end_down(limit_of(table, partition), unit);
		return 0;
	}
	if (right_align_end(partition->start_lba, sectors, unit, request->rule, ret) !=
	    ALIGN_OK)
		return error_input(error, "a size of %" PRIu64 " bytes is too large",
				   size_bytes);
	return 0;
}

int partition_grow(struct partition_table *table, unsigned number,
		   const struct disk_request *request, uint64_t size_bytes,
		   struct room *ret_room, struct error *error)
{
	struct partition *partition = partition_table_find(table, number);
	uint64_t end, limit;

	if (!partition)
		return error_input(error, "there is no partition %u", number);
	if (grow_end(table, partition, request, size_bytes, &end, error) < 0)
		return -1;
	limit = limit_of(table, partition);
	*ret_room = (struct room){.start = partition->start_lba, .end = end};
	if (end > limit)
		return error_input(error,
				   "partition %u has room up to block %" PRIu64
				   ", and would end at %" PRIu64 " (%" PRIu64
				   " bytes are lacking)",
				   number, limit - 1, end - 1,
				   (end - limit) * table->sector_bytes);
	if (end < partition->end_lba + 1 && size_bytes > 0)
		return error_input(error,
				   "partition %u would get smaller, by %" PRIu64
				   " bytes; only "
				   "growing is safe",
				   number,
				   (partition->end_lba + 1 - end) * table->sector_bytes);
	if (end > partition->end_lba + 1)
		partition->end_lba = end - 1;
	ret_room->end = partition->end_lba + 1;
	return 0;
}
