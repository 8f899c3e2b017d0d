/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guest-edit.h - the only emitter: what changed between the guest as it was read and the
 * guest as it should be becomes edits of the text. No difference, no edits.
 */
#pragma once

#include "base/xml/edit.h"
#include "planner/guest/guest.h"

/*
 * Gathers the edits that turn @old, read from edits->document, into @new: items with an
 * element are changed where a field differs from the old item with the same element,
 * items without one are inserted, old items whose element is not in @new are removed.
 */
void guest_edit(const struct guest *old, const struct guest *new, struct edits *edits);
/*
 * The child of the root that a new element called @name goes behind in libvirt's order,
 * for edit_insert: -2 before all, -1 behind all.
 */
int guest_edit_anchor(const struct document *document, const char *name);
