/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan-fuzz.h - planning in place, for several targets. */
#pragma once

#include "tests/fuzz/fuzz.h"

#include "planner/plan/in-place/in-place.h"
#include "planner/plan/request/flags.h"

/* Plans with options, given as names and values until NULL; false if it was refused. */
static inline bool fuzz_plan(const struct document *document, const struct machine *host,
			     const char *const *wishes, struct text *ret)
{
	_cleanup_error_ struct error error = {};
	struct request_asked asked = {};
	bool planned;

	request_begin_in_place(&asked.request);
	for (; *wishes; wishes += 2)
		CHECK(request_take(&asked, wishes[0], wishes[1], &error) == 0);
	planned = plan_in_place(document, &asked.request, host, ret, &error) == 0;
	request_free(&asked.request);
	if (planned)
		return true;
	CHECK(error.message && *error.message && ret->n == 0);
	return false;
}
