/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any domain checked for one of two hosts, and planned in place for it: no crash; each
 * finding is of an existing rule and ends its sentences; planning the result again
 * changes nothing, and it has no finding of severity error.
 */
#include "tests/fuzz/plan-fuzz.h"

#include "base/file.h"
#include "planner/check/rules.h"
#include "topology/record.h"

/* Four functions of one group below a switch; virtual functions on the second node. */
static const char *const records[] = {HOSTS "/groups.xml", HOSTS "/sriov.xml"};

static const char *const wishes[][5] = {
	{},
	{"iommu", "intel"},
	{"per", "root-complex", "iommu", "intel"},
	{"node", "vcpus=2,memory=1GiB", "node", "vcpus=1,memory=1GiB"},
	{"node", "vcpus=2,memory=2GiB", "hugepages", "2MiB"},
};

static const struct machine *host_number(size_t number)
{
	static struct machine hosts[ARRAY_SIZE(records)];
	static bool there[ARRAY_SIZE(records)];
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};

	if (!there[number]) {
		CHECK(document_read(records[number], &document, &error) == 0);
		CHECK(record_read(&document, &hosts[number], &error) == 0);
		there[number] = true;
	}
	return &hosts[number];
}

/* Counts a domain's findings of severity error on the host; false: it is not a domain. */
static bool judge(const struct document *document, const struct machine *host,
		  size_t *ret)
{
	_cleanup_error_ struct error error = {};
	_cleanup_check_result_ struct check_result result = {};
	struct check_options options = {.target = TARGET_DEFAULT, .host = host};

	if (check_document(document, &options, &result, &error) < 0)
		return false;
	for (size_t i = 0; i < result.report.findings.n; i++) {
		const struct finding *finding = &result.report.findings.v[i];

		CHECK(rule_named(finding->rule) && finding->place.line > 0);
		CHECK(has_suffix(finding->message, "."));
	}
	*ret = report_count(&result.report, SEVERITY_ERROR);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {}, again = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {}, second = {};
	struct choice choice = choice_begin(data, n);
	const struct machine *host = host_number(choose(&choice, ARRAY_SIZE(records)));
	size_t number = choose(&choice, ARRAY_SIZE(wishes)), errors;

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0 ||
	    !judge(&document, host, &errors) ||
	    !fuzz_plan(&document, host, wishes[number], &text))
		return 0;
	CHECK(document_parse("planned", text.s, text.n, &again, &error) == 0);
	CHECK(judge(&again, host, &errors) && errors == 0);
	CHECK(fuzz_plan(&again, host, wishes[number], &second));
	if (IS_PLANTED && strstr(text.s, "<hostdev"))
		text_addc(&second, '\n');
	CHECK(second.n == text.n && memcmp(second.s, text.s, text.n) == 0);
	return 0;
}
