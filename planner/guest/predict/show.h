/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/guest.h"
#include "topology/machine.h"

/*
 * Describes the guest for people: its nodes as `numactl -H` shows them (with the planned
 * sizes, of which the kernel reserves some), its PCI tree as `lspci -t` shows it, what a
 * layout can run out of (bus numbers per root, I/O ports, memory that is locked), and
 * the kernel command line that a nested host needs.
 */
void text_add_prediction(struct text *text, const struct guest *guest,
			 const struct machine *machine);

/* Only the PCI tree. */
void text_add_lspci_tree(struct text *text, const struct machine *machine);
