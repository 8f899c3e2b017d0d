/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file-keep.h - what a file keeps, besides its name, when it is replaced by another. */
#pragma once

#include "base/error.h"

#include <sys/stat.h>

/*
 * Gives @fd, a new file, what the regular file @path with status @st has: owner, mode,
 * and extended attributes, which include ACLs and security labels, but not those that the
 * kernel computes from the content (IMA, EVM). Error: one of them cannot be kept.
 */
int file_keep(const char *path, const struct stat *st, int fd, struct error *error)
	_must_check_;
