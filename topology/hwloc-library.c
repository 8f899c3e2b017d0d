/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/hwloc-library.h"

LIBRARY_DEFINE(DLOPEN_HWLOC, hwloc_library_load, HWLOC_FUNCTIONS, SONAME_HWLOC, "hwloc",
	       "reading XML of lstopo or a synthetic machine", "recommended")
