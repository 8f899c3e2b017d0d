/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/jsonw.h"

#include <json-c/json.h>
#include <string.h>

static void write_example(struct jsonw *json)
{
	jsonw_object(json, NULL);
	jsonw_int(json, "version", 1);
	jsonw_string(json, "bad", "a\"\\\xff\x01\xc3\xa9");
	jsonw_array(json, "empty");
	jsonw_end_array(json);
	jsonw_array(json, "list");
	jsonw_u64(json, NULL, UINT64_MAX);
	jsonw_null(json, NULL);
	jsonw_bool(json, NULL, true);
	jsonw_end_array(json);
	jsonw_end_object(json);
	jsonw_finish(json);
}

static void layout(void **state)
{
	_cleanup_text_ struct text text = {};
	struct jsonw json = {.out = &text};

	(void)state;
	write_example(&json);
	assert_string_equal(text.s,
			    "{\n  \"version\": 1,\n"
			    "  \"bad\": \"a\\\"\\\\\xef\xbf\xbd\\u0001\xc3\xa9\",\n"
			    "  \"empty\": [],\n  \"list\": [\n"
			    "    18446744073709551615,\n    null,\n    true\n  ]\n}\n");
}

static void another_reader_agrees(void **state)
{
	_cleanup_text_ struct text text = {};
	struct jsonw json = {.out = &text, .compact = true};
	struct json_object *read;

	(void)state;
	write_example(&json);
	assert_null(strchr(text.s, '\n')[1] ? "two lines" : NULL);
	read = json_tokener_parse(text.s);
	assert_non_null(read);
	assert_string_equal(json_object_get_string(json_object_object_get(read, "bad")),
			    "a\"\\\xef\xbf\xbd\x01\xc3\xa9");
	json_object_put(read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(another_reader_agrees),
	};

	return RUN_TESTS(tests);
}
