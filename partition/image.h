/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.h - what an image costs: how large the guest sees it, how long the file is, what
 * it takes on disk now, and what it can come to take.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "partition/qcow2.h"

enum image_format { IMAGE_RAW, IMAGE_QCOW2 };
const char *image_format_name(enum image_format format);

enum commitment_kind {
	COMMITMENT_EXACT,     /* the image ends there when the guest has written all */
	COMMITMENT_ESTIMATE,  /* an upper bound that need not be reached */
	COMMITMENT_UNBOUNDED, /* there is none */
};
const char *commitment_kind_name(enum commitment_kind kind);

#define IMAGE_ANY_SNAPSHOTS UINT32_MAX
#define IMAGE_UNKNOWN       UINT64_MAX

/* What is to be known about images; zeroed: each as it is, no snapshots to come. */
struct image_question {
	uint32_t snapshots; /* internal ones still to be taken */
	bool follow;        /* measure backing and data files too */
	bool format_given;  /* take @format, do not look */
	enum image_format format;
	uint32_t block_bytes; /* of the file system of images yet to be; 0 unknown */
};

/* All pointers are owned. */
struct image_size {
	char *file;
	enum image_format format;
	uint64_t capacity_bytes, length_bytes;
	uint64_t allocation_bytes; /* IMAGE_UNKNOWN for one yet to be */
	uint64_t commitment_bytes; /* IMAGE_UNKNOWN if unbounded */
	uint64_t margin_bytes;     /* what of it is there for safety, measured */
	enum commitment_kind kind;
	char *backing_file, *data_file; /* as the header names them */
	VEC(char *) notes;              /* one sentence each */
	uint64_t device, inode;         /* of the file, to count no file twice */
};

/* Owns them. */
struct image_sizes {
	VEC(struct image_size) list;
};

/*
 * Measures the image @path and, where the question says so, what it rests on, and adds
 * them to @sizes; a file that is in there already is not added again. Backing and data
 * files are named by a header that a stranger may have written, so they are not opened
 * unless asked for; a chain that loops ends where it comes back. Faults: cannot be read
 * (3), a format that is neither (2), a broken header (2), a chain deeper than 200 (2).
 */
int image_measure(const char *path, const struct image_question *question,
		  struct image_sizes *sizes, struct error *error);
/* Sizes of a raw image yet to be made. */
void image_measure_new_raw(uint64_t capacity_bytes, const struct image_question *question,
			   struct image_sizes *sizes);
/*
 * Sizes of a qcow2 image yet to be made, and of its data file if it has one. What a
 * preallocated one allocates at once is unknown; its commitment is that of any other.
 */
void image_measure_new_qcow2(const struct qcow2_options *options,
			     const struct image_question *question,
			     struct image_sizes *sizes);
void image_sizes_free(struct image_sizes *sizes);
#define _cleanup_image_sizes_ _cleanup_(image_sizes_free)

/*
 * "vmdk", "vhdx", "qcow2"... if the bytes at the front (and the last 512 of the file)
 * are those of a container, else NULL. For saying "is a vmdk image, not raw".
 */
const char *image_container(const uint8_t *front, size_t n);
