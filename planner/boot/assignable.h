/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assignable.h - the host's side of --assign: which functions of a planned machine can be
 * assigned to a nested guest, and what must hold for the virtual functions that the guest
 * created.
 */
#pragma once

#include "base/vec.h"
#include "planner/boot/serial.h"
#include "topology/machine.h"

struct assignable_function {
	struct pci_address at;
	int total_vfs; /* 0: makes none */
};
struct assignable_list {
	VEC(struct assignable_function) list; /* by address */
};

/*
 * Endpoints below an expander bus's root bus, where a planner puts functions to be
 * assigned. Adds to a zeroed list.
 */
void assignable_choose(const struct machine *planned, struct assignable_list *ret);
/*
 * A missing answer is a failure: adds one, with @why, for each function that has none;
 * with @nested the first function must have two.
 */
void assignable_add_silent(const struct assignable_list *list, bool nested,
			   const char *why, struct serial *ret);
/*
 * Checks each function with virtual functions: the planned number exists, on its node, on
 * buses that the port above leads to, each in its own group. Adds one answer each to
 * @ret.
 */
void assignable_check_vfs(const struct assignable_list *list,
			  const struct machine *observed, struct serial *ret);
