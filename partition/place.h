/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * place.h - gives sizes and positions to consecutive partitions between two walls. Pure;
 * everything is in sectors, ends are exclusive.
 */
#pragma once

#include "base/macros.h"
#include "partition/align.h"
#include "partition/disk-request.h"

struct part_slot {
	/* Given. */
	uint64_t min, max; /* equal: a fixed size; max is UINT64_MAX for no limit */
	uint64_t weight;   /* share of the rest */
	uint64_t unit;     /* boundaries, at least 1 */
	enum align_at at;
	enum align_rule rule; /* for the end of a fixed size */
	bool has_start;
	uint64_t fixed_start;
	uint64_t gap;     /* sectors kept free before it: 1 for an EBR */
	uint64_t padding; /* kept free after it */
	/* Found. */
	uint64_t size; /* the size that the end was computed from */
	uint64_t start, end;
};

/* Slots [first, first + n) between @begin and @limit. */
struct part_run {
	struct part_slot *slots;
	size_t n;
	uint64_t begin, limit;
};

/*
 * Places all slots at their minimum, whatever the limit. *ret_end is where the last one
 * ends with its padding. False if a number would exceed 2^64-1.
 */
bool place_minimal(const struct part_run *run, uint64_t *ret_end) _must_check_;
/*
 * Places all slots and distributes the rest: each variable slot gets a size in proportion
 * to its weight within its bounds, and the sectors left over by alignment go to the last
 * slot that can use them. False if not even the minima fit.
 */
bool place_run(const struct part_run *run) _must_check_;
