/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi-read.h - from tables to their content. */
#pragma once

#include "topology/acpi-facts.h"

/*
 * Reads into a zeroed *@ret, which refers to the bytes of @tables. The first table with a
 * signature counts, as in Linux; of DSDT and SSDTs all count.
 */
void acpi_read(const struct acpi_tables *tables, struct acpi_facts *ret);
