/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/chain.h"

#include <limits.h>

/* Each chain has the entries of its key, in order; entries may be left out. */
static void in_order(void **state)
{
	static const struct {
		const char *text;
		uint64_t key;
		int entry, first;
	} rows[] = {
		{NULL, 7, 0, 0}, {NULL, 8, 1, 1},          {NULL, 7, 2, 0},
		{"x", 7, 5, 5},  {NULL, UINT64_MAX, 6, 6}, {"x", 7, 8, 5},
		{NULL, 7, 9, 0},
	};
	_cleanup_chains_ struct chains chains = {};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(chain_add(&chains, rows[i].text, rows[i].key,
					   rows[i].entry),
				 rows[i].first);
	assert_int_equal(chains.next.v[0], 2);
	assert_int_equal(chains.next.v[2], 9);
	assert_int_equal(chains.next.v[9], INT_MAX);
	assert_int_equal(chains.next.v[1], INT_MAX);
	assert_int_equal(chains.next.v[5], 8);
	assert_int_equal(chains.next.v[6], INT_MAX);
	assert_int_equal(chain_first(&chains, NULL, 7), 0);
	assert_int_equal(chain_first(&chains, "x", 7), 5);
	assert_int_equal(chain_first(&chains, "x", 8), INT_MAX);
}

static bool is_twice(const void *context, int earlier, int entry)
{
	(void)context;
	return entry == 2 * earlier;
}

/* Only earlier entries of the same chain are looked at. */
static void first_match(void **state)
{
	_cleanup_chains_ struct chains chains = {};

	(void)state;
	for (int i = 1; i <= 9; i++)
		chain_add(&chains, NULL, (uint64_t)i % 2, i);
	assert_int_equal(chain_find(&chains, 0, 4, is_twice, NULL), 2);
	assert_int_equal(chain_find(&chains, 0, 8, is_twice, NULL), 4);
	assert_int_equal(chain_find(&chains, 0, 2, is_twice, NULL), -1);
	assert_int_equal(chain_find(&chains, 0, 20, is_twice, NULL), -1);
	assert_int_equal(chain_find(&chains, 1, 10, is_twice, NULL), 5);
	assert_int_equal(chain_find(&chains, 2, 10, is_twice, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(first_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
