/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compose.h - pure: a request becomes a guest with everything in its place.
 */
#pragma once

#include "planner/plan/composition.h"

/*
 * Lays out a finished request over @skeleton, a guest read from the built-in document,
 * which the plan's guest takes over. Fault (status 2) where it cannot fit.
 */
int compose(const struct request *request, struct guest *skeleton, struct plan *ret,
	    struct error *error) _must_check_;
