/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fill-parts.h - the content that the parts of a request ask for themselves. */
#pragma once

#include "partition/disk-layout.h"
#include "partition/fill.h"

/*
 * Minimize=: makes the read-only file systems of @request in temporary files, in TMPDIR
 * or /var/tmp, and sets the size that each needs. @request changes only there.
 */
int fill_measure_parts(struct disk_request *request, struct error *error) _must_check_;
/*
 * Adds a fill for each partition of @layout that has content. The UUIDs of the table are
 * known; those of file systems are derived from them, as by systemd-repart. The fills
 * borrow from @request. Error: @fills has one for such a partition already.
 */
int fill_add_parts(struct fill_list *fills, const struct disk_request *request,
		   const struct disk_layout *layout, struct error *error) _must_check_;
