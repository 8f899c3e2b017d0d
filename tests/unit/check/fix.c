/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_fix(): what it fixes, what it takes back, and that the text agrees with both. */
#include "tests/unit/test.h"

#include "planner/check/fix.h"
#include "planner/check/rules.h"
#include "planner/check/worse.h"

#include <string.h>

static char *domain(const char *os, const char *features, const char *devices)
{
	return xasprintf(
		"<domain type='qemu'>\n <name>f</name>\n"
		" <memory unit='MiB'>1024</memory>\n <vcpu>2</vcpu>\n %s\n"
		" <features>%s</features>\n"
		" <cpu><numa><cell id='0' cpus='0-1' memory='1024' unit='MiB'/></numa>"
		"</cpu>\n <devices>\n  %s\n  <controller type='usb' model='none'/>\n"
		"  <memballoon model='none'/>\n </devices>\n</domain>\n",
		os, features, devices);
}

#define PXB "<controller type='pci' index='1' model='pcie-expander-bus'/>"
#define OS(arch, machine)                                                                \
	"<os><type arch='" arch "' machine='" machine "'>hvm</type></os>"
#define UEFI(arch, machine)                                                              \
	"<os firmware='efi'><type arch='" arch "' machine='" machine "'>hvm</type></os>"
#define LOADER(kind)                                                                     \
	"<os><type arch='aarch64' machine='virt'>hvm</type>"                             \
	"<loader type='" kind "'>/f</loader></os>"
#define NIC(function)                                                                    \
	"<interface type='user'><model type='e1000e'/><address "                         \
	"type='pci' domain='0x0000' bus='0x00' slot='0x05' "                             \
	"function='" function "' multifunction='off'/></interface>"
#define PORT(index, target)                                                              \
	"<controller type='pci' index='" index "' model='pcie-root-port'>" target        \
	"</controller>"

static const struct row {
	const char *what, *os, *features, *devices;
	const char *done, *left, *reason; /* rule, rule, part of the reason; NULL: none */
} rows[] = {
	{"q35 gets ACPI", OS("x86_64", "q35"), "", "", "acpi-missing", NULL, NULL},
	{"i440fx gets ACPI", OS("x86_64", "pc"), "", "", "acpi-missing", NULL, NULL},
	{"UEFI on x86 gets ACPI", UEFI("x86_64", "q35"), "", "", "uefi-needs-acpi", NULL,
	 NULL},
	{"UEFI on aarch64 gets ACPI", UEFI("aarch64", "virt"), "", PXB, "acpi-missing",
	 NULL, NULL},
	{"as does pflash", LOADER("pflash"), "", PXB, "acpi-missing", NULL, NULL},
	{"but not other firmware", LOADER("rom"), "", "", NULL, NULL, NULL},
	{"and not none", OS("aarch64", "virt"), "", "", NULL, NULL, NULL},
	{"riscv64 has a device tree", OS("riscv64", "virt"), "", "", NULL, NULL, NULL},
	{"s390x is left alone", OS("s390x", "s390-ccw-virtio"), "", "", NULL, NULL, NULL},
	{"ppc64 is left alone", OS("ppc64le", "pseries"), "", "", NULL, NULL, NULL},
	{"a chassis goes", OS("x86_64", "q35"), "<acpi/>",
	 PORT("1", "<target chassis='9'/>") PORT("2", "<target chassis='9'/>"),
	 "port-chassis-dup", NULL, NULL},
	{"what does not help is taken back", OS("x86_64", "q35"), "<acpi/>",
	 PORT("1", "") PORT("2", "") PORT("2", ""), NULL, "port-chassis-dup",
	 "does not help"},
};

static void judge(const char *xml, const struct check_options *options,
		  struct report *ret)
{
	_cleanup_error_ struct error error = {};
	_cleanup_document_ struct document document = {};
	struct check_result result = {};

	assert_int_equal(document_parse("f.xml", xml, strlen(xml), &document, &error), 0);
	assert_int_equal(check_document(&document, options, &result, &error), 0);
	*ret = result.report;
	result.report = (struct report){};
	check_result_free(&result);
}

static void try_row(const struct row *row)
{
	_cleanup_error_ struct error error = {};
	_cleanup_document_ struct document document = {};
	_cleanup_(check_fixes_free) struct check_fixes fixes = {};
	_cleanup_text_ struct text text = {};
	_cleanup_free_ char *xml = domain(row->os, row->features, row->devices);
	const struct check_options options = {.target = TARGET_DEFAULT};
	struct report before = {}, after = {};

	assert_int_equal(document_parse("f.xml", xml, strlen(xml), &document, &error), 0);
	assert_int_equal(check_fix(&document, &options, &text, &fixes, &error), 0);
	assert_int_equal(fixes.done.findings.n, row->done ? 1 : 0);
	if (row->done)
		assert_string_equal(fixes.done.findings.v[0].rule, row->done);
	else
		assert_string_equal(text.s, xml);
	assert_int_equal(fixes.left.n, row->left ? 1 : 0);
	if (row->left) {
		assert_string_equal(fixes.left.v[0].finding.rule, row->left);
		assert_non_null(strstr(fixes.left.v[0].reason, row->reason));
	}
	judge(xml, &options, &before);
	judge(text.s, &options, &after);
	assert_null(report_worse(&before, &after, SEVERITY_ERROR, true));
	report_free(&before);
	report_free(&after);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("%s\n", rows[i].what);
		try_row(&rows[i]);
	}
}

/* A fix that causes an error is taken back, even if only its own rule is requested. */
static void test_harm(void **state)
{
	_cleanup_free_ char *xml =
		domain(OS("x86_64", "q35"), "<acpi/>", NIC("0x1") NIC("0x2"));
	_cleanup_error_ struct error error = {};
	_cleanup_document_ struct document document = {};
	_cleanup_(check_fixes_free) struct check_fixes fixes = {};
	_cleanup_text_ struct text text = {};
	struct check_options options = {.target = TARGET_DEFAULT};

	(void)state;
	*vec_add(&options.only) = "pci-fn0-missing";
	assert_int_equal(document_parse("f.xml", xml, strlen(xml), &document, &error), 0);
	assert_int_equal(check_fix(&document, &options, &text, &fixes, &error), 0);
	assert_string_equal(text.s, xml);
	assert_int_equal(fixes.done.findings.n, 0);
	assert_int_equal(fixes.left.n, 2);
	assert_string_equal(fixes.left.v[0].finding.rule, "pci-fn0-missing");
	assert_non_null(strstr(fixes.left.v[0].reason, ": multifunction-off: "));
	vec_free(&options.only);
}

#define ON_LINES(a, b) a "\n  " b
#define SAME(index)    PORT(index, "\n   <target chassis='9'/>\n  ")

/* Fixes of one round, one of which does not help: each is checked separately. */
static void test_round(void **state)
{
	static const struct {
		long line;
		const char *message;
	} done[] = {{12, "indexes 1 and 2,"},
		    {17, "indexes 1 and 4,"},
		    {20, "indexes 1 and 5,"}};
	_cleanup_free_ char *xml =
		domain(OS("x86_64", "q35"), "<acpi/>",
		       ON_LINES(ON_LINES(SAME("1"), SAME("2")),
				ON_LINES(ON_LINES(PORT("3", ""), PORT("3", "")),
					 ON_LINES(SAME("4"), SAME("5")))));
	_cleanup_error_ struct error error = {};
	_cleanup_document_ struct document document = {};
	_cleanup_(check_fixes_free) struct check_fixes fixes = {};
	_cleanup_text_ struct text text = {};
	const struct check_options options = {.target = TARGET_DEFAULT};

	(void)state;
	assert_int_equal(document_parse("f.xml", xml, strlen(xml), &document, &error), 0);
	assert_int_equal(check_fix(&document, &options, &text, &fixes, &error), 0);
	for (size_t i = 0; i < fixes.done.findings.n; i++)
		print_message("%ld: %s\n", fixes.done.findings.v[i].place.line,
			      fixes.done.findings.v[i].message);
	assert_int_equal(fixes.done.findings.n, ARRAY_SIZE(done));
	for (size_t i = 0; i < ARRAY_SIZE(done); i++) {
		const struct finding *finding = &fixes.done.findings.v[i];

		assert_non_null(strstr(finding->message, done[i].message));
		assert_int_equal(finding->place.line, done[i].line);
	}
	assert_int_equal(fixes.left.n, 1);
	assert_non_null(strstr(fixes.left.v[0].reason, "does not help"));
}

static void add(struct report *report, const char *rule, enum severity severity,
		bool fixable)
{
	struct finding *finding =
		report_add(report, rule, severity, "Something is wrong.");

	finding->row = rule_named(rule);
	finding->fixable = fixable;
}

static void test_worse(void **state)
{
	struct report before = {}, after = {};

	(void)state;
	add(&before, "memory-sum", SEVERITY_WARNING, true);
	add(&after, "memory-sum", SEVERITY_WARNING, true);
	assert_null(report_worse(&before, &after, SEVERITY_INFO, true));
	add(&after, "acpi-missing", SEVERITY_WARNING, true);
	assert_null(report_worse(&before, &after, SEVERITY_ERROR, true));
	assert_null(report_worse(&before, &after, SEVERITY_WARNING, false));
	assert_string_equal(report_worse(&before, &after, SEVERITY_WARNING, true)->rule,
			    "acpi-missing");
	/* One error for another of the same rule is not worse, two are. */
	add(&before, "mac-dup", SEVERITY_ERROR, false);
	add(&after, "mac-dup", SEVERITY_ERROR, false);
	assert_null(report_worse(&before, &after, SEVERITY_ERROR, true));
	add(&after, "mac-dup", SEVERITY_ERROR, false);
	assert_non_null(report_worse(&before, &after, SEVERITY_ERROR, false));
	report_free(&before);
	report_free(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_harm),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_worse),
	};

	return RUN_TESTS(tests);
}
