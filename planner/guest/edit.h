/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.h - the only writer of domain XML: turns the differences between the guest as it
 * was read and the guest as it should be into edits of the text. Without a difference
 * there are no edits.
 */
#pragma once

#include "base/xml/edit.h"
#include "planner/guest/guest.h"

/*
 * Adds the edits that turn @old, read from edits->document, into @new. An item with an
 * element is changed where a field differs from the old item with the same element, an
 * item without one is inserted, and an old item whose element is not in @new is removed.
 */
void guest_edit(const struct guest *old, const struct guest *new, struct edits *edits);
/*
 * The child of the root after which a new element called @name goes in libvirt's order,
 * for edit_insert: -2 before all, -1 after all.
 */
int guest_edit_anchor(const struct document *document, const char *name);
