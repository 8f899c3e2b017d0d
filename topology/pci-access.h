/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pci-access.h - what libpciaccess does for us: configuration space of this machine's
 * functions, and their names from the list in the package pci.ids. The library has one
 * global state and knows only this machine; for recorded systems and in the program
 * inside a guest we read the files named config ourselves (sysfs-pci.c). hwloc may free
 * that state, so its loading must never overlap a begin-end pair. For one thread.
 */
#pragma once

#include "topology/machine.h"
#include "topology/sysfs.h"

/*
 * Lists this machine's functions and fills in *ret, whose reader works until
 * pciaccess_end. False, with nothing to end, if the library finds no PCI.
 */
bool pciaccess_begin(struct config_source *ret);
void pciaccess_end(void);

/*
 * Adds "Intel Corporation 82576 Gigabit Network Connection", sanitized; only the vendor
 * if nothing else is known. False, with nothing added, if neither is known or the list is
 * not installed. Not thread-safe: the list is static in the library and read on first use
 * (3 ms).
 */
bool text_add_pci_name(struct text *text, const struct machine_function *function);
/*
 * The same in fewer words: "Intel 82576 Gigabit Network Connection". Of the vendor only
 * the short name in brackets, if there is one, or the first word.
 */
bool text_add_pci_model(struct text *text, const struct machine_function *function);
