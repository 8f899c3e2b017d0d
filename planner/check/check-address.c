/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The types of address that each device supports. Sources: libvirt 9.0
 * src/conf/domain_validate.c (virDomainDiskDefValidate, virDomainHostdevDefValidate,
 * virDomainSmartcardDefValidate), src/conf/domain_conf.c (input and redirdev),
 * src/qemu/qemu_validate.c (serial, video, watchdog, panic, iommu),
 * src/qemu/qemu_domain.c (memory) and src/qemu/qemu_domain_address.c (virtio disks).
 * libvirt accepts any type for devices that have no row. tests/oracle/address-types
 * compares the rows with libvirt.
 */
#include "planner/check/rules.h"

struct address_row {
	const char *tag;
	const char *what;     /* of the device, see attribute_of(); NULL: any */
	const char *takes[3]; /* none at all if empty */
};

static const struct address_row rows[] = {
	{"disk", "ide", {"drive"}},
	{"disk", "fdc", {"drive"}},
	{"disk", "scsi", {"drive"}},
	{"disk", "sata", {"drive"}},
	{"disk", "usb", {"usb"}},
	{"disk", "virtio", {"pci", "ccw", "virtio-mmio"}},
	{"hostdev", "pci", {"pci", "unassigned"}},
	{"hostdev", "scsi", {"drive"}},
	{"hostdev", "scsi_host", {"pci", "ccw"}},
	{"hostdev", "usb", {"usb"}},
	{"hostdev", "vfio-pci", {"pci"}},
	{"hostdev", "vfio-ccw", {"ccw"}},
	{"input", "usb", {"usb"}},
	{"redirdev", NULL, {"usb"}},
	{"smartcard", NULL, {"ccid"}},
	{"memory", "virtio-mem", {"pci", "ccw"}},
	{"memory", "virtio-pmem", {"pci"}},
	{"serial", "isa-serial", {"isa"}},
	{"serial", "isa-debug", {"isa"}},
	{"serial", "usb-serial", {"usb"}},
	{"serial", "pci-serial", {"pci"}},
	{"panic", "isa", {"isa"}},
	{"panic", "pvpanic", {"pci"}},
	{"panic", "hyperv", {NULL}},
	{"video", "ramfb", {NULL}},
	{"watchdog", "ib700", {NULL}},
};

/* The deciding value, with libvirt's default on x86; NULL if unknown. */
static const char *attribute_of(const struct guest *guest,
				const struct guest_device *device)
{
	bool x86 = guest_is_q35(guest) || guest_is_i440fx(guest);

	if (streq(device->tag, "disk"))
		return device->bus;
	if (streq(device->tag, "hostdev"))
		return streq_null(device->type, "mdev") ? device->model : device->type;
	if (streq(device->tag, "input"))
		return device->bus || !streq_null(device->type, "tablet") ? device->bus
									  : "usb";
	if (streq(device->tag, "serial"))
		return device->target_type || !x86 ? device->target_type : "isa-serial";
	if (streq(device->tag, "panic"))
		return device->model || !x86 ? device->model : "isa";
	return device->model;
}

static const struct address_row *row_of(const struct guest *guest,
					const struct guest_device *device)
{
	const char *what = attribute_of(guest, device);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(rows[i].tag, device->tag) &&
		    (!rows[i].what || streq_null(what, rows[i].what)))
			return &rows[i];
	return NULL;
}

static bool takes(const struct address_row *row, const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(row->takes) && row->takes[i]; i++)
		if (streq(row->takes[i], type))
			return true;
	return false;
}

static void say_type(struct check *check, const struct address_row *row,
		     const struct guest_address *address)
{
	struct finding *finding;
	const char *what = row->what ? row->what : "", *space = row->what ? " " : "";

	if (!row->takes[0]) {
		finding = check_found(
			check, address->element,
			"%s%s%s cannot have an <address>, but has one of type %s.", what,
			space, row->tag, address->type);
		check_set_remedy(finding, "Remove the <address>.");
	} else {
		finding = check_found(check, address->element,
				      "%s%s%s needs an address of type %s%s%s, not %s.",
				      what, space, row->tag, row->takes[0],
				      row->takes[1] ? " or " : "",
				      row->takes[1] ? row->takes[1] : "", address->type);
		check_values(finding, address->type, row->takes[0]);
	}
}

static void address_type(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		const struct address_row *row;

		if (device->address.element < 0 || !device->address.type)
			continue;
		row = row_of(guest, device);
		if (row && !takes(row, device->address.type))
			say_type(check, row, &device->address);
	}
	for (size_t i = 0; i < guest->iommus.n; i++) {
		static const struct address_row virtio = {"iommu", "virtio", {"pci"}};
		const struct guest_iommu *iommu = &guest->iommus.v[i];

		if (!iommu->added && streq_null(iommu->model, "virtio") &&
		    iommu->address.element >= 0 && iommu->address.type &&
		    !streq(iommu->address.type, "pci"))
			say_type(check, &virtio, &iommu->address);
	}
}

/* PIIX3's IDE controller, which the machine has even if the domain does not mention it.
 */
static void piix_ide(struct check *check)
{
	const struct guest *guest = check->guest;
	const guest_functions *functions = &check->tree.functions;

	if (!guest_is_i440fx(guest))
		return;
	for (size_t i = 0; i < functions->n; i++) {
		int controller = functions->v[i].item.controller;
		struct pci_address at = functions->v[i].address->at;
		_cleanup_free_ char *name = NULL;

		if (at.bus != 0 || at.slot != 1 || at.function != 1 ||
		    (controller >= 0 &&
		     streq_null(guest->controllers.v[controller].type, "ide")))
			continue;
		name = assign_item_name(guest, functions->v[i].item);
		check_found(check, assign_element(guest, functions->v[i].item),
			    "%s is at " PCI_FORMAT
			    ", where the machine has its own IDE controller.",
			    name, PCI_ARGS(at));
	}
}

const struct rule address_rules[] = {
	{RULE("address-type", address_type, ERROR, 0, LIBVIRT),
	 .what = "Each device with an <address> supports the address type.",
	 .why = "libvirt refuses a PCI address on a device that is not a PCI device, such as a SATA disk or ramfb, and a drive or USB address on a PCI device.",
	 .to_fix = "Remove the <address>, so that libvirt chooses one.",
	 .source = LV "conf/domain_validate.c; qemu/qemu_validate.c",
	 .remedy = REMEDY_EDIT},
	{RULE("piix-ide", piix_ide, ERROR, NEED_MACHINE, QEMU),
	 .what = "On machine type pc, nothing is at 0000:00:01.1, the place of the machine's IDE controller.",
	 .why = "If the domain has no IDE controller, libvirt considers the address free, but QEMU exits.",
	 .to_fix =
		 "Give the device another address, or none so that libvirt chooses one.",
	 .source = "QEMU 11.1 hw/i386/pc_piix.c; measured", .remedy = REMEDY_EDIT},
	{},
};
