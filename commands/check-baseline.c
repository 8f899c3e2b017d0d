/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/check-print.h"

#include "base/file.h"
#include "base/first.h"

#include <json-c/json.h>

/* The content of the baseline: each finding, and how many more of a rule in a file. */
struct baseline {
	struct firsts findings, more;
	VEC(char *) keys;     /* owned: of both */
	VEC(uint64_t) counts; /* by the value in `more` */
};

static const char *member(json_object *object, const char *name)
{
	json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* "RULE FILE" or "RULE FILE PATH", separated by a byte that occurs in none of them. */
static char *key_of(const char *rule, const char *file, const char *path)
{
	return xasprintf("%s\n%s\n%s", rule ? rule : "", file ? file : "",
			 path ? path : "");
}

static const char *keep_key(struct baseline *known, char *key)
{
	*vec_add(&known->keys) = key;
	return key;
}

static void known_free(struct baseline *known)
{
	for (size_t i = 0; i < known->keys.n; i++)
		free(known->keys.v[i]);
	vec_free(&known->keys);
	vec_free(&known->counts);
	firsts_free(&known->findings);
	firsts_free(&known->more);
}

/* Each finding that the baseline only counts uses up one of its count. */
static bool is_known(struct baseline *known, const struct finding *finding)
{
	_cleanup_free_ char *exact =
		key_of(finding->rule, finding->place.file, finding->place.path);
	_cleanup_free_ char *kind = key_of(finding->rule, finding->place.file, NULL);
	int more;

	if (first_find(&known->findings, exact, 0) >= 0)
		return true;
	more = first_find(&known->more, kind, 0);
	if (more < 0 || known->counts.v[more] == 0)
		return false;
	known->counts.v[more]--;
	return true;
}

static void take_out(struct check_case *one, struct baseline *list)
{
	struct report kept = {.skipped = {one->result.report.skipped.v,
					  one->result.report.skipped.n,
					  one->result.report.skipped.room}};
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

static void gather(json_object *findings, struct baseline *ret)
{
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		json_object *row = json_object_array_get_idx(findings, i);
		char *key = key_of(member(row, "rule"), member(row, "file"),
				   member(row, "path"));

		first_add(&ret->findings, keep_key(ret, key), 0, (int)i);
	}
}

static void gather_more(json_object *more, struct baseline *ret)
{
	for (size_t i = 0; i < json_object_array_length(more); i++) {
		json_object *row = json_object_array_get_idx(more, i), *count;
		char *key = key_of(member(row, "rule"), member(row, "file"), NULL);
		int64_t value = json_object_object_get_ex(row, "count", &count)
					? json_object_get_int64(count)
					: 0;
		size_t at = (size_t)first_add(&ret->more, keep_key(ret, key), 0,
					      (int)ret->counts.n);

		if (at == ret->counts.n)
			vec_add(&ret->counts);
		ret->counts.v[at] += (uint64_t)MAX(value, (int64_t)0);
	}
}

int check_baseline_apply(const char *path, struct check_cases *cases, struct error *error)
{
	_cleanup_text_ struct text text = {};
	_cleanup_(known_free) struct baseline list = {};
	json_object *root, *findings, *more;

	if (file_read(path, FILE_LIMIT, &text, error) < 0)
		return -1;
	root = json_tokener_parse(text.s ? text.s : "");
	if (!root || !json_object_object_get_ex(root, "findings", &findings) ||
	    !json_object_is_type(findings, json_type_array)) {
		json_object_put(root);
		return error_input(error, "%s: is not the output of `check --json`",
				   path);
	}
	gather(findings, &list);
	if (json_object_object_get_ex(root, "more", &more) &&
	    json_object_is_type(more, json_type_array))
		gather_more(more, &list);
	for (size_t i = 0; i < cases->n; i++)
		take_out(&cases->v[i], &list);
	json_object_put(root);
	return 0;
}
