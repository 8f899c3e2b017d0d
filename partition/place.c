/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * place.c - theory of operation. If all sizes are given, placing is a walk from left to
 * right: round the start up, round the end up, next. Each step is monotonic, so the end
 * of the walk grows with every size. So sharing out is a search: find the greatest
 * "level" (sectors per weight) at which the walk still ends before the limit, then, from
 * the last slot to the first, the greatest size that still fits. Rounding cannot make it
 * exceed the limit, because the walk itself is the test.
 */
#include "partition/place.h"

#define LEVEL_BITS 20 /* fraction bits of a level */

typedef unsigned __int128 wide;

static uint64_t bounded(const struct part_slot *slot, wide size)
{
	if (size < slot->min)
		return slot->min;
	return size > slot->max ? slot->max : (uint64_t)size;
}

static bool starts_aligned(const struct part_slot *slot)
{
	return slot->at == AT_BOTH || slot->at == AT_START;
}

static bool ends_aligned(const struct part_slot *slot)
{
	return slot->at == AT_BOTH || slot->at == AT_END;
}

/* A variable size is cut to the boundary, a fixed one is filled up to it. */
static bool set_end(struct part_slot *slot)
{
	uint64_t end;

	if (!ends_aligned(slot))
		return !__builtin_add_overflow(slot->start, slot->size, &slot->end);
	if (slot->min < slot->max &&
	    !__builtin_add_overflow(slot->start, slot->size, &end)) {
		slot->end = fit_end_down(end, slot->unit);
		if (slot->end > slot->start && slot->end - slot->start >= slot->min)
			return true;
	}
	return right_align_end(slot->start,
			       slot->min < slot->max ? slot->min : slot->size, slot->unit,
			       slot->min < slot->max ? ALIGN_TIGHT : slot->rule,
			       &slot->end) == ALIGN_OK;
}

/* One walk; *ret_end is where the last slot ends with its padding. */
static bool walk(const struct part_run *run, uint64_t *ret_end)
{
	uint64_t at = run->begin;

	for (size_t i = 0; i < run->n; i++) {
		struct part_slot *slot = &run->slots[i];

		if (__builtin_add_overflow(at, slot->gap, &at))
			return false;
		if (slot->has_start)
			at = slot->fixed_start;
		else if (starts_aligned(slot) &&
			 left_align_start(at, slot->unit, &at) != ALIGN_OK)
			return false;
		slot->start = at;
		if (!set_end(slot) ||
		    __builtin_add_overflow(slot->end, slot->padding, &at))
			return false;
	}
	*ret_end = at;
	return true;
}

static bool fits(const struct part_run *run)
{
	uint64_t end;

	return walk(run, &end) && end <= run->limit;
}

static bool fits_at_level(const struct part_run *run, wide level)
{
	for (size_t i = 0; i < run->n; i++) {
		struct part_slot *slot = &run->slots[i];
		wide room = (wide)UINT64_MAX << LEVEL_BITS;
		wide share = level > room / slot->weight ? room : level * slot->weight;

		slot->size = bounded(slot, share >> LEVEL_BITS);
	}
	return fits(run);
}

bool place_minimal(const struct part_run *run, uint64_t *ret_end)
{
	for (size_t i = 0; i < run->n; i++)
		run->slots[i].size = run->slots[i].min;
	return walk(run, ret_end);
}

/* The greatest level that fits; level 0 does. */
static void find_level(const struct part_run *run)
{
	wide low = 0, high = (wide)run->limit << LEVEL_BITS;

	while (low < high) {
		wide middle = low + (high - low + 1) / 2;

		if (fits_at_level(run, middle))
			low = middle;
		else
			high = middle - 1;
	}
	fits_at_level(run, low);
}

/* The greatest size of one slot that fits, with all others unchanged. */
static void fill(const struct part_run *run, struct part_slot *slot)
{
	uint64_t low = slot->size, high = MIN(slot->max, run->limit);

	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;

		slot->size = middle;
		if (fits(run))
			low = middle;
		else
			high = middle - 1;
	}
	slot->size = low;
}

bool place_run(const struct part_run *run)
{
	uint64_t end;

	if (!place_minimal(run, &end) || end > run->limit)
		return false;
	find_level(run);
	for (size_t i = run->n; i-- > 0;)
		if (run->slots[i].min < run->slots[i].max)
			fill(run, &run->slots[i]);
	return fits(run);
}
