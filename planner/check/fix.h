/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fix.h - fixes what can be fixed without guessing, in the text itself. */
#pragma once

#include "planner/check/check.h"
#include "topology/compare.h"

/* The original findings, in order; owned. */
struct check_fixes {
	struct report done; /* fixed */
	/* Not fixed, the text is unchanged: the fix would have been a guess, or did
	 * harm. */
	VEC(struct check_fix_left {
		struct finding finding;
		char *reason; /* why the fix was taken back; NULL: none was made */
	})
	left;
};

/*
 * Fixes findings in order, each of a rule that is `fixable`, and checks the result again,
 * until none is left that can be fixed; all other text is kept byte for byte. Fixes that
 * cannot interfere are checked together, with the same result as if each were made alone.
 * A fix that leaves its finding, causes an error, or causes a finding as severe as its
 * own which cannot be fixed in turn, is taken back; for this every rule is checked,
 * whatever the options leave out. So the result has no error that the document did not
 * have. *ret_text is the new text, owned by the caller. Silenced findings are not fixed.
 * Errors: the document is not a domain.
 */
int check_fix(const struct document *document, const struct check_options *options,
	      struct text *ret_text, struct check_fixes *ret, struct error *error)
	_must_check_;
/*
 * How the machine that the guest's kernel sees will change, with the addresses that
 * @libvirt (assign.h) would choose; for people, not a finding.
 */
int check_fix_view(const struct document *before, const struct document *after,
		   unsigned libvirt, struct differences *ret, struct error *error)
	_must_check_;
void check_fixes_free(struct check_fixes *fixes);
