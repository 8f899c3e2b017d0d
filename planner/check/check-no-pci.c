/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-no-pci.c - PCI devices of machines without PCI. Every verdict was measured with
 * libvirt 9.0, 11.3 and 12.9 on isapc, microvm, vexpress-a9, vexpress-a15, raspi3b and
 * sabrelite.
 */
#include "planner/check/rules.h"

#include "planner/guest/device-kind.h"
#include "planner/guest/disk-name.h"

static bool is_arm(const struct guest *guest)
{
	return streq_null(guest->architecture, "aarch64") ||
	       streq_null(guest->architecture, "armv7l") ||
	       streq_null(guest->architecture, "armv6l");
}

/*
 * Whether libvirt gives the machine a PCI bus (qemuDomainSupportsPCI). Of the boards of
 * other architectures nothing is known.
 */
static bool has_no_pci(const struct guest *guest)
{
	const char *machine = guest->machine;

	if (!machine || guest_is_virt(guest))
		return false;
	if (is_arm(guest))
		return !streq(machine, "versatilepb") &&
		       !has_prefix(machine, "realview-eb");
	return streq(machine, "isapc") || streq(machine, "microvm");
}

/* Whether libvirt puts virtio devices on virtio-mmio by itself. */
static bool has_mmio(const struct guest *guest)
{
	return is_arm(guest) && has_prefix(guest->machine, "vexpress-");
}

static bool is_mmio_kind(const struct guest *guest, const struct device_kind *kind,
			 const char *model)
{
	return has_mmio(guest) && kind && device_kind_is_virtio(kind) &&
	       !(model && has_suffix(model, "transitional"));
}

static void say_no_pci(struct check *check, struct assign_item item, const char *what)
{
	_cleanup_free_ char *name = assign_item_name(check->guest, item);

	check_found(check, assign_element(check->guest, item),
		    "%s %s, but the machine %s has no PCI bus.", name, what,
		    check->guest->machine);
}

/* A card without a model is the board's own there, and lan9118 is one of boards. */
static bool card_of_board(const struct guest_device *device)
{
	if (streq_null(device->model, "lan9118"))
		return true;
	return !device->model && !streq_null(device->type, "hostdev") &&
	       !streq_null(device->type, "vdpa") &&
	       !streq_null(device->type, "vhostuser");
}

/* Boards in whose QEMU no device finds a PCI bus; others may have one. */
static bool is_without_bus(const struct guest *guest)
{
	return !is_arm(guest) || has_mmio(guest) ||
	       (has_prefix(guest->machine, "raspi") &&
		!has_prefix(guest->machine, "raspi4"));
}

/* libvirt does not start the domain if it has no address for these. */
static bool needs_address(const struct device_kind *kind)
{
	return kind && (device_kind_is_virtio(kind) || device_kind_is_legacy(kind) ||
			streq(kind->tag, "shmem"));
}

/*
 * What libvirt refused only since 12.9, and what may start with an older one: a board
 * ignores the model of an interface, other than vexpress, and may have a bus for another
 * device.
 */
static bool is_newly_refused(const struct guest *guest, const struct guest_device *device)
{
	if (!is_arm(guest) || streq_null(device->type, "scsi_host"))
		return false;
	if (streq(device->tag, "interface") && !streq_null(device->type, "hostdev"))
		return !has_mmio(guest);
	return !is_without_bus(guest) && !needs_address(device_kind_of(device));
}

/* libvirt never puts these on virtio-mmio. */
static bool never_mmio(const struct guest_device *device)
{
	return streq(device->tag, "vsock") || streq(device->tag, "filesystem");
}

/* Also a card of the default model, and ne2k_isa. */
static bool device_needs_pci(const struct guest *guest, const struct guest_device *device)
{
	bool interface = streq(device->tag, "interface");

	if (streq(device->tag, "video") && !device->model && !device->address.type)
		return true;
	if (!is_arm(guest))
		return device_on_pci(device) || (interface && !device->address.type);
	if (!device_on_pci(device) || (interface && card_of_board(device)))
		return false;
	return never_mmio(device) ||
	       !is_mmio_kind(guest, device_kind_of(device), device->model);
}

static bool is_default(const char *model)
{
	return !model || streq(model, "auto") || streq(model, "default");
}

/* Controllers of the default model of USB and SCSI are PCI devices, too. */
static bool controller_needs_pci(const struct guest *guest,
				 const struct guest_controller *c)
{
	const struct device_kind *kind = device_kind_of_controller(c);
	bool usual = is_default(c->model) &&
		     (streq_null(c->type, "usb") || streq_null(c->type, "scsi"));

	return !c->address.type && (kind || usual) &&
	       !is_mmio_kind(guest, kind, c->model);
}

/* -1: none. */
static int find_controller(const struct guest *guest, const char *type, uint64_t index)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (streq_null(guest->controllers.v[i].type, type) &&
		    (guest->controllers.v[i].index.state != VALUE_VALID ||
		     guest->controllers.v[i].index.value == index))
			return (int)i;
	return -1;
}

/* The controller that libvirt adds for a device; NULL: none. */
static const char *added_for(const struct guest *guest, const struct guest_device *device)
{
	static const struct {
		const char *type;
		unsigned units;
	} buses[] = {{"scsi", 7}, {"ide", 4}, {"sata", 6}};
	const char *type = NULL;
	uint64_t index = 0;
	struct disk_name name;

	if ((streq(device->tag, "channel") || streq(device->tag, "console")) &&
	    streq_null(device->target_type, "virtio"))
		type = "virtio-serial";
	else if (streq(device->tag, "hostdev") && streq_null(device->type, "scsi"))
		type = "scsi";
	for (size_t i = 0; i < ARRAY_SIZE(buses) && streq(device->tag, "disk"); i++)
		if (streq_null(device->bus, buses[i].type)) {
			type = buses[i].type;
			if (device->target_dev &&
			    disk_name_parse(device->target_dev, &name))
				index = (unsigned)name.number / buses[i].units;
		}
	if (device->controller.state == VALUE_VALID)
		index = device->controller.value;
	return type && find_controller(guest, type, index) < 0 ? type : NULL;
}

static bool added_needs_pci(const struct guest *guest, const char *type)
{
	if (!type || !has_mmio(guest))
		return type;
	return !streq(type, "virtio-serial") &&
	       !(streq(type, "scsi") && streq(assign_scsi_model(guest), "virtio-scsi"));
}

static bool has_video(const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "video"))
			return true;
	return false;
}

/* What a device needs of PCI; NULL: nothing. Owned by the caller. */
static char *need_of(const struct guest *guest, const struct guest_device *device,
		     bool *ret_new)
{
	const char *added = added_for(guest, device);

	*ret_new = false;
	if (streq_null(device->address.type, "pci"))
		return xstrdup("has a PCI address");
	*ret_new = is_newly_refused(guest, device);
	if (device_needs_pci(guest, device))
		return xstrdup("is a PCI device");
	*ret_new = !is_without_bus(guest) && !(added && streq(added, "virtio-serial"));
	if (added_needs_pci(guest, added))
		return xasprintf(
			"needs a controller of type %s, which libvirt adds as a PCI device",
			added);
	if (streq(device->tag, "graphics") && !has_video(guest))
		return xstrdup("needs a video card, which libvirt adds as a PCI device");
	return NULL;
}

/* Those that libvirt refused only since 12.9, or the others. */
static void judge_devices(struct check *check, bool new)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		bool is_new = false;
		_cleanup_free_ char *need =
			guest->devices.v[i].element < 0
				? NULL
				: need_of(guest, &guest->devices.v[i], &is_new);

		if (need && is_new == new)
			say_no_pci(check, (struct assign_item){-1, (int)i, -1}, need);
	}
}

/* pci-bridge is accepted on isapc and microvm before 12.9. */
static bool is_refused_bridge(const struct guest *guest, const struct guest_controller *c)
{
	enum controller_model model = controller_model_of(c);

	return model != CONTROLLER_NONE && controller_role(model) != ROLE_ROOT &&
	       !guest_is_expander(c) && (is_arm(guest) || model != CONTROLLER_PCI_BRIDGE);
}

static const char *need_of_controller(const struct guest *guest,
				      const struct guest_controller *c, bool *ret_new)
{
	*ret_new = false;
	if (guest_is_pci(c)) {
		*ret_new = !is_refused_bridge(guest, c);
		return c->added || guest_is_expander(c) ? NULL : "is a PCI controller";
	}
	if (streq_null(c->address.type, "pci"))
		return "has a PCI address";
	*ret_new = !is_without_bus(guest) && !needs_address(device_kind_of_controller(c));
	return controller_needs_pci(guest, c) ? "is a PCI device" : NULL;
}

static void judge_controllers(struct check *check, bool new)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		bool is_new = false;
		const char *need =
			c->element < 0 ? NULL : need_of_controller(guest, c, &is_new);

		if (need && is_new == new)
			say_no_pci(check, (struct assign_item){(int)i, -1, -1}, need);
	}
}

static void judge(struct check *check, bool new)
{
	if (!has_no_pci(check->guest))
		return;
	judge_devices(check, new);
	judge_controllers(check, new);
}

static void machine_no_pci(struct check *check)
{
	judge(check, false);
}

/* What libvirt adds to a PC, unless the domain has one, and be it of model none. */
static void machine_no_pci_default(struct check *check)
{
	int devices = document_find(check->document, 0, "devices");
	bool usb = false;

	if (!has_no_pci(check->guest) || is_arm(check->guest) || devices < 0)
		return;
	for (size_t i = 0; i < check->guest->controllers.n; i++)
		usb = usb || streq_null(check->guest->controllers.v[i].type, "usb");
	if (!usb && streq(check->guest->machine, "microvm"))
		check_set_remedy(
			check_found(
				check, devices,
				"libvirt adds a USB controller, which is a PCI device, but the machine %s has no PCI bus.",
				check->guest->machine),
			"Write <controller type='usb' model='none'/>.");
	if (document_child(check->document, devices, "memballoon") < 0)
		check_set_remedy(
			check_found(
				check, devices,
				"libvirt adds a memory balloon, which is a PCI device, but the machine %s has no PCI bus.",
				check->guest->machine),
			"Write <memballoon model='none'/>.");
}

static void machine_no_pci_controller(struct check *check)
{
	judge(check, true);
}

const struct rule no_pci_rules[] = {
	{RULE("machine-no-pci", machine_no_pci, ERROR, 0, LIBVIRT),
	 .what = "A machine without PCI has no PCI device.",
	 .why = "libvirt refuses PCI devices on isapc and microvm, and PCI addresses on ARM boards other than virt, versatilepb and realview-eb; from 12.9 on it refuses PCI devices there, too, and with older ones QEMU exits on boards without any bus (vexpress, raspi). This includes the controllers and the video card that libvirt adds for other devices.",
	 .to_fix =
		 "Use machine type q35, pc or virt, or remove the device; on microvm, give a virtio device or a controller of type virtio-serial or scsi (model virtio-scsi) <address type='virtio-mmio'/>.",
	 .source = LV "qemu/qemu_domain.c, qemuDomainSupportsPCI; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("machine-no-pci-default", machine_no_pci_default, ERROR, 0, LIBVIRT),
	 .what = "A domain of machine type isapc or microvm keeps libvirt from adding PCI devices.",
	 .why = "libvirt adds a memory balloon, and to microvm a USB controller, and then refuses the domain for want of a PCI bus.",
	 .to_fix =
		 "Write <memballoon model='none'/>, and for microvm <controller type='usb' model='none'/>.",
	 .source = "measured: libvirt 9.0 and 11.3 refuse it, and 12.9 accepts it",
	 .libvirt = {.until = VERSION_OF(12, 9)},
	 .outside = "libvirt adds no such device.", .remedy = REMEDY_EDIT},
	{RULE("machine-no-pci-controller", machine_no_pci_controller, ERROR, 0, LIBVIRT),
	 .what = "A machine without PCI has no PCI controller and, on ARM boards, no device that exists only on PCI.",
	 .why = "libvirt refuses both.",
	 .to_fix = "Remove it, or use machine type q35, pc or virt.",
	 .source = "measured: libvirt 11.3 accepts it, and 12.9 does not",
	 .libvirt = {.since = VERSION_OF(12, 9)},
	 .outside =
		 "libvirt accepts both. The guest has no such controller, the card of the board in place of another one, and other devices only if the board has a bus in QEMU (see machine-no-pci).",
	 .remedy = REMEDY_EDIT},
	{},
};
