/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pci-access.h - what libpciaccess does for us: configuration space of this machine's
 * functions, and what functions are called by the list that the package pci.ids brings.
 * The library keeps one global state and knows this machine only; recorded systems and
 * the program inside a guest read the files named config themselves (sysfs-pci.c). hwloc
 * may clean that state up under us, so that its loading and a begin-end pair never
 * overlap. For one thread.
 */
#pragma once

#include "topology/machine.h"
#include "topology/sysfs.h"

/*
 * Lists this machine's functions and fills *ret, whose reader works until pciaccess_end.
 * False, with nothing to end, where the library finds no PCI.
 */
bool pciaccess_begin(struct config_source *ret);
void pciaccess_end(void);

/*
 * Adds "Intel Corporation 82576 Gigabit Network Connection", sanitised; the vendor alone
 * where only that is known. False, with nothing added, where neither is, or where the
 * list is not installed. Not for several threads at once: the list is a static of the
 * library's, read on first use (3 ms).
 */
bool text_add_pci_name(struct text *text, const struct machine_function *function);
