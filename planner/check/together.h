/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * together.h - several domains on one host: what they take twice. The rules are rows of
 * the table like the others, without a function of their own.
 */
#pragma once

#include "planner/check/rules.h"

/*
 * Adds to each result what its domain and an earlier one both take: host devices, host
 * CPUs that vCPUs are pinned to one by one, and the memory of options->host's nodes.
 */
void check_together(struct check_result *const *results, size_t n,
		    const struct check_options *options);
