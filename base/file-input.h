/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-input.h - the regular files that this process has read by name, and what they were
 * then, so that no command can overwrite one of its inputs with another program's edit
 * in it. Used by file.c and file-write.c only. Any thread may call these.
 */
#pragma once

#include "base/macros.h"

#include <sys/stat.h>

/* Remembers it; the first reading counts. Files of the kernel are nobody's to edit. */
void file_input_add(const char *path, const struct stat *st);
/*
 * Whether the file was read, by the name @path or as what it leads to, @target (NULL: it
 * leads nowhere now). What it was then is in *@ret.
 */
bool file_input_find(const char *path, const char *target, struct stat *ret);
/* It was written: it may be written again, and read. */
void file_input_forget(const char *path, const char *target);
