/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int file_read_fd(int fd, const char *name, size_t limit, struct text *text,
		 struct error *error)
{
	char buffer[16384];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_system(error, errno, "%s: cannot be read", name);
		if (text->n + (size_t)n > limit)
			return error_input(error, "%s: is larger than %zu MiB, the limit",
					   name, limit >> 20);
		text_add(text, buffer, (size_t)n);
	}
	text_add(text, "", 0);
	return 0;
}

int file_read(const char *path, size_t limit, struct text *text, struct error *error)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;

	if (streq(path, "-"))
		return file_read_fd(STDIN_FILENO, "standard input", limit, text, error);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_input(error, "%s: no such file", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_system(error, errno, "%s: cannot be opened", path);
	if (S_ISDIR(st.st_mode))
		return error_input(error, "%s: is a directory", path);
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > limit)
		return error_input(error, "%s: is larger than %zu MiB, the limit", path,
				   limit >> 20);
	return file_read_fd(fd, path, limit, text, error);
}

int file_write_fd(int fd, const char *name, const char *bytes, size_t n,
		  struct error *error)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_system(error, errno, "%s: cannot be written", name);
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

/* What stood at the path before, so that a change meanwhile is seen. */
struct before {
	bool there;
	struct stat st;
};

static bool unchanged(const char *path, const struct before *before)
{
	struct stat now;

	if (lstat(path, &now) < 0)
		return !before->there && errno == ENOENT;
	return before->there && now.st_dev == before->st.st_dev &&
	       now.st_ino == before->st.st_ino && now.st_size == before->st.st_size &&
	       now.st_mtim.tv_sec == before->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == before->st.st_mtim.tv_nsec;
}

static int fill_temporary(int fd, const char *bytes, size_t n,
			  const struct before *before, struct error *error)
{
	mode_t mask = umask(0);

	umask(mask);
	if (file_write_fd(fd, "the temporary file", bytes, n, error) < 0)
		return -1;
	if (fchmod(fd, before->there ? before->st.st_mode & 07777 : 0666 & ~mask) < 0)
		return error_system(error, errno, "cannot set the mode");
	if (before->there && (before->st.st_uid != geteuid() ||
			      before->st.st_gid != getegid()) &&
	    fchown(fd, before->st.st_uid, before->st.st_gid) < 0)
		return error_system(error, errno, "cannot keep the owner");
	if (fsync(fd) < 0)
		return error_system(error, errno, "cannot be flushed");
	return 0;
}

int file_sync_directory(const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *directory =
		slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	_cleanup_fd_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* Some file systems cannot flush a directory; they say EINVAL. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return error_system(error, errno, "%s: cannot be flushed", directory);
	return 0;
}

/* A new name must not replace what appeared; an old one is replaced if it is the same. */
static int put_in_place(const char *temporary, const char *path,
			const struct before *before, struct error *error)
{
	if (!unchanged(path, before))
		return error_system(error, 0, "it changed meanwhile, so it was left alone");
	if (!before->there) {
		if (link(temporary, path) == 0) {
			unlink(temporary);
			return 0;
		}
		if (errno == EEXIST)
			return error_system(error, 0,
					    "it appeared meanwhile, so it was left alone");
	}
	if (rename(temporary, path) < 0)
		return error_system(error, errno, "cannot be put in place");
	return 0;
}

static int replace(const char *path, const struct before *before, const char *bytes,
		   size_t n, struct error *error)
{
	_cleanup_free_ char *temporary = xasprintf("%s.XXXXXX", path);
	_cleanup_fd_ int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return error_system(error, errno, "%s: cannot be made", path);
	if (fill_temporary(fd, bytes, n, before, error) < 0 ||
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

int file_write(const char *path, const char *bytes, size_t n, struct error *error)
{
	_cleanup_free_ char *target = NULL;
	struct before before = {};

	if (!path || streq(path, "-"))
		return file_write_fd(STDOUT_FILENO, "standard output", bytes, n, error);
	if (lstat(path, &before.st) == 0 && S_ISLNK(before.st.st_mode)) {
		target = realpath(path, NULL);
		if (!target)
			return error_system(error, errno, "%s: the link leads nowhere", path);
		path = target;
	}
	before.there = lstat(path, &before.st) == 0;
	if (before.there && !S_ISREG(before.st.st_mode))
		return write_through(path, bytes, n, error);
	return replace(path, &before, bytes, n, error);
}
