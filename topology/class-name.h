/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/*
 * The meaning of a PCI class code (24 bits), in a few words; "device" for one that is not
 * listed. PCI Code and ID Assignment Specification 1.11, section 1.
 */
#define PCI_CLASS_UNKNOWN 0xff0000u /* no class fits; also if a source gives none */

const char *pci_class_name(uint32_t class_code);
