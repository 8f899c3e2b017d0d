/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elastic.c - theory of operation. Every partition and every padding has a weight; its
 * share of the space is in proportion to it. First, whoever needs more than the share
 * gets its minimum; then, whoever may not have as much gets its maximum; both change what
 * is left for the others, so each pass is repeated until it changes nothing. The rest is
 * distributed from left to right, each share rounded down. What remains goes to the first
 * partition that may have it.
 */
#include "partition/elastic.h"

enum pass { PASS_MINIMA, PASS_MAXIMA, PASS_REST, N_PASSES };

struct pool {
	uint64_t bytes, weights; /* left */
};

uint64_t elastic_least(const struct elastic *want)
{
	uint64_t least = want->min == ELASTIC_NONE ? ELASTIC_MIN : want->min;

	return MAX(MAX(least, want->data_bytes), ELASTIC_GRAIN);
}

static uint64_t most(const struct elastic *want)
{
	return want->max == ELASTIC_NONE ? ELASTIC_NONE
					 : MAX(want->max, elastic_least(want));
}

static uint64_t least_padding(const struct elastic *want)
{
	return want->padding_min == ELASTIC_NONE ? 0 : want->padding_min;
}

uint64_t elastic_need(const struct elastic_slot *slots, size_t n)
{
	uint64_t need = 0;

	for (size_t i = 0; i < n; i++)
		if (!slots[i].dropped &&
		    (__builtin_add_overflow(need, elastic_least(slots[i].want), &need) ||
		     __builtin_add_overflow(need, least_padding(slots[i].want), &need)))
			return UINT64_MAX;
	return need;
}

/* Drops those with the largest priority; false if that is 0 or less. */
static bool drop_some(struct elastic_slot *slots, size_t n)
{
	int32_t priority = 0;

	for (size_t i = 0; i < n; i++)
		if (!slots[i].dropped)
			priority = MAX(priority, slots[i].want->priority);
	for (size_t i = 0; i < n && priority > 0; i++)
		slots[i].dropped |= slots[i].want->priority == priority;
	return priority > 0;
}

bool elastic_fit(struct elastic_slot *slots, size_t n, uint64_t room)
{
	while (elastic_need(slots, n) > room)
		if (!drop_some(slots, n))
			return false;
	return true;
}

static uint64_t share(const struct pool *pool, uint64_t weight)
{
	if (pool->weights == 0)
		return 0;
	return (uint64_t)((unsigned __int128)pool->bytes * weight / pool->weights);
}

/*
 * One size, which is ELASTIC_NONE until it is known. Returns whether it became known in a
 * pass that must be repeated.
 */
static bool settle(struct pool *pool, enum pass pass, uint64_t weight, uint64_t min,
		   uint64_t max, uint64_t *size)
{
	const uint64_t part = share(pool, weight);

	if (*size != ELASTIC_NONE)
		return false;
	if (pass == PASS_MINIMA && min > part)
		*size = min;
	else if (pass == PASS_MAXIMA && max < part)
		*size = max;
	else if (pass == PASS_REST)
		*size = MIN(MAX(part / ELASTIC_GRAIN * ELASTIC_GRAIN, min), max);
	else
		return false;
	pool->bytes -= MIN(pool->bytes, *size);
	pool->weights -= weight;
	return pass != PASS_REST;
}

static bool run_pass(struct elastic_slot *slots, size_t n, enum pass pass,
		     struct pool *pool)
{
	bool changed = false;

	for (size_t i = 0; i < n; i++) {
		const struct elastic *want = slots[i].want;

		if (slots[i].dropped)
			continue;
		changed |= settle(pool, pass, want->weight, elastic_least(want),
				  most(want), &slots[i].size);
		changed |= settle(pool, pass, want->padding_weight, least_padding(want),
				  want->padding_max, &slots[i].padding);
	}
	return changed;
}

void elastic_place(struct elastic_slot *slots, size_t n, uint64_t room)
{
	struct pool pool = {.bytes = room};

	for (size_t i = 0; i < n; i++) {
		slots[i].size = slots[i].padding = ELASTIC_NONE;
		if (!slots[i].dropped)
			pool.weights +=
				slots[i].want->weight + slots[i].want->padding_weight;
	}
	for (enum pass pass = PASS_MINIMA; pass < N_PASSES; pass++)
		while (run_pass(slots, n, pass, &pool))
			;
	for (size_t i = 0; i < n && pool.bytes > 0; i++) {
		uint64_t more;

		if (slots[i].dropped)
			continue;
		more = MIN(pool.bytes, most(slots[i].want) - slots[i].size);
		slots[i].size += more;
		pool.bytes -= more;
	}
}
