/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fix-edits.c - from a finding to the edits of its fix. */
#include "planner/check/fix-parts.h"

/* Elements are numbered in the order of their places. */
int fix_element_at(const struct document *document, const struct place *place)
{
	size_t low = 0, high = document->elements.n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct document_element *it = &document->elements.v[middle];

		if (it->line == place->line && it->column == place->column)
			return (int)middle;
		if (it->line < place->line ||
		    (it->line == place->line && it->column < place->column))
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

void fix_merge(struct fix *fix, int element, struct want *want)
{
	fix->element = element;
	edit_merge(&fix->edits, element, want);
	want_free(want);
}

void fix_feature(struct fix *fix, const char *name, const char *attribute,
		 const char *value)
{
	struct want *want = want_new("domain");
	struct want *feature = want_child(want_child(want, "features"), name);

	if (attribute)
		want_set(feature, attribute, "%s", value);
	fix_merge(fix, 0, want);
}

void fix_make_edits(struct fix *fix)
{
	fix->element = fix_element_at(fix->check->document, &fix->finding->place);
	if (fix->element >= 0)
		fix->finding->row->fix(fix);
}
