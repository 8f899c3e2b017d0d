/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vec.h - a growing array of any type.
 *
 *     VEC(int) numbers = {};
 *     *vec_add(&numbers) = 5;             a zeroed entry at the end, then set
 *     for (size_t i = 0; i < numbers.n; i++) use(numbers.v[i]);
 *     vec_free(&numbers);
 *
 * Adding may move the array: keep indexes, not pointers, across it.
 */
#pragma once

#include "base/mem.h"
#include "base/sort.h"

#define VEC(type)                                                                        \
	struct {                                                                         \
		type *v;                                                                 \
		size_t n, room;                                                          \
	}

typedef VEC(const char *) vec_strings; /* where a type needs a name; borrowed */

static inline void *vec_grow_(void *v, size_t *room, size_t n, size_t size_bytes)
{
	if (n < *room)
		return v;
	*room = *room ? *room * 2 : 8;
	return xreallocarray(v, *room, size_bytes);
}

#define vec_add(vec)                                                                     \
	({                                                                               \
		__typeof__(vec) vec_ = (vec);                                            \
		vec_->v = vec_grow_(vec_->v, &vec_->room, vec_->n, sizeof(*vec_->v));    \
		memset(&vec_->v[vec_->n], 0, sizeof(*vec_->v));                          \
		&vec_->v[vec_->n++];                                                     \
	})

/* Reserves room for a known or estimated total number of entries. */
#define vec_reserve(vec, wanted)                                                         \
	({                                                                               \
		__typeof__(vec) vec_ = (vec);                                            \
		size_t wanted_ = (wanted);                                               \
                                                                                         \
		if (wanted_ > vec_->room) {                                              \
			vec_->v = xreallocarray(vec_->v, wanted_, sizeof(*vec_->v));     \
			vec_->room = wanted_;                                            \
		}                                                                        \
	})

#define vec_free(vec)                                                                    \
	({                                                                               \
		free((vec)->v);                                                          \
		(vec)->v = NULL;                                                         \
		(vec)->n = (vec)->room = 0;                                              \
	})

#define vec_last(vec)          (&(vec)->v[(vec)->n - 1])
#define vec_sort(vec, compare) sort_((vec)->v, (vec)->n, sizeof(*(vec)->v), compare)

/* Equal entries keep their order. What is sorted already is not copied. */
static inline void sort_(void *v, size_t n, size_t size_bytes,
			 int (*compare)(const void *, const void *))
{
	for (size_t i = 1; i < n; i++)
		if (compare((char *)v + (i - 1) * size_bytes,
			    (char *)v + i * size_bytes) > 0) {
			sort_stably(v, n, size_bytes, compare);
			return;
		}
}
