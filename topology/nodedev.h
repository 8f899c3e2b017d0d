/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nodedev.h - PCI functions from `virsh nodedev-dumpxml`, for capabilities.c. */
#pragma once

#include "base/xml/document.h"
#include "topology/machine.h"

/*
 * Adds what the <device> elements of a document describe, for any number of documents.
 * Error: more than 16384 functions in total.
 */
int nodedev_read(const struct document *document, struct machine *machine,
		 struct error *error) _must_check_;
/* Call once after the last: sets parents and buses of bridges; settles the machine. */
void nodedev_finish(struct machine *machine);
