/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/vec.h"

struct entry {
	int key;
	size_t number;
};

static int by_key(const void *a, const void *b)
{
	return ((const struct entry *)a)->key - ((const struct entry *)b)->key;
}

/* More entries than an algorithm for few of them, which is often stable, would sort. */
static void keeps_order(void **state)
{
	VEC(struct entry) entries = {};

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		*vec_add(&entries) = (struct entry){(int)(i * 7919 % 10), i};
	vec_sort(&entries, by_key);
	for (size_t i = 1; i < entries.n; i++) {
		const struct entry *a = &entries.v[i - 1], *b = &entries.v[i];

		assert_true(a->key < b->key ||
			    (a->key == b->key && a->number < b->number));
	}
	vec_free(&entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
