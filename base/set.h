/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * set.h - a set of small numbers: CPUs, NUMA nodes, bus numbers. Written as the kernel
 * and taskset write CPU lists: "0-3,8,10-11".
 */
#pragma once

#include "base/text.h"

#define SET_LIMIT                                                                        \
	65536 /* members are less than this; libvirt's bitmaps stop at 16384             \
	       */

/* Owned words; a zeroed struct is the empty set. */
struct set {
	uint64_t *words;
	size_t n_words;
};

void set_add(struct set *set, unsigned member);
void set_add_range(struct set *set, unsigned first, unsigned last);
void set_remove(struct set *set, unsigned member);
bool set_has(const struct set *set, unsigned member);
bool set_empty(const struct set *set);
unsigned set_count(const struct set *set);
bool set_equal(const struct set *a, const struct set *b);
bool set_intersects(const struct set *a, const struct set *b);
bool set_subset(const struct set *inner, const struct set *outer);
void set_union(struct set *into, const struct set *from);
void set_subtract(struct set *from, const struct set *what);
/* Smallest member that is at least @from, or -1. */
int set_next(const struct set *set, unsigned from);
#define set_first(set) set_next(set, 0)
struct set set_copy(const struct set *set);
void set_free(struct set *set);

#define set_foreach(member, set)                                                         \
	for (int member = set_next(set, 0); member >= 0;                                 \
	     member = set_next(set, (unsigned)member + 1))
#define _cleanup_set_ _cleanup_(set_free)

/*
 * Reads a list like "0-3,8"; an empty string is the empty set. With @exclusions,
 * libvirt's "^2" removes a member. False, with *ret empty, for anything else and for a
 * member of SET_LIMIT or more.
 */
bool set_parse(const char *list, bool exclusions, struct set *ret) _must_check_;
/* The list form; nothing for the empty set. */
void text_add_set(struct text *text, const struct set *set);
