/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/size.h"

static void parsing(void **state)
{
	static const struct {
		const char *string;
		bool bare;
		enum size_answer answer;
		uint64_t size_bytes;
	} rows[] = {
		{"4GiB", false, SIZE_OK, UINT64_C(4) << 30},
		{"512M", false, SIZE_OK, UINT64_C(512) << 20},
		{"512m", false, SIZE_OK, UINT64_C(512) << 20},
		{"1GB", false, SIZE_OK, 1000000000},
		{"1.5GiB", false, SIZE_OK, UINT64_C(3) << 29},
		{"7B", false, SIZE_OK, 7},
		{"0", false, SIZE_OK, 0},
		{"4", false, SIZE_NO_SUFFIX, 0},
		{"4", true, SIZE_OK, 4},
		{"3s", false, SIZE_OK, 1536},
		{"8EiB", false, SIZE_TOO_LARGE, 0},
		{"99999999999999999999999KiB", false, SIZE_TOO_LARGE, 0},
		{"1.3B", false, SIZE_MALFORMED, 0},
		{"4XiB", false, SIZE_MALFORMED, 0},
		{"-4GiB", false, SIZE_MALFORMED, 0},
		{"", false, SIZE_MALFORMED, 0},
		{"GiB", false, SIZE_MALFORMED, 0},
		{"1.", true, SIZE_MALFORMED, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t size_bytes = 0;

		assert_int_equal(size_parse(rows[i].string, rows[i].bare, 512,
					    &size_bytes),
				 rows[i].answer);
		assert_int_equal(size_bytes, rows[i].size_bytes);
	}
}

static void units(void **state)
{
	uint64_t size_bytes;

	(void)state;
	assert_true(size_with_unit(4, NULL, &size_bytes));
	assert_int_equal(size_bytes, 4096);
	assert_true(size_with_unit(4, "b", &size_bytes));
	assert_int_equal(size_bytes, 4);
	assert_false(size_with_unit(UINT64_MAX, "KiB", &size_bytes));
	assert_false(size_with_unit(1, "", &size_bytes));
}

static void printing(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	text_add_size(&text, UINT64_C(4) << 30);
	text_adds(&text, ", ");
	text_add_size(&text, 1536 << 20);
	text_adds(&text, ", ");
	text_add_size(&text, 513);
	text_adds(&text, ", ");
	text_add_size_human(&text, UINT64_C(4187593113));
	assert_string_equal(text.s, "4 GiB, 1536 MiB, 513 B, 3.9G");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing),
		cmocka_unit_test(units),
		cmocka_unit_test(printing),
	};

	return RUN_TESTS(tests);
}
