/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/apart.h"
#include "tests/dice.h"

#include <limits.h>

enum { ENTRIES = 60, KEYS = 2 };

struct row {
	uint64_t key;
	int values[APART_ATTRIBUTES];
};

static int by_looking_at_all(const struct row *rows, int b, size_t attributes)
{
	for (int a = 0; a < b; a++) {
		bool apart = rows[a].key == rows[b].key;

		for (size_t i = 0; i < attributes; i++)
			apart &= rows[a].values[i] != rows[b].values[i];
		if (apart)
			return a;
	}
	return INT_MAX;
}

/* For any number of attributes with few or many values; the lists stay short. */
static void finds_the_first(void **state)
{
	struct dice dice = {1};

	(void)state;
	for (int round = 0; round < 3000; round++) {
		_cleanup_apart_ struct apart apart = {.attributes = 1 + round % 3};
		unsigned values = 2 + roll_small(&dice, 6);
		struct row rows[ENTRIES];

		for (int i = 0; i < ENTRIES; i++) {
			rows[i].key = roll_small(&dice, KEYS);
			for (size_t k = 0; k < apart.attributes; k++)
				rows[i].values[k] = (int)roll_small(&dice, values) - 1;
			assert_int_equal(apart_find(&apart, rows[i].key, rows[i].values),
					 by_looking_at_all(rows, i, apart.attributes));
			apart_add(&apart, rows[i].key, rows[i].values, i);
		}
		for (size_t i = 0; i < apart.lists.n; i++)
			assert_true(apart.lists.v[i].n <= (size_t)1 << apart.attributes);
	}
}

static void empty(void **state)
{
	_cleanup_apart_ struct apart apart = {.attributes = 1};

	(void)state;
	assert_int_equal(apart_find(&apart, 7, (int[]){1}), INT_MAX);
	apart_add(&apart, 7, (int[]){1}, 3);
	assert_int_equal(apart_find(&apart, 7, (int[]){1}), INT_MAX);
	assert_int_equal(apart_find(&apart, 8, (int[]){2}), INT_MAX);
	assert_int_equal(apart_find(&apart, 7, (int[]){2}), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_first),
		cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
