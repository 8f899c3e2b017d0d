/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * together.h - several domains on one host: resources that they use twice. The rules are
 * rows of the table like the others, but without a function.
 */
#pragma once

#include "planner/check/rules.h"

/*
 * Adds to each result what its domain and an earlier one both use: host devices, host
 * CPUs that single vCPUs are pinned to, and the memory of options->host's nodes.
 */
void check_together(struct check_result *const *results, size_t n,
		    const struct check_options *options);
