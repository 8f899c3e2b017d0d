/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/*
 * Who else has this file open, for a message: "qemu-system-x86 (process 4711)";
 * preferably one that holds a lock on it. Owned by the caller; NULL if none is found.
 */
char *disk_holder(uint64_t device, uint64_t inode);
/*
 * The loop device that is attached to this file, "/dev/loop3", owned by the caller, or
 * NULL. *@ret_doubt is why that is unknown (/sys/block cannot be read), owned by the
 * caller, or NULL.
 */
char *disk_loop(uint64_t device, uint64_t inode, char **ret_doubt);

/*
 * Locks an open file for writing as QEMU's block layer does (file-posix.c): for each
 * permission a shared lock on byte 100 + n says that it is in use, and one on byte 200 +
 * n says that nobody else may use it. Locks belong to the open file description. Returns
 * whether the lock was acquired; a file system without such locks is an error.
 */
int disk_lock_like_qemu(int fd, const char *name, bool *ret_locked, struct error *error)
	_must_check_;
/* Whether a QEMU currently has it open for writing. */
bool disk_in_qemu(int fd);
