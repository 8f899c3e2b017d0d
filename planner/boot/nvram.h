/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nvram.h - the variables of a UEFI firmware, in a copy of their file. */
#pragma once

#include "base/macros.h"

#include <stddef.h>

/*
 * Deletes the platform key from a variable store of edk2, as edk2 itself marks a variable
 * as deleted, so that Secure Boot is off: a firmware whose owner enrolled keys starts
 * only what they signed, which is nothing that boot gives it. The @n bytes may be
 * anything, also a qcow2 image of a store. False: there is no such key, and nothing was
 * changed.
 */
bool nvram_drop_platform_key(char *bytes, size_t n);
