/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-parts.h - what the files of layout share. */
#pragma once

#include "base/error.h"
#include "planner/plan/layout-tree.h"

/* Bus numbers of a tree whose items have their addresses. Faults as layout_solve(). */
int layout_give_buses(struct layout *layout, struct error *error) _must_check_;
