/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/io-budget.h"

#include <limits.h>

unsigned io_limit(const struct request *request)
{
	if (!streq(request->architecture, "x86_64"))
		return UINT_MAX;
	return request->firmware == FIRMWARE_BIOS ? IO_LIMIT_BIOS : IO_LIMIT_EFI;
}

bool io_needs_cold_ports(const struct request *request, unsigned io_functions)
{
	return io_functions > 0 && io_limit(request) == IO_LIMIT_EFI;
}
