/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* image-size.h - questions about images, and the answers. */
#pragma once

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum image_format { IMAGE_RAW, IMAGE_QCOW2 };
const char *image_format_name(enum image_format format);

enum commitment_kind {
	COMMITMENT_EXACT,     /* the size of the image when the guest has written
			       * everything */
	COMMITMENT_ESTIMATE,  /* an upper bound that need not be reached */
	COMMITMENT_UNBOUNDED, /* for tests: a row that is left out */
};
const char *commitment_kind_name(enum commitment_kind kind);

#define IMAGE_ANY_SNAPSHOTS UINT32_MAX
#define IMAGE_UNKNOWN       UINT64_MAX

/* What to compute for images; zeroed: each as it is, without future snapshots. */
struct image_question {
	uint32_t snapshots; /* internal ones still to be taken */
	bool follow;        /* measure backing and data files too */
	bool format_given;  /* use @format, do not detect it */
	enum image_format format;
	uint32_t cluster_bytes; /* of the qcow2 whose data file it is, else 0 */
	uint32_t block_bytes;   /* of the file system for images that do not exist yet; 0
				 * unknown */
};

/* All pointers are owned. */
struct image_size {
	char *file;
	enum image_format format;
	uint64_t capacity_bytes, length_bytes;
	uint64_t allocation_bytes; /* IMAGE_UNKNOWN for one that does not exist yet */
	uint64_t commitment_bytes; /* IMAGE_UNKNOWN if unbounded */
	uint64_t margin_bytes;     /* the part of it that is a measured safety margin */
	enum commitment_kind kind;
	char *backing_file, *data_file; /* as the header gives them */
	VEC(char *) notes;              /* one sentence each */
	uint64_t device, inode;         /* of the file, to count no file twice */
};

/* Owns them. */
struct image_sizes {
	VEC(struct image_size) list;
};

void image_sizes_free(struct image_sizes *sizes);
#define _cleanup_image_sizes_ _cleanup_(image_sizes_free)
