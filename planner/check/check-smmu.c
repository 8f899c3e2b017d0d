/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-smmu.c - the SMMUv3 of machine type virt, of the whole machine or of one root bus
 * (<driver pciBus=>). libvirt defines all of what is refused here; QEMU does not start
 * it. Each was measured with libvirt 12.9 and QEMU 11.1, except where a row says why not.
 */
#include "planner/check/host.h"

#include "base/first.h"
#include "planner/guest/feature-use.h"

/* Those that libvirt passes to QEMU as the SMMUv3 of a bus. */
static bool has_bus(const struct guest_iommu *iommu)
{
	return guest_iommu_has_bus(iommu) && !iommu->added;
}

/* An older libvirt drops pciBus. */
static bool knows_bus(const struct check *check)
{
	return check->options->target.libvirt >=
	       feature_first(FEATURE_SMMUV3_PER_BUS).libvirt;
}

static void say_no_root(struct check *check, const struct guest_iommu *iommu)
{
	const struct guest_controller *c =
		iommu->pci_bus.value < INDEXES
			? guest_tree_controller(&check->tree, (int)iommu->pci_bus.value)
			: NULL;

	if (c)
		check_relate(
			check,
			check_found(
				check, iommu->driver_element,
				"pciBus is %llu, but PCI controller %llu (%s) is not a root bus.",
				ULL(iommu->pci_bus.value), ULL(iommu->pci_bus.value),
				c->model ? c->model : "no model"),
			c->element);
	else
		check_found(check, iommu->driver_element,
			    "pciBus is %llu, but there is no PCI controller %llu.",
			    ULL(iommu->pci_bus.value), ULL(iommu->pci_bus.value));
}

static void smmu_bus(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];
		uint64_t index = iommu->pci_bus.value;

		if (has_bus(iommu) &&
		    (index >= INDEXES || check->tree.bus[index].controller < 0 ||
		     check->tree.bus[index].root != (int)index))
			say_no_root(check, iommu);
	}
}

static void smmu_bus_dup(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts seen = {};

	for (size_t i = 0; i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];
		int first = has_bus(iommu)
				    ? first_add(&seen, "", iommu->pci_bus.value, (int)i)
				    : (int)i;

		if (first != (int)i)
			check_relate(check,
				     check_found(check, iommu->driver_element,
						 "Two SMMUv3 have pciBus %llu.",
						 ULL(iommu->pci_bus.value)),
				     guest->iommus.v[first].element);
	}
}

static void smmu_ignored(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; knows_bus(check) && i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];

		if (guest_iommu_is_ignored(guest, iommu))
			check_found(
				check, iommu->element,
				"This SMMUv3 has no pciBus and is not the first <iommu>, so libvirt ignores it.");
		else if (!iommu->added && streq_null(iommu->model, "smmuv3") &&
			 !guest_iommu_has_bus(iommu) && switch_is(iommu->accel, true) &&
			 feature_attribute_since("iommu/driver", "accel") <=
				 check->options->target.libvirt)
			check_found(
				check, iommu->driver_element,
				"accel='on' has no effect without pciBus: libvirt passes it on only for the SMMUv3 of one bus.");
	}
}

static bool is_accelerated(const struct guest_iommu *iommu)
{
	return has_bus(iommu) && switch_is(iommu->accel, true);
}

static void smmu_accel_kvm(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++)
		if (is_accelerated(&check->guest->iommus.v[i]) &&
		    streq_null(check->guest->type, "qemu"))
			check_found(
				check, check->guest->iommus.v[i].driver_element,
				"accel='on' needs KVM, but the domain's type is qemu.");
}

/* Both have an effect only with accel='on', which iommu-attributes requires. */
static void smmu_values(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];

		if (!is_accelerated(iommu))
			continue;
		if (iommu->oas.state == VALUE_VALID && iommu->oas.value != 44 &&
		    iommu->oas.value != 48)
			check_found(check, iommu->driver_element,
				    "oas is %llu; QEMU supports 44 and 48.",
				    ULL(iommu->oas.value));
		if (iommu->ssidsize.state == VALUE_VALID && iommu->ssidsize.value > 20)
			check_found(check, iommu->driver_element,
				    "ssidsize is %llu; QEMU supports at most 20.",
				    ULL(iommu->ssidsize.value));
	}
}

static bool is_bridge(const struct check *check, struct assign_item item)
{
	return item.controller >= 0 &&
	       guest_is_pci(&check->guest->controllers.v[item.controller]);
}

static bool is_assigned(const struct check *check, struct assign_item item)
{
	const struct guest_device *device =
		item.device >= 0 ? &check->guest->devices.v[item.device] : NULL;

	return device && !streq(device->tag, "disk") &&
	       (device->source.state == VALUE_VALID || device->mdev_uuid);
}

static void judge_endpoint(struct check *check, struct assign_item item,
			   const struct guest_iommu *iommu)
{
	const struct guest *guest = check->guest;
	bool assigned = is_assigned(check, item);
	_cleanup_free_ char *name = NULL;

	if (is_bridge(check, item) ||
	    (assigned && guest_uses_iommufd(guest, &guest->devices.v[item.device])))
		return;
	name = assign_item_name(guest, item);
	check_relate(
		check,
		check_found(
			check, assign_element(guest, item),
			assigned
				? "%s is below the accelerated SMMUv3 of bus %llu, but does not use iommufd."
				: "%s is emulated, but below the accelerated SMMUv3 of bus %llu.",
			name, ULL(iommu->pci_bus.value)),
		iommu->element);
}

static void smmu_accel_devices(struct check *check)
{
	const guest_functions *functions = &check->tree.functions;

	for (size_t i = 0; i < functions->n; i++) {
		const struct guest_iommu *iommu =
			guest_tree_iommu(&check->tree, functions->v[i].address->at.bus);

		if (iommu && is_accelerated(iommu))
			judge_endpoint(check, functions->v[i].item, iommu);
	}
}

static bool has_assigned(const struct check *check, const struct guest_iommu *iommu)
{
	const guest_functions *functions = &check->tree.functions;

	for (size_t i = 0; i < functions->n; i++)
		if (is_assigned(check, functions->v[i].item) &&
		    guest_tree_iommu(&check->tree, functions->v[i].address->at.bus) ==
			    iommu)
			return true;
	return false;
}

/* What is not given is "auto" for QEMU: the value of the SMMU of the first host device.
 */
static bool has_auto(const struct guest_iommu *iommu)
{
	return iommu->ats.state == VALUE_ABSENT || iommu->ril.state == VALUE_ABSENT ||
	       iommu->ssidsize.state == VALUE_ABSENT || iommu->oas.state == VALUE_ABSENT;
}

static void smmu_accel_empty(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];

		if (is_accelerated(iommu) && has_auto(iommu) &&
		    !has_assigned(check, iommu))
			check_found(
				check, iommu->driver_element,
				"No host device is below bus %llu, so QEMU cannot choose the properties of its accelerated SMMUv3 that are not given.",
				ULL(iommu->pci_bus.value));
	}
}

static void smmu_queue_memory(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];

		/* An older libvirt drops it. */
		if (is_accelerated(iommu) && switch_is(iommu->cmdqv, true) &&
		    feature_attribute_since("iommu/driver", "cmdqv") <=
			    check->options->target.libvirt &&
		    !check->guest->hugepages)
			check_found(
				check, iommu->driver_element,
				"cmdqv='on' needs command queues in contiguous memory of the host, but the domain has no <hugepages>.");
	}
}

/* The accelerated SMMUv3 above a host device, or NULL. */
static const struct guest_iommu *accelerated_above(const struct check *check,
						   const struct check_hostdev *row)
{
	const struct guest_device *device = &check->guest->devices.v[row->device];
	const struct guest_iommu *iommu =
		device->address.state == VALUE_VALID
			? guest_tree_iommu(&check->tree, device->address.at.bus)
			: NULL;

	return iommu && is_accelerated(iommu) ? iommu : NULL;
}

static void say_mixed(struct check *check, const struct check_hostdev *first,
		      const struct check_hostdev *row)
{
	const struct machine_function *x = &check->host->functions.v[first->function];
	const struct machine_function *y = &check->host->functions.v[row->function];

	if (streq(x->iommu, y->iommu))
		return;
	check_relate(check,
		     check_found(check, check->guest->devices.v[row->device].element,
				 "%s of the host serves " PCI_FORMAT
				 ", but %s serves " PCI_FORMAT
				 ", which is below the same accelerated SMMUv3.",
				 y->iommu, PCI_ARGS(y->at), x->iommu, PCI_ARGS(x->at)),
		     check->guest->devices.v[first->device].element);
}

/* Each device is compared with the first one below its SMMUv3. */
static void smmu_accel_host(struct check *check)
{
	_cleanup_firsts_ struct firsts seen = {};
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_iommu *iommu = accelerated_above(check, &list.v[i]);
		int first;

		if (!iommu || list.v[i].function < 0 ||
		    !check->host->functions.v[list.v[i].function].iommu)
			continue;
		first = first_add(&seen, NULL, iommu->pci_bus.value, (int)i);
		say_mixed(check, &list.v[first], &list.v[i]);
	}
	vec_free(&list);
}

/* NICs and disks of the domain: what a guest may want to assign. */
static bool is_assignable(const struct check *check, struct assign_item item)
{
	const char *tag =
		item.device >= 0 ? check->guest->devices.v[item.device].tag : "";

	return streq(tag, "interface") || streq(tag, "disk");
}

/*
 * Devices that should have an IOMMU: host devices, NICs and disks, and everything below
 * expander buses.
 */
static bool is_placed(const struct check *check, const struct guest_function *function)
{
	return !is_bridge(check, function->item) && function->item.iommu < 0 &&
	       (is_assigned(check, function->item) ||
		is_assignable(check, function->item) ||
		guest_tree_under_expander(&check->tree, function->address->at.bus));
}

static void smmu_uncovered(struct check *check)
{
	const struct guest *guest = check->guest;
	const guest_functions *functions = &check->tree.functions;

	if (!guest_has_bus_iommus(guest) || !knows_bus(check))
		return;
	for (size_t i = 0; i < functions->n; i++) {
		int bus = functions->v[i].address->at.bus;
		_cleanup_free_ char *name = NULL;

		if (check->tree.bus[bus].root < 0 ||
		    guest_tree_iommu(&check->tree, bus) ||
		    !is_placed(check, &functions->v[i]))
			continue;
		name = assign_item_name(guest, functions->v[i].item);
		check_set_remedy(
			check_found(
				check, assign_element(guest, functions->v[i].item),
				"%s is below root bus %d, which has no SMMUv3, although other buses have one.",
				name, check->tree.bus[bus].root),
			"Add <iommu model='smmuv3'><driver pciBus='%d'/></iommu>, or move the device.",
			check->tree.bus[bus].root);
	}
}

/* Rows that are prerequisites of others. */
enum { SMMU_BUS };

#define PER_BUS_SINCE                                                                    \
	.libvirt = {.since = VERSION_OF(11, 10)}, .qemu = {.since = VERSION_OF(10, 2)}
#define ACCEL_SINCE                                                                      \
	.libvirt = {.since = VERSION_OF(12, 7)}, .qemu = {.since = VERSION_OF(11, 0)}
#define DROPPED                                                                          \
	"An older libvirt drops the attribute (see attribute-dropped), and libvirt refuses it with an older QEMU (see feature-version)."

const struct rule smmu_rules[] = {
	[SMMU_BUS] =
		{RULE("smmu-bus", smmu_bus, ERROR, NEED_MACHINE, QEMU),
		 .what = "The pciBus of an SMMUv3 is a root bus: pcie-root or a pcie-expander-bus.",
		 .why = "libvirt accepts any number, but does not start the domain if no controller has that index. If the controller is not a root bus, QEMU exits.",
		 .to_fix =
			 "Set pciBus to the index of pcie-root (0) or of a pcie-expander-bus.",
		 .source = "QEMU 11.1 hw/arm/smmu-common.c; measured", PER_BUS_SINCE,
		 .outside = DROPPED, .remedy = REMEDY_EDIT},
	{RULE("smmu-bus-dup", smmu_bus_dup, ERROR, 0, QEMU),
	 .what = "A root bus has at most one SMMUv3.",
	 .why = "libvirt accepts several, but QEMU exits, because an IOMMU is already attached to the bus.",
	 .to_fix = "Give each SMMUv3 its own bus, or remove one.",
	 .source = "QEMU 11.1 hw/pci/pci.c; measured", PER_BUS_SINCE,
	 .outside =
		 "libvirt refuses a second <iommu> (see iommu-count), or pciBus with an older QEMU (see feature-version).",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-ignored", smmu_ignored, WARNING, 0, NOBODY),
	 .what = "Every SMMUv3 has a pciBus if it needs one to have an effect.",
	 .why = "If the first <iommu> has no pciBus, it is the SMMUv3 of the whole machine, and libvirt silently ignores accel='on' in it. libvirt silently ignores any other SMMUv3 without a pciBus.",
	 .to_fix = "Set pciBus.", .source = "libvirt 12.9; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-uncovered", smmu_uncovered, WARNING, NEED_MACHINE, NOBODY),
	 .after = {&smmu_rules[SMMU_BUS]},
	 .what = "If any root bus has its own SMMUv3, so does every expander bus with devices below it, and pcie-root if a host device, a NIC or a disk is below it.",
	 .why = "A bus without an SMMUv3 does not use that of another bus: its devices are in no IOMMU group, so the guest cannot assign them.",
	 .to_fix = "Add an SMMUv3 with this pciBus.",
	 .source = "QEMU 10.2 hw/pci/pci.c, pci_setup_iommu_per_bus; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-accel-kvm", smmu_accel_kvm, ERROR, 0, QEMU),
	 .what = "An accelerated SMMUv3 (accel='on') is used only with KVM.",
	 .why = "Without KVM, QEMU exits.",
	 .to_fix = "Remove accel and the attributes that need it, or use type='kvm'.",
	 .source = "QEMU 11.1 hw/arm/smmuv3.c; measured", ACCEL_SINCE, .outside = DROPPED,
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-values", smmu_values, ERROR, 0, QEMU),
	 .what = "The oas of an SMMUv3 is 44 or 48, and its ssidsize is at most 20.",
	 .why = "libvirt accepts any number, but QEMU exits.",
	 .to_fix = "Write a value that QEMU supports, or remove the attribute.",
	 .source =
		 "QEMU 11.1 hw/arm/smmuv3.c; measured with -device arm-smmuv3,accel=on, whose values QEMU refuses before it looks for KVM",
	 ACCEL_SINCE, .outside = DROPPED,
	 .untried =
		 "A domain that is accepted needs accel='on', and so KVM on a host with an SMMUv3.",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-accel-devices", smmu_accel_devices, WARNING, NEED_MACHINE, QEMU),
	 .after = {&smmu_rules[SMMU_BUS]},
	 .what = "Below an accelerated SMMUv3 there are only host devices that use iommufd.",
	 .why = "QEMU allows neither emulated devices there nor host devices that use VFIO's older interface.",
	 .to_fix =
		 "Move emulated devices to another bus; give host devices <driver iommufd='yes'/>.",
	 .source = "QEMU 11.0 hw/arm/smmuv3-accel.c", ACCEL_SINCE, .outside = DROPPED,
	 .untried = "Not run: it needs KVM on a host with an SMMUv3.",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-accel-empty", smmu_accel_empty, WARNING, NEED_MACHINE, QEMU),
	 .after = {&smmu_rules[SMMU_BUS]},
	 .what = "Below an accelerated SMMUv3 without ats, ril, ssidsize or oas there is a host device when the guest starts.",
	 .why = "QEMU takes the values that are not given from the SMMU of a host device, and exits if there is none.",
	 .to_fix = "Remove accel, give all four attributes, or add the host device.",
	 .source = "message of QEMU 11.1", ACCEL_SINCE, .outside = DROPPED,
	 .untried = "Not run: it needs KVM on a host with an SMMUv3.",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-queue-memory", smmu_queue_memory, WARNING, 0, NOBODY),
	 .what = "The memory of a guest with an SMMUv3 with cmdqv='on' is in huge pages.",
	 .why = "The host's SMMU reads the guest's command queues directly, so each must be contiguous in the memory of the host, which only huge pages ensure.",
	 .to_fix = "Add <hugepages/> to <memoryBacking>, or remove cmdqv.",
	 .source =
		 "Kata Containers' and KubeVirt's descriptions of vCMDQ; not run: needs KVM on a host with such an SMMUv3",
	 .remedy = REMEDY_EDIT},
	{RULE("smmu-accel-host", smmu_accel_host, WARNING, NEED_MACHINE | NEED_HOST_PCI,
	      QEMU),
	 .after = {&smmu_rules[SMMU_BUS]},
	 .what = "The host devices below an accelerated SMMUv3 are all served by one SMMU of the host.",
	 .why = "The SMMUv3 of the guest is a part of one SMMU of the host, and the kernel attaches only that one's devices to it.",
	 .to_fix =
		 "Give each SMMU of the host an expander bus of its own; virt-layout plan --domain --host does so.",
	 .source =
		 "Linux Documentation/userspace-api/iommufd.rst, vIOMMU; QEMU 11.1 hw/arm/smmuv3-accel.c",
	 ACCEL_SINCE, .outside = DROPPED,
	 .untried = "Not run: it needs KVM on a host with several SMMUs.",
	 .remedy = REMEDY_EDIT},
	{},
};
