/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * place.h - gives sizes and places to partitions that stand one behind the other between
 * two walls. Pure; everything in sectors, ends exclusive.
 */
#pragma once

#include "base/macros.h"
#include "partition/align.h"
#include "partition/disk-request.h"

struct part_slot {
	/* Given. */
	uint64_t min, max; /* equal: a fixed size; max is UINT64_MAX for no limit */
	uint64_t weight;   /* share of what is left */
	uint64_t unit;     /* boundaries, at least 1 */
	enum align_at at;
	enum align_rule rule; /* for the end of a fixed size */
	bool has_start;
	uint64_t fixed_start;
	uint64_t gap;     /* sectors kept free before it: 1 for an EBR */
	uint64_t padding; /* kept free behind it */
	/* Found. */
	uint64_t size; /* that the end was made from */
	uint64_t start, end;
};

/* Slots [first, first + n) between @begin and @limit. */
struct part_run {
	struct part_slot *slots;
	size_t n;
	uint64_t begin, limit;
};

/*
 * Places all at their minimum, whatever the limit. *ret_end is where the last one ends
 * with its padding. False if a number would be beyond 2^64-1.
 */
bool place_minimal(const struct part_run *run, uint64_t *ret_end) _must_check_;
/*
 * Places all and hands out what is left: each slot that may grow gets a size in
 * proportion to its weight within its bounds, and the sectors that alignment leaves over
 * go to the last that can take them. False if not even the minima fit.
 */
bool place_run(const struct part_run *run) _must_check_;
