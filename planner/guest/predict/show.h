/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/guest.h"
#include "topology/machine.h"

/*
 * What the guest will show, for people: its nodes in the words of `numactl -H` (sizes as
 * planned; the kernel keeps some), its PCI tree in those of `lspci -t`, then what a
 * layout can run out of: bus numbers per root, I/O ports, memory that VFIO locks; and the
 * kernel command line that a nested host needs.
 */
void text_add_prediction(struct text *text, const struct guest *guest,
			 const struct machine *machine);

/* The tree alone. */
void text_add_lspci_tree(struct text *text, const struct machine *machine);
