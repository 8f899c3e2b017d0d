/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * free.c - the free space of a table, and finding space for one more partition.
 *
 * Theory of operation: the space in use is partitions and, in an extended partition, the
 * blocks that hold EBRs. The gaps between them are the extents. In each extent the
 * partition would begin at the first boundary (after the block for its EBR) and end on
 * one; of the extents that are large enough, the smallest is used, so that large ones
 * stay large.
 */
#include "partition/free.h"

#include "base/size.h"

#include <inttypes.h>

void extents_free(struct extents *extents)
{
	vec_free(&extents->list);
}

static int by_start(const void *left, const void *right)
{
	const struct extent *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

void extents_sort(struct extents *extents)
{
	vec_sort(&extents->list, by_start);
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

static uint64_t length(const struct extent *extent)
{
	return extent->end - extent->start;
}

static bool is_share(const struct part_slot *slot)
{
	return slot->min != slot->max;
}

/* The partition's position in one extent; false if it does not fit. */
static bool place(const struct part_slot *slot, const struct extent *extent,
		  struct room *ret)
{
	bool end_aligned = slot->at == AT_BOTH || slot->at == AT_END;
	uint64_t start = extent->start + extent->logical, unit = slot->unit, limit;

	if (slot->padding >= length(extent))
		return false;
	limit = extent->end - slot->padding;
	if (slot->has_start) {
		if (slot->fixed_start < start)
			return false;
		start = slot->fixed_start;
	} else if (slot->at == AT_BOTH || slot->at == AT_START) {
		if (left_align_start(start, unit, &start) != ALIGN_OK)
			return false;
	}
	if (start >= limit)
		return false;
	ret->start = start;
	ret->extent = *extent;
	if (is_share(slot)) {
		ret->end = start + MIN(limit - start, slot->max);
		if (end_aligned)
			ret->end = fit_end_down(ret->end, unit);
		return ret->end > start && ret->end - start >= slot->min;
	}
	if (!end_aligned && slot->min <= limit - start)
		ret->end = start + slot->min;
	else if (!end_aligned || right_align_end(start, slot->min, unit, slot->rule,
						 &ret->end) != ALIGN_OK)
		return false;
	return ret->end > start && ret->end <= limit;
}

static bool is_better(const struct part_slot *slot, const struct room *room,
		      const struct room *best)
{
	if (is_share(slot))
		return room->end - room->start > best->end - best->start;
	return length(&room->extent) < length(&best->extent);
}

static int no_room(const struct extents *extents, const struct part_place *wanted,
		   bool logical, struct error *error)
{
	const uint64_t sector = wanted->unit_bytes / wanted->slot.unit;
	const char *where = logical ? " in the extended partition" : "";
	_cleanup_text_ struct text sizes = {};
	uint64_t largest = 0;

	for (size_t i = 0; i < extents->list.n; i++)
		if (extents->list.v[i].logical == logical)
			largest = MAX(largest, length(&extents->list.v[i]));
	if (largest == 0)
		return error_input(error, "there is no free space%s", where);
	text_add_size(&sizes, wanted->slot.min * sector);
	if (wanted->slot.padding > 0) {
		text_adds(&sizes, " and a padding of ");
		text_add_size(&sizes, wanted->slot.padding * sector);
	}
	if (wanted->slot.has_start)
		text_printf(&sizes, " at LBA %" PRIu64, wanted->slot.fixed_start);
	text_printf(&sizes, ": the largest free extent%s is ", where);
	text_add_size_about(&sizes, largest * sector);
	text_adds(&sizes, " (alignment ");
	text_add_size(&sizes, wanted->unit_bytes);
	return error_input(error, "no room for %s)", sizes.s);
}

/* Removes [start, end) from the extents. */
static void keep_free(struct extents *extents, const struct extent *kept)
{
	for (size_t i = 0, n = extents->list.n; i < n; i++) {
		struct extent *it = &extents->list.v[i];
		struct extent rest = *it;

		if (kept->end <= it->start || kept->start >= it->end)
			continue;
		it->end = MAX(it->start, kept->start);
		rest.start = MIN(rest.end, kept->end);
		if (rest.start < rest.end)
			*vec_add(&extents->list) = rest;
	}
}

int room_find(const struct partition_table *table, const struct part_place *wanted,
	      bool logical, const struct extents *kept, struct room *ret,
	      struct error *error)
{
	_cleanup_extents_ struct extents extents = {};
	bool found = false;

	table_free_extents(table, &extents);
	for (size_t i = 0; i < kept->list.n; i++)
		keep_free(&extents, &kept->list.v[i]);
	for (size_t i = 0; i < extents.list.n; i++) {
		struct room room = {};

		if (extents.list.v[i].logical != logical ||
		    !place(&wanted->slot, &extents.list.v[i], &room) ||
		    (found && !is_better(&wanted->slot, &room, ret)))
			continue;
		*ret = room;
		found = true;
	}
	if (!found)
		return no_room(&extents, wanted, logical, error);
	if (!is_share(&wanted->slot))
		ret->waste_bytes =
			(ret->end - ret->start - wanted->slot.min) * table->sector_bytes;
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

	if (part_unit(request, NULL, partition->number, &unit, error) < 0)
		return -1;
	unit /= table->sector_bytes;
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
	_cleanup_text_ struct text missing = {};
	uint64_t end, limit;

	if (!partition)
		return error_input(error, "there is no partition %u", number);
	if (grow_end(table, partition, request, size_bytes, &end, error) < 0)
		return -1;
	limit = limit_of(table, partition);
	*ret_room = (struct room){.start = partition->start_lba, .end = end};
	if (end > limit) {
		text_add_size_about(&missing, (end - limit) * table->sector_bytes);
		return error_input(error,
				   "partition %u has room only up to block %" PRIu64
				   ", but would end at %" PRIu64 " (%s short)",
				   number, limit - 1, end - 1, missing.s);
	}
	if (end < partition->end_lba + 1 && size_bytes > 0) {
		text_add_size_about(&missing,
				    (partition->end_lba + 1 - end) * table->sector_bytes);
		return error_input(
			error,
			"partition %u would shrink by %s; partitions can only grow",
			number, missing.s);
	}
	if (end > partition->end_lba + 1)
		partition->end_lba = end - 1;
	ret_room->end = partition->end_lba + 1;
	return 0;
}
