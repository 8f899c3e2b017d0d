/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host devices behind a guest's IOMMU, what the host itself uses, and how much room they
 * need. Sources: QEMU 7.2 hw/i386/intel_iommu.c and amd_iommu.c, hw/arm/smmu-common.c
 * (VFIO behind them), hw/pci-host/q35.c (pci-hole64-size, 32 GiB); libvirt 8.7
 * src/qemu/qemu_domain.c, qemuDomainGetMemLockLimitBytes.
 */
#include "planner/check/host.h"

#define HOLE_64_BYTES (UINT64_C(32) << 30)
#define LEAST_EFI_BYTES                                                                  \
	(UINT64_C(1) << (36 - 3)) /* no x86-64 CPU has fewer bits than 36 */

#define DEVICE(check, row) (&(check)->guest->devices.v[(row)->device])

/* Those handed to the guest whole, unlike an NVMe disk that QEMU drives. */
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
	const char *list = machine_fact(check->host, fact);

	return list && strstr(list, word);
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
				"the host's description does not say which device has %s",
				rows[row].use);
		for (size_t i = 0; i < list.n; i++)
			if (fact_names(check, rows[row].fact,
				       DEVICE(check, &list.v[i])->source.at))
				check_found(
					check, DEVICE(check, &list.v[i])->element,
					"The host has %s on " PCI_FORMAT ".",
					rows[row].use,
					PCI_ARGS(DEVICE(check, &list.v[i])->source.at));
	}
	vec_free(&list);
}

/* <driver accel='on'> of an smmuv3, which is as new as what it asks for. */
static bool is_accelerated(const struct check *check, const struct guest_iommu *iommu)
{
	const char *text = iommu->driver_element < 0
				   ? NULL
				   : document_attribute(check->document,
							iommu->driver_element, "accel");

	return text && streq(text, "on");
}

static void iommu_cannot_vfio(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_iommu *iommu = guest->iommus.n ? &guest->iommus.v[0] : NULL;
	bool can = !rule_holds(check->rule, &check->options->target);
	bool amd = iommu && streq_null(iommu->model, "amd");
	check_hostdevs list = {};
	struct finding *finding;

	if (list_assigned(check, &list) > 0 && iommu &&
	    (amd || (streq_null(iommu->model, "smmuv3") &&
		     !(can && is_accelerated(check, iommu))))) {
		finding = check_found(
			check, iommu->element,
			"The %s IOMMU of QEMU %u.%u cannot stand before a host device%s.",
			iommu->model, check->options->target.qemu / 1000000,
			check->options->target.qemu / 1000 % 1000,
			!can ? ""
			: amd ? " unless its option dma-remap is on, and nothing here says so"
			      : " without accel='on'");
		check_relate(check, finding, DEVICE(check, &list.v[0])->element);
	}
	vec_free(&list);
}

static void say_width(struct check *check, const struct guest_iommu *iommu, uint64_t bits)
{
	bool checked = rule_holds(check->rule, &check->options->target);
	struct finding *finding = check_found(
		check, iommu->element,
		"The guest's IOMMU has %llu address bits%s, the host's %d%s.", ULL(bits),
		iommu->aw_bits.state == VALUE_VALID ? "" : " by QEMU's default",
		check->host->iommu.address_bits,
		checked ? ""
			: "; QEMU before 9.1 starts, and what the guest maps above fails");

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
				"the host's description does not say how wide its IOMMU is");
		else if (bits > (uint64_t)most)
			say_width(check, iommu, bits);
	}
	vec_free(&list);
}

static void memlock_start(struct check *check)
{
	const struct guest *guest = check->guest;
	check_hostdevs list = {};
	size_t n = list_assigned(check, &list);
	bool counted = target_has(&check->options->target, FEATURE_MEMLOCK_PER_DEVICE);
	struct finding *finding;
	uint64_t need;

	vec_free(&list);
	if (n < 2 || guest->iommus.n == 0 ||
	    guest->hard_limit_bytes.state != VALUE_ABSENT ||
	    guest->memory_bytes.state != VALUE_VALID ||
	    __builtin_mul_overflow(guest->memory_bytes.value, n, &need) ||
	    __builtin_add_overflow(need, UINT64_C(1) << 30, &need))
		return;
	finding = check_found(
		check, 0,
		"%zu host devices behind the guest's IOMMU lock its memory once each, %llu KiB in all%s.",
		n, ULL(need / 1024),
		counted ? "; whoever starts it must be allowed to raise the limit"
			: ", but libvirt before 8.7 allows for one");
	finding->expected = xasprintf("%llu", ULL(need / 1024));
	check_mend(finding, "Set <memtune><hard_limit unit='KiB'> to %llu%s.",
		   ULL(need / 1024),
		   counted ? ", or let the system's libvirt start it" : "");
	if (!counted)
		finding->severity = SEVERITY_WARNING;
}

/* Room below one port for what wants a 64-bit window; the largest BAR aligns it. */
static uint64_t window_bytes(const struct machine_function *function)
{
	uint64_t sum = 0, largest = 1 << 20;

	for (int i = 0; i < MACHINE_BARS; i++) {
		const struct machine_bar *bar = &function->bars[i];

		if (!(bar->flags & BAR_64BIT) || !(bar->flags & BAR_PREFETCHABLE) ||
		    bar->size_bytes > UINT64_C(1) << 60)
			continue;
		sum += bar->size_bytes;
		largest = MAX(largest, bar->size_bytes);
	}
	return (sum + largest - 1) / largest * largest;
}

static uint64_t hole_bytes(const struct check *check, int *ret_element)
{
	const struct guest_controller *root = guest_tree_controller(&check->tree, 0);

	*ret_element = root ? root->element : -1;
	return root && root->pcihole64_bytes.state == VALUE_VALID
		       ? root->pcihole64_bytes.value
		       : HOLE_64_BYTES;
}

static void mmio64_fit(struct check *check)
{
	check_hostdevs list = {};
	uint64_t sum = 0, hole;
	int element;
	struct finding *finding;

	list_assigned(check, &list);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].function >= 0)
			sum += window_bytes(
				&check->host->functions.v[list.v[i].function]);
	vec_free(&list);
	if (!guest_is_q35(check->guest))
		return;
	/*
	 * edk2 OvmfPkg PlatformInitLib takes an eighth of the CPU's address space,
	 * whatever pcihole64 says (PlatformDynamicMmioWindow), and before that 32 GiB.
	 */
	if (guest_is_efi(check->guest)) {
		if (sum > LEAST_EFI_BYTES)
			check_skip(
				check, "address-width",
				"UEFI makes the window for 64-bit BARs by the guest CPU's address width");
		return;
	}
	hole = hole_bytes(check, &element);
	if (sum <= hole)
		return;
	finding = check_found(
		check, element,
		"The host devices have %llu MiB of 64-bit BARs, the guest a window of %llu MiB for them.",
		ULL(sum >> 20), ULL(hole >> 20));
	finding->observed = xasprintf("%llu", ULL(hole >> 10));
	finding->expected = xasprintf("%llu", ULL(sum >> 10));
	check_mend(
		finding,
		"Write <pcihole64 unit='KiB'>%llu</pcihole64> in PCI controller 0 or more, and mind the host's physical address bits.",
		ULL(sum >> 10));
}

const struct rule hostdev_rules[] = {
	{RULE("hostdev-in-use", hostdev_in_use, ERROR, NEED_HOST_PCI, NOBODY),
	 .what = "The host does not need the device itself.",
	 .why = "libvirt detaches a disk that is mounted, or the card that leads to the host, as it is told.",
	 .mend = "Give the guest another device.", .source = "Linux driver-api/vfio.rst",
	 .remedy = REMEDY_EDIT},
	{RULE("iommu-cannot-vfio", iommu_cannot_vfio, ERROR, 0, QEMU),
	 .what = "With a host device the guest's IOMMU is one that passes maps on.",
	 .why = "QEMU exits: its amd and smmuv3 IOMMUs do not tell VFIO of mappings. From 10.2 on they do if told so.",
	 .mend = "Use the intel or virtio model.",
	 .source = "QEMU 7.2 hw/i386/amd_iommu.c, hw/arm/smmu-common.c; measured",
	 .qemu = {.until = VERSION_OF(10, 2)},
	 .outside = "A warning, unless the domain tells the IOMMU to pass maps on.",
	 .warns_outside = true,
	 .untried = "It needs a host with VFIO; QEMU 7.2 is asked in a guest.",
	 .remedy = REMEDY_EDIT},
	{RULE("aw-bits-host", aw_bits_host, ERROR, NEED_HOST, QEMU),
	 .what = "The guest's IOMMU is no wider than the host's.",
	 .why = "QEMU 9.1 and later exits: aw-bits 48 is more than the host's 39. Since QEMU 9.2 its default is 48. Older ones start.",
	 .mend = "Write <driver aw_bits='39'/> in <iommu>.",
	 .source = "QEMU 9.2 hw/i386/intel_iommu.c; change log",
	 .qemu = {.since = VERSION_OF(9, 1)},
	 .outside = "A warning: QEMU starts, and mappings above the host's width fail.",
	 .warns_outside = true,
	 .untried = "It needs a host with VFIO; QEMU 7.2 is asked in a guest.",
	 .remedy = REMEDY_EDIT},
	{RULE("memlock-start", memlock_start, INFO, 0, QEMU),
	 .what = "Devices behind the guest's IOMMU lock its memory once each.",
	 .why = "libvirt before 8.7 counts it once, and a libvirt without root cannot raise the limit: QEMU exits, cannot map memory, error -12.",
	 .mend = "Set <hard_limit> to the devices times the memory, and 1 GiB.",
	 .source = "libvirt 8.7 src/qemu/qemu_domain.c, qemuDomainGetMemLockLimitBytes",
	 .untried = "It needs a host with VFIO; QEMU 7.2 is asked in a guest.",
	 .remedy = REMEDY_EDIT},
	{RULE("mmio64-fit", mmio64_fit, WARNING, NEED_MACHINE | NEED_HOST_PCI, NOBODY),
	 .what = "The 64-bit BARs of host devices fit into the guest's window.",
	 .why = "What does not fit has no BAR in the guest: a large GPU that cannot be used.",
	 .mend = "Raise <pcihole64> of PCI controller 0.",
	 .source = "QEMU 7.2 hw/pci-host/q35.c, pci-hole64-size", .remedy = REMEDY_EDIT},
	{},
};
