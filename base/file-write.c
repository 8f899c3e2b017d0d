/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include "base/file-input.h"
#include "base/file-keep.h"
#include "base/mem.h"
#include "base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* What was at the path before, to detect a change in the meantime. */
struct before {
	bool there;
	struct stat st;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool unchanged(const char *path, const struct before *before)
{
	struct stat now;

	if (lstat(path, &now) < 0)
		return !before->there && errno == ENOENT;
	return before->there && is_same(&now, &before->st);
}

/* A file that this process has read must not have changed since. */
static int need_unchanged(const char *path, const char *target,
			  const struct before *before, struct error *error)
{
	struct stat read;

	if (!file_input_find(path, target, &read) ||
	    (before->there && is_same(&before->st, &read)))
		return 0;
	return error_system(
		error, 0,
		"%s: another program %s it after it was read, so nothing was written; run the command again",
		path, before->there ? "changed" : "removed");
}

static int fill_temporary(int fd, const char *path, const char *bytes, size_t n,
			  const struct before *before, struct error *error)
{
	mode_t mask = umask(0);

	umask(mask);
	if (file_write_fd(fd, "the temporary file", bytes, n, error) < 0)
		return -1;
	if (before->there && file_keep(path, &before->st, fd, error) < 0)
		return -1;
	if (!before->there && fchmod(fd, 0666 & ~mask) < 0)
		return error_system(error, errno, "cannot set the mode");
	if (fsync(fd) < 0)
		return error_system(error, errno, "cannot be flushed");
	return 0;
}

/*
 * A new name must not replace a file that was created in the meantime; an old one is
 * replaced if it is the same file.
 */
static int put_in_place(const char *temporary, const char *path,
			const struct before *before, struct error *error)
{
	if (!unchanged(path, before))
		return error_system(
			error, 0,
			"another program changed it in the meantime, so it was not overwritten");
	if (!before->there) {
		if (link(temporary, path) == 0) {
			unlink(temporary);
			return 0;
		}
		if (errno == EEXIST)
			return error_system(
				error, 0,
				"another program created it in the meantime, so it was not overwritten");
	}
	if (rename(temporary, path) < 0)
		return error_system(error, errno, "cannot be renamed into place");
	return 0;
}

static int replace(const char *path, const struct before *before, const char *bytes,
		   size_t n, struct error *error)
{
	_cleanup_free_ char *temporary = xasprintf("%s.XXXXXX", path);
	_cleanup_fd_ int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return error_system(error, errno, "%s: cannot be created", path);
	if (fill_temporary(fd, path, bytes, n, before, error) < 0 ||
	    put_in_place(temporary, path, before, error) < 0) {
		unlink(temporary);
		return error_wrap(error, "%s", path);
	}
	return file_sync_directory(path, error);
}

static int write_through(const char *path, const char *bytes, size_t n,
			 struct error *error)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return error_system(error, errno, "%s: cannot be opened", path);
	return file_write_fd(fd, path, bytes, n, error);
}

/* /dev/stdout and similar names refer to a pipe, or to a file whose content must be
 * kept. */
static int write_inherited(int fd, const char *path, const char *bytes, size_t n,
			   struct error *error)
{
	if (fd == STDOUT_FILENO && streams_flush(error) < 0)
		return -1;
	return file_write_fd(fd, path, bytes, n, error);
}

int file_write(const char *path, const char *bytes, size_t n, struct error *error)
{
	_cleanup_free_ char *target = NULL;
	struct before before = {};
	struct stat st;

	if (!path || streq(path, "-"))
		return file_write_fd(STDOUT_FILENO, "standard output", bytes, n, error);
	if (file_descriptor(path) >= 0)
		return write_inherited(file_descriptor(path), path, bytes, n, error);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_through(path, bytes, n, error);
	target = realpath(path, NULL);
	if (!target && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return error_system(
			error, errno,
			"%s: is a symbolic link to a file that does not exist; remove the link, or create that file",
			path);
	before.there = lstat(target ? target : path, &before.st) == 0;
	if (need_unchanged(path, target, &before, error) < 0 ||
	    replace(target ? target : path, &before, bytes, n, error) < 0)
		return -1;
	file_input_forget(path, target);
	return 0;
}
