/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/assign/assignment.h"

#include "planner/guest/device-kind.h"

struct guest_address *assign_address(const struct guest *guest, struct assign_item item)
{
	if (item.controller >= 0)
		return &guest->controllers.v[item.controller].address;
	if (item.device >= 0)
		return &guest->devices.v[item.device].address;
	return &guest->iommus.v[item.iommu].address;
}

const struct device_kind *assign_item_kind(const struct guest *guest,
					   struct assign_item item)
{
	if (item.device >= 0)
		return device_kind_of(&guest->devices.v[item.device]);
	if (item.controller >= 0)
		return device_kind_of_controller(&guest->controllers.v[item.controller]);
	return NULL;
}

int assign_element(const struct guest *guest, struct assign_item item)
{
	if (item.controller >= 0)
		return guest->controllers.v[item.controller].element;
	if (item.device >= 0)
		return guest->devices.v[item.device].element;
	return item.iommu >= 0 ? guest->iommus.v[item.iommu].element : -1;
}

static char *controller_name(const struct guest_controller *controller)
{
	if (controller->added)
		return xasprintf("the %s of <qemu:commandline>", controller->model_name);
	if (guest_is_pci(controller))
		return xasprintf("controller %llu (%s)",
				 (unsigned long long)controller->index.value,
				 controller->model ? controller->model : "no model");
	return xasprintf("%s controller %llu", controller->type ? controller->type : "",
			 (unsigned long long)controller->index.value);
}

char *assign_item_name(const struct guest *guest, struct assign_item item)
{
	const struct guest_device *device;

	if (item.controller >= 0)
		return controller_name(&guest->controllers.v[item.controller]);
	if (item.device < 0)
		return xstrdup("iommu");
	device = &guest->devices.v[item.device];
	if (device->source.state == VALUE_VALID)
		return xasprintf("%s " PCI_FORMAT, device->tag,
				 PCI_ARGS(device->source.at));
	if (device->target_dev && streq(device->tag, "disk"))
		return xasprintf("disk %s", device->target_dev);
	if (device->mac)
		return xasprintf("%s %s", device->tag, device->mac);
	return device->model ? xasprintf("%s (%s)", device->tag, device->model)
			     : xstrdup(device->tag);
}

void assignment_free(struct assignment *assignment)
{
	vec_free(&assignment->refusals);
}
