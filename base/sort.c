/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sort.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct order {
	int (*compare)(const void *, const void *);
};

/* Of pointers into one array. */
static int compare_places(const void *a, const void *b, void *user)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	const struct order *order = user;
	int verdict = order->compare(left, right);

	return verdict ? verdict : (left > right) - (left < right);
}

void sort_stably(void *v, size_t n, size_t size_bytes,
		 int (*compare)(const void *, const void *))
{
	_cleanup_free_ char *old = xmemdup(v, n * size_bytes);
	_cleanup_free_ const char **places = xcalloc(n + 1, sizeof(*places));
	struct order order = {compare};

	for (size_t i = 0; i < n; i++)
		places[i] = old + i * size_bytes;
	qsort_r(places, n, sizeof(*places), compare_places, &order);
	for (size_t i = 0; i < n; i++)
		memcpy((char *)v + i * size_bytes, places[i], size_bytes);
}
