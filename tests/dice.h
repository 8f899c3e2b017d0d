/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dice.h - pseudo-random numbers that are the same in every run. */
#pragma once

#include "base/macros.h"

struct dice {
	uint64_t state;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t roll(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t roll_below(struct dice *dice, uint64_t limit)
{
	return roll(dice) % limit;
}

/* The same for small numbers. */
static inline unsigned roll_small(struct dice *dice, unsigned limit)
{
	return (unsigned)roll_below(dice, limit);
}
