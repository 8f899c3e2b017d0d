/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/check/check.h"

/*
 * Moves the findings and skipped rules into *ret, silenced findings separately; see
 * check.h for how to silence. @elements has the element of each finding. @found is empty
 * afterwards.
 */
void suppress(const struct document *document, struct report *found, const int *elements,
	      struct check_result *ret);
