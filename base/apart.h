/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * apart.h - finds the first of many entries with the same key that differs from another
 * one in every attribute, without looking at all of them.
 *
 *     int first = apart_find(&apart, key, values);
 *     apart_add(&apart, key, values, entry);
 */
#pragma once

#include "base/first.h"
#include "base/vec.h"

enum { APART_ATTRIBUTES = 3 };

struct apart_entry {
	int values[APART_ATTRIBUTES];
	int entry;
};
typedef VEC(struct apart_entry) apart_list;

/* A zeroed one with the number of attributes is empty. */
struct apart {
	size_t attributes;
	struct firsts lists_of; /* by key */
	VEC(apart_list) lists;  /* of the entries that can be found, in order */
};

/* The first entry all of whose values differ from these, INT_MAX if there is none. */
int apart_find(const struct apart *apart, uint64_t key, const int *values);
/* Adds @entry, which is larger than those added before. */
void apart_add(struct apart *apart, uint64_t key, const int *values, int entry);
void apart_free(struct apart *apart);
#define _cleanup_apart_ _cleanup_(apart_free)
