/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/guest.h"
#include "topology/machine.h"

/*
 * Describes the guest for people: its nodes as `numactl -H` of Debian 13 shows them (with
 * the planned sizes, and without the free memory), its PCI tree as `lspci -t` shows it,
 * its IOMMU groups without numbers, which differ between kernels, its host devices (see
 * predict_host_devices()), what a layout can run out of (bus numbers per root, I/O ports,
 * memory that is locked), and the kernel command line that a nested host needs. For
 * machine type virt also the SMMUv3 of each root bus and the window for 64-bit BARs, and
 * the nodes of generic initiators.
 */
void text_add_prediction(struct text *text, const struct guest *guest,
			 const struct machine *machine);

/* The words of the kernel command line; nothing if it needs none. */
void text_add_kernel_words(struct text *text, const struct guest *guest);
/* Parts of it. */
void text_add_smmus(struct text *text, const struct guest *guest);
void text_add_initiators(struct text *text, const struct machine *machine);
void text_add_window(struct text *text, const struct guest *guest);
void text_add_host_devices(struct text *text, const struct guest *guest,
			   const struct machine *machine);
void text_add_lspci_tree(struct text *text, const struct machine *machine);
