/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-passthrough.c - whether the host can assign devices at all. Sources: Linux
 * Documentation/admin-guide/kernel-parameters.txt (intel_iommu, amd_iommu, iommu,
 * intremap), drivers/vfio/vfio_iommu_type1.c (interrupt remapping),
 * Documentation/driver-api/vfio.rst (groups and ACS); libvirt 9.0
 * src/qemu/qemu_hostdev.c, qemuHostdevHostSupportsPassthroughVFIO.
 *
 * These rules are also asked without a domain: `check --host HOST`.
 */
#include "planner/check/host.h"
#include "planner/check/kernel-line.h"

/* What passes a device through: the first such device, or the host alone; -1 nothing. */
static int passes_through(const struct check *check)
{
	if (check->host_alone)
		return 0;
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (device->element >= 0 && device->source.state == VALUE_VALID &&
		    streq_null(device->source.type, "pci"))
			return device->element;
	}
	return -1;
}

/* What needs VFIO besides such devices: mediated ones; -1 nothing. */
static int uses_vfio(const struct check *check)
{
	int element = passes_through(check);

	for (size_t i = 0; element < 0 && i < check->guest->devices.n; i++)
		if (check->guest->devices.v[i].mdev_uuid)
			element = check->guest->devices.v[i].element;
	return element;
}

/* The first device that is opened through iommufd, and whether all are; -1: none. */
static int uses_iommufd(const struct check *check, bool *all)
{
	int element = -1;

	*all = true;
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		bool assigned = device->source.state == VALUE_VALID &&
				streq_null(device->source.type, "pci");

		if (device->element < 0 || (!assigned && !device->mdev_uuid))
			continue;
		if (!assigned || !guest_uses_iommufd(check->guest, device))
			*all = false;
		else if (element < 0)
			element = device->element;
	}
	return element;
}

/* The processor's vendor decides; without it, that of the chipset. */
static bool is_amd(const struct machine *host)
{
	const char *vendor = machine_fact(host, "cpu.vendor");

	if (vendor)
		return streq(vendor, "AuthenticAMD") || streq(vendor, "HygonGenuine");
	for (size_t i = 0; i < host->functions.n; i++)
		if (host->functions.v[i].at.bus == 0)
			return host->functions.v[i].vendor == 0x1022;
	return false;
}

/* A parameter that switches the IOMMU off; NULL. */
static const char *switched_off(const struct machine *host)
{
	static const struct {
		const char *name, *whole;
	} rows[] = {
		{"intel_iommu", "intel_iommu=off"},
		{"amd_iommu", "amd_iommu=off"},
		{"iommu", "iommu=off"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (kernel_line_has(host, rows[i].name, "off"))
			return rows[i].whole;
	return NULL;
}

static bool is_x86(const struct machine *host)
{
	return !host->architecture || streq(host->architecture, "x86_64") ||
	       streq(host->architecture, "i686");
}

/* The parameter that switches an IOMMU of Intel on; "" if it is given. */
static const char *switch_on(const struct machine *host)
{
	return kernel_line_has(host, "intel_iommu", "on")
		       ? ""
		       : ", add intel_iommu=on to the kernel's command line";
}

/* The firmware describes no IOMMU. */
static void propose_firmware(struct finding *finding, const struct machine *host,
			     const char *off)
{
	bool amd = is_amd(host);
	const char *setting = amd ? "IOMMU (AMD-Vi) and SVM" : "VT-d";

	if (off)
		check_set_remedy(
			finding,
			"Switch %s on in the firmware setup, remove %s from the kernel's command line, and restart the host.",
			setting, off);
	else
		check_set_remedy(
			finding,
			"Switch %s on in the firmware setup%s, and restart the host.",
			setting, amd ? "" : switch_on(host));
}

/* The firmware describes one, but the kernel does not use it. */
static void propose_kernel(struct finding *finding, const struct machine *host)
{
	bool amd = is_amd(host);

	if (!amd && *switch_on(host))
		check_set_remedy(
			finding,
			"Add intel_iommu=on to the kernel's command line, and restart the host.");
	else
		check_set_remedy(
			finding,
			"The firmware describes the IOMMU, and no parameter switches it off: look for %s in the kernel's log. The kernel needs %s.",
			amd ? "AMD-Vi" : "DMAR",
			amd ? "CONFIG_AMD_IOMMU" : "CONFIG_INTEL_IOMMU");
}

static void propose_unknown(struct finding *finding, const struct machine *host)
{
	if (is_amd(host))
		check_set_remedy(
			finding,
			"Switch IOMMU (AMD-Vi) on in the firmware setup: the kernel then uses it without a parameter.");
	else if (*switch_on(host))
		check_set_remedy(
			finding,
			"Add intel_iommu=on to the kernel's command line, switch VT-d on in the firmware setup, and restart the host.");
	else
		check_set_remedy(
			finding,
			"Switch VT-d on in the firmware setup, and restart the host.");
}

/* Machines with ACPI have an IORT for their interrupts, even without an SMMU. */
static void propose_smmu(struct finding *finding, const struct machine *host)
{
	enum known table = host->iommu.table;

	check_set_remedy(
		finding, "%s",
		table == KNOWN_NO
			? "Switch the SMMU on in the firmware setup; if there is no IORT table even then, this machine has no SMMU."
		: table == KNOWN_YES
			? "Switch the SMMU on in the firmware setup; if there are no groups even then, this machine has no SMMU, or its kernel no driver (CONFIG_ARM_SMMU_V3 or CONFIG_ARM_SMMU)."
			: "Switch the SMMU on in the firmware setup or, if the machine starts with a device tree, there. The kernel needs CONFIG_ARM_SMMU_V3 or CONFIG_ARM_SMMU.");
}

static void propose_iommu(struct finding *finding, const struct machine *host)
{
	const char *off = switched_off(host);

	if (streq_null(host->architecture, "aarch64"))
		propose_smmu(finding, host);
	else if (streq_null(host->architecture, "s390x"))
		check_set_remedy(
			finding,
			"Use a kernel with CONFIG_S390_IOMMU, and give this partition PCI functions: it has a group for each of them.");
	else if (!is_x86(host))
		check_set_remedy(
			finding,
			"Switch the IOMMU on as the manual of this machine says.");
	else if (host->iommu.table == KNOWN_NO)
		propose_firmware(finding, host, off);
	else if (off)
		check_set_remedy(
			finding,
			"Remove %s from the kernel's command line, and restart the host.",
			off);
	else if (host->iommu.table == KNOWN_YES)
		propose_kernel(finding, host);
	else
		propose_unknown(finding, host);
}

static void host_iommu_off(struct check *check)
{
	int element = passes_through(check);

	if (element < 0)
		return;
	if (check->host->iommu.enabled == KNOWN_NO)
		propose_iommu(
			check_found(
				check, element,
				"The host's IOMMU is off%s, so no device can be assigned to a guest.",
				check->host->iommu.table == KNOWN_NO
					? ": its firmware describes none"
					: ""),
			check->host);
	else if (check->host->iommu.enabled != KNOWN_YES)
		check_skip(check, "iommu",
			   "the host's description does not say whether its IOMMU is on");
}

#define TYPE1_UNSAFE   "vfio_iommu_type1.allow_unsafe_interrupts"
#define IOMMUFD_UNSAFE "iommufd.allow_unsafe_interrupts"

static bool allows(const struct machine *host, const char *fact, const char *parameter)
{
	const char *value = machine_fact(host, fact);

	return kernel_line_is_on(value ? value : kernel_line_value(host, parameter));
}

/* The parameter with which VFIO would do without remapping; NULL: it does already. */
static const char *unset_parameter(const struct check *check)
{
	bool all = false;
	bool some = !check->host_alone && uses_iommufd(check, &all) >= 0;

	if (!(some && all) &&
	    !allows(check->host, "vfio.allow-unsafe-interrupts", TYPE1_UNSAFE))
		return TYPE1_UNSAFE;
	if (some &&
	    !allows(check->host, "iommufd.allow-unsafe-interrupts", IOMMUFD_UNSAFE))
		return IOMMUFD_UNSAFE;
	return NULL;
}

static void propose_remapping(struct finding *finding, const struct machine *host,
			      const char *unset)
{
	const char *off = kernel_line_has(host, "intremap", "off") ? "intremap=off"
			  : kernel_line_value(host, "nointremap")  ? "nointremap"
								   : NULL;

	if (streq_null(host->architecture, "aarch64") && unset)
		check_set_remedy(
			finding,
			"Only an interrupt controller with ITS (GICv3 or newer) keeps the interrupts of devices apart. If you trust the guest, set %s=1 on the kernel's command line.",
			unset);
	else if (streq_null(host->architecture, "aarch64"))
		check_set_remedy(
			finding,
			"Only an interrupt controller with ITS (GICv3 or newer) keeps the interrupts of devices apart. Assign devices only to guests that you trust.");
	else if (off)
		check_set_remedy(
			finding,
			"Remove %s from the kernel's command line, and restart the host.",
			off);
	else if (unset)
		check_set_remedy(
			finding,
			"Switch interrupt remapping (or x2APIC) on in the firmware setup. If the host cannot, and you trust the guest, set %s=1 on the kernel's command line.",
			unset);
	else
		check_set_remedy(
			finding,
			"Switch interrupt remapping (or x2APIC) on in the firmware setup, or assign devices only to guests that you trust.");
}

/* VFIO does not ask this of POWER and s390x, which always keep interrupts apart. */
static bool may_lack_remapping(const struct machine *host)
{
	return is_x86(host) || streq(host->architecture, "aarch64");
}

static void host_remapping_off(struct check *check)
{
	int element = passes_through(check);
	struct finding *finding;
	const char *unset;

	if (element < 0 || !may_lack_remapping(check->host))
		return;
	if (check->host->iommu.remapping == KNOWN_UNKNOWN) {
		check_skip(
			check, "remapping",
			"the host's description does not say whether interrupts are remapped");
		return;
	}
	if (check->host->iommu.remapping != KNOWN_NO)
		return;
	unset = unset_parameter(check);
	finding = check_found(
		check, element,
		unset ? "The host does not remap interrupts, so VFIO refuses to assign devices."
		      : "The host does not remap interrupts, and VFIO is told to allow that: a guest can send any interrupt to the host.");
	if (!unset)
		finding->severity = SEVERITY_WARNING;
	propose_remapping(finding, check->host, unset);
}

/* A fact that is yes or no. Lists the rule as skipped if it is not known. */
static enum known known_file(struct check *check, const char *fact, const char *file)
{
	const char *value = machine_fact(check->host, fact);

	if (value)
		return streq(value, "no") ? KNOWN_NO : KNOWN_YES;
	check_skip(check, fact, "the host's description does not say whether %s exists",
		   file);
	return KNOWN_UNKNOWN;
}

static const char *driver_words(const struct check *check)
{
	const char *loaded = machine_fact(check->host, "vfio-pci.driver");

	return !loaded               ? ""
	       : streq(loaded, "no") ? ", and the driver vfio-pci is not loaded"
				     : ", although the driver vfio-pci is loaded";
}

static void host_vfio_missing(struct check *check)
{
	int element = uses_vfio(check);
	bool all_iommufd = false;

	if (element < 0)
		return;
	/* The kernel may have iommufd without the device file of older interfaces. */
	if (!check->host_alone && uses_iommufd(check, &all_iommufd) >= 0 && all_iommufd)
		return;
	if (known_file(check, "vfio.device", "/dev/vfio/vfio") == KNOWN_NO)
		check_found(
			check, element,
			"The host has no /dev/vfio/vfio%s, so no device can be assigned to a guest.",
			driver_words(check));
}

/* The first kernel in which QEMU can open a device of VFIO for iommufd (its cdev). */
#define CDEV_MAJOR 6
#define CDEV_MINOR 6

/* Whether a release such as "6.5.0-9-amd64" is older; unknown if it is not a version. */
static enum known lacks_cdev(const char *release)
{
	char *end = NULL;
	unsigned long major = release ? strtoul(release, &end, 10) : 0, minor;

	if (!end || end == release || *end != '.')
		return KNOWN_UNKNOWN;
	release = end + 1;
	minor = strtoul(release, &end, 10);
	if (end == release)
		return KNOWN_UNKNOWN;
	return major < CDEV_MAJOR || (major == CDEV_MAJOR && minor < CDEV_MINOR)
		       ? KNOWN_YES
		       : KNOWN_NO;
}

static void host_iommufd_missing(struct check *check)
{
	const char *release = machine_fact(check->host, "kernel.release");
	enum known old = lacks_cdev(release);
	bool all;
	int element = uses_iommufd(check, &all);

	if (element < 0)
		return;
	if (known_file(check, "vfio.iommufd", "/dev/iommu") == KNOWN_NO)
		check_found(
			check, element,
			"The domain asks for iommufd, but the host has no /dev/iommu.");
	else if (old == KNOWN_YES)
		check_set_remedy(
			check_warned(
				check, element,
				"The domain asks for iommufd, but the host has Linux %s; VFIO has device files for iommufd since 6.6.",
				release),
			"If there is no /dev/vfio/devices, install a newer kernel on the host, or remove iommufd from the domain.");
	else if (old == KNOWN_UNKNOWN)
		check_skip(check, "kernel.release",
			   "the host's description does not give its kernel's version");
}

static bool same_slot(struct pci_address a, struct pci_address b)
{
	return a.domain == b.domain && a.bus == b.bus && a.slot == b.slot;
}

/* The bridge above @function that does not isolate what is below it; -1 none. */
static int bridge_without_acs(const struct machine *host, int function)
{
	for (int up = host->functions.v[function].upstream; up >= 0;
	     up = host->functions.v[up].upstream)
		if (host->functions.v[up].acs == KNOWN_NO)
			return up;
	return -1;
}

static int stranger_in_group(const struct machine *host, int function)
{
	const struct machine_function *own = &host->functions.v[function];

	for (size_t i = 0; i < host->functions.n; i++) {
		const struct machine_function *other = &host->functions.v[i];

		if (other->iommu_group == own->iommu_group && !other->bridge &&
		    !same_slot(other->at, own->at))
			return (int)i;
	}
	return -1;
}

/* Whether it shares its group with a function of another slot, for lack of ACS. */
static bool judge_acs(struct check *check, int function, int element)
{
	const struct machine_function *functions = check->host->functions.v;
	int bridge, stranger;

	if (function < 0 || functions[function].iommu_group < 0)
		return false;
	bridge = bridge_without_acs(check->host, function);
	stranger = stranger_in_group(check->host, function);
	if (bridge < 0 || stranger < 0)
		return false;
	check_found(check, element,
		    PCI_FORMAT " shares IOMMU group %d with " PCI_FORMAT
			       ", because " PCI_FORMAT " has no ACS.",
		    PCI_ARGS(functions[function].at), functions[function].iommu_group,
		    PCI_ARGS(functions[stranger].at), PCI_ARGS(functions[bridge].at));
	return true;
}

/* Of a host without a domain: one finding for each group. */
static void judge_groups(struct check *check)
{
	_cleanup_set_ struct set seen = {};

	for (size_t i = 0; i < check->host->functions.n; i++) {
		const struct machine_function *function = &check->host->functions.v[i];

		if (!function->bridge && function->iommu_group >= 0 &&
		    function->iommu_group < SET_LIMIT &&
		    !set_has(&seen, (unsigned)function->iommu_group) &&
		    judge_acs(check, (int)i, 0))
			set_add(&seen, (unsigned)function->iommu_group);
	}
}

static void host_no_acs(struct check *check)
{
	check_hostdevs list = {};

	if (check->host_alone) {
		judge_groups(check);
		return;
	}
	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++)
		judge_acs(check, list.v[i].function,
			  check->guest->devices.v[list.v[i].device].element);
	vec_free(&list);
}

enum { HOST_IOMMU_OFF };

const struct rule passthrough_rules[] = {
	[HOST_IOMMU_OFF] =
		{RULE("host-iommu-off", host_iommu_off, ERROR, NEED_HOST, LIBVIRT),
		 .what = "If a host device is assigned, the host's IOMMU is on.",
		 .why = "Otherwise libvirt refuses to start the domain, because the host does not support passthrough of PCI devices.",
		 .to_fix =
			 "Switch the IOMMU on in the firmware setup and on the kernel's command line.",
		 .source = LV "qemu/qemu_hostdev.c; Linux kernel-parameters.txt",
		 .untried =
			 "libvirt checks this only when the guest starts, and no test starts a guest on a host whose IOMMU is off.",
		 .remedy = REMEDY_RECORD, .of_host = true},
	{RULE("host-vfio-missing", host_vfio_missing, ERROR, NEED_HOST, LIBVIRT),
	 .after = {&passthrough_rules[HOST_IOMMU_OFF]},
	 .what = "If a host device or a mediated device is assigned, the host has VFIO's device file.",
	 .why = "Otherwise libvirt refuses to start the domain, because the host does not support passthrough of PCI devices, and QEMU cannot open a mediated device. The file exists if the modules of VFIO are installed; libvirt loads vfio-pci by itself where managed='yes'. Devices that use iommufd do not need the file.",
	 .to_fix =
		 "Run modprobe vfio-pci, and write vfio-pci into a file in /etc/modules-load.d. If there is no such module, install a kernel with CONFIG_VFIO_PCI; in a container, pass /dev/vfio in.",
	 .source = LV "qemu/qemu_hostdev.c, qemuHostdevHostSupportsPassthroughVFIO",
	 .untried =
		 "libvirt checks this only when the guest starts, and the tests have no such host.",
	 .remedy = REMEDY_RECORD, .of_host = true},
	{RULE("host-iommufd-missing", host_iommufd_missing, ERROR, NEED_HOST, QEMU),
	 .after = {&passthrough_rules[HOST_IOMMU_OFF]},
	 .what = "If a device uses iommufd, the host has /dev/iommu, and Linux 6.6 or newer.",
	 .why = "Otherwise libvirt or QEMU cannot open it, and the guest does not start. An older kernel is only a warning, because some distributions have added iommufd to theirs.",
	 .to_fix =
		 "Run modprobe iommufd, which needs Linux 6.2 or newer with CONFIG_IOMMUFD and, for vfio-pci, CONFIG_VFIO_DEVICE_CDEV (6.6); or remove iommufd from the domain.",
	 .source =
		 "Linux Documentation/userspace-api/iommufd.rst; QEMU 8.2 backends/iommufd.c",
	 .untried = "It needs a host with VFIO and without iommufd.",
	 .remedy = REMEDY_RECORD},
	{RULE("host-remapping-off", host_remapping_off, ERROR, NEED_HOST, KERNEL),
	 .after = {&passthrough_rules[HOST_IOMMU_OFF]},
	 .what = "If a host device is assigned, the host remaps interrupts.",
	 .why = "Otherwise VFIO refuses the device with \"Operation not permitted\". With vfio_iommu_type1.allow_unsafe_interrupts=1, or iommufd.allow_unsafe_interrupts=1 for a device that uses iommufd, VFIO accepts the device, but the guest can send any interrupt to the host, and the finding is only a warning.",
	 .to_fix =
		 "Switch interrupt remapping (or x2APIC) on in the firmware setup. If the host cannot, and you trust the guest, set vfio_iommu_type1.allow_unsafe_interrupts=1 on the kernel's command line.",
	 .source =
		 "Linux drivers/vfio/vfio_iommu_type1.c, drivers/iommu/iommufd/device.c",
	 .remedy = REMEDY_RECORD, .of_host = true},
	{RULE("host-no-acs", host_no_acs, WARNING, NEED_GROUPS, NOBODY),
	 .what = "An assigned device does not share its IOMMU group with devices of other slots because a port above it has no ACS.",
	 .why = "The devices can reach each other past the IOMMU, so the kernel puts them into one group, which only one guest can have.",
	 .to_fix =
		 "Switch ACS on in the firmware setup, if it has such a setting, put the card into a slot behind a port with ACS, or assign the whole group. No parameter of an unchanged kernel helps: pcie_acs_override= exists only in patched ones, and does not make the devices safe.",
	 .source = "Linux Documentation/driver-api/vfio.rst", .remedy = REMEDY_RECORD,
	 .of_host = true},
	{},
};
