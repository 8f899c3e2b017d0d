/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* moves.h - where the devices of a changed domain were, and where they will be. */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "planner/guest/guest.h"

/* Owned sentences. A zeroed one is empty. */
struct moves {
	VEC(char *) lines;
};

/*
 * One line for each device whose PCI address or NUMA node in the guest differs, by the
 * device's name; one for all new devices of a kind on a node; one for each that is gone.
 * Devices are matched by name and, where it is the same for several, by their order. All
 * devices of both guests must have addresses (assign.h).
 */
void moves_find(const struct guest *before, const struct guest *after, struct moves *ret);
/*
 * The same for two documents, with the addresses that @libvirt (assign.h) would choose
 * where there are none. Errors: as guest_read.
 */
int moves_read(const struct document *before, const struct document *after,
	       unsigned libvirt, struct moves *ret, struct error *error) _must_check_;
void moves_free(struct moves *moves);
#define _cleanup_moves_ _cleanup_(moves_free)
