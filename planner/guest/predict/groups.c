/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IOMMU groups as Linux makes them (drivers/iommu/iommu.c, pci_device_group): a function
 * joins the group of the first bridge above it whose path to the root is not isolated,
 * and of the functions in its own slot that are not isolated from it. Isolation is ACS
 * (drivers/pci/pci.c, pci_acs_enabled): ports need the capability, single-function
 * endpoints are always isolated, conventional PCI functions never are.
 */
#include "planner/guest/predict/predict.h"

static const struct machine_function *above(const struct machine *machine,
					    const struct machine_function *function)
{
	return function->upstream >= 0 ? &machine->functions.v[function->upstream] : NULL;
}

static bool same_slot(const struct pci_address a, const struct pci_address b)
{
	return a.domain == b.domain && a.bus == b.bus && a.slot == b.slot;
}

static bool multifunction(const struct machine *machine, size_t number)
{
	const struct pci_address at = machine->functions.v[number].at;

	return (number > 0 && same_slot(machine->functions.v[number - 1].at, at)) ||
	       (number + 1 < machine->functions.n &&
		same_slot(machine->functions.v[number + 1].at, at));
}

static bool isolated(const struct machine *machine, size_t number)
{
	const struct machine_function *function = &machine->functions.v[number];

	switch (function->pcie_type) {
	case PCIE_ROOT_PORT:
	case PCIE_DOWNSTREAM_PORT:
		return function->acs == KNOWN_YES;
	case PCIE_NONE:
	case PCIE_UNKNOWN:
	case PCIE_TO_PCI_BRIDGE:
	case PCI_TO_PCIE_BRIDGE:
		return false;
	default:
		return !multifunction(machine, number) || function->acs == KNOWN_YES;
	}
}

/* Whether all functions from @number up to its root are isolated. */
static bool path_isolated(const struct machine *machine, int number)
{
	for (; number >= 0; number = machine->functions.v[number].upstream)
		if (!isolated(machine, (size_t)number))
			return false;
	return true;
}

static int group_of_slot(const struct machine *machine, size_t number)
{
	if (!multifunction(machine, number) || isolated(machine, number))
		return GROUP_NONE;
	for (size_t i = number; i-- > 0;) {
		if (!same_slot(machine->functions.v[i].at,
			       machine->functions.v[number].at))
			break;
		if (!isolated(machine, i))
			return machine->functions.v[i].iommu_group;
	}
	return GROUP_NONE;
}

static int group_of(const struct machine *machine, size_t number)
{
	const struct machine_function *function = &machine->functions.v[number], *up;

	for (int bridge = function->upstream; bridge >= 0;
	     bridge = machine->functions.v[bridge].upstream) {
		up = &machine->functions.v[bridge];
		if (path_isolated(machine, bridge))
			break;
		return up->iommu_group;
	}
	return group_of_slot(machine, number);
}

/* Parents are numbered before children: level by level, each in address order. */
static unsigned depth_of(const struct machine *machine,
			 const struct machine_function *function)
{
	unsigned depth = 0;

	while ((function = above(machine, function)) && depth < 256)
		depth++;
	return depth;
}

/*
 * Below an SMMU a function gets its group when a driver binds to it. Ports always have
 * one, and endpoints of expander buses are meant to be bound; for the others the group is
 * unknown.
 */
static void forget_driverless(struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (!function->bridge &&
		    (function->upstream < 0 ||
		     machine->roots.v[function->root].first_bus == 0))
			function->iommu_group = GROUP_UNKNOWN;
	}
}

static void number_groups(struct machine *machine)
{
	size_t left = machine->functions.n;
	int next = 0;

	for (unsigned depth = 0; left > 0 && depth < 256; depth++)
		for (size_t i = 0; i < machine->functions.n; i++) {
			struct machine_function *function = &machine->functions.v[i];

			if (depth_of(machine, function) != depth)
				continue;
			function->iommu_group = group_of(machine, i);
			if (function->iommu_group < 0)
				function->iommu_group = next++;
			left--;
		}
}

/* Whether an IOMMU translates for the root bus with a number of the guest's. */
static bool is_translated(const struct guest_tree *tree, unsigned number)
{
	for (int index = 0; index < INDEXES; index++)
		if (tree->bus[index].root == index &&
		    tree->bus[index].number == (int)number)
			return guest_tree_iommu(tree, index) != NULL;
	return true;
}

/* Linux makes no group for a device whose root bus has no SMMU. */
static void forget_untranslated(const struct guest_tree *tree, struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (!is_translated(tree, machine->roots.v[function->root].first_bus))
			function->iommu_group = GROUP_NONE;
	}
}

void predict_groups(const struct guest_tree *tree, struct machine *machine)
{
	const struct guest *guest = tree->guest;
	int none = machine->iommu.enabled != KNOWN_NO ? GROUP_UNKNOWN : GROUP_NONE;

	for (size_t i = 0; i < machine->functions.n; i++)
		machine->functions.v[i].iommu_group = none;
	if (machine->iommu.enabled == KNOWN_YES)
		number_groups(machine);
	if (guest->iommus.n > 0 && streq_null(guest->iommus.v[0].model, "smmuv3"))
		forget_driverless(machine);
	if (machine->iommu.enabled != KNOWN_NO && guest_has_bus_iommus(guest))
		forget_untranslated(tree, machine);
}
