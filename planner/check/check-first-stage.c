/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * First-stage translation of QEMU's intel-iommu (fsts), for which libvirt 12.9 has no
 * attributes: it is a -device of <qemu:commandline>. Sources: QEMU 11.1.3, asked for each
 * combination; hw/i386/intel_iommu_accel.c.
 */
#include "planner/check/host.h"

#include "planner/guest/controller-model.h"

/* Of the PCI specification; QEMU's own limit. */
#define PASID_BITS 20
/* The only width of first-stage addresses that QEMU supports. */
#define FIRST_STAGE_BITS 48

static bool is_on(const struct addition *addition, const char *name)
{
	const struct addition_value *value = addition_value(addition, name);

	return value && value->number > 0;
}

static bool is_off(const struct addition *addition, const char *name)
{
	const struct addition_value *value = addition_value(addition, name);

	return value && value->number == 0;
}

/* The IOMMU of <qemu:commandline>, if it is Intel's; NULL. */
static const struct addition *intel_iommu(const struct check *check)
{
	const struct addition *iommu = commandline_iommu(&check->guest->commandline, 0);

	return iommu && streq_null(iommu->model, "intel") ? iommu : NULL;
}

bool check_first_stage(const struct check *check)
{
	const struct addition *iommu = intel_iommu(check);

	return iommu && is_on(iommu, "fsts");
}

static void judge_needs(struct check *check, const struct addition *iommu)
{
	static const struct {
		const char *property, *needs;
	} rows[] = {
		{"fsts", "scalable-mode"}, {"pasid-bits", "scalable-mode"},
		{"svm", "device-iotlb"},   {"svm", "fsts"},
		{"svm", "pasid-bits"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (is_on(iommu, rows[i].property) && !is_on(iommu, rows[i].needs))
			check_found(check, iommu->element,
				    "intel-iommu has %s, but not %s, which it needs.",
				    rows[i].property, rows[i].needs);
}

/* The names up to QEMU 10.0; when they changed was not tried. */
static void judge_old_names(struct check *check, const struct addition *iommu)
{
	static const struct {
		const char *name, *advice;
	} rows[] = {
		{"scalable-mode", "; it is called x-scalable-mode"},
		{"fsts", ""},
		{"pasid-bits", ""},
		{"svm", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (addition_value(iommu, rows[i].name))
			check_found(check, iommu->element,
				    "intel-iommu has no %s in QEMU %u.%u%s.",
				    rows[i].name, MAJOR(check->options->target.qemu),
				    MINOR(check->options->target.qemu), rows[i].advice);
}

static void iommu_first_stage(struct check *check)
{
	const struct addition *iommu = intel_iommu(check);
	const struct addition_value *bits, *pasid;
	unsigned qemu = check->options->target.qemu;

	if (iommu && qemu < VERSION_OF(10, 1))
		judge_old_names(check, iommu);
	if (!iommu || qemu < VERSION_OF(11, 1))
		return;
	if (addition_value(iommu, "x-scalable-mode"))
		check_found(
			check, iommu->element,
			"intel-iommu has no x-scalable-mode; it is called scalable-mode.");
	judge_needs(check, iommu);
	bits = addition_value(iommu, "aw-bits");
	pasid = addition_value(iommu, "pasid-bits");
	if (is_on(iommu, "fsts") && bits && bits->number != FIRST_STAGE_BITS)
		check_found(check, iommu->element,
			    "intel-iommu has fsts=on and aw-bits=%llu, but only %d work.",
			    ULL(bits->number), FIRST_STAGE_BITS);
	if (pasid && pasid->number > PASID_BITS)
		check_found(check, iommu->element,
			    "intel-iommu has pasid-bits=%llu; PCI has at most %d.",
			    ULL(pasid->number), PASID_BITS);
	if (is_on(iommu, "svm") && is_off(iommu, "dma-translation"))
		check_found(
			check, iommu->element,
			"intel-iommu has svm, but dma-translation=off, without which svm does not work.");
}

/* The index of the conventional bridge that a device is below; -1. */
static int bridge_above(const struct check *check, const struct guest_device *device)
{
	int bus = guest_address_on_pci(&device->address) ? device->address.at.bus : -1;

	for (int depth = 0; bus > 0 && depth < 256; depth++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, bus);

		if (!c)
			return -1;
		if (controller_role(controller_model_of(c)) == ROLE_BRIDGE)
			return bus;
		bus = guest_address_on_pci(&c->address) ? c->address.at.bus : -1;
	}
	return -1;
}

static void first_stage_devices(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; check_first_stage(check) && i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		_cleanup_free_ char *name = NULL;
		int bridge;

		if (device->source.state != VALUE_VALID || streq(device->tag, "disk"))
			continue;
		name = assign_item_name(guest, (struct assign_item){-1, (int)i, -1});
		bridge = bridge_above(check, device);
		if (!guest_uses_iommufd(guest, device))
			check_found(check, device->element,
				    "%s does not use iommufd, but the IOMMU has fsts=on.",
				    name);
		if (bridge >= 0)
			check_found(
				check, device->element,
				"%s is below bridge %d to conventional PCI, but the IOMMU has fsts=on.",
				name, bridge);
	}
}

const struct rule first_stage_rules[] = {
	{RULE("iommu-first-stage", iommu_first_stage, ERROR, 0, QEMU),
	 .decided_by = {"scalable-mode", "x-scalable-mode"},
	 .what = "The options for first-stage translation of an intel-iommu in <qemu:commandline> exist and fit each other: fsts and pasid-bits need scalable-mode; fsts needs 48 address bits; pasid-bits is at most 20; svm needs device-iotlb, fsts, pasid-bits and dma-translation.",
	 .why = "libvirt passes them on, and QEMU exits. Up to QEMU 10.0 scalable-mode is called x-scalable-mode, and the others do not exist; QEMU 10.1 to 11.0 were not tried, and nothing is found for them.",
	 .to_fix = "Add what is missing, or remove the option.",
	 .source = "QEMU 11.1 hw/i386/intel_iommu.c; tested with 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("first-stage-devices", first_stage_devices, WARNING, NEED_MACHINE, QEMU),
	 .what = "If the IOMMU has first-stage translation (fsts=on), all host devices use iommufd, and none is below a bridge to conventional PCI.",
	 .why = "Otherwise QEMU exits, because it sets up the tables of the host's IOMMU for each device by iommufd.",
	 .to_fix =
		 "Write <driver iommufd='yes'/> (plan --domain FILE --iommufd), and move devices below a root port; or remove fsts.",
	 .source = "QEMU 11.1 hw/i386/intel_iommu_accel.c",
	 .qemu = {.since = VERSION_OF(11, 1)},
	 .outside = "QEMU 10.0 and older do not have fsts.",
	 .untried =
		 "It needs a host with an Intel IOMMU in scalable mode, and a kernel with iommufd.",
	 .remedy = REMEDY_EDIT},
	{},
};
