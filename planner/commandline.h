/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commandline.h - what <qemu:commandline> and <qemu:override> add to a domain, as far as
 * we understand it: a short list of devices and properties, each parsed into values.
 * `check` and `plan` count them; `boot` writes them again from the values, so that no
 * text of the domain reaches QEMU. Everything else is listed as not understood.
 *
 * The rows are in commandline.c. Options follow QEMU 7.2 util/qemu-option.c (a comma in a
 * value is doubled, the first word may lack its key) and, for -device and -object, JSON
 * (qapi/qobject-input-visitor.c).
 */
#pragma once

#include "base/document.h"
#include "topology/pci-address.h"

enum addition_kind {
	ADDITION_EXPANDER,  /* a root bus of its own */
	ADDITION_PORT,	    /* a bridge: root port, switch port, other bridge */
	ADDITION_IOMMU,
	ADDITION_INITIATOR, /* acpi-generic-initiator */
	ADDITION_GLOBAL,    /* x-speed or x-width of every port of a driver */
	ADDITION_OVERRIDE,  /* x-speed or x-width of the device with an alias */
	ADDITION_WINDOW,    /* opt/ovmf/X-PciMmio64Mb */
	ADDITION_DEVICE,    /* a -device without a row: it may sit on PCI */
};

enum addition_value_kind {
	ADDITION_NAME,	 /* an identifier; `text` */
	ADDITION_NUMBER, /* `number` */
	ADDITION_SWITCH, /* `number` is 0 or 1 */
	ADDITION_WORD,	 /* one of a few words; `text` */
	ADDITION_PLACE,	 /* slot * 8 + function; `number` */
};

struct addition_value {
	const char *name; /* static: "bus_nr" */
	enum addition_value_kind kind;
	uint64_t number;
	char *text; /* owned; NULL unless a name or a word */
};

struct addition {
	enum addition_kind kind;
	int element;	    /* the <qemu:arg> with the value, or the <qemu:property> */
	const char *driver; /* static: "pxb-pcie"; NULL for ADDITION_DEVICE and others */
	const char *model;  /* static: libvirt's word for it: "intel", "pcie-root-port" */
	bool complete;	    /* every property is understood */
	VEC(struct addition_value) values;
};

/* Something that is not understood. */
struct unknown_addition {
	int element;
	char *text; /* owned: an option, "-device FOO" or a property */
};

struct commandline {
	VEC(struct addition) additions;
	VEC(struct unknown_addition) unknown;
};

/* Reads both elements of a domain into a zeroed *@ret; never fails. */
void commandline_read(const struct document *domain, struct commandline *ret);
void commandline_free(struct commandline *commandline);
#define _cleanup_commandline_ _cleanup_(commandline_free)

/* The value of a property, NULL if it is not given. */
const struct addition_value *addition_value(const struct addition *addition,
					    const char *name);
/* The text of a name or word, NULL if it is not given. Borrowed. */
const char *addition_text(const struct addition *addition, const char *name);
/*
 * The n-th IOMMU that the command line adds, in document order; NULL. The target libvirt
 * knows nothing of it.
 */
const struct addition *commandline_iommu(const struct commandline *commandline, size_t n);
/*
 * The index of libvirt's PCI controller that a QEMU bus belongs to: "pcie.0" and "pci.0"
 * are 0, "pci.7" is 7; -1 for other names (qemu_alias.c, qemuAssignDeviceControllerAlias).
 */
int commandline_bus_index(const char *bus);

/*
 * Adds the additions for which @keep says so (NULL: all that are complete) as
 * <qemu:commandline> and <qemu:override>, made from the values alone. Nothing to write:
 * nothing is added.
 */
void text_add_commandline(struct text *text, const struct commandline *commandline,
			  bool (*keep)(const struct addition *addition, void *data),
			  void *data);
