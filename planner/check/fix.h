/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fix.h - fixing what needs no guess, in the text itself. */
#pragma once

#include "planner/check/check.h"
#include "topology/compare.h"

/* Findings as they were, in order; owned. */
struct check_fixes {
	struct report done; /* fixed */
	/* Not fixed, the text is as it was: the fix would have been a guess, or did harm.
	 */
	VEC(struct check_fix_left {
		struct finding finding;
		char *reason; /* why the fix was taken back; NULL: none was made */
	})
	left;
};

/*
 * Fixes findings in order, each of a rule that is `fixable`, and judges the result again,
 * until none is left that can be fixed; all else in the text stays byte for byte. Fixes
 * that cannot meet are judged together, and come out as if each were made alone. A fix
 * that leaves its finding, that brings an error, or that brings a finding as severe as
 * its own which cannot be fixed in its turn, is taken back; for this every rule is asked,
 * whatever the options leave out. So the result has no error that the document did not
 * have. *ret_text is the new text, the caller's. Silenced findings are left alone.
 * Faults: the document is no domain.
 */
int check_fix(const struct document *document, const struct check_options *options,
	      struct text *ret_text, struct check_fixes *ret, struct error *error)
	_must_check_;
/* How what the guest's kernel sees differs; for people, not a verdict. */
int check_fix_view(const struct document *before, const struct document *after,
		   struct differences *ret, struct error *error) _must_check_;
void check_fixes_free(struct check_fixes *fixes);
