/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* commandline-rows.h - the tables of commandline-rows.c, for commandline.c. */
#pragma once

#include "base/text.h"
#include "planner/qemu/addition.h"

struct property_row {
	const char *name;
	enum addition_value_kind kind;
	uint64_t largest;         /* of a number */
	const char *const *words; /* of a word; NULL-terminated */
};

struct driver_row {
	const char *driver; /* NULL ends the table */
	const char *alias;  /* another QEMU name, or NULL */
	enum addition_kind kind;
	const char *model;
	const struct property_row *properties; /* ends with a NULL name */
};

/* Devices, then the objects; each table ends with a NULL driver. */
extern const struct driver_row commandline_devices[];
extern const struct driver_row commandline_objects[];
/* In -global: x-speed and x-width of ports, dma-remap of amd-iommu. */
extern const struct property_row commandline_global[];
/* In <qemu:override>: x-speed, x-width and io-reserve. */
extern const struct property_row commandline_override[];
/* "bus" and "addr", for devices without a row. */
extern const struct property_row commandline_place[];

/* The row with a name, or NULL. */
const struct driver_row *commandline_driver(const struct driver_row *rows,
					    const char *name);
const struct property_row *commandline_property(const struct property_row *rows,
						const char *name);
/*
 * Reads a value as its row describes it. @json_number: an address is a number in JSON,
 * slot * 8 + function. False if the value is not valid.
 */
bool commandline_value(const struct property_row *row, const char *text, bool json_number,
		       struct addition_value *ret);
/*
 * Whether QEMU exits for a value, written as KEY=VALUE, that commandline_value() does not
 * read: a word or switch that does not exist, or a number out of the range of its type.
 */
bool commandline_refuses(const struct property_row *row, const char *text);
