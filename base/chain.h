/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain.h - entries with the same key, in order, for rules about pairs: they
 * look at each entry's own chain and not at all entries.
 *
 *     int first = chain_add(&chains, NULL, key, b);
 *     for (int a = first; a < b; a = chains.next.v[a]) use(a, b);
 */
#pragma once

#include "base/first.h"
#include "base/vec.h"

/* A zeroed one is empty. */
struct chains {
	struct firsts firsts;
	VEC(int) next; /* of each entry added */
	VEC(int) last; /* of the chain that begins with an entry */
};

/*
 * Adds @entry, which is larger than those added before, to the chain of @text (as in
 * first.h) and @key, and returns the first of the chain. The next of the last is larger
 * than every entry.
 */
int chain_add(struct chains *chains, const char *text, uint64_t key, int entry);
/* The first of a chain, INT_MAX if there is none. */
int chain_first(const struct chains *chains, const char *text, uint64_t key);
void chains_free(struct chains *chains);
#define _cleanup_chains_ _cleanup_(chains_free)
