/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose vendor the guest's CPU has, and so where memory above HyperTransport's range is
 * (QEMU 7.2 target/i386/host-cpu.c and hw/i386/pc.c).
 */
#include "tests/unit/test.h"

#include "planner/guest/address-space.h"
#include "planner/guest/read.h"

#define GIB   (UINT64_C(1) << 30)
#define AMD   "AuthenticAMD"
#define INTEL "GenuineIntel"

static void check_row(const char *type, const char *cpu, const char *vendor,
		      enum known amd, bool moves)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};
	struct machine host = {};
	uint64_t highest = 0;

	text_printf(
		&text,
		"<domain type='%s'><memory unit='GiB'>1000</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>%s</domain>",
		type, cpu);
	guest_init(&guest);
	assert_int_equal(document_parse("f.xml", text.s, text.n, &document, &error), 0);
	assert_int_equal(guest_read(&document, &guest, &error), 0);
	if (vendor)
		machine_set_fact(&host, "cpu.vendor", vendor);
	assert_int_equal(guest_cpu_is_amd(&guest, vendor ? &host : NULL), amd);
	assert_true(
		guest_highest_address(&guest, vendor ? &host : NULL, 32 * GIB, &highest));
	/* 2 GiB are below 4 GiB. */
	assert_int_equal(highest, (moves ? 1024 + 998 : 4 + 998) * GIB + 32 * GIB - 1);
	machine_free(&host);
}

static void vendors(void **state)
{
	static const char *const model = "<cpu><model>EPYC-Rome</model></cpu>",
				 *intel = "<cpu><model>Skylake-Server</model></cpu>",
				 *hygon = "<cpu><model>Dhyana</model></cpu>",
				 *host = "<cpu mode='host-passthrough'/>",
				 *given = "<cpu><model vendor_id='" AMD
					  "'>Skylake-Server</model></cpu>";

	(void)state;
	check_row("kvm", model, INTEL, KNOWN_NO, false);
	check_row("kvm", model, AMD, KNOWN_YES, true);
	check_row("kvm", model, NULL, KNOWN_UNKNOWN, true);
	check_row("kvm", intel, AMD, KNOWN_YES, true);
	check_row("kvm", intel, NULL, KNOWN_UNKNOWN, false);
	check_row("kvm", host, AMD, KNOWN_YES, true);
	check_row("kvm", host, INTEL, KNOWN_NO, false);
	check_row("kvm", given, INTEL, KNOWN_YES, true);
	check_row("kvm", hygon, "HygonGenuine", KNOWN_NO, false);
	check_row("qemu", model, INTEL, KNOWN_YES, true);
	check_row("qemu", intel, AMD, KNOWN_NO, false);
	check_row("qemu", hygon, AMD, KNOWN_NO, false);
	check_row("qemu", "", INTEL, KNOWN_YES, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vendors),
	};

	return RUN_TESTS(tests);
}
