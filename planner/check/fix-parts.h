/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fix-parts.h - shared by the files fix*.c. */
#pragma once

#include "base/xml/edit.h"
#include "planner/check/host.h"

/* One finding to fix. Without an edit it cannot be fixed. */
struct fix {
	struct check *check; /* the guest is completed, the tree is built */
	const struct finding *finding;
	int element; /* its position */
	struct edits edits;
};

/* The element that begins at a place, or -1. */
int fix_element_at(const struct document *document, const struct place *place);
/* Makes the edits for the finding, none if the fix would be a guess; sets element. */
void fix_make_edits(struct fix *fix);
/* Merges a want into an element, and frees it. */
void fix_merge(struct fix *fix, int element, struct want *want);
/* Writes an element of <features>, with an attribute unless that is NULL. */
void fix_feature(struct fix *fix, const char *name, const char *attribute,
		 const char *value);
/* fix-buses.c: new numbers and indexes of buses. */
void fix_bus_numbers(struct fix *fix);
void fix_indexes(struct fix *fix);
/* fix-move.c: moves devices to another port, which is created if none is free. */
void fix_off_expander(struct fix *fix);
void fix_function_0(struct fix *fix);
void fix_to_node(struct fix *fix);
void fix_to_own_root(struct fix *fix);
/* fix-pins.c: pins to where the memory or the data is. */
void fix_vcpu_split(struct fix *fix);
void fix_vcpu_unpinned(struct fix *fix);
void fix_pin_online(struct fix *fix);
void fix_pin_shared(struct fix *fix);
void fix_smt(struct fix *fix);
void fix_emulator(struct fix *fix);
void fix_iothread(struct fix *fix);
