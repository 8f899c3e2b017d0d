/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request-flags.h - the flags of `plan` that say what is wanted, one function each; the
 * command line and the request file both come through here.
 */
#pragma once

#include "planner/plan/request/mirror.h"

bool request_has_flag(const char *flag);
/*
 * Fills one flag's value into the request or the mirror's options; @value is NULL for a
 * flag without one. Fault (status 2): malformed or out of range.
 */
int request_take(struct request *request, struct mirror_options *mirror, const char *flag,
		 const char *value, struct error *error) _must_check_;
