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

typedef VEC(int) controller_numbers; /* of the controllers of such devices */

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

static int given_number(const struct guest_device *device)
{
	return device->controller.state == VALUE_VALID
		       ? (int)MIN(device->controller.value, 255u)
		       : 0;
}

static const struct guest_controller *find_scsi(const struct guest *guest, uint64_t index)
{
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (streq_null(c->type, "scsi") && number_is(c->index, index))
			return c;
	}
	return NULL;
}

static void need(struct guest *guest, const controller_numbers *numbers)
{
	_cleanup_free_ char *model = xstrdup(assign_scsi_model(guest));
	int last = -1;

	/* The model of the last existing one among those that are above all before. */
	for (size_t i = 0; i < numbers->n; i++) {
		const struct guest_controller *c;

		if (numbers->v[i] <= last)
			continue;
		last = numbers->v[i];
		c = find_scsi(guest, (uint64_t)last);
		if (c && c->model && !streq(c->model, "auto")) {
			free(model);
			model = xstrdup(c->model);
		}
	}
	for (int index = 0; index <= last; index++)
		assign_need_controller(guest, "scsi", (uint64_t)index, model);
}

void assign_hostdevs_read(struct guest *guest)
{
	controller_numbers numbers = {};

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (is_scsi_hostdev(device))
			*vec_add(&numbers) = given_number(device);
	}
	need(guest, &numbers);
	vec_free(&numbers);
}

/* The lowest index with a free unit, whether or not the controller exists. */
static int choose(struct units *units)
{
	for (uint64_t index = 0; index < ARRAY_SIZE(units->used); index++)
		for (uint64_t unit = 0; unit < SCSI_UNITS; unit++)
			if (!(units->used[index] >> unit & 1)) {
				use_unit(units, index, unit);
				return (int)index;
			}
	return UINT8_MAX;
}

void assign_hostdev_controllers(struct guest *guest)
{
	struct units units = {};
	controller_numbers numbers = {};

	for (size_t i = 0; i < guest->devices.n; i++)
		use_given(&units, &guest->devices.v[i]);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (is_scsi_hostdev(device))
			*vec_add(&numbers) = device->address.type ? given_number(device)
								  : choose(&units);
	}
	need(guest, &numbers);
	vec_free(&numbers);
}
