/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file-keep.h - what a file keeps, besides its name, when another takes its place. */
#pragma once

#include "base/error.h"

#include <sys/stat.h>

/*
 * Gives the file @fd, which is new, what the regular file @path with status @st has:
 * owner, mode, and extended attributes, which ACLs and security labels are too. Not those
 * that the kernel computes from the content (IMA, EVM). Fault: one of them cannot be
 * kept.
 */
int file_keep(const char *path, const struct stat *st, int fd, struct error *error)
	_must_check_;
