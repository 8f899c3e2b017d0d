/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-guest.h - the two halves of compose that write libvirt's words. */
#pragma once

#include "planner/plan/composition.h"

#define IOMMU_SLOT 30u /* of virtio-iommu, which sits on pcie-root */

/* Whether a primary video device has to stand before the planned ones. */
bool compose_needs_video(const struct plan *plan);
/* Ports and endpoints of the general-purpose devices, on pcie-root. */
void compose_general(const struct request *request, struct plan *plan);
/* The guest from the solved layout. */
void compose_guest(const struct request *request, struct plan *plan);

/* A PCI address on the bus of a controller index; the type is the caller's. */
struct guest_address compose_address(unsigned bus, unsigned slot, unsigned function);
/* Where an item of a solved layout sits. */
struct guest_address compose_item_address(const struct layout *layout, int number);
/* Adds a device of a kind to the guest, which takes the address. */
void compose_device(const struct request *request, struct guest *guest,
		    const struct device_kind *kind, struct guest_address address);
/* What an intel IOMMU needs to remap interrupts, for vCPUs and memory as they are. */
void compose_intel(struct guest *guest, struct guest_iommu *iommu);
/* The firmware's debug port into a log of the domain's name. */
void compose_debug_console(const struct request *request, struct guest *guest);
/* Cells with vCPUs, memory, distances and memory access figures. */
void compose_numa(const struct request *request, struct guest *guest);
