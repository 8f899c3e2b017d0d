/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hwloc-set.h - sets of CPUs and nodes, as hwloc writes them. */
#pragma once

#include "topology/hwloc-copy.h"
#include "topology/hwloc-read.h"

/*
 * "0x0000000f,,0xf0000000": words of 32 bits, of which an empty one is 0, and not too
 * many. hwloc's own reader asserts if the text begins with a comma; "0xf...f" is its
 * infinite set.
 */
bool hwloc_set_valid(const struct hwloc_attribute *given);
/*
 * Whether a set, whose words come highest first, has the member @index only. hwloc takes
 * a node's number from os_index and its place from the set.
 */
bool hwloc_set_has_only(const struct hwloc_attribute *given, uint32_t index);
