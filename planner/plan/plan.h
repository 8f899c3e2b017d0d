/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.h - from a finished request to the text of a domain.
 */
#pragma once

#include "planner/plan/composition.h"

/*
 * Plans over the built-in skeleton. *ret_xml gets the document (an empty text before),
 * *ret the plan with its notes. Fault (status 2) where it cannot fit.
 */
int plan_fresh(const struct request *request, struct plan *ret, struct text *ret_xml,
	       struct error *error) _must_check_;
