/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-drives.c - the names of disks, their places on controllers, and their formats.
 * Sources: libvirt 9.0 src/conf/domain_conf.c (virDomainDiskDefAssignAddress), libvirt
 * 11.3 src/conf/domain_validate.c (virDomainDefDuplicateDriveAddressesValidate) and
 * src/qemu/qemu_validate.c (qemuValidateDomainDeviceDefDisk). Every verdict was measured
 * with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/rules.h"

#include "base/first.h"
#include "planner/guest/each-device.h"
#include "planner/guest/disk-name.h"

/* Of a child of a device; NULL: none. */
static const char *attribute_of(const struct check *check,
				const struct guest_device *device, const char *child,
				const char *name)
{
	int element = document_child(check->document, device->element, child);

	return element < 0 ? NULL : document_attribute(check->document, element, name);
}

/* nvme0n1, whose parts mean something else. */
static bool is_nvme(const struct guest_device *disk)
{
	return streq_null(disk->bus, "nvme");
}

static void disk_target(struct check *check)
{
	foreach_device (disk, check->guest, "disk") {
		struct disk_name name;

		if (is_nvme(disk))
			continue;
		if (!disk->target_dev)
			check_found(check, disk->element,
				    "The disk has no <target dev=>.");
		else if (!disk_name_parse(disk->target_dev, &name))
			check_found(check, disk->element,
				    "dev='%s' is not a name of a disk, such as vda.",
				    disk->target_dev);
		else if (name.partition > 0)
			check_found(check, disk->element,
				    "dev='%s' names a partition; a disk is wanted.",
				    disk->target_dev);
	}
}

static void disk_target_dup(struct check *check)
{
	_cleanup_firsts_ struct firsts seen = {};

	foreach_device (disk, check->guest, "disk") {
		int first;

		if (!disk->target_dev)
			continue;
		first = first_add(&seen, disk->target_dev, 0, disk->element);
		if (first != disk->element)
			check_relate(check,
				     check_found(check, disk->element,
						 "Another disk has dev='%s', too.",
						 disk->target_dev),
				     first);
	}
}

/* Where a drive is on its controllers. */
struct drive {
	const char *bus;
	uint32_t controller, channel, target, unit;
	bool chosen; /* by libvirt, from the disk's name */
};

static bool read_part(const struct check *check, const struct guest_device *device,
		      const char *name, uint32_t *ret)
{
	const char *text =
		document_attribute(check->document, device->address.element, name);

	*ret = 0;
	return !text || parse_u32(text, ret);
}

static bool read_drive(const struct check *check, const struct guest_device *device,
		       struct drive *ret)
{
	return read_part(check, device, "controller", &ret->controller) &&
	       read_part(check, device, "bus", &ret->channel) &&
	       read_part(check, device, "target", &ret->target) &&
	       read_part(check, device, "unit", &ret->unit);
}

/* As virDomainDiskDefAssignAddress does; false: not on such a bus. */
static bool choose_drive(const struct disk_name *name, struct drive *ret)
{
	static const struct {
		const char *bus;
		unsigned channels, units; /* of a controller, of a channel */
	} rows[] = {{"scsi", 1, 7}, {"ide", 2, 2}, {"sata", 1, 6}, {"fdc", 1, 2}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned number = (unsigned)name->number, units = rows[i].units;

		if (!streq(ret->bus, rows[i].bus))
			continue;
		ret->controller = number / (units * rows[i].channels);
		ret->channel = number / units % rows[i].channels;
		ret->unit = number % units;
		ret->chosen = true;
		return true;
	}
	return false;
}

/* False: a disk without such a place. */
static bool drive_of_disk(const struct check *check, const struct guest_device *disk,
			  struct drive *ret)
{
	struct disk_name name;
	bool named = disk->target_dev && disk_name_parse(disk->target_dev, &name);

	*ret = (struct drive){.bus = disk->bus};
	if (disk->address.element >= 0 && disk->address.type)
		return streq(disk->address.type, "drive") && read_drive(check, disk, ret);
	return named && choose_drive(&name, ret);
}

/* libvirt gives a free place to a host device that has none. */
static bool drive_of_hostdev(const struct check *check, const struct guest_device *device,
			     struct drive *ret)
{
	*ret = (struct drive){.bus = "scsi"};
	return streq_null(device->type, "scsi") && device->address.element >= 0 &&
	       streq_null(device->address.type, "drive") &&
	       read_drive(check, device, ret);
}

static bool drive_of(const struct check *check, const struct guest_device *device,
		     struct drive *ret)
{
	if (device->element < 0)
		return false;
	if (streq(device->tag, "disk"))
		return drive_of_disk(check, device, ret);
	return streq(device->tag, "hostdev") && drive_of_hostdev(check, device, ret);
}

static void judge_drive(struct check *check, struct firsts *seen,
			const struct guest_device *device, const struct drive *drive)
{
	/* Larger numbers are refused anyway. */
	uint64_t place = (uint64_t)(drive->controller & 0xffff) << 48 |
			 (uint64_t)(drive->channel & 0xffff) << 32 |
			 (uint64_t)(drive->target & 0xffff) << 16 |
			 (drive->unit & 0xffff);
	int first = first_add(seen, drive->bus, place, device->element);

	if (first == device->element)
		return;
	check_relate(
		check,
		check_found(
			check, device->element,
			"Another device is at controller %u, bus %u, target %u, unit %u of %s, too%s%s%s.",
			drive->controller, drive->channel, drive->target, drive->unit,
			drive->bus, drive->chosen ? ", which follows from dev='" : "",
			drive->chosen ? device->target_dev : "",
			drive->chosen ? "'" : ""),
		first);
}

static void drive_address_dup(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts seen = {};

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		struct drive drive;

		if (drive_of(check, device, &drive))
			judge_drive(check, &seen, device, &drive);
	}
}

/* The greatest numbers of a place; on SCSI they depend on the controller's model. */
static const struct drive_range {
	const char *bus, *model; /* NULL: any */
	struct drive_limits {
		uint32_t controller, channel, target, unit;
	} libvirt, qemu;
} drive_ranges[] = {
	{"ide", NULL, {0, UINT32_MAX, 0, UINT32_MAX}, {UINT32_MAX, 1, UINT32_MAX, 1}},
	{"sata",
	 NULL,
	 {UINT32_MAX, 0, 0, UINT32_MAX},
	 {UINT32_MAX, UINT32_MAX, UINT32_MAX, 5}},
	{"fdc", NULL, {0, 0, 0, UINT32_MAX}, {UINT32_MAX, UINT32_MAX, UINT32_MAX, 1}},
	{"scsi",
	 "lsilogic",
	 {UINT32_MAX, 0, 0, UINT32_MAX},
	 {UINT32_MAX, UINT32_MAX, UINT32_MAX, 7}},
	{"scsi",
	 "vmpvscsi",
	 {UINT32_MAX, 0, UINT32_MAX, UINT32_MAX},
	 {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0}},
	{"scsi",
	 NULL,
	 {UINT32_MAX, 0, UINT32_MAX, UINT32_MAX},
	 {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}},
};

/* By index: the models of SCSI controllers, also of those that libvirt adds. */
struct scsi_models {
	const char *v[256]; /* NULL: not known */
};

static struct scsi_models list_scsi_models(const struct guest *guest)
{
	struct scsi_models models = {};

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (streq_null(c->type, "scsi") && c->index.state == VALUE_VALID &&
		    c->index.value < ARRAY_SIZE(models.v))
			models.v[c->index.value] = c->model;
	}
	return models;
}

static const struct drive_range *range_of(const struct scsi_models *models,
					  const struct drive *drive)
{
	const char *model = drive->controller < ARRAY_SIZE(models->v)
				    ? models->v[drive->controller]
				    : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(drive_ranges); i++)
		if (streq_null(drive->bus, drive_ranges[i].bus) &&
		    (!drive_ranges[i].model || streq_null(model, drive_ranges[i].model)))
			return &drive_ranges[i];
	return NULL;
}

static void judge_range(struct check *check, const struct guest_device *device,
			const struct drive *drive, const struct drive_limits *limits)
{
	const struct {
		const char *name;
		uint32_t value, limit;
	} rows[] = {
		{"controller", drive->controller, limits->controller},
		{"bus", drive->channel, limits->channel},
		{"target", drive->target, limits->target},
		{"unit", drive->unit, limits->unit},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].value > rows[i].limit) {
			check_found(
				check,
				device->address.element >= 0 ? device->address.element
							     : device->element,
				"The device is at %s %u of %s%s%s%s, whose last one is %u.",
				rows[i].name, rows[i].value, drive->bus,
				drive->chosen ? ", which follows from dev='" : "",
				drive->chosen ? device->target_dev : "",
				drive->chosen ? "'" : "", rows[i].limit);
			return;
		}
}

static void judge_ranges(struct check *check, bool qemu)
{
	struct scsi_models models = list_scsi_models(check->guest);

	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		const struct drive_range *range;
		struct drive drive;

		if (!drive_of(check, device, &drive))
			continue;
		range = range_of(&models, &drive);
		if (range)
			judge_range(check, device, &drive,
				    qemu ? &range->qemu : &range->libvirt);
	}
}

static void drive_address_range(struct check *check)
{
	judge_ranges(check, false);
}

static void drive_address_unit(struct check *check)
{
	judge_ranges(check, true);
}

/* Why QEMU does not take a format; NULL: it does, or it is not known. */
static const char *refused_format(const char *format)
{
	static const struct {
		const char *format, *why;
	} rows[] = {
		{"cow", "Format cow was removed from QEMU."},
		{"dir", "Format dir is not an image; write <disk type='dir'>."},
		{"iso", "QEMU has no format iso; an ISO image is raw."},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(format, rows[i].format))
			return rows[i].why;
	return NULL;
}

static const char *encryption_of(const struct check *check,
				 const struct guest_device *disk)
{
	int element = document_find(check->document, disk->element, "source/encryption");

	if (element < 0)
		element = document_child(check->document, disk->element, "encryption");
	return element < 0 ? NULL
			   : document_attribute(check->document, element, "format");
}

static void disk_format(struct check *check)
{
	foreach_device (disk, check->guest, "disk") {
		const char *format = attribute_of(check, disk, "driver", "type");
		const char *encryption = encryption_of(check, disk);
		const char *why = format ? refused_format(format) : NULL;

		if (!format)
			format = "raw"; /* libvirt does not look into the image */
		if (why)
			check_found(check, disk->element, "%s", why);
		else if (streq_null(encryption, "luks") && !streq(format, "raw") &&
			 !streq(format, "qcow2"))
			check_found(
				check, disk->element,
				"The disk is encrypted, which is possible with formats raw and qcow2, not with %s.",
				format);
		else if (document_child(check->document, disk->element, "shareable") >=
				 0 &&
			 document_child(check->document, disk->element, "readonly") < 0 &&
			 !streq(format, "raw"))
			check_found(
				check, disk->element,
				"The disk is shared with other guests, which is possible with format raw, not with %s.",
				format);
	}
}

/* libvirt 9.0 src/qemu/qemu_domain.c, qemuDomainMachineHasBuiltinIDE. */
static void ide_machine(struct check *check)
{
	const struct guest *guest = check->guest;
	bool any = false;

	if (!guest_is_q35(guest) && !guest_is_virt(guest))
		return;
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (!streq_null(c->type, "ide") || c->element < 0)
			continue;
		any = true;
		check_found(check, c->element,
			    "Machine type %s does not have an IDE controller.",
			    guest->machine);
	}
	foreach_device (disk, guest, "disk")
		if (!any && disk->element >= 0 && streq_null(disk->bus, "ide"))
			check_found(
				check, disk->element,
				"The disk is on IDE%s, and machine type %s does not have an IDE controller.",
				disk->bus_by_name ? " because of its name" : "",
				guest->machine);
}

#define VALIDATE "libvirt 11.3 src/conf/domain_validate.c; measured"

const struct rule drives_rules[] = {
	{RULE("disk-target", disk_target, ERROR, 0, LIBVIRT),
	 .what = "Each disk has a <target dev=> that is a name of a whole disk: fd, hd, sd, vd, xvd or ubd and lower-case letters.",
	 .why = "libvirt derives the disk's place from the name, and refuses the domain.",
	 .to_fix = "Write a name such as vda, sdb or hdc.",
	 .source = LV "util/virutil.c, virDiskNameParse; qemu/qemu_validate.c; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("disk-target-dup", disk_target_dup, ERROR, 0, LIBVIRT),
	 .what = "Each disk has its own <target dev=>.",
	 .why = "libvirt refuses the domain.", .to_fix = "Give one of them another name.",
	 .source = LV "conf/domain_conf.c, virDomainDiskDefCheckDuplicateInfo; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("drive-address-dup", drive_address_dup, ERROR, 0, LIBVIRT),
	 .what = "Each disk and SCSI host device has its own place on its controllers.",
	 .why = "libvirt refuses the domain. A disk without an <address> has the place that follows from its name: sda is unit 0 of controller 0, sdh of controller 1 on SCSI, and unit 1 of controller 1 on SATA.",
	 .to_fix = "Change or remove an <address>, or give the disk another name.",
	 .source = VALIDATE, .after = {&drives_rules[1]}, .remedy = REMEDY_EDIT},
	{RULE("drive-address-range", drive_address_range, ERROR, 0, LIBVIRT),
	 .what = "A disk on IDE, SATA, SCSI or a floppy controller has a controller, bus and target that this kind of controller has.",
	 .why = "libvirt refuses the domain. There is one IDE and one floppy controller; only IDE has more than one bus, and only SCSI has targets, except with model lsilogic.",
	 .to_fix = "Remove the <address>, or give the disk another one or another name.",
	 .source =
		 "libvirt 9.0 src/qemu/qemu_validate.c, qemuValidateDomainDeviceDefAddressDrive; measured with 9.0 and 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("drive-address-unit", drive_address_unit, ERROR, 0, QEMU),
	 .what = "A disk on IDE, SATA, SCSI or a floppy controller has a bus and unit that this kind of controller has.",
	 .why = "QEMU exits. An IDE controller has 2 buses of 2 units, SATA 6 units, a floppy controller 2, SCSI of model lsilogic 8, and of model vmpvscsi one for each target.",
	 .to_fix = "Remove the <address>, or give the disk another one.",
	 .source = "measured with QEMU 7.2 and 11.1", .remedy = REMEDY_EDIT},
	{RULE("disk-format", disk_format, ERROR, 0, LIBVIRT),
	 .what = "QEMU has the disk's format, and it allows encryption (raw, qcow2) or sharing (raw) if the disk asks for it.",
	 .why = "libvirt refuses the domain.",
	 .to_fix =
		 "Write the image's own format as <driver type=>; convert the image with qemu-img convert if needed.",
	 .source =
		 "libvirt 11.3 src/qemu/qemu_domain.c, qemuDomainValidateStorageSource; src/qemu/qemu_validate.c; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("ide-machine", ide_machine, ERROR, 0, LIBVIRT),
	 .what = "Machine types q35 and virt have no IDE controller and no disk on IDE.",
	 .why = "libvirt refuses the domain. A disk is on IDE also if it has no bus= and a name such as hda.",
	 .to_fix =
		 "Write <target dev='sda' bus='sata'/>, or <target dev='vda' bus='virtio'/>, and remove the controller.",
	 .source = LV
	 "qemu/qemu_validate.c, qemuValidateDomainDeviceDefControllerIDE; measured",
	 .remedy = REMEDY_EDIT},
	{},
};
