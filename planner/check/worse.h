/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* worse.h - whether a changed domain has findings that it did not have before. */
#pragma once

#include "planner/check/check.h"

/*
 * The first finding of @after, at least as severe as @severity, of a rule that has more
 * findings there than in @before; NULL if there is none. Findings are counted by rule,
 * because a change may renumber what their messages name. A rule that an error prevented
 * from being checked in @before may find what was already there; such findings count as
 * new only if @after has more in total. Rules that find any change at all do not count.
 * Without @even_fixable those that --fix can fix in turn are left out.
 */
const struct finding *report_worse(const struct report *before,
				   const struct report *after, enum severity severity,
				   bool even_fixable);
/*
 * Whether each rule has as many findings in @after as in @before except for those in
 * @fixed.
 */
bool report_is_without(const struct report *before, const struct report *fixed,
		       const struct report *after);
/* "line 12: RULE: MESSAGE REMEDY", for messages. Owned by the caller. */
char *finding_string(const struct finding *finding) _must_check_;
