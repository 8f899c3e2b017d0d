/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/composition.h"

void plan_free(struct plan *plan)
{
	guest_free(&plan->guest);
	vec_free(&plan->devices);
	for (size_t i = 0; i < plan->notes.n; i++)
		free(plan->notes.v[i]);
	vec_free(&plan->notes);
}
