/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.h - a new image, which appears under its name whole or not at all.
 */
#pragma once

#include "partition/fill.h"
#include "partition/image.h"
#include "partition/patch.h"

struct create_request {
	const char *path; /* borrowed */
	enum image_format format;
	uint64_t cluster_bytes; /* of a qcow2, 0: QEMU's default */
	bool overwrite;         /* a file that exists gives way */
	bool force;             /* also one with content that is known */
	const char *seed;       /* borrowed, NULL */
	struct fill_list fills;
	struct progress *progress; /* borrowed, NULL: nobody watches */
};

/*
 * Makes the image of @table. Everything is written to a file without a name in the same
 * folder, fills first, then the table; flushed; read again and held against the plan;
 * then it gets its name, and the folder is flushed. A qcow2 is made by qemu-img from
 * that file and compared with it by qemu-img. Faults leave what was there. A file that is
 * overwritten is locked meanwhile; one that is in use, or attached to a loop device, is a
 * fault (2) in any case, and one with content that is known unless forced. Adds to
 * *@ret_destroyed what it contained.
 */
int create_image(const struct create_request *request,
		 const struct partition_table *table, const struct patch *patch,
		 struct text *ret_destroyed, struct error *error) _must_check_;
