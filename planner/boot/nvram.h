/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nvram.h - the variables of a UEFI firmware, in a copy of the variable store. */
#pragma once

#include "base/macros.h"

#include <stddef.h>

/*
 * Deletes the platform key from a variable store of edk2, by marking the variable as
 * deleted like edk2, so that Secure Boot is off: a firmware with enrolled keys starts
 * only what was signed with them, which boot's images are not. The @n bytes may be
 * anything, even a qcow2 image of a store. False: there is no such key, and nothing was
 * changed.
 */
bool nvram_drop_platform_key(char *bytes, size_t n);
