/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * predict.h - pure: the machine that a guest's kernel will see.
 */
#pragma once

#include "base/error.h"
#include "planner/guest/tree.h"
#include "topology/machine.h"

/*
 * What firmware, ACPI tables and Linux make of a domain whose devices have their
 * addresses (see assign.h for the others): NUMA nodes, CPUs, distances, HMAT, every PCI
 * function with its bus numbers, node and IOMMU group. What cannot be foretold (a host's
 * device behind a hostdev, an emulated device we do not know) has vendor 0 and a
 * complaint. The caller releases *ret.
 */
void predict(const struct guest *guest, struct machine *ret);

/*
 * The same of any domain: what has no address is first given the one that libvirt would
 * choose (assign.h), and the guest keeps it.
 */
void predict_any(struct guest *guest, struct machine *ret);

/*
 * The same of a document. Faults: its root is no domain; a PCI controller has an index,
 * or an expander bus a number, that is not one from 0 to 255: libvirt refuses such a
 * domain, and nobody can say what its guest would see.
 */
int predict_document(const struct document *document, struct machine *ret,
		     struct error *error) _must_check_;

/* The pieces, for the file that holds each. */
void predict_numa(const struct guest *guest, struct machine *machine);
void predict_pci(const struct guest_tree *tree, struct machine *machine);
/* After machine_settle. */
void predict_groups(const struct guest *guest, struct machine *machine);
/*
 * Gives nodes the kernel's numbers, last of all. Linux counts them as they come in ACPI's
 * SRAT (drivers/acpi/numa/srat.c, acpi_map_pxm_to_node): CPUs and generic initiators,
 * then memory. So a cell without either comes after all others, wherever it is. QEMU
 * lists several initiators in an order of its own, which is not foretold: that of the
 * domain is taken.
 */
void predict_renumber(const struct guest *guest, struct machine *machine);
/*
 * The cell of a generic initiator, where the guest's @index-th QEMU argument adds one to
 * a cell that there is; else -1.
 */
int predict_initiator(const struct guest *guest, size_t index);
/*
 * The node that the kernel finds for what is on the bus of a controller index; -1 none.
 * ACPI alone tells it.
 */
int predict_node_of_bus(const struct guest_tree *tree, int index);
