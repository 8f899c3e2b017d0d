/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.h - host devices of one IOMMU group of the host. Below the guest's IOMMU each
 * function has its own address space, but VFIO requires that all devices of a host group
 * have the same one (QEMU hw/vfio/common.c). Below a pcie-to-pci-bridge all have the
 * bridge's requester ID (QEMU hw/pci/pci.c, pci_device_iommu_address_space), and the
 * guest's kernel sees one group as well. So the place of a group's first device is the
 * place of all. Private to planner/plan/in-place/.
 */
#pragma once

#include "planner/plan/in-place/parts.h"

/*
 * What may be in a group: the wishes, and then the devices of the request. The same
 * numbers are those of in_place_placed().
 */
size_t in_place_n_placed(const struct in_place *plan);
struct request_device *in_place_placed(struct in_place *plan, size_t number);
/* Whether two of them go below one bridge. */
bool in_place_are_bridged(const struct in_place *plan, size_t a, size_t b);
/* Finds the groups with more than one device on a cell. */
void in_place_find_groups(struct in_place *plan);
/* The bridge of a group: existing, added for an earlier device, or added now. */
int in_place_group_bridge(struct in_place *plan, int group);
/* The lowest free slot of a bridge. */
unsigned in_place_free_slot(const struct in_place *plan, int bridge);
