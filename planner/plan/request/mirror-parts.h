/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror-parts.h - shared by the files of mirror. */
#pragma once

#include "planner/plan/request/request.h"
#include "topology/machine.h"

struct mirror_options; /* mirror.h */

int mirror_nodes(const struct machine *machine, const struct mirror_options *options,
		 struct request *request, struct error *error) _must_check_;
void mirror_devices(const struct machine *machine, struct request *request);
/* The stand-in that a function gets, or NULL. */
const struct device_kind *mirror_kind(const struct machine_function *function,
				      const struct target *target);
/* The cell that mirrors a node, or NO_CELL. */
int mirror_cell(const struct request *request, int node);
