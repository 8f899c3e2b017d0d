/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-tables.h - `boot --stop-after tables`: a verdict from ACPI tables alone. */
#pragma once

#include "planner/boot/boot.h"
#include "topology/differences.h"
#include "topology/machine.h"

/*
 * Compares a machine made from ACPI tables with @expected; its complaints become unknown
 * parts of @what.
 */
void boot_compare_known(const struct machine *expected, const struct machine *observed,
			const char *what, struct differences *differences);
/*
 * Reads the machine from the received tables into *@ret, and how it differs from
 * @expected, with what tables cannot show, into a zeroed *@differences.
 */
void boot_compare_tables(const struct machine *expected, const struct boot_result *result,
			 const char *architecture, struct machine *ret,
			 struct differences *differences);
