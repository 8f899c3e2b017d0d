/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expect.h - a predicted machine as a small JSON file: what `verify` holds a guest
 * against from inside, where there is no domain XML.
 */
#pragma once

#include "base/error.h"
#include "planner/plan/composition.h"
#include "topology/machine.h"

/*
 * One JSON document; @request and @plan add the planned devices, @target says what was
 * planned for.
 */
void text_add_expect(struct text *text, const struct machine *machine,
		     const struct request *request, const struct target_settled *target,
		     const struct plan *plan);
/* Whether bytes look like such a file: their first sign is a brace. */
bool expect_looks_like(const char *bytes, size_t n);
/*
 * Reads it back into a zeroed machine, the caller's to free also after a fault. Every
 * field that compare looks at comes back as it was. Faults (status 2, naming @name and
 * the member): no JSON, another version, values out of range.
 */
int expect_read(const char *name, const char *bytes, size_t n, struct machine *ret,
		struct error *error) _must_check_;
