/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.h - what an image costs: the size that the guest sees, the length of the file,
 * the space that it uses on disk now, and the space that it may use eventually.
 */
#pragma once

#include "base/error.h"
#include "partition/image-size.h"
#include "partition/qcow2.h"

/*
 * Measures the image @path and, if requested, the files that it depends on, and adds them
 * to @sizes; a file that is already in there is not added again. Backing and data files
 * are named by a header that may come from anyone, so they are opened only on request.
 * Errors: cannot be read (3), a format that is neither (2), a broken header (2), a chain
 * that loops or is deeper than IMAGE_MAX_CHAIN (2).
 */
int image_measure(const char *path, const struct image_question *question,
		  struct image_sizes *sizes, struct error *error) _must_check_;

/*
 * "vmdk", "vhdx", "qcow2"... if the first bytes (and the last 512 of the file) are those
 * of a container, else NULL. For messages such as "is a vmdk image, not raw".
 */
const char *image_container(const uint8_t *front, size_t n);

/* The depth of a chain of backing files that is certainly no accident. */
#define IMAGE_MAX_CHAIN 200
#define IMAGE_LOOP_FORMAT                                                                \
	"%s: depends on itself: the chain of backing files leads back to it"
#define IMAGE_DEEP_FORMAT "%s: the chain of backing files is deeper than %d"

/*
 * The path of the file that an image names as its backing or data file, relative to the
 * image unless it is absolute; owned by the caller. NULL if the name is not that of a
 * file ("json:{...}", "nbd://host").
 */
char *image_named_file(const char *image, const char *name) _must_check_;
