/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pci-resources.h - addresses in the configuration space of a PCI function: its BARs, and
 * the windows through which a bridge passes addresses. Pure.
 */
#pragma once

#include "topology/machine.h"

#define PCI_SIZE_REGISTERS (MACHINE_BARS + 1)

/*
 * BARs and ROM of a function whose first 64 bytes of configuration space are @config.
 * @sizes: the value of each BAR's and, last, the ROM's register after ones were written
 * to it (PCI 3.0, 6.2.5.1); 0: there is none.
 */
void pci_resources_read(const uint8_t *config, const uint32_t sizes[PCI_SIZE_REGISTERS],
			struct machine_function *function);

/* Addresses from @start to @end; none where @end is less. */
struct pci_window {
	uint64_t start, end;
};

struct pci_windows {
	struct pci_window io, memory, prefetchable;
};

/* Those of a bridge with these first 64 bytes (PCI-to-PCI bridge 1.2, 3.2.5). */
struct pci_windows pci_windows_read(const uint8_t *config);
/* Whether accesses to all of the BAR's addresses pass. */
bool pci_windows_pass(const struct pci_windows *windows, const struct machine_bar *bar);
