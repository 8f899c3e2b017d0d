/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-guest.h - what a plan adds to a guest, in libvirt's terms. */
#pragma once

#include "planner/plan/composition.h"
#include "planner/plan/layout-tree.h"

#define IOMMU_SLOT 30u /* of virtio-iommu, which sits on pcie-root */

/* Devices that every fresh domain has, or that an option adds. */
enum general {
	GENERAL_NONE,
	GENERAL_SERIAL, /* virtio-serial, for the guest agent */
	GENERAL_RNG,
	GENERAL_MGMT,
	GENERAL_DISK,
};

/* A fresh domain without CPUs and ports: its identity, and pcie-root. */
void compose_machine(const struct request *request, struct guest *guest);
struct guest_controller *compose_root(struct guest *guest); /* pcie-root alone */
/* Devices that libvirt would add by itself, at addresses of its choice. */
void compose_fixed_controllers(const struct request *request, struct guest *guest);
void compose_cdrom(const struct request *request, struct guest *guest);

/* A PCI address on the bus of a controller index; the caller frees its type. */
struct guest_address compose_address(unsigned bus, unsigned slot, unsigned function);
/* The address of an item of a solved layout. */
struct guest_address compose_item_address(const struct layout *layout, int number);
/* Adds a device of a kind to the guest, which takes ownership of the address. */
void compose_device(const struct request *request, struct guest *guest,
		    const struct device_kind *kind, struct guest_address address);
/* The same for a general device. */
void compose_general(const struct request *request, struct guest *guest,
		     enum general what, struct guest_address address);
/*
 * Adds what an intel IOMMU needs to remap interrupts, for the guest's vCPUs and memory.
 */
void compose_intel(struct guest *guest, struct guest_iommu *iommu);
/* A PCI device of the host. */
void compose_hostdev(struct guest *guest, struct pci_address host,
		     struct guest_address address);
/* The kernel that is booted directly, and its command line. Needs the IOMMU. */
void compose_kernel(const struct request *request, struct guest *guest);
/* Sends the firmware's debug port to a log file named after the domain. */
void compose_debug_console(const struct request *request, struct guest *guest);
/* Latencies and bandwidths between cells. */
void compose_hmat(const struct request *request, struct guest *guest);
