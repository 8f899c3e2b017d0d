/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-library.h - the functions of hwloc that we call.
 */
#pragma once

#include "base/library.h"

#include <hwloc.h>

/* clang-format off */
#define HWLOC_FUNCTIONS(X) \
	X(hwloc_bitmap_alloc) \
	X(hwloc_bitmap_first) \
	X(hwloc_bitmap_free) \
	X(hwloc_bitmap_intersects) \
	X(hwloc_bitmap_isequal) \
	X(hwloc_bitmap_isset) \
	X(hwloc_bitmap_iszero) \
	X(hwloc_bitmap_next) \
	X(hwloc_bitmap_or) \
	X(hwloc_cpukinds_get_by_cpuset) \
	X(hwloc_cpukinds_get_nr) \
	X(hwloc_distances_get_by_name) \
	X(hwloc_distances_get_by_type) \
	X(hwloc_distances_release) \
	X(hwloc_get_obj_by_depth) \
	X(hwloc_get_type_depth) \
	X(hwloc_memattr_get_initiators) \
	X(hwloc_topology_destroy) \
	X(hwloc_topology_get_allowed_cpuset) \
	X(hwloc_topology_get_allowed_nodeset) \
	X(hwloc_topology_init) \
	X(hwloc_topology_is_thissystem) \
	X(hwloc_topology_load) \
	X(hwloc_topology_set_flags) \
	X(hwloc_topology_set_io_types_filter) \
	X(hwloc_topology_set_synthetic) \
	X(hwloc_topology_set_xmlbuffer) \
	X(hwloc_type_sscanf)
/* clang-format on */

/* Each as sym_NAME. */
LIBRARY_DECLARE(DLOPEN_HWLOC, HWLOC_FUNCTIONS)
/* Call it before the first of them. Error (3): it cannot be loaded. */
int hwloc_library_load(struct error *error) _must_check_;
