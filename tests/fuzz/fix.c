/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any domain after fixes, alone or on a host, and what its guest sees: the text is still
 * a domain, has no more errors than before, and no finding that was fixed; fixing it
 * again fixes none of the same findings.
 */
#include "tests/fuzz/fuzz.h"

#include "base/file.h"
#include "planner/check/fix.h"
#include "topology/record.h"

static const struct machine *a_host(void)
{
	static struct machine host;
	static bool there;
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};

	if (!there) {
		CHECK(document_read(HOSTS "/sriov.xml", &document, &error) == 0);
		CHECK(record_read(&document, &host, &error) == 0);
		there = true;
	}
	return &host;
}

static void judge(const struct document *document, const struct check_options *options,
		  struct check_result *ret)
{
	_cleanup_error_ struct error error = {};

	CHECK(check_document(document, options, ret, &error) == 0);
}

static bool has(const struct report *report, const struct finding *finding)
{
	for (size_t i = 0; i < report->findings.n; i++)
		if (streq(report->findings.v[i].rule, finding->rule) &&
		    streq_null(report->findings.v[i].place.path, finding->place.path) &&
		    streq(report->findings.v[i].message, finding->message))
			return true;
	return false;
}

static void check_result(const struct document *before, const struct text *text,
			 const struct check_fixes *fixes,
			 const struct check_options *options)
{
	_cleanup_document_ struct document after = {};
	_cleanup_error_ struct error error = {};
	_cleanup_check_result_ struct check_result old = {}, new = {};
	_cleanup_differences_ struct differences view = {};

	CHECK(document_parse("fixed", text->s, text->n, &after, &error) == 0);
	judge(before, options, &old);
	judge(&after, options, &new);
	CHECK(report_count(&new.report, SEVERITY_ERROR) <=
	      report_count(&old.report, SEVERITY_ERROR));
	for (size_t i = 0; i < fixes->done.findings.n; i++)
		CHECK(!has(&new.report, &fixes->done.findings.v[i]));
	CHECK(check_fix_view(before, &after, options->target.libvirt, &view, &error) ==
	      0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};
	_cleanup_(check_fixes_free) struct check_fixes fixes = {};
	struct choice choice = choice_begin(data, n);
	struct check_options options = {.target = TARGET_DEFAULT};

	if (choose(&choice, 3) == 0)
		options.host = a_host();
	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0 ||
	    check_fix(&document, &options, &text, &fixes, &error) < 0)
		return 0;
	/* Loses what was fixed. */
	if (IS_PLANTED && fixes.done.findings.n > 1) {
		text_free(&text);
		text_add(&text, document.text.s, document.text.n);
	}
	check_result(&document, &text, &fixes, &options);
	return 0;
}
