/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi-read.h - from tables to what they say. */
#pragma once

#include "topology/acpi-facts.h"

/*
 * Into a zeroed *@ret, which refers to the bytes of @tables. The first table of a
 * signature counts, as for Linux; of DSDT and SSDTs all do.
 */
void acpi_read(const struct acpi_tables *tables, struct acpi_facts *ret);
