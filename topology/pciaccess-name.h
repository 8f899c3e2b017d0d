/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pciaccess-name.h - what a PCI function is called, from the list of names that the package
 * pci.ids brings. libpciaccess reads the list; its other half, configuration space, is
 * not used: it reads this machine's /sys only, probes every function at 2 ms each, and
 * pci-config.c has the same bytes from whatever system is read.
 */
#pragma once

#include "topology/machine.h"

/*
 * Adds "Intel Corporation 82576 Gigabit Network Connection", sanitised; the vendor alone
 * where only that is known. False, with nothing added, where neither is, or where the
 * list is not installed. Not for several threads at once: the list is a static of the
 * library's, read on first use (3 ms).
 */
bool text_add_pci_name(struct text *text, const struct machine_function *function);
