/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* addition.h - what QEMU arguments add to a domain. */
#pragma once

#include "base/mem.h"
#include "base/text.h"
#include "base/vec.h"
#include "topology/pci-address.h"

enum addition_kind {
	ADDITION_EXPANDER, /* a separate root bus */
	ADDITION_PORT,     /* a bridge: root port, switch port, other bridge */
	ADDITION_IOMMU,
	ADDITION_INITIATOR, /* acpi-generic-initiator */
	ADDITION_GLOBAL,    /* x-speed or x-width of every port of a driver; dma-remap */
	ADDITION_OVERRIDE,  /* x-speed, x-width or io-reserve of the device with an alias
			     */
	ADDITION_WINDOW,    /* opt/ovmf/X-PciMmio64Mb */
	ADDITION_DEVICE,    /* a -device without a row; may be on PCI */
};

/* What an argument may change. */
enum addition_area {
	AREA_PCI = 1,    /* slots, bus numbers, ports */
	AREA_NUMA = 2,   /* cells, distances, vCPUs */
	AREA_MEMORY = 4, /* how much there is, and what backs it */
	AREA_IOMMU = 8,
	AREA_WINDOW = 16, /* the windows of BARs, and the CPU's address bits */
	AREA_ALL = 31,
};

enum addition_value_kind {
	ADDITION_NAME,   /* an identifier; `text` */
	ADDITION_NUMBER, /* `number` */
	ADDITION_SWITCH, /* `number` is 0 or 1 */
	ADDITION_WORD,   /* one of several words; `text` */
	ADDITION_PLACE,  /* slot * 8 + function; `number` */
};

struct addition_value {
	const char *name; /* static: "bus_nr" */
	enum addition_value_kind kind;
	uint64_t number;
	char *text; /* owned; NULL unless a name or a word */
};

struct addition {
	enum addition_kind kind;
	int element;         /* the <qemu:arg> with the value, or the <qemu:property> */
	const char *driver;  /* static: "pxb-pcie"; NULL for ADDITION_DEVICE and others */
	const char *model;   /* static: libvirt's name of an IOMMU: "intel"; NULL */
	bool complete;       /* every property is understood */
	bool json;           /* written as JSON, which -set does not change */
	const char *refused; /* static: a property with a value that QEMU refuses; NULL */
	VEC(struct addition_value) values;
};

/* An argument that is not understood. */
struct unknown_addition {
	int element;
	char *text;     /* owned: an option, "-device FOO" or a property */
	char *property; /* owned: what it sets of devices that exist; NULL: nothing */
	unsigned areas; /* what it may change, of enum addition_area */
};

/* A -set that QEMU refuses. */
struct refused_setting {
	int element;
	char *device; /* owned: the device that it does not find; NULL: it is malformed */
};

struct commandline {
	VEC(struct addition) additions;
	VEC(struct unknown_addition) unknown;
	VEC(struct refused_setting) settings;
	VEC(int) others; /* in <qemu:commandline>, but no argument: <qemu:env> */
};
