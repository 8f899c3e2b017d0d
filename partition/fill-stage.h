/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fill-stage.h - several sources of one file system, collected in a temporary directory,
 * because mkfs and mcopy take only one.
 */
#pragma once

#include "base/error.h"
#include "partition/part-content.h"

/*
 * Copies everything into a new directory below @folder; *ret is its path, owned by the
 * caller, who calls stage_remove also after an error. Owners, modes and times are kept as
 * far as the user may; new directories have mode 0755. If @time_s (seconds since 1970) is
 * not negative, it is the time of new directories, and no other directory gets a new time
 * because something is added to it. No symbolic link is followed: a target below one is
 * an error.
 */
int stage_make(const struct part_content *content, const char *folder, int64_t time_s,
	       char **ret, struct error *error) _must_check_;
/* Removes it and frees the path. */
void stage_remove(char **path);
#define _cleanup_stage_ _cleanup_(stage_remove)
