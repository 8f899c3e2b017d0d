/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-input.h - the regular files that this process has read by name, with their state
 * at that time, so that no command overwrites an input that another program has edited
 * since. Used by file.c and file-write.c only. Any thread may call these.
 */
#pragma once

#include "base/macros.h"

#include <sys/stat.h>

/*
 * Remembers a file as of its first reading. Skips the kernel's files, which nobody edits.
 */
void file_input_add(const char *path, const struct stat *st);
/*
 * Whether the file was read, by the name @path or by its target @target (NULL: there is
 * no target now). Its state at that time is in *@ret.
 */
bool file_input_find(const char *path, const char *target, struct stat *ret);
/* It was written by this process, which may write and read it again. */
void file_input_forget(const char *path, const char *target);
