/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/pci-address.h"

static void one_spelling(void **state)
{
	static const char *const good[] = {"0000:00:00.0", "0000:ff:1f.7",
					   "10000:01:00.0", "ffffffff:0a:00.1"};
	static const char *const bad[] = {"",
					  "0:00:00.0",
					  "0000:00:20.0",
					  "0000:00:00.8",
					  "0000:00:00.0 ",
					  " 0000:00:00.0",
					  "00010000:00:00.0",
					  "0000:0:00.0",
					  "100000000:00:00.0",
					  "0x00:00:00.0"};
	struct pci_address address;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_cleanup_text_ struct text text = {};

		assert_true(pci_address_parse(good[i], &address));
		text_add_pci(&text, address);
		assert_string_equal(text.s, good[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(pci_address_parse(bad[i], &address));
	assert_true(pci_address_parse("0000:0A:00.0", &address));
}

static void order(void **state)
{
	struct pci_address low = {0, 255, 31, 7}, high = {1, 0, 0, 0};

	(void)state;
	assert_true(pci_address_compare(low, high) < 0);
	assert_true(pci_address_compare(high, low) > 0);
	assert_true(pci_address_equal(low, low));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_spelling),
		cmocka_unit_test(order),
	};

	return RUN_TESTS(tests);
}
