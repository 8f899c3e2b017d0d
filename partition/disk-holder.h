/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/*
 * Who else has this file open, for a message: "qemu-system-x86 (process 4711)"; one that
 * holds a lock on it first. The caller's; NULL if none is to be seen.
 */
char *disk_holder(uint64_t device, uint64_t inode);
/*
 * The loop device that is attached to this file, "/dev/loop3", the caller's, or NULL.
 * *@ret_doubt is why that is unknown (/sys/block cannot be read), the caller's, or NULL.
 */
char *disk_loop(uint64_t device, uint64_t inode, char **ret_doubt);

/*
 * Locks an open file for writing as QEMU's block layer does (file-posix.c): for each
 * permission a shared lock on byte 100 + n says it is in use, and one on byte 200 + n
 * that nobody else may use it. Locks belong to the open file description. The answer is
 * whether it was to be had; a file system without such locks is a fault.
 */
int disk_lock_like_qemu(int fd, const char *name, bool *ret_locked, struct error *error)
	_must_check_;
/* Whether a QEMU has it open for writing now. */
bool disk_in_qemu(int fd);
