/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/check/check.h"

/*
 * Moves what was found and skipped into *ret, silenced findings apart; check.h says what
 * silences. @elements has the element of each finding. @found is empty afterwards.
 */
void suppress(const struct document *document, struct report *found, const int *elements,
	      struct check_result *ret);
