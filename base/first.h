/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * first.h - who was the first of a name and a number: what finds duplicates among many
 * without comparing each with each. A balanced tree: there is no bad case.
 */
#pragma once

#include "base/macros.h"

#include <stdint.h>

/* A zeroed one is empty. Owns its entries, not their texts. */
struct firsts {
	void *root;
};

/*
 * Remembers @value under a text (which may be NULL and must outlive the tree) and a
 * number, unless something is there already. Returns what is there then: @value if it is
 * the first.
 */
int first_add(struct firsts *firsts, const char *text, uint64_t number, int value);
/* What is there, -1 if nothing is. */
int first_find(const struct firsts *firsts, const char *text, uint64_t number);
void firsts_free(struct firsts *firsts);
#define _cleanup_firsts_ _cleanup_(firsts_free)
