/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fix-round.h - the fixes that can be made in one text and checked together. */
#pragma once

#include "planner/check/check.h"

/* A zeroed one is empty. */
struct fix_round {
	VEC(struct fix_step {
		struct finding *finding; /* borrowed */
		bool edited;             /* false: there is no fix without guessing */
		long more_lines;         /* lines that the previous steps add above its
					  * position */
	})
	steps;
	size_t edited;    /* how many of them are fixed */
	struct text text; /* with all edits; empty if there are none */
};

typedef VEC(struct finding *) fix_findings;

/*
 * Makes the fixes for the first of @wanted (borrowed, in order), and for as many more as
 * only touch other elements, so that the text is the same as if each fix were made in the
 * text that the previous one left. Error: the document is not a domain.
 */
int fix_round_make(const struct document *document, const struct check_options *options,
		   const fix_findings *wanted, struct fix_round *ret, struct error *error)
	_must_check_;
void fix_round_free(struct fix_round *round);
#define _cleanup_fix_round_ _cleanup_(fix_round_free)
