/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "base/text.h"
#include "planner/boot/nvram.h"

#include <string.h>

enum { HEADER_BYTES = 60, STATE = 2, NAME_BYTES = 36, VENDOR = 44, ADDED = 0x3f };

static const char global[] =
	"\x61\xdf\xe4\x8b\xca\x93\xd2\x11\xaa\x0d\0\xe0\x98\x03\x2b\x8c";

/* Adds a variable as edk2 stores it, its name in ASCII here; returns where it begins. */
static size_t add(struct text *store, const char *name, unsigned state, bool vendor)
{
	size_t start = store->n;
	char header[HEADER_BYTES] = {(char)0xaa, 0x55, (char)state};

	header[NAME_BYTES] = (char)(2 * (strlen(name) + 1));
	if (vendor)
		memcpy(header + VENDOR, global, 16);
	text_add(store, header, sizeof(header));
	for (size_t i = 0; i <= strlen(name); i++)
		text_add(store, (char[]){name[i], 0}, 2);
	text_add(store, "data of it", 10);
	while (store->n % 4)
		text_addc(store, (char)0xff);
	return start;
}

/* The current key is removed, and nothing else changes. */
static void drops_key(void **state)
{
	_cleanup_text_ struct text store = {}, before = {};
	size_t key;

	(void)state;
	text_add(&store, "_FVH", 4);
	add(&store, "KEK", ADDED, true);
	add(&store, "PK", ADDED & ~2, true); /* deleted long ago */
	add(&store, "PK", ADDED, false);     /* another owner's */
	key = add(&store, "PK", ADDED, true);
	add(&store, "PKI", ADDED, true);
	text_add(&before, store.s, store.n);
	assert_true(nvram_drop_platform_key(store.s, store.n));
	assert_int_equal((unsigned char)store.s[key + STATE], ADDED & ~2);
	store.s[key + STATE] = ADDED;
	assert_memory_equal(store.s, before.s, before.n);
	store.s[key + STATE] = ADDED & ~2;
	assert_false(nvram_drop_platform_key(store.s, store.n));
}

/* A truncated key is not a key; a few bytes contain none. */
static void cut(void **state)
{
	_cleanup_text_ struct text store = {};

	(void)state;
	add(&store, "PK", ADDED, true);
	for (size_t n = 0; n < HEADER_BYTES + 6; n++) {
		_cleanup_free_ char *some = xcalloc(n + 1, 1);

		memcpy(some, store.s, n);
		assert_false(nvram_drop_platform_key(some, n));
	}
	assert_true(nvram_drop_platform_key(store.s, HEADER_BYTES + 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_key),
		cmocka_unit_test(cut),
	};

	return RUN_TESTS(tests);
}
