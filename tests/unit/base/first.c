/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/first.h"
#include "base/macros.h"
#include "base/siphash.h"

#include <string.h>

/* As CPython 3.11 hashes the number's eight bytes and the text with PYTHONHASHSEED=0. */
static void published(void **state)
{
	static const struct {
		uint64_t number;
		const char *text;
		uint64_t hash;
	} rows[] = {
		{0, "", UINT64_C(0xbd60acb658c79e45)},
		{1, "a", UINT64_C(0xbeb9a6bbf61b58b4)},
		{UINT64_C(0x0102030405060708), "sixteen bytes ok",
		 UINT64_C(0xc56ac536697d1c25)},
		{7, "pci-bridge", UINT64_C(0xb688418a8e52138b)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_true(siphash_keyed((const uint64_t[2]){}, rows[i].number,
					  rows[i].text,
					  strlen(rows[i].text)) == rows[i].hash);
}

static void keyed(void **state)
{
	(void)state;
	assert_true(siphash(7, "x", 1) == siphash(7, "x", 1));
	assert_true(siphash(7, "x", 1) !=
		    siphash_keyed((const uint64_t[2]){}, 7, "x", 1));
}

static void nothing(void **state)
{
	_cleanup_firsts_ struct firsts firsts = {};

	(void)state;
	assert_int_equal(first_find(&firsts, "a", 1), -1);
	assert_int_equal(first_find(&firsts, NULL, 0), -1);
}

static void distinct(void **state)
{
	_cleanup_firsts_ struct firsts firsts = {};
	char same[] = "a";

	(void)state;
	assert_int_equal(first_add(&firsts, NULL, 1, 10), 10);
	assert_int_equal(first_add(&firsts, "", 1, 11), 11);
	assert_int_equal(first_add(&firsts, "a", 1, 12), 12);
	assert_int_equal(first_add(&firsts, "a", 2, 13), 13);
	assert_int_equal(first_add(&firsts, same, 1, 14), 12);
	assert_int_equal(first_add(&firsts, NULL, 1, 15), 10);
	assert_int_equal(first_find(&firsts, same, 2), 13);
	assert_int_equal(first_find(&firsts, "", 1), 11);
	assert_int_equal(first_find(&firsts, "", 2), -1);
}

static void many(void **state)
{
	enum { N = 5000 };
	_cleanup_firsts_ struct firsts firsts = {};

	(void)state;
	for (int i = 0; i < N; i++)
		assert_int_equal(first_add(&firsts, i % 3 ? "x" : NULL, (uint64_t)i, i),
				 i);
	for (int i = 0; i < N; i++) {
		const char *text = i % 3 ? "x" : NULL;

		assert_int_equal(first_add(&firsts, text, (uint64_t)i, -7), i);
		assert_int_equal(first_find(&firsts, text, (uint64_t)i), i);
		assert_int_equal(first_find(&firsts, text ? NULL : "x", (uint64_t)i), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published), cmocka_unit_test(keyed),
		cmocka_unit_test(nothing),   cmocka_unit_test(distinct),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
