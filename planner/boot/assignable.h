/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign.h - --assign seen from the host: which functions of a planned machine can be
 * given to a guest of the guest, and what must hold for the virtual functions that the
 * guest made of them.
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
 * Endpoints below a root bus that an expander bus makes: those that a planner puts there
 * to be assigned. Adds to a zeroed list.
 */
void assignable_choose(const struct machine *planned, struct assignable_list *ret);
/*
 * What nobody answered has failed: adds an answer that says so, and @why, for each
 * function without one; with @nested the first one owes two.
 */
void assignable_add_silent(const struct assignable_list *list, bool nested,
			   const char *why, struct serial *ret);
/*
 * For each function that makes virtual ones: as many as planned are there, on its node,
 * on buses that the port above leads to, each in a group of its own. One answer each to
 * @ret.
 */
void assignable_check_vfs(const struct assignable_list *list,
			  const struct machine *observed, struct serial *ret);
