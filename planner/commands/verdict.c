/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/commands/verdict.h"

#include "base/error.h"

#include <stdio.h>

/* What a guest that cannot be compared is called, in the manner of a difference. */
static void json_failure(struct jsonw *json, const struct verdict *verdict)
{
	jsonw_u64(json, "checked", 0);
	jsonw_array(json, "differences");
	jsonw_object(json, NULL);
	jsonw_string(json, "kind", verdict->failure_kind);
	jsonw_string(json, "subject", "guest");
	jsonw_string(json, "expected", "a report from its kernel");
	jsonw_string(json, "observed", verdict->failure);
	jsonw_null(json, "because");
	jsonw_end_object(json);
	jsonw_end_array(json);
	jsonw_array(json, "unknown");
	jsonw_end_array(json);
}

static void print_json(const struct verdict *verdict)
{
	static const struct substitutions none;
	_cleanup_text_ struct text text = {};
	struct jsonw json = { .out = &text };

	jsonw_object(&json, NULL);
	jsonw_u64(&json, "version", 1);
	if (verdict->failure)
		json_failure(&json, verdict);
	else
		jsonw_differences(&json, verdict->differences);
	jsonw_substitutions(&json, verdict->substitutions ? verdict->substitutions : &none);
	jsonw_end_object(&json);
	jsonw_finish(&json);
	fwrite(text.s, 1, text.n, stdout);
}

static void print_text(const struct verdict *verdict)
{
	_cleanup_text_ struct text text = {};

	if (verdict->substitutions)
		text_add_substitutions(&text, verdict->substitutions);
	if (verdict->failure)
		text_printf(&text, "%s: %s\n", verdict->failure_kind, verdict->failure);
	else
		text_add_differences(&text, verdict->differences);
	fwrite(text.s, 1, text.n, stdout);
}

int verdict_print(const struct verdict *verdict, bool json)
{
	if (json)
		print_json(verdict);
	else
		print_text(verdict);
	return verdict->failure || verdict->differences->list.n > 0 ? STATUS_FINDINGS
								     : STATUS_OK;
}
