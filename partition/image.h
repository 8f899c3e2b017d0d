/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.h - what an image costs: how large the guest sees it, how long the file is, what
 * it takes on disk now, and what it can come to take.
 */
#pragma once

#include "base/error.h"
#include "partition/image-size.h"
#include "partition/qcow2.h"

/*
 * Measures the image @path and, where the question says so, what it rests on, and adds
 * them to @sizes; a file that is in there already is not added again. Backing and data
 * files are named by a header that a stranger may have written, so they are not opened
 * unless asked for; a chain that loops ends where it comes back. Faults: cannot be read
 * (3), a format that is neither (2), a broken header (2), a chain deeper than 200 (2).
 */
int image_measure(const char *path, const struct image_question *question,
		  struct image_sizes *sizes, struct error *error) _must_check_;

/*
 * "vmdk", "vhdx", "qcow2"... if the bytes at the front (and the last 512 of the file)
 * are those of a container, else NULL. For saying "is a vmdk image, not raw".
 */
const char *image_container(const uint8_t *front, size_t n);
