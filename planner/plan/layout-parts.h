/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-parts.h - shared by the files of layout. */
#pragma once

#include "base/error.h"
#include "planner/plan/layout-tree.h"

/* Assigns bus numbers in a tree whose items have addresses. Errors: as layout_solve(). */
int layout_give_buses(struct layout *layout, struct error *error) _must_check_;
