/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.h - a new image, which appears under its name completely or not at all.
 */
#pragma once

#include "partition/fill.h"
#include "partition/image.h"
#include "partition/patch.h"

struct create_request {
	const char *path; /* borrowed */
	enum image_format format;
	uint64_t cluster_bytes; /* of a qcow2, 0: QEMU's default */
	bool overwrite;         /* replace an existing file */
	bool force;             /* even one with known content */
	const char *seed;       /* borrowed, NULL */
	struct fill_list fills;
	struct progress *progress; /* borrowed, NULL: no progress is reported */
};

/*
 * Makes the image of @table. Everything is written to a file without a name in the same
 * folder, first the content of partitions, then the table; it is flushed, read back and
 * compared with the plan; then it gets its name, and the folder is flushed. A qcow2 is
 * made by qemu-img from that file and compared with it by qemu-img. An error leaves the
 * old file unchanged. A file that is overwritten is locked meanwhile; one that is in use,
 * or attached to a loop device, is always an error (2), and one with known content is an
 * error unless forced. Adds what the old file contained to *@ret_destroyed.
 */
int create_image(const struct create_request *request,
		 const struct partition_table *table, const struct patch *patch,
		 struct text *ret_destroyed, struct error *error) _must_check_;
