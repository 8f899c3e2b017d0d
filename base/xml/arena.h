/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arena.h - memory for the tree of one document. libxml2 allocates a dozen blocks for
 * each element and frees them one by one; from an arena they come one after another,
 * and all are freed together. Private to document.c
 * and tree.c.
 */
#pragma once

#include <stddef.h>

/* A zeroed one is empty; it may be moved. */
struct arena {
	struct arena_chunk *newest;
	size_t estimate; /* bytes of the first chunk */
};

/* Initializes libxml2, once, which must have been loaded. */
void arena_prepare(void);
/*
 * Until arena_end(), whatever libxml2 allocates in this thread comes from @arena, and
 * must not be used after arena_free(). Prepares if nobody has.
 */
void arena_begin(struct arena *arena);
void arena_end(void);
/* A block as libxml2 would get it, from the arena in use. Never NULL. */
void *arena_allocate(size_t n);
void arena_free(struct arena *arena);
