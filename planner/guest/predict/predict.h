/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* predict.h - the machine that a guest's kernel will see. Pure: no I/O. */
#pragma once

#include "base/error.h"
#include "planner/guest/target-settle.h"
#include "planner/guest/tree.h"
#include "topology/machine.h"

/*
 * What firmware, ACPI tables and Linux make of a domain whose devices have their
 * addresses (see assign.h for the others): NUMA nodes, CPUs, distances, HMAT, every PCI
 * function with its bus numbers, node and IOMMU group. What cannot be predicted (the host
 * device of a hostdev, an unknown emulated device) has vendor 0 and a complaint. The
 * caller releases *ret.
 */
void predict(const struct guest *guest, struct machine *ret);

/*
 * The same for any domain: devices without an address first get the one that libvirt
 * would choose (assign.h, also for @libvirt), and @guest keeps it.
 */
void predict_any(struct guest *guest, unsigned libvirt, struct machine *ret);

/*
 * The same for a document, with the addresses that the target's libvirt would choose
 * (target-settle.h; NULL: the domain alone decides the target). Errors: the root element
 * is not <domain>; a PCI controller's index or an expander bus's number is not between 0
 * and 255. libvirt refuses such a domain, so its guest cannot be predicted.
 */
int predict_document(const struct document *document, const struct target_wish *wish,
		     struct machine *ret, struct error *error) _must_check_;

/*
 * Gives the functions of assigned host devices the identity and the BARs that they have
 * on the host; those that it does not have stay unknown.
 */
void predict_host_devices(const struct guest *guest, const struct machine *host,
			  struct machine *machine);
/* How many assigned devices have an I/O BAR, and of how many that is unknown. */
struct predict_io {
	unsigned with, unknown;
};
struct predict_io predict_host_io(const struct guest *guest,
				  const struct machine *machine);

/* The parts that are in other files. */
void predict_numa(const struct guest *guest, struct machine *machine);
void predict_pci(const struct guest_tree *tree, struct machine *machine);
/* After machine_settle. */
void predict_groups(const struct guest_tree *tree, struct machine *machine);
/*
 * Gives nodes the kernel's numbers, as the last step. Linux numbers them in the order of
 * ACPI's SRAT (drivers/acpi/numa/srat.c, acpi_map_pxm_to_node): CPUs and generic
 * initiators, then memory. So a cell without CPUs and initiators comes after all others.
 * Where the order of several initiators is not known, a complaint says so.
 */
void predict_renumber(const struct guest *guest, struct machine *machine);
/*
 * The cells of the generic initiators, of host devices and of the guest's QEMU arguments,
 * as far as there are such cells; one may be listed twice. The caller frees the list.
 */
struct predict_cells {
	VEC(int) cells;
	bool ordered; /* as in QEMU's SRAT; else as in the domain: QEMU's is not known */
};
void predict_initiators(const struct guest *guest, struct predict_cells *ret);
/* Marks the nodes of initiators with their devices, before they get their numbers. */
void predict_initiator_nodes(const struct guest_tree *tree, struct machine *machine);
/* Whether the kernel sees the cells as nodes; else there is one node. */
bool predict_sees_nodes(const struct guest *guest);
/*
 * The node that the kernel finds for devices on the bus of a controller index, or -1.
 * Only ACPI provides it.
 */
int predict_node_of_bus(const struct guest_tree *tree, int index);
