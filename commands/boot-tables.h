/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-tables.h - `boot --stop-after tables`: a verdict from ACPI tables alone. */
#pragma once

#include "planner/boot/boot.h"
#include "topology/differences.h"
#include "topology/machine.h"

/*
 * The machine of the tables that came, into *@ret, and how it differs from @expected,
 * with what such tables cannot tell, into a zeroed *@differences.
 */
void boot_compare_tables(const struct machine *expected, const struct boot_result *result,
			 const char *architecture, struct machine *ret,
			 struct differences *differences);
