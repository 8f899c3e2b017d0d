/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout.h - pure: where everything on the PCI tree goes. The caller describes a tree of
 * buses, ports and endpoints; layout_solve gives each controller its index, address,
 * chassis and port, each expander bus its busNr, and each bridge the bus numbers that
 * firmware will give it.
 *
 * Theory of operation
 *
 * The guest has one PCI segment with buses 0-255. pcie-root owns bus 0, an expander bus
 * owns busNr, and every bridge takes one number below its root: firmware (SeaBIOS
 * src/fw/pciinit.c, edk2 PciBusDxe) walks each root on its own, depth first, ports by
 * ascending slot and function, counting up. So the numbers are one partition: root k uses
 * [busNr_k, busNr_k + bridges below it], and these windows must never meet. libvirt and
 * QEMU check none of this; the guest silently loses devices where they do.
 *
 * Windows are packed from the top of the space downwards, each with spare numbers, so
 * that ports added later do not renumber what is there; what is left over belongs to
 * pcie-root. General-purpose ports on pcie-root get the lowest controller indexes, since
 * libvirt puts whatever has no address into the port with the lowest index.
 */
#pragma once

#include "base/error.h"
#include "planner/plan/layout-tree.h"

/*
 * Fills everything in. Fault (status 2) if it cannot fit, naming the thing, the limit
 * and how many are needed: slots of pcie-root, ports on a bus, controller indexes, bus
 * numbers; or if given addresses clash.
 */
int layout_solve(struct layout *layout, struct error *error) _must_check_;

/* An expander bus whose window does not hold the bridges below it. */
struct layout_window {
	int item;
	unsigned needed, room; /* bus numbers besides its own */
};
/* The first of those that have their busNr; false if there is none. */
bool layout_short_window(const struct layout *layout, struct layout_window *ret);

/* The number of the window above an expander bus with a given busNr; 256 for the last. */
unsigned layout_next_bus(const struct layout *layout, unsigned bus_nr);
