/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-machine.h - the machine that a Linux kernel makes of ACPI tables, as far as they
 * show it. Pure.
 */
#pragma once

#include "topology/acpi-facts.h"
#include "topology/differences.h"
#include "topology/machine.h"

/*
 * When the tables were read. Firmware numbers buses; before that, everything in the
 * tables that names a function below a bridge names the wrong one.
 */
enum acpi_when { ACPI_BEFORE_FIRMWARE, ACPI_AFTER_FIRMWARE };

/*
 * Fills in a zeroed *@ret, settled: nodes with the kernel's numbers, CPUs, memory,
 * distances (10 and 20 without a SLIT, as in the kernel), values of the HMAT, root buses
 * and their nodes, the IOMMU's table, the fact "firmware.acpi". Damage is a complaint.
 *
 * Functions: those on root buses that a DMAR or IVRS lists, because QEMU lists all
 * existing ones, without their identity; pci_known stays KNOWN_UNKNOWN. A caller that
 * knows the functions (from their configuration space) replaces them, sets KNOWN_YES and
 * settles again.
 *
 * CPUs' dies, and whether a kernel uses the IOMMU, are unknown; so are packages, cores
 * and threads on x86, where CPUID tells them.
 */
void acpi_machine(const struct acpi_facts *facts, enum acpi_when when,
		  struct machine *ret);
/* The kernel's number of a proximity domain in that machine; UNKNOWN_ID. */
int acpi_node(const struct acpi_facts *facts, uint32_t domain);
/*
 * Adds the PCI devices of generic initiators to the nodes of @machine, which has the
 * kernel's numbers.
 */
void acpi_add_initiators(const struct acpi_facts *facts, struct machine *machine);
/*
 * Sets the node of each function without one to that of its root bus, as a kernel does.
 * @machine is settled.
 */
void acpi_place_functions(struct machine *machine);
/* Adds what such tables cannot show and struct machine does not hold. */
void acpi_add_unknown(const struct acpi_facts *facts, enum acpi_when when,
		      struct differences *ret);
