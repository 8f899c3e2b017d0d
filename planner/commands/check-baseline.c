/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/commands/check-print.h"

#include "base/file.h"

#include <json-c/json.h>

struct known_row {
	const char *rule, *file, *path;
};
typedef VEC(struct known_row) known_list;

static const char *member(json_object *object, const char *name)
{
	json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static bool is_known(const known_list *list, const struct finding *finding)
{
	for (size_t i = 0; i < list->n; i++)
		if (streq_null(list->v[i].rule, finding->rule) &&
		    streq_null(list->v[i].file, finding->place.file) &&
		    streq_null(list->v[i].path, finding->place.path))
			return true;
	return false;
}

static void take_out(struct check_case *one, const known_list *list)
{
	struct report kept = { .skipped = { one->result.report.skipped.v,
					    one->result.report.skipped.n,
					    one->result.report.skipped.room } };
	struct report known = {};

	for (size_t i = 0; i < one->result.report.findings.n; i++) {
		struct finding *finding = &one->result.report.findings.v[i];

		*vec_add(is_known(list, finding) ? &known.findings : &kept.findings) =
			*finding;
	}
	vec_free(&one->result.report.findings);
	one->n_known = known.findings.n;
	report_free(&known);
	one->result.report = kept;
}

static void gather(json_object *findings, known_list *ret)
{
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		json_object *row = json_object_array_get_idx(findings, i);

		*vec_add(ret) = (struct known_row){ member(row, "rule"), member(row, "file"),
						member(row, "path") };
	}
}

int check_baseline_apply(const char *path, struct check_cases *cases,
			 struct error *error)
{
	_cleanup_text_ struct text text = {};
	known_list list = {};
	json_object *root, *findings;

	if (file_read(path, FILE_LIMIT, &text, error) < 0)
		return -1;
	root = json_tokener_parse(text.s ? text.s : "");
	if (!root || !json_object_object_get_ex(root, "findings", &findings) ||
	    !json_object_is_type(findings, json_type_array)) {
		json_object_put(root);
		return error_input(error, "%s: is not what `check --json` prints", path);
	}
	gather(findings, &list);
	for (size_t i = 0; i < cases->n; i++)
		take_out(&cases->v[i], &list);
	vec_free(&list);
	json_object_put(root);
	return 0;
}
