/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror-parts.h - shared by the files of mirror. */
#pragma once

#include "planner/plan/request/request.h"
#include "topology/machine.h"

struct mirror_options; /* mirror.h */

int mirror_nodes(const struct machine *machine, const struct mirror_options *options,
		 struct request *request, struct error *error) _must_check_;
/* The rows of --hmat, and notes about what QEMU cannot store. */
void mirror_hmat(const struct machine *machine, struct request *request);
void mirror_devices(const struct machine *machine, const struct mirror_options *options,
		    struct request *request);
/* Notes what of the machine the guest does not have. */
void mirror_note_left_out(const struct machine *machine, struct request *request);
/* Whether any function can get this kind as its stand-in; and all of these, for messages.
 */
bool mirror_is_stand_in(const struct device_kind *kind);
char *mirror_stand_in_names(void) _must_check_;
/* The stand-in that a function gets, or NULL. */
const struct device_kind *mirror_kind(const struct machine_function *function,
				      const struct target *target);
/* The cell that mirrors a node, or NO_CELL. */
int mirror_cell(const struct request *request, int node);
