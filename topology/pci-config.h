/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pci-config.h - parses the configuration space of a PCI function. Pure: works on bytes
 * that were already read, 64 without privileges, 256 or 4096 with them.
 */
#pragma once

#include "topology/machine.h"

#define PCI_CONFIG_BYTES 4096

/* Offset of a capability (PCI 3.0, 6.7) or extended one (PCIe 7.9.3), 0 if not found. */
unsigned pci_config_capability(const uint8_t *config, size_t n, uint8_t id);
unsigned pci_config_extended(const uint8_t *config, size_t n, uint16_t id);

/*
 * Fills in what is still unknown in *function from the bytes: bridge and its buses, PCIe
 * type, ACS, function level reset, VF totals, identifiers that are 0. What the bytes do
 * not contain, because they end early, stays unknown.
 */
void pci_config_read(const uint8_t *config, size_t n, struct machine_function *function);

/*
 * The speed of a link in MT/s from "8.0 GT/s PCIe" (the unit may be missing), and its
 * lanes; 0 if it is not a number, or not a width that PCIe has.
 */
uint32_t pci_link_speed(const char *speed);
uint32_t pci_link_width(const char *width);
/*
 * Data rate of a link in MB/s; 0 unknown. 8 of 10 bits are data up to 5 GT/s, 128 of 130
 * up to 32, 242 of 256 at 64 (PCIe 4.2).
 */
uint32_t pci_link_data(uint32_t speed_mt_s, uint32_t width);
