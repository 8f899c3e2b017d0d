/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/archive-library.h"

LIBRARY_DEFINE(DLOPEN_ARCHIVE, archive_library_load, ARCHIVE_FUNCTIONS, SONAME_ARCHIVE,
	       "archive", "packing an initrd or unpacking a kernel", "recommended")
