/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* differences.c - the result of compare, as text and as JSON. */
#include "topology/differences.h"

#include <stdio.h>

static const struct {
	const char *name, *means;
} kinds[] = {
#define ROW(name, string, means) [DIFFERENCE_##name] = {string, means},
	DIFFERENCE_KINDS(ROW)
#undef ROW
};

const char *difference_kind_name(enum difference_kind kind)
{
	return kinds[kind].name;
}

const char *difference_kind_means(enum difference_kind kind)
{
	return kinds[kind].means;
}

static void add_difference(struct text *text, const struct difference *difference)
{
	_cleanup_text_ struct text line = {};

	text_printf(&line, "%s: %s: expected %s, observed %s",
		    kinds[difference->kind].name, difference->subject,
		    difference->expected ? difference->expected : "none",
		    difference->observed ? difference->observed : "none");
	text_adds(text, difference->because >= 0 ? "  " : "");
	text_add_shown(text, line.s);
	text_addc(text, '\n');
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void text_add_differences(struct text *text, const struct differences *differences)
{
	size_t unknown = 0;

	for (size_t i = 0; i < differences->list.n; i++)
		add_difference(text, &differences->list.v[i]);
	for (size_t i = 0; i < differences->unknown.n; i++) {
		const struct incomparable *row = &differences->unknown.v[i];
		_cleanup_text_ struct text line = {};

		text_printf(&line, "unknown: %s: not %s: %s", row->what, row->side,
			    row->subjects.s);
		text_add_shown(text, line.s);
		text_addc(text, '\n');
		unknown += row->n;
	}
	text_printf(text, "%zu difference%s, %zu comparison%s made, %zu not possible\n",
		    differences->list.n, plural(differences->list.n),
		    differences->checked, plural(differences->checked), unknown);
}

static void jsonw_difference(struct jsonw *json, const struct differences *differences,
			     const struct difference *difference)
{
	const struct difference *cause;

	jsonw_object(json, NULL);
	jsonw_string(json, "kind", kinds[difference->kind].name);
	jsonw_string(json, "subject", difference->subject);
	jsonw_string(json, "expected", difference->expected);
	jsonw_string(json, "observed", difference->observed);
	if (difference->because < 0) {
		jsonw_null(json, "because");
	} else {
		cause = &differences->list.v[difference->because];
		jsonw_format(json, "because", "%s: %s", kinds[cause->kind].name,
			     cause->subject);
	}
	jsonw_end_object(json);
}

void jsonw_differences(struct jsonw *json, const struct differences *differences)
{
	jsonw_u64(json, "checked", differences->checked);
	jsonw_array(json, "differences");
	for (size_t i = 0; i < differences->list.n; i++)
		jsonw_difference(json, differences, &differences->list.v[i]);
	jsonw_end_array(json);
	jsonw_array(json, "unknown");
	for (size_t i = 0; i < differences->unknown.n; i++) {
		const struct incomparable *row = &differences->unknown.v[i];

		jsonw_object(json, NULL);
		jsonw_string(json, "what", row->what);
		jsonw_string(json, "side", row->side);
		jsonw_u64(json, "count", row->n);
		jsonw_string(json, "subjects", row->subjects.s);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

void differences_free(struct differences *differences)
{
	for (size_t i = 0; i < differences->list.n; i++) {
		free(differences->list.v[i].subject);
		free(differences->list.v[i].expected);
		free(differences->list.v[i].observed);
	}
	for (size_t i = 0; i < differences->unknown.n; i++) {
		free(differences->unknown.v[i].what);
		text_free(&differences->unknown.v[i].subjects);
	}
	free(differences->list.v);
	free(differences->unknown.v);
	*differences = (struct differences){};
}

static struct incomparable *find_incomparable(struct differences *differences,
					      const char *what, const char *side)
{
	struct incomparable *found;

	for (size_t i = 0; i < differences->unknown.n; i++) {
		found = &differences->unknown.v[i];
		if (streq(found->what, what) && streq(found->side, side))
			return found;
	}
	found = vec_add(&differences->unknown);
	found->what = xstrdup(what);
	found->side = side;
	return found;
}

void differences_vunknown(struct differences *differences, const char *what,
			  const char *side, const char *format, va_list args)
{
	struct incomparable *found = find_incomparable(differences, what, side);

	if (found->n++)
		text_adds(&found->subjects, ", ");
	text_vprintf(&found->subjects, format, args);
}

void differences_unknown(struct differences *differences, const char *what,
			 const char *side, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	differences_vunknown(differences, what, side, format, args);
	va_end(args);
}
