/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which accelerator --accel auto chooses, and what it reports. KVM is not used: a script
 * replaces virt-layout-run, and its behaviour depends on the type of the given domain;
 * the answer of /dev/kvm is simulated too.
 */
#include "tests/unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD                                                                           \
	"printf '@virt-layout: start 1\\n@virt-layout: uptime 1.5\\n"                    \
	"@virt-layout: record 1 af63b14c8601a37b\\n<\\n@virt-layout: done\\n'; cat"
/* A kernel that cannot start CPUs later. */
#define OFFLINE                                                                          \
	"if grep -q maxcpus=1 \"$6\"; then printf '@virt-layout: start 1\\n"             \
	"@virt-layout: offline 1-3\\n@virt-layout: record 1 af63b14c8601a37b\\n<\\n"     \
	"@virt-layout: done\\n'; cat; else " RECORD "; fi"
/* Ends when its standard input does, like virt-layout-run. */
#define SILENT "cat >/dev/null"

static const char domain_xml[] =
	"<domain type='kvm'><name>a</name><os><type arch='x86_64' machine='q35'>hvm</type>"
	"</os><devices/></domain>";

static enum kvm_state yes(const char *arch)
{
	return streq(arch, "x86_64") ? KVM_USED : KVM_FOREIGN;
}

static enum kvm_state no(const char *arch)
{
	(void)arch;
	return KVM_ABSENT;
}

static enum kvm_state denied(const char *arch)
{
	(void)arch;
	return KVM_DENIED;
}

static enum kvm_state broken(const char *arch)
{
	(void)arch;
	return KVM_BROKEN;
}

static const struct row {
	enum boot_accel asked;
	enum kvm_state (*probe)(const char *arch);
	const char *under_kvm, *under_tcg; /* what the script does */
	enum boot_accel used;
	enum kvm_state kvm;
	const char *says;
	bool again_plain;
} rows[] = {
	{ACCEL_AUTO, no, "exit 9", RECORD, ACCEL_TCG, KVM_ABSENT,
	 "accelerator: TCG: /dev/kvm does not exist"},
	{ACCEL_AUTO, denied, "exit 9", RECORD, ACCEL_TCG, KVM_DENIED,
	 "accelerator: TCG: you have no permission to open /dev/kvm"},
	{ACCEL_AUTO, broken, "exit 9", RECORD, ACCEL_TCG, KVM_BROKEN,
	 "accelerator: TCG: /dev/kvm exists, but no driver"},
	{ACCEL_AUTO, yes, RECORD, "exit 9", ACCEL_KVM, KVM_USED,
	 "accelerator: KVM: the guest showed activity in time"},
	{ACCEL_AUTO, yes, SILENT, RECORD, ACCEL_TCG, KVM_SILENT,
	 "accelerator: TCG: under KVM the guest showed no activity in time ("},
	{ACCEL_AUTO, yes, "echo decompressing; " SILENT, RECORD, ACCEL_TCG, KVM_SILENT,
	 "accelerator: TCG: under KVM the guest showed no activity"},
	{ACCEL_AUTO, yes, "echo 'no KVM' >&2; exit 1", RECORD, ACCEL_TCG, KVM_REFUSED,
	 "accelerator: TCG: under KVM libvirt or QEMU refused the domain"},
	{ACCEL_TCG, yes, "exit 9", RECORD, ACCEL_TCG, KVM_NOT_ASKED,
	 "accelerator: TCG: as requested"},
	{ACCEL_KVM, no, RECORD, "exit 9", ACCEL_KVM, KVM_NOT_ASKED,
	 "accelerator: KVM: as requested"},
	{ACCEL_TCG, yes, "exit 9", OFFLINE, ACCEL_TCG, KVM_NOT_ASKED,
	 "accelerator: TCG: as requested", true},
};

static void write_stand_in(const char *path, const struct row *row)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text script = {};

	/* --remove --time-limit S run ROOT DOMAIN */
	text_printf(
		&script,
		"#!/bin/sh\nif grep -q \"<domain type='kvm'\" \"$6\"; then\n%s\nelse\n"
		"%s\nfi\n",
		row->under_kvm, row->under_tcg);
	assert_int_equal(file_write(path, script.s, script.n, &error), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void try_row(const char *directory, const struct row *row)
{
	_cleanup_free_ char *run = xasprintf("%s/run", directory);
	_cleanup_document_ struct document domain = {};
	_cleanup_boot_result_ struct boot_result result = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text says = {};
	struct boot_request request = {
		.kernel = "/dev/null",
		.agent = SOURCE_DIR "/meson.build", /* never run */
		.run = run,
		.accel = row->asked,
		.time_limit_s = 60,
		.kvm_probe = row->probe,
		/* enough even on a busy machine */
		.kvm_limit_s = row->kvm == KVM_SILENT ? 0.3 : 600,
	};

	write_stand_in(run, row);
	assert_int_equal(document_parse("domain.xml", domain_xml, sizeof(domain_xml) - 1,
					&domain, &error),
			 0);
	if (boot_domain(&request, &domain, &result, &error) < 0)
		fail_msg("%s: %s", row->says, error.message);
	text_add_accelerator(&says, &result);
	if (!has_prefix(says.s, row->says))
		fail_msg("%s: says %s", row->says, says.s);
	assert_int_equal(result.accel, row->used);
	assert_int_equal(result.kvm, row->kvm);
	assert_true(result.serial.has_record && !result.serial.offline);
	assert_int_equal(result.again_plain, row->again_plain);
	assert_true((result.kvm_tried_s > 0) ==
		    (row->kvm == KVM_SILENT || row->kvm == KVM_REFUSED));
	assert_true(row->kvm != KVM_SILENT || result.kvm_tried_s > 0.3);
	assert_true(result.times.prepared > 0 && result.times.started > 0 &&
		    result.times.ended >= result.times.done);
}

static void each_way(void **state)
{
	char directory[] = "/tmp/virt-layout-accel-XXXXXX";
	_cleanup_free_ char *run = NULL;

	(void)state;
	assert_non_null(mkdtemp(directory));
	setenv("TMPDIR", directory, 1);
	run = xasprintf("%s/run", directory);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		try_row(directory, &rows[i]);
	assert_int_equal(unlink(run), 0);
	assert_int_equal(rmdir(directory), 0); /* nothing is left of the boots */
}

/* Spans without one of their ends are unknown, and reported as unknown. */
static void times(void **state)
{
	struct boot_result result = {.initrd_bytes = 2048,
				     .times = {.prepared = 0.5,
					       .started = 4,
					       .recorded = 4.5,
					       .done = 4.5,
					       .ended = 5}};
	_cleanup_text_ struct text text = {}, out = {};
	struct jsonw json = {.out = &out, .compact = true};

	(void)state;
	boot_times_settle(&result.times, 2.25, false);
	text_add_boot_times(&text, &result);
	assert_string_equal(text.s,
			    "5.00 s: 0.50 preparing, 2.25 kernel, 0.50 report, 0.00 "
			    "after it, 0.50 ending; initrd 2 KiB");
	jsonw_object(&json, NULL);
	jsonw_boot_times(&json, &result);
	jsonw_end_object(&json);
	assert_non_null(strstr(out.s, "null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
