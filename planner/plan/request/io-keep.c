/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/io-keep.h"

#include "planner/guest/firmware-io.h"

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

void io_keep_to_limit(struct request *request)
{
	const struct device_kind *spare = device_kind_named("virtio-net");
	unsigned limit = io_limit(request), io = 0;

	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];

		if (!device->kind->io_bar || ++io <= limit || device->io_fixed)
			continue;
		request_note(
			request,
			PCI_FORMAT
			" is mirrored as %s instead of %s: the firmware has I/O ports for only %u such devices",
			PCI_ARGS(device->host), spare->name, device->kind->name, limit);
		device->kind = spare;
	}
}
