/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/in-place/parts.h"

#include <stdarg.h>

#define MIB (UINT64_C(1) << 20)

int in_place_refuse(const struct in_place *plan, struct error *error, int element,
		    const char *format, ...)
{
	_cleanup_text_ struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	return error_input_at(error, plan->document->name,
			      plan->document->elements.v[MAX(element, 0)].line, "%s",
			      text.s);
}

/* The largest page that backs the cells, so that each is whole pages. */
uint64_t in_place_granule(const struct in_place *plan)
{
	uint64_t granule = MAX(plan->request->hugepage_bytes, MIB);

	for (size_t i = 0; i < plan->old.pages.n; i++)
		if (plan->old.pages.v[i].size_bytes.state == VALUE_VALID)
			granule = MAX(granule, plan->old.pages.v[i].size_bytes.value);
	return granule;
}
