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
 * are named by a header that may come from anyone, so they are opened only on request; a
 * chain that loops ends where it returns. Errors: cannot be read (3), a format that is
 * neither (2), a broken header (2), a chain deeper than 200 (2).
 */
int image_measure(const char *path, const struct image_question *question,
		  struct image_sizes *sizes, struct error *error) _must_check_;

/*
 * "vmdk", "vhdx", "qcow2"... if the first bytes (and the last 512 of the file) are those
 * of a container, else NULL. For messages such as "is a vmdk image, not raw".
 */
const char *image_container(const uint8_t *front, size_t n);
