/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/in-place/group.h"

#include "base/first.h"
#include "planner/plan/in-place/host.h"
#include "planner/plan/in-place/tree.h"

size_t in_place_n_placed(const struct in_place *plan)
{
	return plan->wishes.n + plan->request->devices.n;
}

struct request_device *in_place_placed(struct in_place *plan, size_t number)
{
	return number < plan->wishes.n
		       ? &plan->wishes.v[number].to
		       : &plan->request->devices.v[number - plan->wishes.n];
}

/* The function of the host that it is; -1: none, or unknown. */
static int function_of(const struct in_place *plan, size_t number)
{
	const struct request_device *device;

	if (number < plan->wishes.n)
		return plan->wishes.v[number].function;
	device = &plan->request->devices.v[number - plan->wishes.n];
	return plan->host && device->assigned
		       ? machine_function_index(plan->host, device->host)
		       : -1;
}

/* The group of the host and the cell. False: the device may be anywhere. */
static bool key_of(const struct in_place *plan, size_t number, uint64_t *ret)
{
	int function = function_of(plan, number);
	int group = function < 0 ? GROUP_UNKNOWN
				 : plan->host->functions.v[function].iommu_group;
	const struct request_device *to =
		number < plan->wishes.n
			? &plan->wishes.v[number].to
			: &plan->request->devices.v[number - plan->wishes.n];

	if (group < 0 || streq_null(plan->request->iommu, "none"))
		return false;
	*ret = (uint64_t)group << 32 | (uint32_t)to->cell;
	return true;
}

bool in_place_are_bridged(const struct in_place *plan, size_t a, size_t b)
{
	uint64_t x, y;

	return key_of(plan, a, &x) && key_of(plan, b, &y) && x == y;
}

static int *group_of(struct in_place *plan, size_t number)
{
	return number < plan->wishes.n ? &plan->wishes.v[number].group
				       : &plan->new_group[number - plan->wishes.n];
}

static int add_group(struct in_place *plan, size_t first)
{
	const struct machine_function *function =
		&plan->host->functions.v[function_of(plan, first)];

	*vec_add(&plan->groups) =
		(struct in_place_group){.number = function->iommu_group,
					.first = function->at,
					.to = *in_place_placed(plan, first),
					.bridge = LAYOUT_NONE};
	return (int)plan->groups.n - 1;
}

/* It goes where the first device of its group belongs. */
static void join(struct in_place *plan, size_t number, int group)
{
	const struct request_device *to = &plan->groups.v[group].to;
	struct request_device *device = in_place_placed(plan, number);

	*group_of(plan, number) = group;
	device->root = to->root;
	device->switch_port = to->switch_port;
}

/*
 * The bridge, on the cell, that a device of a host group is below in the domain. It stays
 * there without a wish if the host does not report its node. LAYOUT_NONE: none.
 */
static int bridge_of_domain(const struct in_place *plan, int group, int cell)
{
	for (size_t i = 0; i < plan->old.devices.n; i++) {
		int function = in_place_host_function(plan, i);
		int bus = in_place_bus(plan, &plan->full.devices.v[i].address);

		if (function >= 0 && bus != LAYOUT_NONE &&
		    plan->host->functions.v[function].iommu_group == group &&
		    plan->layout.items.v[bus].kind == CONTROLLER_PCIE_BRIDGE &&
		    plan->layout.items.v[layout_root_of(&plan->layout, bus)].cell == cell)
			return bus;
	}
	return LAYOUT_NONE;
}

/* Whether a group is of new devices only. */
static bool is_new(const struct in_place *plan, int group)
{
	for (size_t i = 0; i < plan->wishes.n; i++)
		if (plan->wishes.v[i].group == group)
			return false;
	return true;
}

/* New devices beside devices without a wish. */
static void find_bridges(struct in_place *plan)
{
	for (size_t i = plan->wishes.n; i < in_place_n_placed(plan); i++) {
		int *group = group_of(plan, i), bridge;
		uint64_t key;

		if (!key_of(plan, i, &key) || (*group >= 0 && !is_new(plan, *group)))
			continue;
		bridge = bridge_of_domain(plan, (int)(key >> 32),
					  in_place_placed(plan, i)->cell);
		if (bridge == LAYOUT_NONE)
			continue;
		if (*group < 0)
			*group = add_group(plan, i);
		plan->groups.v[*group].bridge = bridge;
	}
}

void in_place_find_groups(struct in_place *plan)
{
	_cleanup_firsts_ struct firsts firsts = {};
	size_t n = in_place_n_placed(plan);

	plan->new_group = xcalloc(plan->request->devices.n + 1, sizeof(int));
	for (size_t i = 0; i < n; i++)
		*group_of(plan, i) = -1;
	for (size_t i = 0; i < n; i++) {
		uint64_t key;
		size_t first;

		if (!key_of(plan, i, &key))
			continue;
		first = (size_t)first_add(&firsts, NULL, key, (int)i);
		if (first == i)
			continue;
		if (*group_of(plan, first) < 0)
			*group_of(plan, first) = add_group(plan, first);
		join(plan, i, *group_of(plan, first));
	}
	find_bridges(plan);
}

int in_place_group_bridge(struct in_place *plan, int number)
{
	struct in_place_group *group = &plan->groups.v[number];

	if (group->bridge != LAYOUT_NONE)
		return group->bridge;
	request_note(
		plan->request,
		PCI_FORMAT
		": this device and the others of host IOMMU group %d are put behind one pcie-to-pci-bridge, because the guest's IOMMU would otherwise put them into several address spaces",
		PCI_ARGS(group->first), group->number);
	group->bridge = in_place_add_bridge(plan, &group->to);
	return group->bridge;
}

static bool is_used(const struct in_place *plan, int bus, unsigned slot)
{
	for (size_t i = 0; i < plan->layout.items.n; i++)
		if (plan->layout.items.v[i].parent == bus &&
		    plan->layout.items.v[i].has_address &&
		    plan->layout.items.v[i].slot == slot)
			return true;
	return false;
}

unsigned in_place_free_slot(const struct in_place *plan, int bridge)
{
	unsigned slot = 1;

	while (slot < PCI_SLOTS - 1 && is_used(plan, bridge, slot))
		slot++;
	return slot;
}
