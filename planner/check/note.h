/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * note.h - what the plan in <metadata> records of the guest's cells and IOMMUs, and where
 * they are different now. The plan of an older version has no such notes.
 */
#pragma once

#include "base/xml/document.h"
#include "base/xml/want.h"
#include "planner/guest/guest.h"

/* <cell>: vCPUs, memory, and distances where they are not 10 and 20. */
struct want *note_cell(const struct guest *guest, size_t cell);
/* <iommu>: its model and what its <driver> has; model='none' for NULL. */
struct want *note_iommu(const struct guest_iommu *iommu);
/* Adds both, of every cell and IOMMU of @guest, to a <plan>. */
void notes_add(const struct guest *guest, struct want *plan);

struct note_drift {
	int note;         /* its element; -1: the plan has none */
	int plan, after;  /* of a note that the plan lacks: its place (edit_insert) */
	int element;      /* in the domain; -1: does not exist any more */
	struct want *now; /* the note as it would be; NULL: does not exist any more */
	char *changes;    /* "vCPUs 0-1 instead of 0-3"; empty if one is missing */
};
typedef VEC(struct note_drift) note_drift_list;

/*
 * Adds the cells and IOMMUs that are not what the notes of @plan say. What is malformed
 * is not compared.
 */
void notes_compare(const struct document *document, int plan, const struct guest *guest,
		   note_drift_list *ret);
void note_drift_free(note_drift_list *list);
