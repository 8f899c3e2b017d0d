/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/align.h"

#include "base/text.h"

static const char *const rule_names[] = {"tight", "libvirt", "strict"};

const char *align_rule_name(enum align_rule rule)
{
	return rule_names[rule];
}

bool align_rule_parse(const char *name, enum align_rule *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(rule_names); i++) {
		if (!streq(name, rule_names[i]))
			continue;
		*ret = (enum align_rule)i;
		return true;
	}
	return false;
}

const char *align_answer_text(enum align_answer answer)
{
	static const char *const texts[] = {
		"fits",
		"the capacity and the interval must be greater than 0",
		"the end is greater than 2^64-1",
	};

	return texts[answer];
}

/* The distance from @end to the next boundary, and what the rule adds if @end is on
 * one. */
static uint64_t padding(uint64_t start, uint64_t end, uint64_t interval,
			enum align_rule rule)
{
	uint64_t past = end % interval;

	if (past > 0)
		return interval - past;
	if (rule == ALIGN_STRICT || (rule == ALIGN_LIBVIRT && start % interval == 0))
		return interval;
	return 0;
}

enum align_answer right_align_end(uint64_t start, uint64_t capacity, uint64_t interval,
				  enum align_rule rule, uint64_t *ret_end)
{
	uint64_t end;

	if (capacity == 0 || interval == 0)
		return ALIGN_ZERO;
	if (__builtin_add_overflow(start, capacity, &end) ||
	    __builtin_add_overflow(end, padding(start, end, interval, rule), &end))
		return ALIGN_OVERFLOW;
	*ret_end = end;
	return ALIGN_OK;
}

enum align_answer left_align_start(uint64_t start, uint64_t interval, uint64_t *ret)
{
	if (interval == 0)
		return ALIGN_ZERO;
	if (__builtin_add_overflow(start, padding(0, start, interval, ALIGN_TIGHT),
				   &start))
		return ALIGN_OVERFLOW;
	*ret = start;
	return ALIGN_OK;
}

uint64_t fit_end_down(uint64_t end, uint64_t interval)
{
	return end - end % interval;
}

enum align_answer place_both(uint64_t start, uint64_t capacity, uint64_t interval,
			     uint64_t *ret_start, uint64_t *ret_end)
{
	enum align_answer answer = left_align_start(start, interval, &start);
	uint64_t end;

	if (answer == ALIGN_OK)
		answer = right_align_end(start, capacity, interval, ALIGN_TIGHT, &end);
	if (answer != ALIGN_OK)
		return answer;
	*ret_start = start;
	*ret_end = end;
	return ALIGN_OK;
}

bool align_lcm(uint64_t a, uint64_t b, uint64_t *ret)
{
	uint64_t x = a, y = b;

	while (y > 0) {
		uint64_t rest = x % y;

		x = y;
		y = rest;
	}
	return !__builtin_mul_overflow(a / x, b, ret);
}
