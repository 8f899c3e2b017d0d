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
/*
 * The same for the text of a file, which may hold several documents one after another, as
 * a loop over "virsh nodedev-list" writes them. @text is changed.
 */
int nodedev_read_text(const char *name, struct text *text, struct machine *machine,
		      struct error *error) _must_check_;
/* Sets the class of functions that were described without one; see nodedev-class.c. */
void nodedev_derive_classes(struct machine *machine);
/* Call once after the last: sets parents and buses of bridges; settles the machine. */
void nodedev_finish(struct machine *machine);
