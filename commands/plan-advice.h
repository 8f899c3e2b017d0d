/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan-advice.h - options with which a request that has no plan would have one. */
#pragma once

#include "commands/plan-options.h"

#define PLAN_KNOBS 4

/* What a request can have less of, in the order of the table in plan-advice.c. */
struct plan_knobs {
	bool set[PLAN_KNOBS];
	unsigned value[PLAN_KNOBS];
};

void plan_knobs_apply(const struct plan_knobs *knobs, struct plan_flags *flags);

/*
 * "--spare-ports 2", or several options; NULL if none helps, or if the message names what
 * does. @fits tells whether the request has a plan with these values. The caller frees
 * the text.
 */
char *plan_advice(const struct plan_flags *flags,
		  bool (*fits)(const struct plan_knobs *knobs, void *data), void *data);
