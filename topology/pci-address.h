/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"

/*
 * The address of a PCI function. In a machine `bus` is the bus number that the kernel
 * uses; in a libvirt domain it is the index of a controller. Domains have 32 bits: Intel
 * VMD numbers its own from 0x10000.
 */
struct pci_address {
	uint32_t domain;
	uint8_t bus, slot, function;
};

#define PCI_SLOTS     32
#define PCI_FUNCTIONS 8

/*
 * Reads "0000:0a:1f.7", as the kernel writes it: four or more hexadecimal digits of
 * domain without leading zeros beyond four. False, *ret unchanged, for anything else.
 */
bool pci_address_parse(const char *string, struct pci_address *ret) _must_check_;
void text_add_pci(struct text *text, struct pci_address address);

#define PCI_FORMAT  "%04x:%02x:%02x.%x"
#define PCI_ARGS(a) (a).domain, (a).bus, (a).slot, (a).function

/* Order by domain, bus, slot, function. */
int pci_address_compare(struct pci_address a, struct pci_address b);
/* The address as one number, in the same order. */
static inline uint64_t pci_address_key(struct pci_address a)
{
	return (uint64_t)a.domain << 24 | (uint64_t)a.bus << 16 | (uint64_t)a.slot << 8 |
	       a.function;
}
static inline bool pci_address_equal(struct pci_address a, struct pci_address b)
{
	return pci_address_compare(a, b) == 0;
}
