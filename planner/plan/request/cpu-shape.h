/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/plan/request/request.h"

/* <cpu><topology>: their product is the number of vCPUs. */
struct cpu_shape {
	unsigned sockets, dies, cores, threads;
};

/*
 * A topology in which no cell splits a core and each cell has whole sockets, or whole
 * dies of one socket if the mirrored machine has several nodes to a package. Follows the
 * machine's packages, dies and threads as far as the numbers are divisible.
 */
struct cpu_shape cpu_shape_of(const struct request *request);
