/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SARIF 2.1.0 (OASIS, sections 3.13 sarifLog to 3.27 result): what code hosting sites
 * show next to the lines of a file. They recognize a finding by its
 * primaryLocationLineHash.
 */
#include "base/first.h"
#include "base/hash.h"
#include "planner/check/rules.h"
#include "commands/check-print.h"

#include <ctype.h>

static const char *const levels[] = {
	[SEVERITY_INFO] = "note",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

static void add_text(struct jsonw *json, const char *key, const char *text)
{
	jsonw_object(json, key);
	jsonw_string(json, "text", text);
	jsonw_end_object(json);
}

static void add_rule(struct jsonw *json, const struct rule *rule)
{
	jsonw_object(json, NULL);
	jsonw_string(json, "id", rule->id);
	add_text(json, "shortDescription", rule->what);
	add_text(json, "fullDescription", rule->why);
	add_text(json, "help", rule->to_fix);
	jsonw_object(json, "defaultConfiguration");
	jsonw_string(json, "level", levels[rule->severity]);
	jsonw_end_object(json);
	jsonw_end_object(json);
}

static void add_tool(struct jsonw *json)
{
	jsonw_object(json, "tool");
	jsonw_object(json, "driver");
	jsonw_string(json, "name", "virt-layout");
	jsonw_string(json, "version", VERSION);
	jsonw_array(json, "rules");
	rules_foreach(rule) add_rule(json, rule);
	jsonw_end_array(json);
	jsonw_end_object(json);
	jsonw_end_object(json);
}

/* A path as a URI reference (RFC 3986): absolute ones with a scheme. Owned by the
 * caller. */
static char *uri_of(const char *path)
{
	struct text text = {};

	if (*path == '/')
		text_adds(&text, "file://");
	for (; *path; path++)
		if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
			text_addc(&text, *path);
		else
			text_printf(&text, "%%%02X", (unsigned char)*path);
	return text_take(&text);
}

static void add_location(struct jsonw *json, const struct place *place)
{
	_cleanup_free_ char *uri = uri_of(place->file);

	jsonw_object(json, NULL);
	jsonw_object(json, "physicalLocation");
	jsonw_object(json, "artifactLocation");
	jsonw_string(json, "uri", uri);
	jsonw_end_object(json);
	if (place->line > 0) {
		jsonw_object(json, "region");
		jsonw_int(json, "startLine", place->line);
		if (place->column > 0)
			jsonw_int(json, "startColumn", place->column);
		jsonw_end_object(json);
	}
	jsonw_end_object(json);
	jsonw_end_object(json);
}

/* FNV-1a of what a finding is about, independent of its line. */
static uint64_t print_of(const struct finding *finding)
{
	const char *const parts[] = {finding->rule, finding->place.path,
				     finding->subject};
	uint64_t hash = FNV1A_BEGIN;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		hash = fnv1a(hash, parts[i], parts[i] ? strlen(parts[i]) : 0);
		hash = fnv1a(hash, "\n", 1);
	}
	return hash;
}

static void add_result(struct jsonw *json, const struct finding *finding, uint64_t print,
		       unsigned number)
{
	_cleanup_free_ char *message = xasprintf("%s %s", finding->message,
						 finding->remedy ? finding->remedy : "");
	_cleanup_free_ char *hash =
		xasprintf("%016llx:%u", (unsigned long long)print, number);

	jsonw_object(json, NULL);
	jsonw_string(json, "ruleId", finding->rule);
	jsonw_u64(json, "ruleIndex", rule_index(finding->row));
	jsonw_string(json, "level", levels[finding->severity]);
	add_text(json, "message", message);
	jsonw_array(json, "locations");
	add_location(json, &finding->place);
	jsonw_end_array(json);
	if (finding->related.line > 0) {
		jsonw_array(json, "relatedLocations");
		add_location(json, &finding->related);
		jsonw_end_array(json);
	}
	jsonw_object(json, "partialFingerprints");
	jsonw_string(json, "primaryLocationLineHash", hash);
	jsonw_end_object(json);
	jsonw_end_object(json);
}

static void add_more(struct jsonw *json, const struct finding_more *more)
{
	_cleanup_free_ char *message = xasprintf("%zu more like this.", more->count);
	const struct place place = {.file = more->file};

	jsonw_object(json, NULL);
	jsonw_string(json, "ruleId", more->rule);
	jsonw_u64(json, "ruleIndex", rule_index(more->row));
	jsonw_string(json, "level", levels[more->severity]);
	add_text(json, "message", message);
	jsonw_array(json, "locations");
	if (more->file)
		add_location(json, &place);
	jsonw_end_array(json);
	jsonw_end_object(json);
}

static void add_results(struct jsonw *json, const struct report *report)
{
	_cleanup_firsts_ struct firsts seen = {};
	unsigned *counts = xcalloc(report->findings.n, sizeof(*counts));

	for (size_t i = 0; i < report->findings.n; i++) {
		uint64_t print = print_of(&report->findings.v[i]);
		int first = first_add(&seen, NULL, print, (int)i);

		add_result(json, &report->findings.v[i], print, ++counts[first]);
	}
	free(counts);
	for (size_t i = 0; i < report->more.n; i++)
		add_more(json, &report->more.v[i]);
}

/* What could not be checked at all is not a result. */
static void add_invocation(struct jsonw *json, const struct check_cases *cases)
{
	bool whole = true;

	for (size_t i = 0; i < cases->n; i++)
		whole = whole && cases->v[i].error.status == STATUS_OK;
	jsonw_array(json, "invocations");
	jsonw_object(json, NULL);
	jsonw_bool(json, "executionSuccessful", whole);
	jsonw_array(json, "toolExecutionNotifications");
	for (size_t i = 0; i < cases->n; i++) {
		if (cases->v[i].error.status == STATUS_OK)
			continue;
		jsonw_object(json, NULL);
		jsonw_string(json, "level", "error");
		add_text(json, "message", cases->v[i].error.message);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
	jsonw_end_object(json);
	jsonw_end_array(json);
}

void text_add_cases_sarif(struct text *text, const struct check_cases *cases)
{
	struct jsonw json = {.out = text};

	jsonw_object(&json, NULL);
	jsonw_string(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	jsonw_string(&json, "version", "2.1.0");
	jsonw_array(&json, "runs");
	jsonw_object(&json, NULL);
	add_tool(&json);
	add_invocation(&json, cases);
	jsonw_array(&json, "results");
	for (size_t i = 0; i < cases->n; i++)
		add_results(&json, &cases->v[i].result.report);
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}
