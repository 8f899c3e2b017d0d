/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/finding.h"

#include "base/error.h"
#include "base/first.h"

#include <stdarg.h>

static const char *const severity_names[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

static char *format_string(const char *format, va_list args)
{
	struct text text = {};

	text_vprintf(&text, format, args);
	return text_take(&text);
}

struct finding *report_add(struct report *report, const char *rule,
			   enum severity severity, const char *format, ...)
{
	struct finding *finding = vec_add(&report->findings);
	va_list args;

	finding->rule = rule;
	finding->severity = severity;
	va_start(args, format);
	finding->message = format_string(format, args);
	va_end(args);
	return finding;
}

void report_skip(struct report *report, const char *rule, const char *file,
		 const char *needs, char *reason)
{
	*vec_add(&report->skipped) = (struct skip){rule, file, needs, reason};
}

size_t report_count(const struct report *report, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < report->findings.n; i++)
		count += report->findings.v[i].severity == severity;
	for (size_t i = 0; i < report->more.n; i++)
		if (report->more.v[i].severity == severity)
			count += report->more.v[i].count;
	return count;
}

int report_status(const struct report *report)
{
	return report_count(report, SEVERITY_ERROR) > 0 ? STATUS_FINDINGS : STATUS_OK;
}

static int compare_strings(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_findings(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int order = compare_strings(a->place.file, b->place.file);

	if (order == 0)
		order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
	if (order == 0)
		order = compare_strings(a->rule, b->rule);
	return order ? order : compare_strings(a->message, b->message);
}

void report_sort(struct report *report)
{
	vec_sort(&report->findings, compare_findings);
}

static void finding_free(struct finding *finding)
{
	free(finding->place.path);
	free(finding->related.path);
	free(finding->subject);
	free(finding->observed);
	free(finding->expected);
	free(finding->message);
	free(finding->remedy);
}

void report_cap(struct report *report, size_t most)
{
	/* For each rule and file that occurred: how many so far. */
	VEC(struct finding_more) met = {};
	_cleanup_firsts_ struct firsts rows = {};
	size_t kept = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *finding = &report->findings.v[i];
		/* One report has few files, and each is one string. */
		uint64_t file = (uint64_t)(uintptr_t)finding->place.file;
		size_t row = (size_t)first_add(&rows, finding->rule, file, (int)met.n);

		if (row == met.n)
			*vec_add(&met) =
				(struct finding_more){finding->rule, finding->row,
						      finding->severity,
						      finding->place.file, 0};
		if (met.v[row].count++ < most)
			report->findings.v[kept++] = *finding;
		else
			finding_free(finding);
	}
	report->findings.n = kept;
	for (size_t i = 0; i < met.n; i++)
		if (met.v[i].count > most) {
			*vec_add(&report->more) = met.v[i];
			vec_last(&report->more)->count -= most;
		}
	vec_free(&met);
}

void report_keep(struct report *report, enum severity least)
{
	size_t kept = 0;

	for (size_t i = 0; i < report->findings.n; i++)
		if (report->findings.v[i].severity >= least)
			report->findings.v[kept++] = report->findings.v[i];
		else
			finding_free(&report->findings.v[i]);
	report->findings.n = kept;
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->findings.n; i++)
		finding_free(&report->findings.v[i]);
	for (size_t i = 0; i < report->skipped.n; i++)
		free(report->skipped.v[i].reason);
	vec_free(&report->findings);
	vec_free(&report->more);
	vec_free(&report->skipped);
}

void text_add_more(struct text *text, const struct finding_more *more)
{
	if (more->file) {
		text_add_shown(text, more->file);
		text_adds(text, ": ");
	}
	text_printf(text, "%s: %s: %zu more like this.\n", severity_name(more->severity),
		    more->rule, more->count);
}

void text_add_finding(struct text *text, const struct finding *finding)
{
	if (finding->place.file) {
		text_add_shown(text, finding->place.file);
		if (finding->place.line > 0)
			text_printf(text, ":%ld", finding->place.line);
		text_adds(text, ": ");
	}
	text_printf(text, "%s: %s: ", severity_name(finding->severity), finding->rule);
	text_add_shown(text, finding->message);
	if (finding->remedy) {
		text_addc(text, ' ');
		text_add_shown(text, finding->remedy);
	}
	text_addc(text, '\n');
}

static void jsonw_number_or_null(struct jsonw *json, const char *key, long value)
{
	if (value > 0)
		jsonw_int(json, key, value);
	else
		jsonw_null(json, key);
}

void jsonw_finding_members(struct jsonw *json, const struct finding *finding)
{
	jsonw_string(json, "rule", finding->rule);
	jsonw_string(json, "severity", severity_name(finding->severity));
	jsonw_string(json, "file", finding->place.file);
	jsonw_number_or_null(json, "line", finding->place.line);
	jsonw_number_or_null(json, "column", finding->place.column);
	jsonw_string(json, "path", finding->place.path);
	jsonw_string(json, "subject", finding->subject);
	jsonw_string(json, "observed", finding->observed);
	jsonw_string(json, "expected", finding->expected);
	jsonw_string(json, "message", finding->message);
	jsonw_string(json, "remedy", finding->remedy);
	jsonw_bool(json, "fixable", finding->fixable);
	jsonw_array(json, "related");
	if (finding->related.line > 0) {
		jsonw_object(json, NULL);
		jsonw_string(json, "file", finding->related.file);
		jsonw_int(json, "line", finding->related.line);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

void jsonw_finding(struct jsonw *json, const struct finding *finding)
{
	jsonw_object(json, NULL);
	jsonw_finding_members(json, finding);
	jsonw_end_object(json);
}

void jsonw_skip(struct jsonw *json, const struct skip *skip)
{
	jsonw_object(json, NULL);
	jsonw_string(json, "rule", skip->rule);
	jsonw_string(json, "file", skip->file);
	jsonw_string(json, "reason", skip->reason);
	jsonw_string(json, "needs", skip->needs);
	jsonw_end_object(json);
}
