/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backing memory, huge pages and pins, as far as the domain alone shows. Sources: libvirt
 * 9.0 src/conf/numa_conf.c (memnode), src/qemu/qemu_validate.c (huge pages),
 * src/conf/domain_conf.c (cputune).
 */
#include "planner/check/rules.h"

#include "base/first.h"

#include "planner/guest/device-kind.h"
#include "planner/guest/memory.h"

static bool is_hostdev(const struct guest_device *device)
{
	return device->source.state == VALUE_VALID && !streq(device->tag, "disk");
}

static unsigned count_hostdevs(const struct guest *guest)
{
	unsigned count = 0;

	for (size_t i = 0; i < guest->devices.n; i++)
		count += is_hostdev(&guest->devices.v[i]);
	return count;
}

static void balloon_with_hostdev(struct check *check)
{
	const struct guest *guest = check->guest;

	if (count_hostdevs(guest) == 0)
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "memballoon") &&
		    !streq_null(guest->devices.v[i].model, "none"))
			check_found(
				check, guest->devices.v[i].element,
				"A host device is assigned, so all memory is pinned and the memory balloon cannot release any.");
}

static void memlock_limit(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned factor = guest_tree_locked_times(&check->tree);
	uint64_t need, memory;
	struct finding *finding;

	if (factor == 0 || !guest_total_memory(guest, &memory) ||
	    guest->hard_limit_bytes.state != VALUE_VALID ||
	    __builtin_mul_overflow(memory, factor, &need) ||
	    __builtin_add_overflow(need, UINT64_C(1) << 30, &need) ||
	    guest->hard_limit_bytes.value >= need)
		return;
	finding = check_found(
		check, check_part(check, 0, "memtune/hard_limit"),
		"hard_limit is %llu KiB, but the devices of the host that are assigned pin %llu KiB: the guest's memory%s and 1 GiB.",
		ULL(guest->hard_limit_bytes.value / 1024), ULL(need / 1024),
		factor > 1
			? ", once for each device behind its IOMMU, NVMe disk and vDPA device,"
			: "");
	finding->expected = xasprintf("%llu", ULL(need / 1024));
}

#define UNCOUNTED                                                                        \
	"<qemu:commandline> adds %s, which libvirt ignores when it assigns addresses and bus numbers and computes the memory lock limit"

/* The other rules check what we understand (assign.h). */
static void hides(struct check *check, const struct addition *addition)
{
	const char *name = addition->driver ? addition->driver : addition->model;

	if (addition->kind != ADDITION_EXPANDER && addition->kind != ADDITION_PORT &&
	    addition->kind != ADDITION_IOMMU)
		return;
	check_found(
		check, addition->element,
		addition->complete ? UNCOUNTED
			"; the other rules of virt-layout check take it into account."
				   : UNCOUNTED
			"; the other rules of virt-layout check take it into account, but do not understand all of its properties.",
		name ? name : "a device");
}

static void cmdline_hides(struct check *check)
{
	static const char *const words[] = {"vfio-pci",     "intel-iommu",   "amd-iommu",
					    "virtio-iommu", "smmuv3",        "pxb-pcie",
					    "pxb,",         "pcie-root-port"};
	const struct commandline *commandline = &check->guest->commandline;

	for (size_t i = 0; i < commandline->additions.n; i++)
		hides(check, &commandline->additions.v[i]);
	for (size_t i = 0; i < commandline->unknown.n; i++) {
		const struct unknown_addition *it = &commandline->unknown.v[i];

		/* A property adds no device. */
		for (size_t j = 0; !it->property && j < ARRAY_SIZE(words); j++)
			if (strstr(it->text, words[j])) {
				check_found(
					check, it->element,
					UNCOUNTED
					"; the other rules of virt-layout check know only its PCI address.",
					words[j]);
				break;
			}
	}
}

static unsigned count_vdpa(const struct guest *guest)
{
	unsigned count = 0;

	for (size_t i = 0; i < guest->devices.n; i++)
		count += guest->devices.v[i].vdpa_path != NULL;
	return count;
}

static void host_literals(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned hostdevs = count_hostdevs(guest) + count_vdpa(guest);

	/* With --host it is being checked. */
	if (check->host || hostdevs + guest->vcpupins.n + guest->memnodes.n == 0)
		return;
	check_found(
		check, 0,
		"This domain is bound to one host by %u host device%s, %zu vCPU pin%s and %zu memnode%s.",
		hostdevs, hostdevs == 1 ? "" : "s", guest->vcpupins.n,
		guest->vcpupins.n == 1 ? "" : "s", guest->memnodes.n,
		guest->memnodes.n == 1 ? "" : "s");
}

const struct rule resources_rules[] = {
	{RULE("balloon-with-hostdev", balloon_with_hostdev, INFO, 0, NOBODY),
	 .what = "With host devices there is no memory balloon.",
	 .why = "VFIO pins all memory, so QEMU disables the balloon.",
	 .to_fix = "Write <memballoon model='none'/>.",
	 .source = "QEMU 7.2 hw/vfio/common.c", .remedy = REMEDY_EDIT},
	{RULE("memlock-limit", memlock_limit, WARNING, 0, NOBODY),
	 .areas = AREA_MEMORY | AREA_IOMMU,
	 .what = "hard_limit leaves room for the memory that host devices pin.",
	 .why = "Each device behind the guest's IOMMU, each <disk type='nvme'> and each vDPA device pins all of the guest's memory, so the memory counts once for each (for those below accelerated SMMUv3, once together). If the limit is too low, mapping fails with error -12, out of memory.",
	 .to_fix = "Increase hard_limit, or remove it.",
	 .source = "libvirt 11.3 src/qemu/qemu_domain.c, qemuDomainGetMemLockLimitBytes",
	 .remedy = REMEDY_EDIT},
	{RULE("cmdline-hides", cmdline_hides, WARNING, 0, NOBODY),
	 .what = "VFIO devices, IOMMUs, expander buses and ports are not added in <qemu:commandline>.",
	 .why = "libvirt ignores them when it assigns addresses and bus numbers and computes the memory lock limit.",
	 .to_fix = "Use libvirt's own elements.",
	 .source = LV "qemu/qemu_domain.c, qemuDomainGetMemLockLimitBytes",
	 .remedy = REMEDY_EDIT},
	{RULE("host-literals", host_literals, INFO, 0, NOBODY),
	 .what = "A domain that names devices, CPUs or nodes of a host fits only that host.",
	 .why = "On another host the names mean something else, or nothing.",
	 .to_fix = "Check it with --host for each host that it may run on.",
	 .source = "libvirt docs/formatdomain.rst", .remedy = REMEDY_MANUAL,
	 .by_hand = "The domain is correct; the user decides where it may run."},
	{},
};
