/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain.h - entries with the same key, in order, for rules about pairs: they
 * look at each entry's own chain and not at all entries.
 *
 *     int first = chain_add(&chains, NULL, key, b);
 *     for (int a = first; a < b; a = chains.next.v[a]) use(a, b);
 *
 * Rules that report one pair for each entry use chain_find().
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
/*
 * The first entry before @entry in the chain of @key that matches it; -1 if none does.
 * @entry itself need not be in the chain.
 */
typedef bool chain_matches(const void *context, int earlier, int entry);
int chain_find(const struct chains *chains, uint64_t key, int entry,
	       chain_matches *matches, const void *context);
void chains_free(struct chains *chains);
#define _cleanup_chains_ _cleanup_(chains_free)
