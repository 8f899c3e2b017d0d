/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz.h - shared by the fuzz targets. A target is LLVMFuzzerTestOneInput; what must be
 * true is a CHECK.
 */
#pragma once

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* tests/fuzz/run searches for this text. */
#define CHECK(condition)                                                                 \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "check failed: %s:%d: %s\n", __FILE__, __LINE__, \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

/*
 * True in the build with planted bugs: the target then breaks something, in a rare case.
 */
#ifdef PLANTED
#define IS_PLANTED true
#else
#define IS_PLANTED false
#endif

/* Reproducible choices derived from the input itself (FNV-1a, then xorshift). */
struct choice {
	uint64_t state;
};

static inline struct choice choice_begin(const uint8_t *data, size_t n)
{
	struct choice choice = {14695981039346656037u};

	for (size_t i = 0; i < n; i++)
		choice.state = (choice.state ^ data[i]) * 1099511628211u;
	choice.state |= 1;
	return choice;
}

/* A number below @limit, which is at least 1. */
static inline size_t choose(struct choice *choice, size_t limit)
{
	choice->state ^= choice->state << 13;
	choice->state ^= choice->state >> 7;
	choice->state ^= choice->state << 17;
	return (size_t)(choice->state >> 11) % limit;
}
