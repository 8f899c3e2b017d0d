/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SARIF 2.1.0 (OASIS, sections 3.13 sarifLog to 3.27 result): what code hosts show beside
 * the lines of a file.
 */
#include "planner/check/rules.h"
#include "planner/commands/check-print.h"

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
	add_text(json, "help", rule->mend);
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
	for (size_t i = 0; i < n_rules; i++)
		add_rule(json, &rules[i]);
	jsonw_end_array(json);
	jsonw_end_object(json);
	jsonw_end_object(json);
}

static void add_location(struct jsonw *json, const struct place *place)
{
	jsonw_object(json, NULL);
	jsonw_object(json, "physicalLocation");
	jsonw_object(json, "artifactLocation");
	jsonw_string(json, "uri", place->file);
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

static void add_result(struct jsonw *json, const struct finding *finding)
{
	_cleanup_free_ char *message =
		xasprintf("%s %s", finding->message, finding->remedy ? finding->remedy : "");

	jsonw_object(json, NULL);
	jsonw_string(json, "ruleId", finding->rule);
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
	jsonw_end_object(json);
}

void text_add_cases_sarif(struct text *text, const struct check_cases *cases)
{
	struct jsonw json = { .out = text };

	jsonw_object(&json, NULL);
	jsonw_string(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	jsonw_string(&json, "version", "2.1.0");
	jsonw_array(&json, "runs");
	jsonw_object(&json, NULL);
	add_tool(&json);
	jsonw_array(&json, "results");
	for (size_t i = 0; i < cases->n; i++)
		for (size_t j = 0; j < cases->v[i].result.report.findings.n; j++)
			add_result(&json, &cases->v[i].result.report.findings.v[j]);
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}
