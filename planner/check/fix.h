/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fix.h - mending what needs no guess, in the text itself. */
#pragma once

#include "planner/check/check.h"
#include "topology/compare.h"

/* Findings as they were, in order; owned. */
struct check_fixes {
	struct report done; /* what was mended */
	struct report left; /* what a mend was tried for: it would have been a guess */
};

/*
 * Mends one finding after the other, each of a rule that is `fixable`, and judges the
 * result anew, until none is left that can be mended; all else in the text stays byte for
 * byte. *ret_text is the new text, the caller's. Silenced findings are left alone. Faults:
 * the document is no domain.
 */
int check_fix(const struct document *document, const struct check_options *options,
	      struct text *ret_text, struct check_fixes *ret, struct error *error);
/* How what the guest's kernel sees differs; for people, in no way a verdict. */
int check_fix_view(const struct document *before, const struct document *after,
		   struct differences *ret, struct error *error);
void check_fixes_free(struct check_fixes *fixes);
