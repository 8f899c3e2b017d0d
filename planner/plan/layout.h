/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout.h - where everything in the PCI tree goes (pure). The caller describes a tree of
 * buses, ports and endpoints; layout_solve gives each controller its index, address,
 * chassis and port, each expander bus its busNr, and each bridge the bus numbers that
 * firmware will give it.
 *
 * Theory of operation
 *
 * The guest has one PCI segment with buses 0-255. pcie-root owns bus 0, an expander bus
 * owns busNr, and every bridge uses one number below its root: firmware (SeaBIOS
 * src/fw/pciinit.c, edk2 PciBusDxe) walks each root separately, depth first, ports by
 * ascending slot and function, counting up. So root k uses [busNr_k, busNr_k + bridges
 * below it], and these windows must not overlap. libvirt and QEMU do not check that; if
 * windows overlap, the guest silently loses devices.
 *
 * Windows are packed from the highest number down, each with spare numbers, so that ports
 * added later do not renumber existing buses; the rest belongs to pcie-root.
 * General-purpose ports on pcie-root get the lowest controller indexes, because libvirt
 * puts a device without an address into the port with the lowest index.
 */
#pragma once

#include "base/error.h"
#include "planner/plan/layout-tree.h"

/*
 * Fills everything in. Errors (status 2): not enough slots of pcie-root, ports on a bus,
 * controller indexes or bus numbers (the message has the limit and how many are needed);
 * given addresses that clash.
 */
int layout_solve(struct layout *layout, struct error *error) _must_check_;

/* An expander bus whose window does not hold the bridges below it. */
struct layout_window {
	int item;
	unsigned needed, room; /* bus numbers besides its own */
};
/* Finds the first of those with a busNr; false if there is none. */
bool layout_short_window(const struct layout *layout, struct layout_window *ret);

/*
 * The first number of the window after an expander bus with a given busNr; 256 for the
 * last.
 */
unsigned layout_next_bus(const struct layout *layout, unsigned bus_nr);
