/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attach.h - the element of one new device, as virsh attach-device takes it. */
#pragma once

#include "base/xml/document.h"
#include "planner/guest/target.h"
#include "topology/machine.h"

/* The running domain, and what decides the versions of its firmware. */
struct attach_to {
	const struct document *domain;
	const char *name;
	const struct target *target;
	const struct machine *host; /* NULL: not known */
};

/*
 * Adds to *@ret the only device that the planned domain @xml has and @to->domain does
 * not, and to *@warning what it does to others, one sentence, or nothing. Errors: there
 * is none, or more than one; libvirt (9.0 to 12.9) cannot attach it to a running domain;
 * something else would have to change.
 */
int attach_element(const struct attach_to *to, const struct text *xml, struct text *ret,
		   struct text *warning, struct error *error) _must_check_;
