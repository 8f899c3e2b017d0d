/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "partition/disk-io.h"
#include "partition/image.h"

struct disk_wish {
	bool writable;
	bool format_given; /* it is @format; else detect the format */
	enum image_format format;
	bool forced; /* proceed if it is unknown who uses a block device */
	bool follow; /* open the backing and data files that the header names */
};

/* How it was opened. */
struct disk_kind {
	enum image_format format;
	uint32_t cluster_bytes; /* of a qcow2, else 0 */
};

/*
 * Opens an image in its format. Errors in addition to those of disk_open_raw: another
 * image format; a qcow2 that depends on other files while @follow is not set, is
 * encrypted, or has a broken header. NULL with *error filled in. @ret may be NULL.
 */
struct disk_io *disk_open(const char *path, const struct disk_wish *wish,
			  struct disk_kind *ret, struct error *error) _must_check_;
