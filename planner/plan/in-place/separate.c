/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * separate.c - host devices below expander buses of their own, as accelerated SMMUv3
 * require: QEMU allows no emulated device below one (hw/arm/smmuv3-accel.c).
 */
#include "planner/plan/in-place/parts.h"

bool in_place_is_host_device(const struct guest_device *device)
{
	return device->source.state == VALUE_VALID && !streq(device->tag, "disk");
}

/* The SMMUv3 that the domain has for a root bus, or NULL. */
static const struct guest_iommu *smmu_of(const struct in_place *plan,
					 const struct layout_item *root)
{
	for (size_t i = 0; root->has_index && i < plan->old.iommus.n; i++)
		if (number_is(plan->old.iommus.v[i].pci_bus, root->index))
			return &plan->old.iommus.v[i];
	return NULL;
}

bool in_place_accelerates(const struct in_place *plan)
{
	for (size_t i = 0; i < plan->old.iommus.n; i++)
		if (switch_is(plan->old.iommus.v[i].accel, true))
			return true;
	return plan->request->accelerates;
}

static bool is_below(const struct in_place *plan, const struct guest_address *address,
		     int root)
{
	int bus = in_place_bus(plan, address);

	return bus != LAYOUT_NONE && layout_root_of(&plan->layout, bus) == root;
}

/* Whether the plan moves a device, as far as has been decided. */
static bool leaves(const struct in_place *plan, size_t device)
{
	for (size_t i = 0; i < plan->wishes.n; i++)
		if (plan->wishes.v[i].device == (int)device)
			return !plan->wishes.v[i].stays;
	return false;
}

/* Whether the domain has a host device (or, if not @assigned, an emulated one) there. */
static bool has_given(const struct in_place *plan, int root, bool assigned)
{
	const struct guest *full = &plan->full;

	for (size_t i = 0; i < full->devices.n; i++)
		if (in_place_is_host_device(&full->devices.v[i]) == assigned &&
		    !leaves(plan, i) && is_below(plan, &full->devices.v[i].address, root))
			return true;
	for (size_t i = 0; !assigned && i < full->controllers.n; i++)
		if (!guest_is_pci(&full->controllers.v[i]) &&
		    is_below(plan, &full->controllers.v[i].address, root))
			return true;
	return false;
}

/* The same for the devices that the plan has put there. */
static bool has_added(const struct in_place *plan, int root, bool assigned)
{
	for (size_t i = 0; i < plan->devices.n; i++) {
		const struct in_place_device *device = &plan->devices.v[i];
		bool of_host = false;

		if (device->kind)
			of_host = plan->request->devices.v[device->wanted].assigned;
		else if (!device->general)
			of_host = plan->wishes.v[device->wanted].to.assigned;
		if (of_host == assigned &&
		    layout_root_of(&plan->layout, device->endpoint) == root)
			return true;
	}
	return false;
}

bool in_place_suits(const struct in_place *plan, int root, bool assigned)
{
	const struct layout_item *item = &plan->layout.items.v[root];
	const struct guest_iommu *smmu = smmu_of(plan, item);

	if (item->kind != CONTROLLER_PCIE_EXPANDER || !in_place_accelerates(plan))
		return true;
	if (smmu && switch_is(smmu->accel, true))
		return assigned;
	/* Existing ones stay as they are, and do not support host devices. */
	if (!plan->request->accelerates && item->has_index)
		return !assigned || !smmu;
	return !has_given(plan, root, !assigned) && !has_added(plan, root, !assigned);
}
