/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fill-tree.h - whether a folder can be copied into a file system, before it is made. */
#pragma once

#include "base/error.h"

/*
 * Error (2) that names the first file of @folder that cannot be read, or that a file
 * system of this format cannot hold: mcopy would follow a symbolic link out of the
 * folder, and fails without a reason at names that differ only in case. Links are never
 * followed.
 */
int tree_check(const char *folder, const char *format, struct error *error) _must_check_;
/*
 * How many files are in @folder, without directories, and their sizes together. False if
 * it cannot be read.
 */
bool tree_size(const char *folder, uint64_t *ret_files, uint64_t *ret_bytes);
/*
 * The user who owns files in @folder if that is not root, who would own them in a system;
 * 0 if all belong to root.
 */
unsigned tree_owner(const char *folder);
