/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host devices behind a guest's IOMMU, and devices that the host itself uses. Sources:
 * QEMU 7.2 hw/i386/intel_iommu.c and amd_iommu.c, hw/arm/smmu-common.c (VFIO behind
 * them); libvirt 9.0 src/qemu/qemu_domain.c, qemuDomainGetMemLockLimitBytes.
 */
#include "planner/check/host.h"

#include "base/list.h"
#include "planner/guest/memory.h"

#define DEVICE(check, row) (&(check)->guest->devices.v[(row)->device])

/* Those that are assigned to the guest as a whole, unlike an NVMe disk that QEMU
 * drives. */
static size_t list_assigned(const struct check *check, check_hostdevs *ret)
{
	size_t kept = 0;

	check_list_hostdevs(check, ret);
	for (size_t i = 0; i < ret->n; i++)
		if (!streq(DEVICE(check, &ret->v[i])->tag, "disk"))
			ret->v[kept++] = ret->v[i];
	ret->n = kept;
	return kept;
}

static bool fact_names(const struct check *check, const char *fact, struct pci_address at)
{
	_cleanup_free_ char *word = xasprintf(PCI_FORMAT, PCI_ARGS(at));

	return list_has(machine_fact(check->host, fact), ' ', word);
}

static void hostdev_in_use(struct check *check)
{
	static const struct {
		const char *fact, *use;
	} rows[] = {{"pci.with-mounted-disks", "a mounted disk"},
		    {"pci.with-default-route", "the default route"}};
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t row = 0; list.n > 0 && row < ARRAY_SIZE(rows); row++) {
		if (!machine_fact(check->host, rows[row].fact))
			check_skip(
				check, rows[row].fact,
				"the host's description does not say which device carries %s",
				rows[row].use);
		for (size_t i = 0; i < list.n; i++)
			if (fact_names(check, rows[row].fact,
				       DEVICE(check, &list.v[i])->source.at))
				check_found(
					check, DEVICE(check, &list.v[i])->element,
					"The host uses %s on " PCI_FORMAT ".",
					rows[row].use,
					PCI_ARGS(DEVICE(check, &list.v[i])->source.at));
	}
	vec_free(&list);
}

/* Only an SMMUv3 of one bus can have accel='on', and older versions ignore it. */
static bool passes_mappings(const struct check *check, const struct guest_iommu *iommu)
{
	const struct target *target = &check->options->target;

	if (streq(iommu->model, "amd"))
		return target_has(target, FEATURE_AMD_REMAP); /* see iommu-amd-remap */
	return target_has(target, FEATURE_SMMUV3_ACCEL) &&
	       guest_iommu_is_accelerated(iommu);
}

static void add_remedy(struct check *check, struct finding *finding)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_SMMUV3_ACCEL);

	if (target_has(&check->options->target, FEATURE_SMMUV3_ACCEL))
		check_set_remedy(
			finding,
			"Write <driver accel='on' pciBus=> with the index of the device's root bus, and iommufd='yes' in the device's <driver>, as virt-layout plan --iommu smmuv3,accel=on does; or use the virtio model (--iommu virtio).");
	else
		check_set_remedy(
			finding,
			"Use the virtio model (virt-layout plan --iommu virtio), or an accelerated SMMUv3 (--iommu smmuv3,accel=on), which needs %s.",
			needs);
}

static void say_cannot_vfio(struct check *check, const struct guest_iommu *iommu,
			    const struct guest_device *device)
{
	const struct target *target = &check->options->target;
	bool amd = streq(iommu->model, "amd");
	struct finding *finding;

	finding =
		check_found(check, iommu->element,
			    "The %s IOMMU of QEMU %u.%u does not support host devices%s.",
			    iommu->model, MAJOR(target->qemu), MINOR(target->qemu),
			    amd || !target_has(target, FEATURE_SMMUV3_ACCEL)
				    ? ""
				    : " without accel='on' and pciBus");
	check_relate(check, finding, device->element);
	if (!amd)
		add_remedy(check, finding);
}

/* Each IOMMU is named once, with the first device behind it. */
static void iommu_cannot_vfio(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_free_ bool *named = xcalloc(guest->iommus.n + 1, sizeof(bool));
	check_hostdevs list = {};

	list_assigned(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device = DEVICE(check, &list.v[i]);
		const struct guest_iommu *iommu = check_iommu_of(check, device);

		if (!iommu || named[iommu - guest->iommus.v] ||
		    (!streq_null(iommu->model, "amd") &&
		     !streq_null(iommu->model, "smmuv3")) ||
		    passes_mappings(check, iommu))
			continue;
		named[iommu - guest->iommus.v] = true;
		say_cannot_vfio(check, iommu, device);
	}
	vec_free(&list);
}

static void say_width(struct check *check, const struct guest_iommu *iommu, uint64_t bits)
{
	bool checked = rule_holds(check->rule, &check->options->target);
	struct finding *finding = check_found(
		check, iommu->element,
		"The guest's IOMMU has %llu address bits%s, but the host's has only %d%s.",
		ULL(bits), iommu->aw_bits.state == VALUE_VALID ? "" : ", QEMU's default",
		check->host->iommu.address_bits,
		checked ? ""
			: "; QEMU before 9.1 starts, but mappings above the host's limit fail");

	check_values(finding, NULL, "39");
}

static void aw_bits_host(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_iommu *iommu = guest->iommus.n ? &guest->iommus.v[0] : NULL;
	int most = check->host->iommu.address_bits;
	check_hostdevs list = {};
	uint64_t bits;

	if (list_assigned(check, &list) > 0 && iommu &&
	    streq_null(iommu->model, "intel")) {
		bits = target_has(&check->options->target, FEATURE_AW_BITS_48) ? 48 : 39;
		if (iommu->aw_bits.state == VALUE_VALID)
			bits = iommu->aw_bits.value;
		if (most == UNKNOWN_ID)
			check_skip(
				check, "iommu-width",
				"the host's description does not give the address width of its IOMMU");
		else if (bits > (uint64_t)most)
			say_width(check, iommu, bits);
	}
	vec_free(&list);
}

static void memlock_start(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned times = guest_tree_locked_times(&check->tree);
	struct finding *finding;
	uint64_t need, memory;

	if (times < 2 || guest->hard_limit_bytes.state != VALUE_ABSENT ||
	    !guest_total_memory(guest, &memory) ||
	    __builtin_mul_overflow(memory, times, &need) ||
	    __builtin_add_overflow(need, UINT64_C(1) << 30, &need))
		return;
	finding = check_found(
		check, 0,
		"The devices of the host that are assigned lock the guest's memory %u times, %llu KiB in total; the user who starts the guest must be allowed to raise the memory lock limit.",
		times, ULL(need / 1024));
	finding->expected = xasprintf("%llu", ULL(need / 1024));
	check_set_remedy(
		finding,
		"Set <memtune><hard_limit unit='KiB'> to %llu, or start it with the system's libvirt.",
		ULL(need / 1024));
}

static void iommufd_element(struct check *check)
{
	const struct document *document = check->document;
	int element = check->guest->iommufd_element, other;

	if (element < 0)
		return;
	if (!document_attribute(document, element, "enabled"))
		check_found(check, element, "<iommufd> has no enabled=.");
	else if (document_attribute(document, element, "fdgroup") &&
		 switch_is(check->guest->iommufd, false))
		check_found(check, element,
			    "<iommufd> has an fdgroup=, but is switched off.");
	other = document_next(document, element, "iommufd");
	if (other >= 0)
		check_found(check, other, "There are two <iommufd> elements.");
}

const struct rule hostdev_rules[] = {
	{RULE("hostdev-in-use", hostdev_in_use, ERROR, NEED_HOST_PCI, NOBODY),
	 .what = "The host itself does not use the device.",
	 .why = "libvirt detaches the device even if it carries a mounted disk or the host's network connection.",
	 .to_fix = "Assign another device to the guest.",
	 .source = "Linux driver-api/vfio.rst", .remedy = REMEDY_EDIT},
	{RULE("iommu-cannot-vfio", iommu_cannot_vfio, ERROR, 0, QEMU),
	 .what = "If a host device is assigned, the guest's IOMMU passes mappings on to VFIO.",
	 .why = "Otherwise QEMU exits: its smmuv3 IOMMU notifies VFIO of mappings only if it is accelerated, which needs QEMU 11.0, and its amd IOMMU does not before QEMU 10.2; see iommu-amd-remap for later versions.",
	 .to_fix = "Use the intel or virtio model.",
	 .source =
		 "QEMU 7.2 and 11.0 hw/i386/amd_iommu.c, hw/arm/smmu-common.c; measured with 7.2, 10.0 and 11.1",
	 .untried =
		 "The test needs a host with VFIO; it is done only with QEMU 7.2, 10.0 and 11.1, in nested guests.",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES_WITH_IOMMU},
	{RULE("aw-bits-host", aw_bits_host, ERROR, NEED_HOST, QEMU),
	 .decided_by = {"aw-bits"},
	 .what = "The guest's IOMMU does not have more address bits than the host's.",
	 .why = "Otherwise QEMU 9.1 and later exit, for example if the host has 39 bits and aw_bits is not given: QEMU's default is 48 since 9.2.",
	 .to_fix = "Write <driver aw_bits='39'/> in <iommu>.",
	 .source = "QEMU 9.2 hw/i386/intel_iommu.c; change log",
	 .qemu = {.since = VERSION_OF(9, 1)},
	 .outside =
		 "QEMU starts, but mappings above the host's width fail; virt-layout check gives a warning.",
	 .warns_outside = true,
	 .untried =
		 "The test needs a host with VFIO; it is done only with QEMU 7.2 and 10.0, in nested guests.",
	 .remedy = REMEDY_EDIT},
	{RULE("memlock-start", memlock_start, INFO, 0, QEMU),
	 .areas = AREA_MEMORY | AREA_IOMMU,
	 .what = "The memory lock limit is high enough for the assigned devices that lock the guest's memory.",
	 .why = "Each device behind the guest's IOMMU, each <disk type='nvme'> and each vDPA device locks all of it. An unprivileged libvirt (qemu:///session) cannot raise the limit. QEMU then exits, because it cannot map the guest's memory for a device (error -12). Devices that use iommufd count the same, except that those below accelerated SMMUv3 count once together. A vDPA network interface locks the memory only while the guest uses it.",
	 .to_fix =
		 "Set <hard_limit> to the number of these devices times the guest's memory, plus 1 GiB, or start the domain with the system's libvirt (qemu:///system).",
	 .source =
		 "libvirt 11.3 src/qemu/qemu_domain.c, qemuDomainGetMemLockLimitBytes; iommufd measured with libvirt 12.9, QEMU 11.1 and Linux 7.3, vDPA also with libvirt 9.0, QEMU 7.2 and libvirt 11.3, QEMU 10.0; accelerated SMMUv3: QEMU 11.0 hw/arm/smmuv3-accel.c, hw/vfio/iommufd.c, not run: needs KVM",
	 .untried =
		 "The test needs a host with VFIO; it is done only with QEMU 7.2, 10.0 and 11.1, in nested guests.",
	 .remedy = REMEDY_EDIT},
	{RULE("iommufd-element", iommufd_element, ERROR, 0, LIBVIRT),
	 .what = "There is at most one <iommufd>, with enabled=; with enabled='no' it has no fdgroup=.",
	 .why = "libvirt refuses others. With an fdgroup=, the domain starts only after a program has associated a file descriptor with that name (virsh dom-fd-associate).",
	 .to_fix =
		 "Remove fdgroup=, or write enabled='yes'; remove all but one <iommufd>.",
	 .source = "measured with libvirt 12.9", .libvirt = {.since = VERSION_OF(12, 2)},
	 .outside = "libvirt does not know <iommufd>.", .remedy = REMEDY_EDIT},
	{},
};
