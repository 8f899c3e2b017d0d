/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io-keep.h - keeps a request within what its firmware can handle. */
#pragma once

#include "planner/plan/request/request.h"

/* Functions with an I/O BAR that this request may have. UINT_MAX: no limit (arm). */
unsigned io_limit(const struct request *request);
/*
 * If there are too many, the last devices, in the request's order (guest node, then host
 * address), become virtio, each with a note. Those of a kind that the user named are
 * kept.
 */
void io_keep_to_limit(struct request *request);
