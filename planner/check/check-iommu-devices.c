/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-iommu-devices.c - devices that go through the guest's IOMMU, and their
 * requirements.
 */
#include "planner/check/fix-parts.h"

#include "planner/guest/device-kind.h"

static int first_hostdev(const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].source.state == VALUE_VALID &&
		    !streq(guest->devices.v[i].tag, "disk"))
			return (int)i;
	return -1;
}

static void iommu_caching(struct check *check)
{
	const struct guest_iommu *iommu = check_intel_iommu(check);
	int hostdev = first_hostdev(check->guest);
	struct finding *finding;

	if (!iommu || hostdev < 0 || switch_is(iommu->caching_mode, true))
		return;
	if (check_first_stage(check)) {
		check_skip(check, "verdict",
			   "an IOMMU with fsts=on was not tried with a host device");
		return;
	}
	finding = check_found(
		check, iommu->element,
		"A host device is assigned, but the intel IOMMU does not have caching_mode='on', so QEMU exits.");
	check_relate(check, finding, check->guest->devices.v[hostdev].element);
	if (iommu->element >= 0)
		return;
	/* One that libvirt adds for the number of vCPUs. */
	finding->fixable = false;
	check_set_remedy(
		finding,
		"Add <iommu model='intel'><driver intremap='on' eim='on' caching_mode='on'/></iommu>, so that libvirt does not add one itself.");
}

/* From then on, QEMU tells the guest not to translate, which an older kernel ignores. */
static void iommu_amd_remap(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct target *target = &check->options->target;

	for (size_t i = 0; i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];

		if (streq_null(iommu->model, "amd") &&
		    target_has(target, FEATURE_AMD_REMAP) &&
		    !guest_iommu_remaps(guest, iommu))
			check_found(
				check, iommu->element,
				"The amd IOMMU of QEMU %u.%u does not translate the addresses that devices use unless its option dma-remap is on, which the domain does not set.",
				MAJOR(target->qemu), MINOR(target->qemu));
	}
}

static void iommu_no_intremap(struct check *check)
{
	const struct guest_iommu *iommu = check_intel_iommu(check);

	if (iommu && !switch_is(iommu->intremap, true))
		check_found(
			check, iommu->element,
			"The intel IOMMU has no interrupt remapping (intremap='on'), so VFIO in the guest refuses to assign devices.");
}

static bool is_virtio_device(const struct guest_device *device)
{
	const struct device_kind *kind = device_kind_of(device);

	return kind && device_on_pci(device) && device_kind_is_virtio(kind) &&
	       (!device->model || !has_suffix(device->model, "virtio-transitional"));
}

static bool is_virtio_controller(const struct guest_controller *c)
{
	const struct device_kind *kind = device_kind_of_controller(c);

	return kind && controller_on_pci(c) && device_kind_is_virtio(kind) &&
	       !has_suffix(c->model ? c->model : "", "virtio-transitional");
}

static bool is_transitional(const struct check *check, const struct guest_device *device)
{
	return device_is_transitional(device,
				      guest_tree_controller(&check->tree,
							    device->address.at.bus));
}

static bool is_transitional_controller(const struct check *check,
				       const struct guest_controller *c)
{
	return controller_is_transitional(c, guest_tree_controller(&check->tree,
								   c->address.at.bus));
}

/* Whether it works with iommu='on' is up to a process that we do not see. */
static void say_vhost_user(struct check *check, const struct guest_device *device,
			   const char *name)
{
	struct finding *finding = check_found(
		check, device->element,
		"%s bypasses the guest's IOMMU, because it has no <driver iommu='on'/>, which not every vhost-user back end works with.",
		name);

	finding->fixable = false;
	finding->severity = SEVERITY_INFO;
	check_set_remedy(
		finding,
		"%s <driver iommu='on'/> only if the back end offers VIRTIO_F_ACCESS_PLATFORM, as DPDK's can; QEMU exits if it does not.",
		is_transitional(check, device) ? "Move it to a PCI Express port, and add"
					       : "Add");
}

static struct finding *say_bypass(struct check *check, int element, const char *name,
				  bool transitional)
{
	struct finding *finding = check_found(
		check, element,
		"%s bypasses the guest's IOMMU, because it has no <driver iommu='on'/>.",
		name);

	if (transitional)
		check_set_remedy(
			finding,
			"Move it to a PCI Express port, and add <driver iommu='on'/>; without the move, QEMU exits.");
	return finding;
}

static void say_device(struct check *check, const struct guest_device *device,
		       const char *name)
{
	struct finding *finding =
		say_bypass(check, device->element, name, is_transitional(check, device));
	unsigned since = feature_first(FEATURE_VIRTIO_MEMORY_OPTIONS).libvirt;

	if (!streq(device->tag, "memory") || check->options->target.libvirt >= since)
		return;
	finding->fixable = false;
	finding->severity = SEVERITY_INFO;
	check_set_remedy(
		finding,
		"libvirt before %u.%u has no <driver> for it: use that version or a later one, or remove the device.",
		MAJOR(since), MINOR(since));
}

/* An SMMUv3 may be that of other buses; any other IOMMU is of the whole machine. */
static bool has_iommu(const struct check *check, const struct guest_address *address)
{
	return !guest_has_bus_iommus(check->guest) ||
	       guest_tree_iommu(&check->tree, address->at.bus);
}

static void judge_devices(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		_cleanup_free_ char *name = NULL;

		if (device->element < 0 || switch_is(device->driver_iommu, true) ||
		    !is_virtio_device(device) || !has_iommu(check, &device->address))
			continue;
		name = assign_item_name(guest, (struct assign_item){-1, (int)i, -1});
		if (device_is_vhost_user(device))
			say_vhost_user(check, device, name);
		else
			say_device(check, device, name);
	}
}

static void judge_controllers(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		_cleanup_free_ char *name = NULL;

		if (c->element < 0 || c->added || switch_is(c->driver_iommu, true) ||
		    !is_virtio_controller(c) || !has_iommu(check, &c->address))
			continue;
		name = assign_item_name(guest, (struct assign_item){(int)i, -1, -1});
		say_bypass(check, c->element, name, is_transitional_controller(check, c));
	}
}

/* Only what a nested guest may get. */
static void iommu_virtio_bypass(struct check *check)
{
	if (check->guest->iommus.n == 0)
		return;
	judge_devices(check);
	judge_controllers(check);
}

/* The attributes of <driver> that every virtio device has. */
static const char *const virtio_options[] = {"iommu", "ats", "packed", "page_per_vq"};

/* libvirt looks at these options only on disks, interfaces and video cards
 * (virDomainCheckVirtioOptionsAreAbsent), and its schema at those of <shmem>. */
static bool must_be_virtio(const struct guest_device *device)
{
	static const char *const tags[] = {"disk", "interface", "video", "shmem"};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (streq(device->tag, tags[i]))
			return true;
	return false;
}

/* Of the kinds only disks on a bus of their own have none. */
static bool is_not_virtio(const struct guest_device *device)
{
	const struct device_kind *kind = device_kind_of(device);

	if (kind)
		return !device_kind_is_virtio(kind) && !device_kind_is_legacy(kind);
	return streq(device->tag, "disk") && device->bus && !streq(device->bus, "virtio");
}

static void iommu_on_non_virtio(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		const char *model = device->model ? device->model : device->bus;

		if (device->driver_element < 0 || !must_be_virtio(device) ||
		    !is_not_virtio(device))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(virtio_options); k++)
			if (document_attribute(check->document, device->driver_element,
					       virtio_options[k])) {
				check_found(
					check, device->driver_element,
					"The driver of %s (%s) has %s=, which is only for virtio devices.",
					device->tag, model ? model : "no model",
					virtio_options[k]);
				break;
			}
	}
}

static void say_transitional(struct check *check, struct assign_item item)
{
	_cleanup_free_ char *name = assign_item_name(check->guest, item);

	check_found(
		check, assign_element(check->guest, item),
		"%s has <driver iommu='on'/>, but is a transitional virtio device, because of its model or because it is not on a PCI Express port.",
		name);
}

static void iommu_on_transitional(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++)
		/* No model is right for an input device (input-model). */
		if (switch_is(guest->devices.v[i].driver_iommu, true) &&
		    !streq(guest->devices.v[i].tag, "input") &&
		    is_transitional(check, &guest->devices.v[i]))
			say_transitional(check, (struct assign_item){-1, (int)i, -1});
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (switch_is(c->driver_iommu, true) &&
		    is_transitional_controller(check, c))
			say_transitional(check, (struct assign_item){(int)i, -1, -1});
	}
}

static void cpu_not_exposed(struct check *check)
{
	const struct guest *guest = check->guest;

	/* Without a <cpu> mode the guest has QEMU's default, without vmx or svm. */
	if (guest->iommus.n == 0 || guest->cpu_mode || guest->cpu_model ||
	    !streq_null(guest->architecture, "x86_64"))
		return;
	for (size_t i = 0; i < guest->cpu_features.n; i++)
		if (streq_null(guest->cpu_features.v[i].name, "vmx") ||
		    streq_null(guest->cpu_features.v[i].name, "svm"))
			return;
	check_found(
		check, guest->cpu_element >= 0 ? guest->cpu_element : 0,
		"<cpu> has no mode, so the guest's CPU has neither vmx nor svm: the guest has an IOMMU to assign devices with, but cannot run guests with KVM.");
}

static void fix_caching(struct fix *fix)
{
	struct want *want = want_new("iommu");

	want_set(want_child(want, "driver"), "caching_mode", "on");
	fix_merge(fix, fix->element, want);
}

static void fix_iommu_on(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	struct want *want;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].element == fix->element &&
		    is_transitional(fix->check, &guest->devices.v[i]))
			return;
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest->controllers.v[i].element == fix->element &&
		    is_transitional_controller(fix->check, &guest->controllers.v[i]))
			return;
	want = want_new("device");
	want_set(want_child(want, "driver"), "iommu", "on");
	fix_merge(fix, fix->element, want);
}

static bool is_virtio_option(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(virtio_options); i++)
		if (streq(name, virtio_options[i]))
			return true;
	return false;
}

/* Whether a <driver> has nothing but what fix_iommu_gone() removes. */
static bool is_only_iommu(const struct document *document, int driver)
{
	const xmlNode *node = document->elements.v[driver].node;

	for (const xmlAttr *it = node->properties; it; it = it->next)
		if (!is_virtio_option((const char *)it->name))
			return false;
	return !node->children;
}

/* The element is the <driver>. Not every device may have an empty one. */
static void fix_iommu_gone(struct fix *fix)
{
	struct want *want;

	if (is_only_iommu(fix->check->document, fix->element)) {
		edit_remove(&fix->edits, fix->element);
		return;
	}
	want = want_new("driver");
	for (size_t i = 0; i < ARRAY_SIZE(virtio_options); i++)
		want_unset(want, virtio_options[i]);
	fix_merge(fix, fix->element, want);
}

const struct rule iommu_devices_rules[] = {
	{RULE("iommu-caching", iommu_caching, ERROR, 0, QEMU),
	 .after = {&iommu_rules[IOMMU_MACHINE]}, .decided_by = {"caching-mode"},
	 .what = "With an intel IOMMU and a host device, caching_mode is on.",
	 .why = "Otherwise QEMU exits, because it has to see each mapping that the guest makes.",
	 .to_fix = "Write <driver caching_mode='on'/> in <iommu>.",
	 .source = "QEMU 7.2 hw/i386/intel_iommu.c",
	 .untried =
		 "The test needs a host with VFIO; it is done only with QEMU 7.2 and 10.0, in nested guests.",
	 .remedy = REMEDY_FIX, .fix = fix_caching, .planned = PLAN_FIXES},
	{RULE("iommu-no-intremap", iommu_no_intremap, WARNING, 0, NOBODY),
	 .after = {&iommu_rules[IOMMU_MACHINE], &iommu_rules[IOMMU_EIM_INTREMAP]},
	 .decided_by = {"intremap"}, .what = "An intel IOMMU remaps interrupts.",
	 .why = "Without this, VFIO in the guest refuses to assign devices unless it is told to allow unsafe interrupts.",
	 .to_fix =
		 "Write <driver intremap='on'/> in <iommu> and <ioapic driver='qemu'/> in <features>.",
	 .source = "Linux drivers/vfio/vfio_iommu_type1.c; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("iommu-amd-remap", iommu_amd_remap, WARNING, 0, NOBODY),
	 .what = "With QEMU 10.2 and later, dma-remap of the amd IOMMU is on.",
	 .why = "libvirt has no attribute for it, and QEMU's default is off: addresses are not translated. QEMU tells the guest so, but an older kernel (Linux 6.1) translates anyway, and waits for its disks forever, with virtio devices that have iommu='on' and with all others.",
	 .to_fix =
		 "Add <qemu:arg value='-global'/> and <qemu:arg value='amd-iommu.dma-remap=on'/> to <qemu:commandline>, as virt-layout plan --iommu amd does, use the intel or virtio model, or boot the guest's kernel with iommu.passthrough=1.",
	 .source = "QEMU 10.2 hw/i386/amd_iommu.c; measured with QEMU 11.1 and Linux 6.1",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES_WITH_IOMMU},
	{RULE("iommu-virtio-bypass", iommu_virtio_bypass, WARNING, 0, NOBODY),
	 .after = {&iommu_rules[IOMMU_MACHINE]}, .decided_by = {"iommu_platform"},
	 .what = "With an IOMMU in the guest, virtio devices and controllers go through it.",
	 .why = "Without iommu='on', a virtio device bypasses the IOMMU and can access all of the guest's memory, so it must not be assigned to a nested guest. Whether a device with a vhost-user back end (virtiofs, or a disk, network interface or GPU of another process) works with iommu='on' depends on that back end: QEMU exits if it does not offer VIRTIO_F_ACCESS_PLATFORM. So these are only an info, which --fix does not change.",
	 .to_fix = "Add <driver iommu='on'/> to the device.",
	 .source =
		 "virtio 1.2, 6.1 VIRTIO_F_ACCESS_PLATFORM; QEMU 7.2 hw/virtio/virtio-bus.c",
	 .remedy = REMEDY_FIX, .fix = fix_iommu_on, .fix_is_local = true},
	{RULE("iommu-on-non-virtio", iommu_on_non_virtio, ERROR, 0, LIBVIRT),
	 .what = "The <driver> of a disk, an interface or a video card has iommu=, ats=, packed= or page_per_vq= only if the device is a virtio device.",
	 .why = "libvirt refuses these options on other devices, which always go through the IOMMU.",
	 .to_fix = "Remove the attribute.", .source = LV "conf/domain_validate.c",
	 .remedy = REMEDY_FIX, .fix = fix_iommu_gone, .fix_is_local = true},
	{RULE("iommu-on-transitional", iommu_on_transitional, ERROR, NEED_MACHINE, QEMU),
	 .decided_by = {"iommu_platform"},
	 .what = "iommu='on' is not used on a transitional virtio device.",
	 .why = "Otherwise QEMU exits. A virtio device is transitional if its model says so, or if it is not on a PCI Express port and has no model virtio-non-transitional.",
	 .to_fix =
		 "Move the device to a PCI Express port, or give it the model virtio-non-transitional.",
	 .source = "QEMU 7.2 hw/virtio/virtio-pci.c", .remedy = REMEDY_EDIT},
	{RULE("cpu-not-exposed", cpu_not_exposed, INFO, 0, NOBODY),
	 .what = "The CPU of a guest with an IOMMU has vmx or svm, so that the guest can run guests of its own.",
	 .why = "QEMU's default CPU has neither.",
	 .to_fix = "Write <cpu mode='host-passthrough'>, or add the feature.",
	 .source = "QEMU 7.2 target/i386/cpu.c", .remedy = REMEDY_EDIT},
	{},
};
