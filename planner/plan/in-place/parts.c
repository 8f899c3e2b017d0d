/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/in-place/parts.h"

#include <stdarg.h>

#define MIB (UINT64_C(1) << 20)

void in_place_free(struct in_place *plan)
{
	guest_free(&plan->old);
	guest_free(&plan->full);
	guest_free(&plan->new);
	layout_free(&plan->layout);
	guest_tree_free(&plan->old_tree);
	guest_tree_free(&plan->tree);
	vec_free(&plan->devices);
	for (size_t i = 0; i < plan->backing.n; i++)
		set_free(&plan->backing.v[i]);
	vec_free(&plan->backing);
	vec_free(&plan->wishes);
	vec_free(&plan->groups);
	free(plan->new_group);
	for (size_t i = 0; i < plan->initiators.n; i++)
		set_free(&plan->initiators.v[i].cells);
	vec_free(&plan->initiators);
	free(plan->claimed);
	free(plan->cell_home);
	free(plan->root_home);
	free(plan->switch_home);
}

int in_place_refuse(const struct in_place *plan, struct error *error, int element,
		    const char *format, ...)
{
	_cleanup_text_ struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	if (plan->fresh)
		return error_input(error, "%s", text.s);
	return error_input_at(error, plan->document->name,
			      plan->document->elements.v[MAX(element, 0)].line, "%s",
			      text.s);
}

size_t in_place_cells(const struct in_place *plan)
{
	const struct request *request = plan->request;
	size_t cells = MAX(request->nodes.n, (size_t)1);

	while (cells > 1 && request->nodes.v[cells - 1].initiator)
		cells--;
	return cells;
}

/* The size of the largest page that backs the cells, so that each has whole pages. */
uint64_t in_place_granule(const struct in_place *plan)
{
	uint64_t granule = MAX(plan->request->hugepage_bytes, MIB);

	for (size_t i = 0; i < plan->old.pages.n; i++)
		if (plan->old.pages.v[i].size_bytes.state == VALUE_VALID)
			granule = MAX(granule, plan->old.pages.v[i].size_bytes.value);
	return granule;
}
