/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/sha256.h"
#include "base/text.h"

#include <string.h>

static void assert_hash(const uint8_t *hash, const char *wanted)
{
	_cleanup_text_ struct text hex = {};

	for (int i = 0; i < SHA256_BYTES; i++)
		text_printf(&hex, "%02x", hash[i]);
	assert_string_equal(hex.s, wanted);
}

/* The examples of FIPS 180-4 and a length that needs a separate block for the padding. */
static void hashes(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc",
		 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	uint8_t hash[SHA256_BYTES];
	struct sha256 sha;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sha256_begin(&sha);
		for (const char *at = rows[i].text; *at; at++)
			sha256_add(&sha, at, 1);
		sha256_end(&sha, hash);
		assert_hash(hash, rows[i].wanted);
	}
}

/* RFC 4231, test cases 2 and 6. */
static void hmacs(void **state)
{
	uint8_t hash[SHA256_BYTES], key[131];
	static const char long_key[] =
		"Test Using Larger Than Block-Size Key - Hash Key First";

	(void)state;
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, hash);
	assert_hash(hash,
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	hmac_sha256(key, sizeof(key), long_key, sizeof(long_key) - 1, hash);
	assert_hash(hash,
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(hmacs),
	};

	return RUN_TESTS(tests);
}
