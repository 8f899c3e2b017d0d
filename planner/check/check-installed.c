/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the host's own QEMU has, as virt-layout record asked them. Sources:
 * QEMU qapi/qom.json (qom-list-types, device-list-properties).
 */
#include "planner/check/rules.h"

#include "planner/guest/host-emulator.h"

/*
 * libvirt's words for a device and QEMU's name of it: tag, type of a controller or bus of
 * a disk, model. NULL: any.
 */
static const struct device_row {
	const char *tag, *type, *model, *qemu;
} rows[] = {
	{"interface", NULL, "virtio", "virtio-net-pci"},
	{"interface", NULL, "virtio-transitional", "virtio-net-pci"},
	{"interface", NULL, "virtio-non-transitional", "virtio-net-pci"},
	{"interface", NULL, "e1000", "e1000"},
	{"interface", NULL, "e1000e", "e1000e"},
	{"interface", NULL, "igb", "igb"},
	{"interface", NULL, "rtl8139", "rtl8139"},
	{"interface", NULL, "vmxnet3", "vmxnet3"},
	{"interface", NULL, "ne2k_pci", "ne2k_pci"},
	{"interface", NULL, "pcnet", "pcnet"},
	{"controller", "usb", "qemu-xhci", "qemu-xhci"},
	{"controller", "usb", "nec-xhci", "nec-usb-xhci"},
	{"controller", "usb", "ich9-ehci1", "ich9-usb-ehci1"},
	{"controller", "usb", "piix3-uhci", "piix3-usb-uhci"},
	{"controller", "usb", "pci-ohci", "pci-ohci"},
	{"controller", "scsi", "virtio-scsi", "virtio-scsi-pci"},
	{"controller", "scsi", "lsilogic", "lsi53c895a"},
	{"controller", "scsi", "lsisas1068", "mptsas1068"},
	{"controller", "scsi", "lsisas1078", "megasas"},
	{"controller", "scsi", "vmpvscsi", "pvscsi"},
	{"controller", "pci", "pcie-root-port", "pcie-root-port"},
	{"controller", "pci", "pcie-switch-upstream-port", "x3130-upstream"},
	{"controller", "pci", "pcie-switch-downstream-port", "xio3130-downstream"},
	{"controller", "pci", "pcie-expander-bus", "pxb-pcie"},
	{"controller", "pci", "pci-expander-bus", "pxb"},
	{"controller", "pci", "pci-bridge", "pci-bridge"},
	{"controller", "pci", "pcie-to-pci-bridge", "pcie-pci-bridge"},
	{"controller", "pci", "dmi-to-pci-bridge", "i82801b11-bridge"},
	{"disk", "virtio", NULL, "virtio-blk-pci"},
	{"disk", "nvme", NULL, "nvme"},
	{"video", NULL, "vga", "VGA"},
	{"video", NULL, "bochs", "bochs-display"},
	{"video", NULL, "cirrus", "cirrus-vga"},
	{"video", NULL, "vmvga", "vmware-svga"},
	{"video", NULL, "virtio", "virtio-gpu-pci"},
	{"video", NULL, "qxl", "qxl"},
	{"video", NULL, "ramfb", "ramfb"},
	{"sound", NULL, "ich9", "ich9-intel-hda"},
	{"sound", NULL, "ich6", "intel-hda"},
	{"sound", NULL, "ac97", "AC97"},
	{"sound", NULL, "es1370", "ES1370"},
	{"watchdog", NULL, "i6300esb", "i6300esb"},
	{"shmem", NULL, "ivshmem-plain", "ivshmem-plain"},
	{"shmem", NULL, "ivshmem-doorbell", "ivshmem-doorbell"},
	{"tpm", NULL, "tpm-crb", "tpm-crb"},
	{"tpm", NULL, "tpm-tis", "tpm-tis"},
	{"memballoon", NULL, "virtio", "virtio-balloon-pci"},
	{"rng", NULL, "virtio", "virtio-rng-pci"},
	{"memory", NULL, "virtio-mem", "virtio-mem-pci"},
	{"memory", NULL, "virtio-pmem", "virtio-pmem-pci"},
	{"hostdev", "pci", NULL, "vfio-pci"},
	{"iommu", NULL, "intel", "intel-iommu"},
	{"iommu", NULL, "amd", "amd-iommu"},
	{"iommu", NULL, "virtio", "virtio-iommu-pci"},
};

const struct machine_emulator *check_host_emulator(struct check *check)
{
	const struct machine_emulator *emulator =
		host_emulator(check->host, check->guest);
	const struct machine_emulator *known =
		host_emulator_told(check->host, check->guest, &check->options->target);

	if (known)
		return known;
	if (!emulator)
		check_skip(
			check, "emulator",
			"the host's description does not list what its QEMU supports; run virt-layout record on the host itself");
	else if (emulator->unknown)
		check_skip(check, "emulator", "%s on the host: %s", emulator->path,
			   emulator->unknown);
	else if (emulator->types.n == 0)
		check_skip(
			check, "emulator",
			"the host's description does not list what %s supports; run virt-layout record on the host itself",
			emulator->path);
	else
		check_skip(check, "emulator",
			   "%s on the host is QEMU %s, which is not the target's version",
			   emulator->path,
			   emulator->version ? emulator->version : "of unknown version");
	return NULL;
}

static const struct device_row *row_of(const char *tag, const char *type,
				       const char *model)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(rows[i].tag, tag) &&
		    (!rows[i].type || streq_null(rows[i].type, type)) &&
		    (!rows[i].model || streq_null(rows[i].model, model)))
			return &rows[i];
	return NULL;
}

static void judge_model(struct check *check, const struct machine_emulator *emulator,
			int element, const struct device_row *row)
{
	if (!row || emulator_model(emulator, row->qemu) != KNOWN_NO)
		return;
	check_found(
		check, element,
		"<%s> of %s %s needs QEMU's device %s, which %s on the host (QEMU %s) does not have.",
		row->tag, row->model ? "model" : "type",
		row->model ? row->model : row->type, row->qemu, emulator->path,
		emulator->version);
}

/* A network card that is in no row may be one of this QEMU's, or not. */
static void skip_unknown_card(struct check *check, const struct guest_device *device)
{
	if (streq(device->tag, "interface") && device->model &&
	    !streq_null(device->type, "hostdev"))
		check_skip(check, "device-models",
			   "it is not known whether the host's QEMU has network card %s",
			   device->model);
}

static void device_model_exists(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct machine_emulator *emulator = check_host_emulator(check);

	if (!emulator)
		return;
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		const char *type =
			streq(device->tag, "disk") ? device->bus : device->type;
		const struct device_row *row = row_of(device->tag, type, device->model);

		judge_model(check, emulator, device->element, row);
		if (!row)
			skip_unknown_card(check, device);
	}
	for (size_t i = 0; i < guest->controllers.n; i++)
		judge_model(check, emulator, guest->controllers.v[i].element,
			    row_of("controller", guest->controllers.v[i].type,
				   guest->controllers.v[i].model));
	for (size_t i = 0; i < guest->iommus.n; i++)
		judge_model(check, emulator, guest->iommus.v[i].element,
			    row_of("iommu", NULL, guest->iommus.v[i].model));
}

/* Attributes of <iommu><driver>, and the property that libvirt sets for each. */
static const struct property_row {
	const char *model, *attribute, *device, *property;
} properties[] = {
	{"intel", "aw_bits", "intel-iommu", "aw-bits"},
	{"intel", "caching_mode", "intel-iommu", "caching-mode"},
	{"intel", "dma_translation", "intel-iommu", "dma-translation"},
	{"intel", "eim", "intel-iommu", "eim"},
	{"intel", "iotlb", "intel-iommu", "device-iotlb"},
	{"virtio", "aw_bits", "virtio-iommu-pci", "aw-bits"},
	{"amd", "xtsup", "amd-iommu", "xtsup"},
	{"smmuv3", "accel", "arm-smmuv3", "accel"},
	{"smmuv3", "ats", "arm-smmuv3", "ats"},
	{"smmuv3", "cmdqv", "arm-smmuv3", "cmdqv"},
	{"smmuv3", "oas", "arm-smmuv3", "oas"},
	{"smmuv3", "ril", "arm-smmuv3", "ril"},
	{"smmuv3", "ssidsize", "arm-smmuv3", "ssidsize"},
};

static void judge_property(struct check *check, const struct machine_emulator *emulator,
			   int element, const char *what, const struct property_row *row)
{
	if (emulator_property(emulator, row->device, row->property) == KNOWN_NO)
		check_found(
			check, element,
			"%s needs the property %s of QEMU's device %s, which %s on the host (QEMU %s) does not have.",
			what, row->property, row->device, emulator->path,
			emulator->version);
}

static void judge_driver(struct check *check, const struct machine_emulator *emulator,
			 const struct guest_iommu *iommu)
{
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		_cleanup_free_ char *what = NULL;

		if (iommu->driver_element < 0 ||
		    !streq_null(iommu->model, properties[i].model) ||
		    !document_attribute(check->document, iommu->driver_element,
					properties[i].attribute))
			continue;
		what = xasprintf("%s= of the %s IOMMU", properties[i].attribute,
				 iommu->model);
		judge_property(check, emulator, iommu->driver_element, what,
			       &properties[i]);
	}
}

static void device_property_exists(struct check *check)
{
	static const struct property_row iommufd = {.device = "vfio-pci",
						    .property = "iommufd"};
	static const struct property_row mapping = {.device = "virtio-blk-pci",
						    .property = "iothread-vq-mapping"};
	static const struct property_row of_scsi = {.device = "virtio-scsi-pci",
						    .property = "iothread-vq-mapping"};
	const struct guest *guest = check->guest;
	const struct machine_emulator *emulator = check_host_emulator(check);

	if (!emulator)
		return;
	for (size_t i = 0; i < guest->iommus.n; i++)
		judge_driver(check, emulator, &guest->iommus.v[i]);
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest->controllers.v[i].iothreads_mapped)
			judge_property(check, emulator, guest->controllers.v[i].element,
				       "<iothreads> of a controller", &of_scsi);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (switch_is(device->driver_iommufd, true))
			judge_property(check, emulator, device->element,
				       "iommufd='yes' of a host device", &iommufd);
		if (device->iothreads_mapped && streq_null(device->bus, "virtio"))
			judge_property(check, emulator, device->element,
				       "<iothreads> of a virtio disk", &mapping);
	}
}

#define UNTRIED "It depends on how the host's QEMU was built and on what is installed."

const struct rule installed_rules[] = {
	{RULE("device-model-exists", device_model_exists, ERROR, NEED_HOST, QEMU),
	 .what = "The host's QEMU has every device model of the domain.",
	 .why = "Distributions build QEMU without some devices, and older versions lack others; libvirt refuses the domain, or QEMU exits.",
	 .to_fix = "Use another model, or install the QEMU package that has it.",
	 .source = "QEMU qapi/qom.json, qom-list-types", .remedy = REMEDY_EDIT,
	 .untried = UNTRIED},
	{RULE("device-property-exists", device_property_exists, ERROR, NEED_HOST, QEMU),
	 .what = "The host's QEMU has the device properties that attributes of the domain need.",
	 .why = "libvirt refuses the attribute, or QEMU exits because of an unknown property.",
	 .to_fix = "Remove the attribute, or use a newer QEMU.",
	 .source = "QEMU qapi/qdev.json, device-list-properties", .remedy = REMEDY_EDIT,
	 .untried = UNTRIED},
	{},
};
