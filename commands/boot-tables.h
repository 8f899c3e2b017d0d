/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-tables.h - `boot --stop-after tables`: a verdict from ACPI tables alone. */
#pragma once

#include "planner/boot/boot.h"
#include "topology/differences.h"
#include "topology/machine.h"

/*
 * How a machine made of ACPI tables differs from @expected, with its complaints as parts
 * of @what that are unknown.
 */
void boot_compare_known(const struct machine *expected, const struct machine *observed,
			const char *what, struct differences *differences);
/*
 * The machine of the tables that came, into *@ret, and how it differs from @expected,
 * with what such tables cannot tell, into a zeroed *@differences.
 */
void boot_compare_tables(const struct machine *expected, const struct boot_result *result,
			 const char *architecture, struct machine *ret,
			 struct differences *differences);
