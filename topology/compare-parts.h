/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare-parts.h - what the files of compare share. */
#pragma once

#include "topology/differences.h"
#include "topology/machine.h"

struct compare_options; /* compare.h */

struct comparison {
	const struct machine *expected, *observed;
	const struct compare_options *options;
	struct differences *ret;
};

/* Adds one and gives its index. @because: the index of a cause or of a consequence. */
int compare_add(struct comparison *c, enum difference_kind kind, int because,
		const char *format, ...) _printf_(4, 5);
/* Fills what was expected and observed in the last one. */
void compare_expected(struct comparison *c, const char *format, ...) _printf_(2, 3);
void compare_observed(struct comparison *c, const char *format, ...) _printf_(2, 3);
/* Index of a difference of that kind about that subject, -1. */
int compare_find(const struct comparison *c, enum difference_kind kind,
		 const char *subject);
/* A subject's value is not known on one side. */
void compare_unknown(struct comparison *c, const char *what, bool expected,
		     const char *format, ...) _printf_(4, 5);
/*
 * Counts a comparison of two values that both sides know and says whether they are
 * equal; where a side does not know, that is noted and the answer is true.
 */
bool compare_known(struct comparison *c, const char *what, const char *subject,
		   bool expected_known, bool observed_known, bool equal);

/* What a kernel says of the machine it runs on, rather than a description of one. */
bool compare_observed_by_kernel(const struct comparison *c);

void compare_buses(struct comparison *c); /* numbers that two root buses claim */
/* Index of the overlap that explains what is wrong on or near a bus, -1. */
int compare_overlap_near(const struct comparison *c, uint32_t domain, uint8_t bus);
void compare_nodes(struct comparison *c); /* and CPUs, memory, distances */
void compare_roots(struct comparison *c);
void compare_functions(struct comparison *c);
void compare_groups(struct comparison *c);
