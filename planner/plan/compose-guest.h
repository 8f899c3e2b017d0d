/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-guest.h - libvirt's words for what a plan adds to a guest. */
#pragma once

#include "planner/plan/composition.h"
#include "planner/plan/layout-tree.h"

#define IOMMU_SLOT 30u /* of virtio-iommu, which sits on pcie-root */

/* Devices that every fresh domain has, or that a flag asks for. */
enum general {
	GENERAL_NONE,
	GENERAL_SERIAL, /* virtio-serial, for the guest agent */
	GENERAL_RNG,
	GENERAL_MGMT,
	GENERAL_DISK,
};

/* What a fresh domain is before it has CPUs and ports: its identity, and pcie-root. */
void compose_machine(const struct request *request, struct guest *guest);
/* What libvirt would add by itself at an address of its own choice. */
void compose_fixed_controllers(const struct request *request, struct guest *guest);
void compose_cdrom(const struct request *request, struct guest *guest);

/* A PCI address on the bus of a controller index; the type is the caller's. */
struct guest_address compose_address(unsigned bus, unsigned slot, unsigned function);
/* Where an item of a solved layout sits. */
struct guest_address compose_item_address(const struct layout *layout, int number);
/* Adds a device of a kind to the guest, which takes the address. */
void compose_device(const struct request *request, struct guest *guest,
		    const struct device_kind *kind, struct guest_address address);
/* The same for a general device. */
void compose_general(const struct request *request, struct guest *guest,
		     enum general what, struct guest_address address);
/* What an intel IOMMU needs to remap interrupts, for vCPUs and memory as they are. */
void compose_intel(struct guest *guest, struct guest_iommu *iommu);
/* The firmware's debug port into a log of the domain's name. */
void compose_debug_console(const struct request *request, struct guest *guest);
/* Memory access figures between cells. */
void compose_hmat(const struct request *request, struct guest *guest);
