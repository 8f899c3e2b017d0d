/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "partition/stub/stub-bytes.h"
#include "partition/stub/stub.h"

#include <stdio.h>

/* The code assembled from uefi-only.S is the code that was reviewed and booted. */
static void bytes(void **state)
{
	static const uint8_t expected[] = {STUB_EXPECTED_BYTES};

	(void)state;
	if (stub_code_bytes != sizeof(expected) ||
	    memcmp(stub_code, expected, sizeof(expected)) != 0)
		for (uint32_t i = 0; i < stub_code_bytes; i++)
			fprintf(stderr, "0x%02x,%s", stub_code[i],
				i % 12 == 11 ? "\n" : " ");
	assert_int_equal(stub_code_bytes, sizeof(expected));
	assert_memory_equal(stub_code, expected, sizeof(expected));
}

static void only_its_bytes(void **state)
{
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *message = NULL;
	uint8_t sector[512];

	(void)state;
	memset(sector, 0xa5, sizeof(sector));
	assert_int_equal(stub_find(sector, NULL), STUB_OTHER);
	assert_int_equal(stub_fill(sector, NULL, 0, &error), 0);
	for (size_t i = STUB_BYTES; i < sizeof(sector); i++)
		assert_int_equal(sector[i], 0xa5);
	assert_int_equal(stub_find(sector, &message), STUB_OURS);
	assert_string_equal(message, stub_default_message);
	sector[STUB_BYTES - 1] = 1;
	assert_int_equal(stub_find(sector, NULL), STUB_OTHER);
	stub_clear(sector);
	assert_int_equal(stub_find(sector, NULL), STUB_NONE);
	assert_int_equal(sector[STUB_BYTES], 0xa5);
}

static void messages(void **state)
{
	static const struct {
		const char *message, *shown, *complaint;
	} rows[] = {
		{"one line", "one line\r\n", NULL},
		{"two\nlines\n", "two\r\nlines\r\n", NULL},
		{"two\r\nlines\r\n", "two\r\nlines\r\n", NULL},
		{"", NULL, "the message is empty"},
		{"tab\there", NULL,
		 "byte 4 of the message is 0x09; only printable ASCII and newlines can be shown"},
		{"a\rb", NULL,
		 "byte 2 of the message is 0x0d; only printable ASCII and newlines can be shown"},
		{"na\xc3\xafve", NULL,
		 "byte 3 of the message is 0xc3; only printable ASCII and newlines can be shown"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_error_ struct error error = {};
		_cleanup_free_ char *message = NULL;
		uint8_t sector[STUB_BYTES] = {};
		int done = stub_fill(sector, rows[i].message, strlen(rows[i].message),
				     &error);

		assert_int_equal(done, rows[i].shown ? 0 : -1);
		if (done < 0) {
			assert_string_equal(error.message, rows[i].complaint);
			assert_int_equal(stub_find(sector, NULL), STUB_NONE);
			continue;
		}
		assert_int_equal(stub_find(sector, &message), STUB_OURS);
		assert_string_equal(message, rows[i].shown);
	}
}

static void length(void **state)
{
	size_t room = stub_message_bytes();
	char message[STUB_BYTES];

	(void)state;
	memset(message, 'x', sizeof(message));
	for (size_t n = room - 2; n <= room; n++) {
		_cleanup_error_ struct error error = {};
		uint8_t sector[STUB_BYTES] = {};

		if (n == room - 2) {
			assert_int_equal(stub_fill(sector, message, n, &error), 0);
			assert_int_equal(sector[STUB_BYTES - 1], 0);
			assert_int_equal(sector[STUB_BYTES - 2], '\n');
		} else {
			assert_int_equal(stub_fill(sector, message, n, &error), -1);
			assert_non_null(strstr(error.message, "too long by"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(only_its_bytes),
		cmocka_unit_test(messages),
		cmocka_unit_test(length),
	};

	return RUN_TESTS(tests);
}
