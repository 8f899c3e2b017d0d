/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.h - from a finished request to the text of a domain.
 */
#pragma once

#include "planner/plan/composition.h"

/*
 * Plans in the built-in skeleton. *ret_xml (empty before) gets the document, *ret the
 * plan with its notes. Error (status 2): it does not fit.
 */
int plan_fresh(const struct request *request, struct plan *ret, struct text *ret_xml,
	       struct error *error) _must_check_;
