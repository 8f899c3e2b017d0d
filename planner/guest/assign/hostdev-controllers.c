/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostdev-controllers.c - the controllers that libvirt adds for SCSI host devices (9.0
 * src/conf/domain_conf.c, virDomainDefMaybeAddHostdevSCSIcontroller; the choice of a unit
 * was observed with 9.0, 11.3 and 12.9).
 */
#include "planner/guest/assign/assign.h"
#include "planner/guest/assign/parts.h"

#include "planner/guest/disk-name.h"

/* Units of a SCSI controller that are in use, as bits; those of bus 0 and target 0. */
struct units {
	uint8_t used[256];
};

static bool is_scsi_hostdev(const struct guest_device *device)
{
	return streq(device->tag, "hostdev") && streq_null(device->type, "scsi");
}

static bool is_zero(struct guest_number number)
{
	return number.state != VALUE_VALID || number.value == 0;
}

static void use_unit(struct units *units, uint64_t controller, uint64_t unit)
{
	if (controller < ARRAY_SIZE(units->used) && unit < SCSI_UNITS)
		units->used[controller] |= (uint8_t)(1u << unit);
}

/* "sda" is 0; -1 if libvirt derives nothing from the name. */
static int unit_of_name(const char *name)
{
	struct disk_name parts;

	return name && disk_name_parse(name, &parts) ? parts.number : -1;
}

static void use_given(struct units *units, const struct guest_device *device)
{
	bool disk = streq(device->tag, "disk") && streq_null(device->bus, "scsi");
	int number = disk ? unit_of_name(device->target_dev) : -1;

	if (!disk && !is_scsi_hostdev(device))
		return;
	if (streq_null(device->address.type, "drive")) {
		if (is_zero(device->drive_bus) && is_zero(device->drive_target))
			use_unit(units,
				 is_zero(device->controller) ? 0
							     : device->controller.value,
				 is_zero(device->drive_unit) ? 0
							     : device->drive_unit.value);
	} else if (number >= 0) {
		use_unit(units, (uint64_t)number / SCSI_UNITS,
			 (uint64_t)number % SCSI_UNITS);
	}
}

/* The first SCSI controller with a free unit, else the one after all. */
static uint64_t free_controller(const struct guest *guest, const struct units *units)
{
	uint64_t n = 0;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (!streq_null(c->type, "scsi") || c->index.state != VALUE_VALID)
			continue;
		n++;
		if (c->index.value < ARRAY_SIZE(units->used) &&
		    units->used[c->index.value] != (1u << SCSI_UNITS) - 1)
			return c->index.value;
	}
	return n;
}

/*
 * Controllers of SCSI host devices. libvirt adds them while it reads the domain, before
 * those of the machine, and before it gives indexes to controllers that have none. A
 * device without an address gets the first free unit.
 */
void assign_hostdev_controllers(struct guest *guest)
{
	_cleanup_free_ char *scsi = xstrdup(assign_scsi_model(guest));
	struct units units = {};
	uint64_t done = 0; /* those below it exist */

	for (size_t i = 0; i < guest->devices.n; i++)
		use_given(&units, &guest->devices.v[i]);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		uint64_t last;

		if (!is_scsi_hostdev(device))
			continue;
		last = device->controller.state == VALUE_VALID ? device->controller.value
							       : 0;
		if (!device->address.type) {
			last = free_controller(guest, &units);
			for (uint64_t unit = 0; unit < SCSI_UNITS; unit++)
				if (last < ARRAY_SIZE(units.used) &&
				    !(units.used[last] >> unit & 1)) {
					use_unit(&units, last, unit);
					break;
				}
		}
		for (; done <= MIN(last, 255u); done++)
			assign_need_controller(guest, "scsi", done, scsi);
	}
}
