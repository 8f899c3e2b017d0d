/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign-dump FILE... - the result of assign (planner/guest/assign/assign.h) for each
 * domain, one line per PCI device, for tests/oracle/assign to compare with libvirt's own
 * dump.
 */
#include "planner/guest/assign/assign.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/read.h"

#include <stdio.h>

static void print_address(const struct guest_address *address)
{
	if (address->state == VALUE_VALID && streq_null(address->type, "pci"))
		printf(" " PCI_FORMAT, PCI_ARGS(address->at));
	else
		printf(" -");
}

static void print_controller(const struct guest_controller *c)
{
	/* Never on PCI. */
	if (streq(c->type, "fdc") || streq(c->type, "ccid"))
		return;
	printf("controller %s %llu %s", c->type, (unsigned long long)c->index.value,
	       c->model ? c->model : "-");
	print_address(&c->address);
	if (c->bus_nr.state == VALUE_VALID)
		printf(" busNr=%llu", (unsigned long long)c->bus_nr.value);
	if (c->chassis.state == VALUE_VALID)
		printf(" chassis=%llu port=%llu", (unsigned long long)c->chassis.value,
		       (unsigned long long)c->port.value);
	puts("");
}

static void print_device(const struct guest_device *device)
{
	if (!device_on_pci(device))
		return;
	printf("%s %s", device->tag,
	       device->mac          ? device->mac
	       : device->target_dev ? device->target_dev
				    : "-");
	print_address(&device->address);
	puts("");
}

/* @libvirt: whose choices to make, as in assign.h. */
static int dump(const char *file, unsigned libvirt, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};

	if (document_read(file, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	assign(&guest, libvirt, &assignment);
	printf("file %s refusals=%zu\n", file, assignment.refusals.n);
	for (size_t i = 0; i < guest.controllers.n; i++)
		print_controller(&guest.controllers.v[i]);
	for (size_t i = 0; i < guest.devices.n; i++)
		print_device(&guest.devices.v[i]);
	for (size_t i = 0; i < guest.iommus.n; i++) {
		const struct guest_iommu *iommu = &guest.iommus.v[i];

		printf("iommu %s", iommu->model);
		print_address(&iommu->address);
		printf(" intremap=%d eim=%d\n", switch_is(iommu->intremap, true),
		       switch_is(iommu->eim, true));
	}
	return 0;
}

int main(int argc, char *argv[])
{
	_cleanup_error_ struct error error = {};
	struct target target = {};

	if (argc < 2 || target_parse(argv[1], &target, &error) < 0)
		return 2;
	for (int i = 2; i < argc; i++)
		if (dump(argv[i], target.libvirt, &error) < 0) {
			fprintf(stderr, "%s\n", error.message);
			return 1;
		}
	return 0;
}
