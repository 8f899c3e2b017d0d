/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan-print.h - what `plan` prints of a plan that it has made. */
#pragma once

#include "commands/plan-options.h"
#include "planner/plan/plan.h"

/* Owns everything in it. */
struct planned {
	struct document domain;        /* what was changed; empty: nothing was */
	struct machine host, mirrored; /* of --host and --like; empty: not given */
	struct plan plan;              /* of a new domain */
	struct text xml;
};

void planned_free(struct planned *planned);
#define _cleanup_planned_ _cleanup_(planned_free)

/* The document that the options ask for; notes go to standard error. */
int plan_print(const struct plan_flags *flags, const struct planned *planned,
	       struct error *error) _must_check_;
