/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.h - reads whole files up to a limit, and writes files so that no failure loses the
 * old content.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <sys/stat.h>

#define FILE_LIMIT (64u << 20) /* bytes; no document that we read is larger */

/*
 * The whole of @path ("-" is standard input), at most @limit bytes, into an empty @text.
 * Errors: cannot be read (status 3; a missing file is bad input, status 2), larger than
 * the limit (status 2), a directory.
 */
int file_read(const char *path, size_t limit, struct text *text, struct error *error)
	_must_check_;

/*
 * Opens a regular file (or /dev/null, zero or full) for reading, and never blocks.
 * Errors, status 2: it does not exist, or is a FIFO, a socket, a directory or another
 * device.
 */
int file_open(const char *path, struct stat *ret, struct error *error) _must_check_;
/*
 * The descriptor that the path names (/dev/stdin, /dev/fd/N and so on, as in a shell's
 * process substitution), which is read and written directly; -1 if it names none.
 */
int file_descriptor(const char *path);
/* The same from an open descriptor, which stays open; @name is for messages. */
int file_read_fd(int fd, const char *name, size_t limit, struct text *text,
		 struct error *error) _must_check_;

/*
 * Writes a document. NULL or "-" is standard output. A regular file, or one that does not
 * exist yet, is replaced as a whole or not at all: temporary file in the same directory,
 * fsync, rename, fsync of the directory. Mode, owner, ACLs and other extended attributes
 * are kept, or nothing is written (base/file-keep.h); a symbolic link stays one. Anything
 * else (a device, a pipe) is opened and written. A file that has changed or appeared in
 * the meantime is not overwritten, because another program's edit would be lost; if this
 * process has read the file, the meantime begins then.
 */
int file_write(const char *path, const char *bytes, size_t n, struct error *error)
	_must_check_;
/* Writes all bytes to a descriptor, even after short writes. */
int file_write_fd(int fd, const char *name, const char *bytes, size_t n,
		  struct error *error) _must_check_;

/* Makes names in the directory of @path durable. */
int file_sync_directory(const char *path, struct error *error) _must_check_;

void close_fd(int *fd); /* closes unless it is negative */
#define _cleanup_fd_ _cleanup_(close_fd)
/* Moves a descriptor out of a variable, which is -1 afterwards. */
#define TAKE_FD(fd)                                                                      \
	({                                                                               \
		int taken_ = (fd);                                                       \
		(fd) = -1;                                                               \
		taken_;                                                                  \
	})
