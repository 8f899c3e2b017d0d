/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hwloc-library.c - the functions of hwloc that we call. */
#include "base/library.h"

#include <hwloc.h>

#define HWLOC(...) LIBRARY_FUNCTION(SONAME_HWLOC, __VA_ARGS__)

/* clang-format off */
HWLOC(hwloc_bitmap_t, hwloc_bitmap_alloc, (void), ())
HWLOC(int, hwloc_bitmap_first, (hwloc_const_bitmap_t a), (a))
HWLOC(void, hwloc_bitmap_free, (hwloc_bitmap_t a), (a))
HWLOC(int, hwloc_bitmap_intersects, (hwloc_const_bitmap_t a, hwloc_const_bitmap_t b), (a, b))
HWLOC(int, hwloc_bitmap_isequal, (hwloc_const_bitmap_t a, hwloc_const_bitmap_t b), (a, b))
HWLOC(int, hwloc_bitmap_isset, (hwloc_const_bitmap_t a, unsigned b), (a, b))
HWLOC(int, hwloc_bitmap_iszero, (hwloc_const_bitmap_t a), (a))
HWLOC(int, hwloc_bitmap_next, (hwloc_const_bitmap_t a, int b), (a, b))
HWLOC(int, hwloc_bitmap_or, (hwloc_bitmap_t a, hwloc_const_bitmap_t b, hwloc_const_bitmap_t c), (a, b, c))
HWLOC(int, hwloc_cpukinds_get_by_cpuset, (hwloc_topology_t a, hwloc_const_bitmap_t b, unsigned long c), (a, b, c))
HWLOC(int, hwloc_cpukinds_get_nr, (hwloc_topology_t a, unsigned long b), (a, b))
HWLOC(int, hwloc_distances_get_by_name, (hwloc_topology_t a, const char *b, unsigned *c, struct hwloc_distances_s **d, unsigned long e), (a, b, c, d, e))
HWLOC(int, hwloc_distances_get_by_type, (hwloc_topology_t a, hwloc_obj_type_t b, unsigned *c, struct hwloc_distances_s **d, unsigned long e, unsigned long f), (a, b, c, d, e, f))
HWLOC(void, hwloc_distances_release, (hwloc_topology_t a, struct hwloc_distances_s *b), (a, b))
HWLOC(hwloc_obj_t, hwloc_get_obj_by_depth, (hwloc_topology_t a, int b, unsigned c), (a, b, c))
HWLOC(int, hwloc_get_type_depth, (hwloc_topology_t a, hwloc_obj_type_t b), (a, b))
/* NOLINTNEXTLINE(readability-function-size): hwloc says what it takes */
HWLOC(int, hwloc_memattr_get_initiators, (hwloc_topology_t a, hwloc_memattr_id_t b, hwloc_obj_t c, unsigned long d, unsigned *e, struct hwloc_location *f, hwloc_uint64_t *g), (a, b, c, d, e, f, g))
HWLOC(void, hwloc_topology_destroy, (hwloc_topology_t a), (a))
HWLOC(int, hwloc_topology_init, (hwloc_topology_t *a), (a))
HWLOC(int, hwloc_topology_is_thissystem, (hwloc_topology_t a), (a))
HWLOC(int, hwloc_topology_load, (hwloc_topology_t a), (a))
HWLOC(int, hwloc_topology_set_flags, (hwloc_topology_t a, unsigned long b), (a, b))
HWLOC(int, hwloc_topology_set_io_types_filter, (hwloc_topology_t a, enum hwloc_type_filter_e b), (a, b))
HWLOC(int, hwloc_topology_set_synthetic, (hwloc_topology_t a, const char *b), (a, b))
HWLOC(int, hwloc_topology_set_xml, (hwloc_topology_t a, const char *b), (a, b))
HWLOC(int, hwloc_type_sscanf, (const char *a, hwloc_obj_type_t *b, union hwloc_obj_attr_u *c, size_t d), (a, b, c, d))
