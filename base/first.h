/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * first.h - finds the first entry with a given name and number, and so duplicates among
 * many without comparing all pairs. A hash table with a key that differs from process to
 * process, so nobody can write a document whose entries collide.
 */
#pragma once

#include "base/macros.h"

#include <stdint.h>

/* A zeroed one is empty. Owns its entries, but not their texts. */
struct firsts {
	struct first_entry *entries; /* in the order in which they were added */
	uint32_t *slots;             /* 1 + the entry's place; 0: none */
	size_t n, n_slots;           /* a power of two, or 0 */
};

/*
 * Stores @value under a text (which may be NULL and must outlive the table) and a number,
 * unless there is a value already. Returns the stored value: @value if it is the first.
 */
int first_add(struct firsts *firsts, const char *text, uint64_t number, int value);
/* The stored value, -1 if there is none. */
int first_find(const struct firsts *firsts, const char *text, uint64_t number);
void firsts_free(struct firsts *firsts);
#define _cleanup_firsts_ _cleanup_(firsts_free)
