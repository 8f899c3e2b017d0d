/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/base64.h"

#include <string.h>

/* RFC 4648 section 10. */
static void the_vectors(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xff\xfe", "//4="},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text there = {}, back = {};

		text_add_base64(&there, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(there.n ? there.s : "", rows[i][1]);
		assert_true(text_add_from_base64(&back, rows[i][1]));
		assert_int_equal(back.n, strlen(rows[i][0]));
		assert_memory_equal(back.n ? back.s : "", rows[i][0], back.n);
	}
}

static void wrong_ones(void **state)
{
	static const char *const bad[] = {"Z",     "Zg",     "Zg=",     "Zg===",
					  "Zh==",  "Zm9=",   "=Zg=",    "====",
					  "Zm 9v", "Zm9v\n", "Zg==Zg=="};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_text_ struct text text = {};

		text_adds(&text, "kept");
		assert_false(text_add_from_base64(&text, bad[i]));
		assert_string_equal(text.s, "kept");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors),
		cmocka_unit_test(wrong_ones),
	};

	return RUN_TESTS(tests);
}
