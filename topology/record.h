/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.h - one file that holds a machine with all that is known of it, to be planned
 * for and checked against elsewhere and later. schemas/host.rng is its form.
 */
#pragma once

#include "base/error.h"
#include "topology/machine.h"

struct document;

/*
 * Adds the record of @machine as an XML document: deterministic, and nothing in it that
 * is not in @machine. Needs no libxml2, since the agent inside a guest calls it. The
 * machine is settled (machine_settle): references between functions are indexes.
 */
void text_add_record(struct text *text, const struct machine *machine);

/*
 * Reads a record into a zeroed *@ret, which is zeroed again after a fault. Faults, with
 * file and line: another root element or namespace, a damaged value, a missing or unknown
 * attribute or element, an address twice or out of order, a reference to a function that
 * is not there. In a record of a later version than ours what is unknown is left out and
 * said in the machine's complaints.
 */
int record_read(const struct document *document, struct machine *ret, struct error *error)
	_must_check_;
/* Whether the document's root element is a record's. */
bool record_is(const struct document *document);
