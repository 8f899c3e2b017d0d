/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IOMMU groups and drivers of the host. Sources: QEMU 7.2 hw/vfio/common.c (group not
 * viable, multiple address spaces), Linux Documentation/driver-api/vfio.rst,
 * drivers/iommu/intel/iommu.c (RMRR).
 */
#include "planner/check/host.h"

#include "base/chain.h"

/*
 * What may remain in a group with an assigned device: no driver, or one that does not
 * access the device.
 */
static bool harmless(const struct machine_function *function)
{
	static const char *const drivers[] = {"", "vfio-pci", "pci-stub", "pcieport"};

	if (function->bridge || !function->driver)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (streq(function->driver, drivers[i]))
			return true;
	return false;
}

/* The functions that stay on the host and are not harmless, by their groups. */
static void find_staying(const struct machine *host, const check_hostdevs *list,
			 struct chains *ret)
{
	_cleanup_free_ bool *assigned = xcalloc(host->functions.n, sizeof(*assigned));

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].function >= 0)
			assigned[list->v[i].function] = true;
	for (size_t j = 0; j < host->functions.n; j++) {
		const struct machine_function *function = &host->functions.v[j];

		if (function->iommu_group >= 0 && !assigned[j] && !harmless(function))
			chain_add(ret, NULL, (uint64_t)function->iommu_group, (int)j);
	}
}

static void report_staying(struct check *check, const struct guest_device *device,
			   const struct machine_function *other)
{
	struct finding *finding =
		check_found(check, device->element,
			    "IOMMU group %d of " PCI_FORMAT " also contains " PCI_FORMAT
			    " (%s), which stays on the host.",
			    other->iommu_group, PCI_ARGS(device->source.at),
			    PCI_ARGS(other->at), other->driver);

	finding->subject = xasprintf(PCI_FORMAT, PCI_ARGS(device->source.at));
	check_set_remedy(finding,
			 "Assign " PCI_FORMAT " as well, or bind it to vfio-pci.",
			 PCI_ARGS(other->at));
}

static void group_whole(struct check *check)
{
	const struct machine *host = check->host;
	_cleanup_chains_ struct chains staying = {};
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	find_staying(host, &list, &staying);
	for (size_t i = 0; i < list.n; i++) {
		int group = list.v[i].function >= 0
				    ? host->functions.v[list.v[i].function].iommu_group
				    : GROUP_UNKNOWN;

		if (group < 0)
			continue;
		for (int j = chain_first(&staying, NULL, (uint64_t)group);
		     j < (int)host->functions.n; j = staying.next.v[j])
			report_staying(check, &check->guest->devices.v[list.v[i].device],
				       &host->functions.v[j]);
	}
	vec_free(&list);
}

/* Whether the guest's IOMMU puts two devices into different address spaces. */
static bool is_split(const void *context, int first, int second)
{
	const struct check_assigned *assigned = context;
	const struct guest_device *a = check_assigned_device(assigned, first),
				  *b = check_assigned_device(assigned, second);
	const struct guest_controller *bus;

	if (!check_iommu_of(assigned->check, a) && !check_iommu_of(assigned->check, b))
		return false;
	bus = guest_tree_controller(&assigned->check->tree, a->address.at.bus);
	return a->address.at.bus != b->address.at.bus || !bus ||
	       controller_model_of(bus) != CONTROLLER_PCIE_BRIDGE;
}

/* Behind the guest's IOMMU each slot is a separate address space. */
static void viommu_group_split(struct check *check)
{
	_cleanup_chains_ struct chains groups = {};
	struct check_assigned assigned = {.check = check};

	if (check->guest->iommus.n == 0)
		return;
	check_list_hostdevs(check, &assigned.list);
	for (int i = 0; i < (int)assigned.list.n; i++) {
		int function = assigned.list.v[i].function, first;
		int group = function < 0 ? -1
					 : check->host->functions.v[function].iommu_group;
		_cleanup_free_ char *what = NULL;

		if (group < 0)
			continue;
		first = chain_find(&groups, (uint64_t)group, i, is_split, &assigned);
		chain_add(&groups, NULL, (uint64_t)group, i);
		if (first < 0)
			continue;
		what = xasprintf(
			"share host IOMMU group %d, but the guest's IOMMU puts them into different address spaces.",
			group);
		check_found_pair(&assigned, first, i, what);
	}
	vec_free(&assigned.list);
}

/* libvirt sets MAC and VLAN of an <interface type='hostdev'> through its PF. */
static void judge_physical(struct check *check, const struct guest_device *device,
			   const struct machine_function *function)
{
	struct finding *finding;

	if (streq(device->tag, "interface") &&
	    (function->num_vfs > 0 || function->total_vfs > 0)) {
		finding = check_found(
			check, device->element,
			PCI_FORMAT
			" is a physical function, but <interface type='hostdev'> needs a virtual function.",
			PCI_ARGS(device->source.at));
		check_set_remedy(
			finding,
			"Name one of its virtual functions, or assign it with <hostdev>.");
	} else if (function->num_vfs > 0) {
		finding = check_found(
			check, device->element,
			PCI_FORMAT
			" is assigned as a whole, but has %d virtual functions enabled.",
			PCI_ARGS(device->source.at), function->num_vfs);
		check_set_remedy(
			finding,
			"Write 0 to its sriov_numvfs on the host, or assign one of its virtual functions.");
	}
}

static void driver_bound(struct check *check)
{
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device =
			&check->guest->devices.v[list.v[i].device];
		const struct machine_function *function;

		if (list.v[i].function < 0)
			continue;
		function = &check->host->functions.v[list.v[i].function];
		if (!switch_is(device->managed, true) && function->driver &&
		    !streq(function->driver, "vfio-pci") && streq(device->tag, "hostdev"))
			check_found(
				check, device->element,
				PCI_FORMAT
				" does not have managed='yes' and is bound to %s, not to vfio-pci.",
				PCI_ARGS(device->source.at),
				*function->driver ? function->driver : "no driver");
		judge_physical(check, device, function);
	}
	vec_free(&list);
}

/* "0xstart 0xend direct" lines of the group's reserved_regions. */
static void rmrr_region(struct check *check)
{
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device =
			&check->guest->devices.v[list.v[i].device];
		_cleanup_free_ char *name = NULL;
		const char *regions, *direct;

		if (list.v[i].function < 0)
			continue;
		name = xasprintf(
			"iommu-group.%d.reserved-regions",
			check->host->functions.v[list.v[i].function].iommu_group);
		regions = machine_fact(check->host, name);
		direct = regions ? strstr(regions, " direct") : NULL;
		while (direct && has_prefix(direct, " direct-relaxable"))
			direct = strstr(direct + 1, " direct");
		if (!regions) {
			check_skip(check, "reserved-regions",
				   "the host's description has no reserved regions");
			break;
		}
		if (direct)
			check_found(
				check, device->element,
				"The host's firmware reserves memory for " PCI_FORMAT
				" (RMRR), and the kernel refuses to assign such a device.",
				PCI_ARGS(device->source.at));
	}
	vec_free(&list);
}

const struct rule groups_rules[] = {
	{RULE("group-whole", group_whole, ERROR, NEED_HOST_PCI | NEED_GROUPS, QEMU),
	 .what = "All devices of an assigned device's IOMMU group are either assigned too or not used by the host.",
	 .why = "Otherwise QEMU exits (\"group ... is not viable\").",
	 .to_fix = "Assign the other devices too, or unbind them from their drivers.",
	 .source = "Linux vfio; QEMU 7.2 hw/vfio/common.c",
	 .untried =
		 "The test needs a host with VFIO; it is done only with QEMU 7.2 and 10.0, in nested guests.",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES_WITH_HOSTDEV},
	{RULE("viommu-group-split", viommu_group_split, ERROR,
	      NEED_HOST_PCI | NEED_GROUPS, QEMU),
	 .what = "Behind the guest's IOMMU, all devices of one IOMMU group of the host share one address space.",
	 .why = "Otherwise QEMU exits (\"used in multiple address spaces\").",
	 .to_fix =
		 "Put them behind one pcie-to-pci-bridge, or remove the IOMMU. virt-layout plan --domain --host puts those of one guest node behind one, and --place ADDRESS=NODE chooses the node.",
	 .source = "QEMU 7.2 hw/vfio/common.c",
	 .untried =
		 "The test needs a host with VFIO; it is done only with QEMU 7.2 and 10.0, in nested guests.",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES_WITH_HOST},
	{RULE("driver-bound", driver_bound, ERROR, NEED_HOST_PCI, LIBVIRT),
	 .what = "A host device without managed='yes' is bound to vfio-pci, and no virtual functions of an assigned device are enabled.",
	 .why = "libvirt refuses to start a domain with an unmanaged device that is bound to another driver (\"must be manually detached\").",
	 .to_fix =
		 "Write managed='yes', or bind the device to vfio-pci; disable its virtual functions.",
	 .source = LV "hypervisor/virhostdev.c",
	 .untried =
		 "libvirt checks this only when the guest starts, and no test starts a guest with such a device.",
	 .remedy = REMEDY_EDIT},
	{RULE("rmrr-region", rmrr_region, ERROR, NEED_HOST_PCI | NEED_GROUPS, KERNEL),
	 .what = "The host's firmware reserves no memory (RMRR) for the device.",
	 .why = "Otherwise the kernel refuses to assign the device (\"platform RMRR requirement\").",
	 .to_fix = "Look for a firmware setting that removes the reservation.",
	 .source = "Linux drivers/iommu/intel/iommu.c", .remedy = REMEDY_MANUAL,
	 .by_hand = "Only a firmware setting can release the device."},
	{},
};
