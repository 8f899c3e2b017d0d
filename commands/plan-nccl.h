/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan-nccl.h - `plan --emit nccl`: the topology file for the planned guest. */
#pragma once

#include "base/error.h"
#include "planner/guest/target-settle.h"
#include "topology/machine.h"

/*
 * Adds the file for the guest of a planned domain. @host: the machine that it mirrors or
 * runs on, for the links, the CPU and the identity of assigned devices; NULL: not known.
 */
int text_add_plan_nccl(struct text *text, const struct text *xml,
		       const struct machine *host, const struct target_wish *target,
		       struct error *error) _must_check_;
