/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/substitution.h"

#include "base/mem.h"

void substitutions_free(struct substitutions *substitutions)
{
	for (size_t i = 0; i < substitutions->list.n; i++) {
		free(substitutions->list.v[i].subject);
		free(substitutions->list.v[i].planned);
		free(substitutions->list.v[i].booted);
	}
	vec_free(&substitutions->list);
}

void text_add_substitutions(struct text *text, const struct substitutions *s)
{
	for (size_t i = 0; i < s->list.n; i++) {
		const struct substitution *one = &s->list.v[i];

		text_printf(text, "substituted: %s: ", one->subject);
		text_add_shown(text, one->planned ? one->planned : "nothing");
		text_adds(text, " -> ");
		text_add_shown(text, one->booted ? one->booted : "left out");
		text_printf(text, " (%s)\n", one->why);
	}
}

void jsonw_substitutions(struct jsonw *json, const struct substitutions *s)
{
	jsonw_array(json, "substitutions");
	for (size_t i = 0; i < s->list.n; i++) {
		const struct substitution *one = &s->list.v[i];

		jsonw_object(json, NULL);
		jsonw_string(json, "what", one->what);
		jsonw_string(json, "path", one->subject);
		jsonw_string(json, "planned", one->planned);
		jsonw_string(json, "booted", one->booted);
		jsonw_string(json, "why", one->why);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}
