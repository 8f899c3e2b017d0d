/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sighting-machine.h - the machine that a kernel would make of what the payload saw. */
#pragma once

#include "planner/boot/sighting.h"
#include "topology/machine.h"

/*
 * Fills a zeroed *@ret, settled, for a guest of architecture @arch: what acpi_machine
 * takes from the tables after firmware, and from configuration space all functions with
 * their buses, capabilities and BARs. A BAR whose address does not pass the windows of
 * the bridges above is one without an address, and a complaint. Packages, dies, cores and
 * threads come from CPUID, where that tells how APIC identifiers are cut. What only a
 * kernel decides is unknown: IOMMU groups where there is an IOMMU, its use, drivers.
 */
void sighting_machine(const struct sighting *sighting, const char *arch,
		      struct machine *ret);
