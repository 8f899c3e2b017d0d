/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* target.h: what --target accepts, and what it means. */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "planner/guest/target.h"

static void parses(void **state)
{
	static const struct {
		const char *string;
		struct target target;
	} rows[] = {
		{"libvirt=9.0", {.libvirt = VERSION_OF(9, 0)}},
		{"qemu=7.2.22", {.qemu = VERSION_OF(7, 2) + 22}},
		{"firmware=seabios-1.17", {.seabios = VERSION_OF(1, 17)}},
		{"firmware=seabios-1.16.2", {.seabios = VERSION_OF(1, 16) + 2}},
		{"firmware=edk2-2025.02", {.edk2 = VERSION_OF(2025, 2)}},
		{"firmware=edk2-stable202502", {.edk2 = VERSION_OF(2025, 2)}},
		{"firmware=edk2-2022.11,qemu=8.2,firmware=seabios-1.17,libvirt=10.0",
		 {VERSION_OF(10, 0), VERSION_OF(8, 2), VERSION_OF(1, 17),
		  VERSION_OF(2022, 11)}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_error_ struct error error = {};
		struct target target = {};

		assert_int_equal(target_parse(rows[i].string, &target, &error), 0);
		assert_memory_equal(&target, &rows[i].target, sizeof(target));
	}
}

static void keeps_what_is_left_out(void **state)
{
	_cleanup_error_ struct error error = {};
	struct target target = {1, 2, 3, 4};

	(void)state;
	assert_int_equal(target_parse("firmware=edk2-2025.02", &target, &error), 0);
	assert_int_equal(target.libvirt, 1);
	assert_int_equal(target.qemu, 2);
	assert_int_equal(target.seabios, 3);
	assert_int_equal(target.edk2, VERSION_OF(2025, 2));
}

static void rejects(void **state)
{
	static const char *const strings[] = {
		"",
		"9.0",
		"libvirt",
		"libvirt=",
		"libvirt=9.0,",
		"xen=4.17",
		"firmware",
		"firmware=",
		"firmware=1.17",
		"firmware=seabios",
		"firmware=seabios-",
		"firmware=seabios-1.17-1",
		"firmware=ovmf-2025.02",
		"firmware=edk2-2025",
		"firmware=edk2-2025.2",
		"firmware=edk2-2025.13",
		"firmware=edk2-2025.00",
		"firmware=edk2-2025.020",
		"firmware=edk2-202502",
		"firmware=edk2-stable2025.02",
		"firmware=edk2-stable20250",
		"firmware=edk2- 2025.02",
		"firmware=edk2-+025.02",
		"firmware=edk2-2025.02-1",
		"firmware=EDK2-2025.02",
		"installed",
		"libvirt=9.0,libvirt=9.0",
		"qemu=7.2,libvirt=9.0,qemu=8.0",
		"firmware=seabios-1.16,firmware=seabios-1.17",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		_cleanup_error_ struct error error = {};
		struct target target = {};

		if (target_parse(strings[i], &target, &error) == 0)
			fail_msg("accepted \"%s\"", strings[i]);
		assert_int_equal(error.status, STATUS_INPUT);
	}
}

/* Releases that there never were are refused, and what came after the newest is not. */
static void knows_releases(void **state)
{
	static const struct {
		const char *string, *around; /* NULL: accepted */
	} rows[] = {
		{"qemu=10.2", NULL},
		{"qemu=10.3", "are 10.2 and 11.0"},
		{"qemu=9.10", "are 9.2 and 10.0"},
		{"qemu=2.12", NULL},
		{"qemu=3.2", "are 3.1 and 4.0"},
		{"qemu=7.2.99", NULL},
		{"qemu=11.2", NULL},
		{"qemu=13.7", NULL},
		{"libvirt=9.10", NULL},
		{"libvirt=9.11,qemu=7.2", "are 9.10 and 10.0"},
		{"libvirt=11.12", "are 11.10 and 12.0"},
		{"libvirt=12.11", NULL},
		{"libvirt=1.3.5", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_error_ struct error error = {};
		struct target target = {};
		int rc = target_parse(rows[i].string, &target, &error);

		if (rows[i].around ? rc == 0 || !strstr(error.message, rows[i].around)
				   : rc < 0)
			fail_msg("%s: %s", rows[i].string,
				 rc < 0 ? error.message : "accepted");
	}
}

static void takes_installed(void **state)
{
	_cleanup_error_ struct error error = {};
	struct target target = {};
	bool installed = false;

	(void)state;
	assert_int_equal(target_parse_installed("installed,firmware=edk2-2025.02",
						&installed, &target, &error),
			 0);
	assert_true(installed);
	assert_int_equal(target.edk2, VERSION_OF(2025, 2));
	assert_int_equal(target_parse_installed("installed,installed", &installed,
						&target, &error),
			 -1);
}

static void is_shown(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	text_add_firmware(&text, false, VERSION_OF(1, 17));
	text_addc(&text, ' ');
	text_add_firmware(&text, true, VERSION_OF(2025, 2));
	assert_string_equal(text.s, "SeaBIOS 1.17 edk2 2025.02");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(keeps_what_is_left_out),
		cmocka_unit_test(rejects),
		cmocka_unit_test(knows_releases),
		cmocka_unit_test(takes_installed),
		cmocka_unit_test(is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
