/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "partition/inspect.h"

/*
 * What the boot sector's message would break on this disk, or why nobody would ever see
 * it, as phrases joined by ", and "; nothing if it does no harm. Error: reading fails.
 */
int stub_would_break(struct disk_io *io, const struct inspection *seen,
		     struct text *reasons, struct error *error) _must_check_;
/* Why --remove must not write zeros there. */
void stub_cannot_remove(const struct inspection *seen, struct text *reasons);
