/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/hwloc-parts.h"

hwloc_obj_t hwloc_root(hwloc_topology_t topology)
{
	return sym_hwloc_get_obj_by_depth(topology, 0, 0);
}

hwloc_obj_t hwloc_next(hwloc_topology_t topology, hwloc_obj_type_t type,
		       hwloc_obj_t previous)
{
	int depth;

	if (previous)
		return previous->next_cousin;
	depth = sym_hwloc_get_type_depth(topology, type);
	if (depth == HWLOC_TYPE_DEPTH_UNKNOWN || depth == HWLOC_TYPE_DEPTH_MULTIPLE)
		return NULL;
	return sym_hwloc_get_obj_by_depth(topology, depth, 0);
}
