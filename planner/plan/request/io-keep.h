/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io-keep.h - keeping a request within what its firmware can serve. */
#pragma once

#include "planner/plan/request/request.h"

/* Functions with an I/O BAR that this request may have. UINT_MAX: no limit (arm). */
unsigned io_limit(const struct request *request);
/*
 * Past the limit the last devices, in the request's order (guest node, then host
 * address), become virtio, each with a note. Those of a kind that the user named stay.
 */
void io_keep_to_limit(struct request *request);
/* Whether ports must be hotplug='off' to keep to it: EFI with any I/O BAR. */
bool io_needs_cold_ports(const struct request *request, unsigned io_functions);
