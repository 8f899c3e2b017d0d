/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree.h - the PCI tree of a guest by controller index: parent, root and NUMA cell of
 * each controller, and the bus numbers that firmware will assign. All devices of the
 * guest must have addresses (assign.h).
 */
#pragma once

#include "planner/guest/assign/assignment.h"
#include "planner/guest/controller-model.h"

/* A PCI controller's position; -1 means none in each int. */
struct guest_bus {
	int controller; /* in guest.controllers; the first with this index */
	enum controller_model model;
	int parent;        /* index of the controller above it */
	int root;          /* index of its root, or its own; -1: not reachable */
	int cell;          /* the cell of its root's <node>, if that cell exists */
	unsigned bridges;  /* of a root: bridges below it that need a bus number */
	unsigned children; /* controllers, devices and IOMMUs on its bus */
	int number, last;  /* its bus in the guest, and the highest number below it */
};

/* An item of the guest that has a PCI address. */
struct guest_function {
	struct assign_item item;
	const struct guest_address *address;
	const struct device_kind *kind; /* assign_item_kind() */
};
typedef VEC(struct guest_function) guest_functions;

struct guest_tree {
	const struct guest *guest; /* borrowed; nothing is added to it meanwhile */
	struct guest_bus bus[INDEXES];
	guest_functions functions; /* all of them: controllers, devices, IOMMUs */
};

/*
 * Into a *@ret that is zeroed or was read before. Controllers in a loop, or on a bus that
 * does not exist, have no root.
 */
void guest_tree_read(const struct guest *guest, struct guest_tree *ret);
void guest_tree_free(struct guest_tree *tree);
#define _cleanup_guest_tree_ _cleanup_(guest_tree_free)

/* For any index, even out of range: the controller or NULL; the cell or -1. */
const struct guest_controller *guest_tree_controller(const struct guest_tree *tree,
						     int index);
int guest_tree_cell(const struct guest_tree *tree, int index);
/* Whether the bus of an index is below an expander bus, or is one. */
bool guest_tree_under_expander(const struct guest_tree *tree, int index);

/* Whether it is the SMMUv3 of one root bus (<driver pciBus=>) and not the machine's. */
bool guest_iommu_has_bus(const struct guest_iommu *iommu);
/*
 * Whether libvirt ignores it (12.9, measured): it makes only the first <iommu> the
 * machine's SMMUv3.
 */
bool guest_iommu_is_ignored(const struct guest *guest, const struct guest_iommu *iommu);
/*
 * The IOMMU that translates the DMA of what is on the bus of a controller index: the
 * SMMUv3 of its root bus, or the IOMMU of the whole machine. NULL: none does. A root bus
 * without an SMMUv3 of its own does not use that of pcie-root (QEMU 10.2 hw/pci/pci.c,
 * pci_setup_iommu_per_bus).
 */
const struct guest_iommu *guest_tree_iommu(const struct guest_tree *tree, int index);
/*
 * How often the guest's memory counts as locked on the host, at least: once for each host
 * device in an address space of its own, each <disk type='nvme'> and each vDPA device,
 * and once for all other host devices. 0 without any of them. With iommufd it is the same
 * (measured with libvirt 12.9, QEMU 11.1 and Linux 7.3: two devices behind an IOMMU of
 * the guest pin its memory twice, and libvirt lets QEMU lock it twice, and 1 GiB). But
 * the devices below all accelerated SMMUv3 share one address space, and so one IOAS
 * (QEMU 11.0 hw/arm/smmuv3-accel.c, hw/vfio/iommufd.c; not run: needs KVM).
 */
unsigned guest_tree_locked_times(const struct guest_tree *tree);
/* An SMMUv3 of one bus with accel='on', which has no effect without a bus. */
bool guest_iommu_is_accelerated(const struct guest_iommu *iommu);
/*
 * Whether <qemu:commandline> switches on dma-remap of QEMU's amd-iommu, for which libvirt
 * has no attribute. That of -device takes precedence over -global, and the last -global
 * over earlier ones.
 */
bool guest_iommu_remaps(const struct guest *guest, const struct guest_iommu *iommu);
/* Whether any IOMMU is of one bus. */
bool guest_has_bus_iommus(const struct guest *guest);
