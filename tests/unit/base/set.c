/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/set.h"

static void assert_list(const char *list, bool exclusions, const char *expected)
{
	_cleanup_text_ struct text text = {};
	_cleanup_set_ struct set set = {};
	bool good = set_parse(list, exclusions, &set);

	assert_int_equal(good, expected != NULL);
	text_add(&text, "", 0);
	text_add_set(&text, &set);
	assert_string_equal(text.s, expected ? expected : "");
}

static void lists(void **state)
{
	(void)state;
	assert_list("", false, "");
	assert_list("3", false, "3");
	assert_list("8,0-3,2-4,63-65", false, "0-4,8,63-65");
	assert_list("0-7,^3", true, "0-2,4-7");
	assert_list("0-7,^3", false, NULL);
	assert_list("3-1", false, NULL);
	assert_list("1,", false, NULL);
	assert_list(",1", false, NULL);
	assert_list("1-", false, NULL);
	assert_list("65535", false, "65535");
	assert_list("65536", false, NULL);
	assert_list("99999999999999999999", false, NULL);
	assert_list("1 2", false, NULL);
}

static void algebra(void **state)
{
	_cleanup_set_ struct set a = {}, b = {}, c = {};

	(void)state;
	assert_true(set_parse("0-3,200", false, &a));
	assert_true(set_parse("2-5", false, &b));
	assert_true(set_intersects(&a, &b));
	assert_false(set_subset(&a, &b));
	c = set_copy(&a);
	assert_true(set_equal(&a, &c));
	set_subtract(&c, &b);
	assert_int_equal(set_count(&c), 3);
	assert_true(set_subset(&c, &a));
	set_union(&c, &b);
	assert_int_equal(set_count(&c), 7);
	assert_int_equal(set_next(&c, 6), 200);
	assert_int_equal(set_next(&c, 201), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(algebra),
	};

	return RUN_TESTS(tests);
}
