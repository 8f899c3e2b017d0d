/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-nvme.c - emulated NVMe controllers and the disks on them (since libvirt 11.5).
 * Measured with libvirt 12.9: a controller takes its serial number from its disks, and a
 * disk without one has the controller's.
 */
#include "planner/check/rules.h"

#include "planner/guest/disk-name.h"

/* The first serial number of a controller; its own comes first. */
struct serial {
	bool used;       /* there is such a controller */
	bool controller; /* by its own element */
	bool disk;
	int element;
	char *text; /* owned; NULL: none */
};

static char *serial_of(const struct check *check, int element)
{
	int serial =
		element >= 0 ? document_child(check->document, element, "serial") : -1;
	_cleanup_free_ char *text =
		serial >= 0 ? document_content(check->document, serial) : NULL;

	return text && *text ? xstrdup(text) : NULL;
}

static bool is_nvme_disk(const struct guest_device *device)
{
	return streq(device->tag, "disk") && streq_null(device->bus, "nvme");
}

static unsigned controller_of(const struct guest_device *device)
{
	return device->controller.state == VALUE_VALID
		       ? (unsigned)MIN(device->controller.value, UINT64_C(255))
		       : disk_nvme_controller(device->target_dev);
}

static void read_controllers(const struct check *check, struct serial *serials)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		struct serial *serial = &serials[MIN(c->index.value, UINT64_C(255))];

		if (!streq_null(c->type, "nvme") || c->index.state != VALUE_VALID ||
		    c->element < 0 || serial->used)
			continue;
		*serial = (struct serial){.used = true,
					  .controller = true,
					  .element = c->element,
					  .text = serial_of(check, c->element)};
	}
}

static void read_disk(struct check *check, const struct guest_device *device,
		      struct serial *serial)
{
	char *text = serial_of(check, device->element);

	if (!serial->used)
		*serial = (struct serial){.used = true, .element = device->element};
	serial->disk = true;
	if (text && !serial->text) {
		serial->text = text;
		serial->element = device->element;
		return;
	}
	if (text && !streq(text, serial->text))
		check_relate(
			check,
			check_found(
				check, device->element,
				"The disk's <serial> differs from that of its NVMe controller, or of another disk on it."),
			serial->element);
	free(text);
}

/* libvirt adds every controller up to that of a disk. */
static void fill_gap(struct serial *serials, const struct guest_device *device)
{
	for (unsigned i = 0; i < controller_of(device); i++)
		if (!serials[i].used)
			serials[i] =
				(struct serial){.used = true, .element = device->element};
}

static void say_no_serial(struct check *check, const struct serial *serial, size_t index)
{
	struct finding *finding =
		check_found(check, serial->element,
			    "NVMe controller %zu has no serial number.", index);

	if (serial->disk)
		return;
	if (serial->controller)
		check_set_remedy(finding, "Add <serial> to the controller.");
	else
		check_set_remedy(
			finding,
			"Add <controller type='nvme' index='%zu'> with a <serial>, or put the disk on controller %zu.",
			index, index);
}

static void nvme_serial(struct check *check)
{
	struct serial serials[256] = {};

	read_controllers(check, serials);
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (is_nvme_disk(device) && device->element >= 0) {
			read_disk(check, device, &serials[controller_of(device)]);
			fill_gap(serials, device);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(serials); i++) {
		if (serials[i].used && !serials[i].text)
			say_no_serial(check, &serials[i], i);
		free(serials[i].text);
	}
}

const struct rule nvme_rules[] = {
	{RULE("nvme-serial", nvme_serial, ERROR, 0, LIBVIRT),
	 .what = "Each emulated NVMe controller has one serial number: its own or that of its disks.",
	 .why = "libvirt refuses a controller without a serial number, and disks with different serial numbers on one controller.",
	 .to_fix =
		 "Add <serial> to the disk, the same for all disks of the controller; to a controller without disks, add its own.",
	 .source = "libvirt NEWS.rst 11.5.0; measured",
	 .libvirt = {.since = VERSION_OF(11, 5)},
	 .outside = "libvirt does not know the bus nvme (see feature-version).",
	 .remedy = REMEDY_EDIT},
	{},
};
