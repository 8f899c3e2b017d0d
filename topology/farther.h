/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * farther.h - which functions are farther from each other in one machine than in another,
 * by the kinds of their paths (topology/path.h). Pure; the machines are settled, and the
 * other one is not from a file of NCCL.
 */
#pragma once

#include "topology/machine.h"

/* A function of both machines, neither of which is a bridge; -1: it has none. */
struct farther_function {
	int here, there;
	/* Those of one unit are not compared. A function has one unit here. */
	int unit;
};

/*
 * For each function the first one before it that is farther from it there than here, -1
 * if there is none. What is not known is not farther.
 */
void farther_find(const struct machine *here, const struct machine *there,
		  const struct farther_function *functions, size_t n, int *ret);
