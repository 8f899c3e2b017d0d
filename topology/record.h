/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.h - one file that contains a machine with everything known about it, for
 * planning and checking later and on another machine. schemas/host.rng describes its
 * format.
 */
#pragma once

#include "base/error.h"
#include "topology/machine.h"

struct document;

/*
 * Adds the record of @machine as an XML document: deterministic, and with nothing that is
 * not in @machine. Needs no libxml2, because the agent inside a guest calls it. The
 * machine is settled (machine_settle): references between functions are indexes.
 */
void text_add_record(struct text *text, const struct machine *machine);

/*
 * Reads a record into a zeroed *@ret, which is zeroed again after an error. Errors, with
 * file and line: another root element or namespace, a damaged value, a missing or unknown
 * attribute or element, an address twice or out of order, a reference to a function that
 * does not exist, a newer major version. In a record of a newer minor version, what is
 * unknown is left out, and one of the machine's complaints says so
 * (machine-fields.h: RECORD_MAJOR).
 */
int record_read(const struct document *document, struct machine *ret, struct error *error)
	_must_check_;
/* Whether the document's root element is a record's. */
bool record_is(const struct document *document);
