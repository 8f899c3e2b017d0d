/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nodedev.h - PCI functions from `virsh nodedev-dumpxml`, for capabilities.c. */
#pragma once

#include "base/xml/document.h"
#include "topology/machine.h"

/*
 * Adds what the <device> elements of a document describe, of any number of documents.
 * Fault: more than 16384 functions in all.
 */
int nodedev_read(const struct document *document, struct machine *machine,
		 struct error *error) _must_check_;
/* Once after the last: who is whose parent, buses of bridges; settles the machine. */
void nodedev_finish(struct machine *machine);
