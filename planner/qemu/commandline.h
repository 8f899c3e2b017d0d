/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commandline.h - what <qemu:commandline> and <qemu:override> add to a domain, as far as
 * we understand it: a short list of devices and properties, each parsed into values.
 * `check` and `plan` consider them; `boot` writes them again from the values, so that no
 * text of the domain reaches QEMU. Everything else is listed as not understood.
 *
 * The rows are in commandline-rows.c. Options follow QEMU 7.2 util/qemu-option.c (a comma
 * in a value is doubled, the first word may lack its key) and, for -device and -object,
 * JSON (qapi/qobject-input-visitor.c).
 */
#pragma once

#include "base/xml/document.h"
#include "planner/qemu/addition.h"

/* Reads both elements of a domain into a zeroed *@ret; never fails. */
void commandline_read(const struct document *domain, struct commandline *ret);
void commandline_free(struct commandline *commandline);
#define _cleanup_commandline_ _cleanup_(commandline_free)

/* The value of a property, or NULL if it is not given. */
const struct addition_value *addition_value(const struct addition *addition,
					    const char *name);
/* The text of a name or word, or NULL if it is not given. Borrowed. */
const char *addition_text(const struct addition *addition, const char *name);
/*
 * The first that is not understood and may change one of these areas (enum
 * addition_area); NULL.
 */
const struct unknown_addition *commandline_unknown(const struct commandline *commandline,
						   unsigned areas);
/* Whether an argument or <qemu:override> gives devices a value of a property that is not
 * understood: the first such; NULL. */
const struct unknown_addition *commandline_sets(const struct commandline *commandline,
						const char *property);
/*
 * The n-th IOMMU that the command line adds, in document order, or NULL. libvirt does not
 * know about it.
 */
const struct addition *commandline_iommu(const struct commandline *commandline, size_t n);
/* The first that sets dma-remap of amd-iommu, or NULL. */
const struct addition *commandline_remap(const struct commandline *commandline);
/*
 * The index of libvirt's PCI controller that a QEMU bus belongs to: "pcie.0" and "pci.0"
 * are 0, "pci.7" is 7; -1 for other names (qemu_alias.c,
 * qemuAssignDeviceControllerAlias).
 */
int commandline_bus_index(const char *bus);

/*
 * Adds the additions for which @keep returns true (NULL: all that are complete) as
 * <qemu:commandline> and <qemu:override>, made from the values alone. If there are none,
 * adds no elements.
 */
void text_add_commandline(struct text *text, const struct commandline *commandline,
			  bool (*keep)(const struct addition *addition, void *data),
			  void *data);
