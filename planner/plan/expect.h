/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expect.h - a predicted machine as a small JSON file, which `verify` compares with the
 * guest from inside, where there is no domain XML.
 */
#pragma once

#include "base/error.h"
#include "planner/plan/composition.h"
#include "topology/machine.h"

/*
 * One JSON document; @request and @plan add the planned devices, @target the versions
 * that were planned for.
 */
void text_add_expect(struct text *text, const struct machine *machine,
		     const struct request *request, const struct target_settled *target,
		     const struct plan *plan);
/* Whether bytes look like such a file: they begin with a brace. */
bool expect_looks_like(const char *bytes, size_t n);
/*
 * Reads it back into a zeroed machine, which the caller frees even after an error. Every
 * field that compare looks at is restored. Errors (status 2, naming @name and the
 * member): not JSON, another version, values out of range.
 */
int expect_read(const char *name, const char *bytes, size_t n, struct machine *ret,
		struct error *error) _must_check_;
