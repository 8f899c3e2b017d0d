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

/* Functions that got another kind of stand-in. */
struct replaced {
	unsigned n;
	struct pci_address first;
	const char *kind;
};

static void note_replaced(struct request *request, const struct replaced *replaced,
			  const char *by, unsigned limit)
{
	if (replaced->n == 0)
		return;
	request_note(
		request,
		"%u function%s (first " PCI_FORMAT
		") mirrored as %s instead of %s: the firmware has I/O ports for only %u such devices",
		replaced->n, replaced->n > 1 ? "s" : "", PCI_ARGS(replaced->first), by,
		replaced->kind, limit);
}

void io_keep_to_limit(struct request *request)
{
	const struct device_kind *spare = device_kind_named("virtio-net");
	unsigned limit = io_limit(request), io = 0;
	struct replaced replaced = {};

	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];

		if (!device->kind->io_bar || ++io <= limit || device->io_fixed)
			continue;
		if (replaced.n++ == 0) {
			replaced.first = device->host;
			replaced.kind = device->kind->name;
		}
		device->kind = spare;
	}
	note_replaced(request, &replaced, spare->name, limit);
}
