/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/nbd-library.h"

LIBRARY_DEFINE(DLOPEN_NBD, nbd_library_load, NBD_FUNCTIONS, SONAME_NBD, "nbd",
	       "reading and changing qcow2 images", "recommended")
