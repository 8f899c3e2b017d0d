/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare-parts.h - shared by the files compare*.c. */
#pragma once

#include "topology/differences.h"
#include "topology/machine.h"

struct compare_options; /* compare.h */

struct comparison {
	const struct machine *expected, *observed;
	const struct compare_options *options;
	struct differences *ret;
};

/*
 * Adds a difference and returns its index. @because: the index of a cause or of a
 * consequence.
 */
int compare_add(struct comparison *c, enum difference_kind kind, int because,
		const char *format, ...) _printf_(4, 5);
/* Fills in what was expected and observed in the last one. */
void compare_expected(struct comparison *c, const char *format, ...) _printf_(2, 3);
void compare_observed(struct comparison *c, const char *format, ...) _printf_(2, 3);
/* Index of the difference of that kind with that subject, or -1. */
int compare_find(const struct comparison *c, enum difference_kind kind,
		 const char *subject);
/* A value of the subject is unknown on one side. */
void compare_unknown(struct comparison *c, const char *what, bool expected,
		     const char *format, ...) _printf_(4, 5);
/*
 * Counts a comparison of two values that both sides know and returns whether they are
 * equal; if one side does not know, that is noted and the result is true.
 */
bool compare_known(struct comparison *c, const char *what, const char *subject,
		   bool expected_known, bool observed_known, bool equal);

/* Whether a kernel reported the machine that it runs on, as opposed to a description. */
bool compare_observed_by_kernel(const struct comparison *c);

void compare_buses(struct comparison *c); /* numbers that two root buses claim */
/* Index of the overlap that explains what is wrong on or near a bus, or -1. */
int compare_overlap_near(const struct comparison *c, uint32_t domain, uint8_t bus);
void compare_nodes(struct comparison *c); /* and CPUs, memory, distances */
void compare_roots(struct comparison *c);
void compare_functions(struct comparison *c);
void compare_paths(struct comparison *c); /* needs the differences of functions */
void compare_groups(struct comparison *c);
void compare_nccl(struct comparison *c); /* instead of all others */
