/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sighting-machine.h - the machine that a kernel would see, derived from the payload's
 * report.
 */
#pragma once

#include "planner/boot/sighting.h"
#include "topology/machine.h"

/*
 * Fills a zeroed *@ret, settled, for a guest of architecture @arch: the result of
 * acpi_machine for the tables after the firmware ran, and all functions from
 * configuration space with their buses, capabilities and BARs. A BAR whose address is
 * outside the windows of the bridges above it counts as one without an address, and is a
 * complaint. Packages, dies, cores and threads come from CPUID if it describes APIC
 * identifiers. What only a kernel decides is unknown: IOMMU groups if there is an IOMMU,
 * its use, drivers.
 */
void sighting_machine(const struct sighting *sighting, const char *arch,
		      struct machine *ret);
