/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi-topology.h - the packages, cores and threads of a PPTT. */
#pragma once

#include "topology/acpi-facts.h"
#include "topology/machine.h"

/*
 * Fills them in for the machine's CPUs, which are the MADT's enabled ones in its order.
 */
void acpi_add_topology(const struct acpi_facts *facts, struct machine *machine);
