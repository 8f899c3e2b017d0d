/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drift.h - where a domain no longer is what the plan in its <metadata> says. The plan's
 * notes (planner/plan/plan-metadata.h) name for each planned device its kind, its PCI
 * address in the guest and its cell, and the cells that stand for host nodes. What they
 * record of cells and IOMMUs is in note.h.
 */
#pragma once

#include "base/xml/document.h"
#include "planner/check/note.h"
#include "planner/guest/tree.h"

#define PLAN_NAMESPACE "urn:virt-layout:plan:1"
/* A note of an older version, without the cell. */
#define CELL_UNKNOWN (-2)

struct drift {
	int note; /* element of the note */
	/* NULL: the device, or the cell, does not exist any more. Owned. */
	char *name;
	int element;                     /* of the device; -1: added by libvirt */
	struct pci_address planned, now; /* in the guest */
	int planned_cell, cell;          /* -1: none */
};
typedef VEC(struct drift) drift_list;

/* Whether <metadata> contains a plan. */
bool drift_has_plan(const struct document *document, const struct guest *guest);
/*
 * Adds the notes of @document that the guest does not agree with. A device is the one of
 * the note's kind at its address, else one of that kind that no other note is about. All
 * devices must have addresses (assign.h).
 */
void drift_find(const struct document *document, const struct guest_tree *tree,
		drift_list *ret);
/* The same for cells and IOMMUs. */
void drift_find_notes(const struct document *document, const struct guest *guest,
		      note_drift_list *ret);
void drift_free(drift_list *list);
