/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/pci-address.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool pci_address_parse(const char *string, struct pci_address *ret)
{
	struct pci_address address;
	unsigned domain, bus, slot, function;
	char canonical[32];

	if (sscanf(string, "%8x:%2x:%2x.%1x", &domain, &bus, &slot, &function) != 4 ||
	    slot >= PCI_SLOTS || function >= PCI_FUNCTIONS)
		return false;
	address = (struct pci_address){.domain = domain,
				       .bus = (uint8_t)bus,
				       .slot = (uint8_t)slot,
				       .function = (uint8_t)function};
	/*
	 * There is only one spelling; anything that does not print back identically is
	 * rejected.
	 */
	snprintf(canonical, sizeof(canonical), PCI_FORMAT, PCI_ARGS(address));
	if (strcasecmp(canonical, string) != 0)
		return false;
	*ret = address;
	return true;
}

void text_add_pci(struct text *text, struct pci_address address)
{
	text_printf(text, PCI_FORMAT, PCI_ARGS(address));
}

int pci_address_compare(struct pci_address a, struct pci_address b)
{
	uint64_t left = (uint64_t)a.domain << 16 | a.bus << 8 | a.slot << 3 | a.function;
	uint64_t right = (uint64_t)b.domain << 16 | b.bus << 8 | b.slot << 3 | b.function;

	return (left > right) - (left < right);
}
