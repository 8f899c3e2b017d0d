/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/list.h"
#include "base/text.h"

static void numbers(void **state)
{
	static const struct {
		const char *string;
		bool good;
		uint64_t value;
	} rows[] = {
		{"0", true, 0},     {"18446744073709551615", true, UINT64_MAX},
		{"0x1F", true, 31}, {"18446744073709551616", false, 0},
		{"0x", false, 0},   {"", false, 0},
		{" 1", false, 0},   {"+1", false, 0},
		{"-1", false, 0},   {"1 ", false, 0},
		{"1f", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 77;

		assert_int_equal(parse_u64(rows[i].string, &value), rows[i].good);
		assert_int_equal(value, rows[i].good ? rows[i].value : 77);
	}
}

static void negative_numbers(void **state)
{
	int value = 7;

	(void)state;
	assert_true(parse_int("-2147483648", &value));
	assert_int_equal(value, INT32_MIN);
	assert_false(parse_int("-2147483649", &value));
	assert_false(parse_int("2147483648", &value));
	assert_false(parse_int("0x10", &value));
	assert_false(parse_int("-", &value));
}

static void shown(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	/* Untrusted text must not change the direction of a line. */
	text_add_shown(&text, "\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8\xd8\x9c\xe2\x80\x9c");
	assert_string_equal(
		text.s,
		"\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\xa8\\xd8\\x9c\xe2\x80\x9c");
	text_free(&text);
	text_add_shown(&text, "a\x1b[31m\xc3\xa9\xff\xc2\x85\xed\xa0\x80\n");
	assert_string_equal(text.s,
			    "a\\x1b[31m\xc3\xa9\\xff\\xc2\\x85\\xed\\xa0\\x80\\x0a");
}

static void xml_escapes(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	text_add_xml(&text, "<a b=\"c\">&'\n");
	assert_string_equal(text.s, "&lt;a b=&quot;c&quot;&gt;&amp;&apos;&#10;");
}

static void lists(void **state)
{
	static const struct {
		const char *list;
		char separator;
		const char *item;
		bool has;
	} rows[] = {
		{"a bc d", ' ', "a", true},
		{"a bc d", ' ', "bc", true},
		{"a bc d", ' ', "d", true},
		{"a bc d", ' ', "b", false},
		{"a bc d", ' ', "c", false},
		{"bcb b", ' ', "b", true},
		{"a:/usr/lib", ':', "/lib", false},
		{"/usr/lib:", ':', "/usr/lib", true},
		{"/a file /b", ' ', "/a file", true},
		{"10000:02:00.0", ' ', "0000:02:00.0", false},
		{"a  b", ' ', "", false},
		{"", ' ', "", false},
		{"", ' ', "a", false},
		{NULL, ' ', "a", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(list_has(rows[i].list, rows[i].separator, rows[i].item),
				 rows[i].has);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(negative_numbers),
		cmocka_unit_test(shown),   cmocka_unit_test(xml_escapes),
		cmocka_unit_test(lists),
	};

	return RUN_TESTS(tests);
}
