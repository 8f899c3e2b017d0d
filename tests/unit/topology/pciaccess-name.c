/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/pciaccess-name.h"

static void names(void **state)
{
	struct machine_function nic = {.vendor = 0x8086, .device = 0x1521};
	struct machine_function odd = {.vendor = 0x8086, .device = 0xfffe};
	struct machine_function none = {}, gone = {.vendor = 0xffff, .device = 0xffff};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_false(text_add_pci_name(&text, &none));
	assert_false(text_add_pci_name(&text, &gone));
	assert_int_equal(text.n, 0);
	/* The package pci.ids is wanted by the tests. */
	assert_true(text_add_pci_name(&text, &nic));
	assert_string_equal(text.s, "Intel Corporation I350 Gigabit Network Connection");
	text.n = 0;
	assert_true(text_add_pci_name(&text, &odd));
	assert_string_equal(text.s, "Intel Corporation");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names)};

	return RUN_TESTS(tests);
}
