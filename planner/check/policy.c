/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/policy.h"

/* What the policy accepts if the devices on the cells' nodes are not enough. */
static bool takes_when_short(enum check_policy policy, const struct policy_case *one)
{
	switch (policy) {
	case POLICY_SOCKET:
		return one->sockets_known && one->node >= 0 && one->shares_socket;
	case POLICY_LEGACY:
		return one->node < 0;
	case POLICY_PREFERRED:
		return true;
	default:
		return false;
	}
}

enum policy_verdict policy_judge(enum check_policy policy, const struct policy_case *one)
{
	unsigned before = one->near;

	if (policy == POLICY_CELL)
		return one->cell_backed ? POLICY_HOLDS : POLICY_BROKEN;
	if (policy == POLICY_DISTANCE)
		return one->distance > 0 && one->distance <= one->most ? POLICY_HOLDS
								       : POLICY_BROKEN;
	if (one->on_cells_node)
		return POLICY_HOLDS;
	if (!takes_when_short(policy, one))
		return POLICY_BROKEN;
	/* For preferred those on no known node come before those on a far one. */
	if (policy == POLICY_PREFERRED && one->node >= 0)
		before += one->silent;
	return before >= one->wanted ? POLICY_SECOND : POLICY_HOLDS;
}
