/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/fill-stage.h"

#include "base/file.h"
#include "base/text.h"
#include "partition/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void stage_remove(char **path)
{
	char *const roots[] = {*path, NULL};
	FTS *tree = *path ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;

	for (FTSENT *at; tree && (at = fts_read(tree));) {
		if (at->fts_info == FTS_D)
			error_ignore(chmod(at->fts_path, 0700));
		else if (at->fts_info == FTS_DP || at->fts_info == FTS_DNR)
			error_ignore(rmdir(at->fts_path));
		else
			error_ignore(unlink(at->fts_path));
	}
	if (tree)
		fts_close(tree);
	free(*path);
	*path = NULL;
}

/* The directory that collects the sources. */
struct stage {
	const char *path;
	int64_t time_s; /* of new directories; -1: now */
};

/* A time of modification that is kept while a directory gets a new entry. */
struct kept_time {
	int fd; /* -1: nothing is kept */
	struct timespec mtime;
};

/* Nothing is kept without a seed (@time_s is -1). */
static struct kept_time keep_time(int fd, int64_t time_s)
{
	struct stat status;

	if (time_s < 0 || fstat(fd, &status) < 0)
		return (struct kept_time){.fd = -1};
	return (struct kept_time){.fd = fd, .mtime = status.st_mtim};
}

static void set_time(int fd, struct timespec time)
{
	const struct timespec times[2] = {time, time};

	error_ignore(futimens(fd, times));
}

static void restore_time(const struct kept_time *kept)
{
	if (kept->fd >= 0)
		set_time(kept->fd, kept->mtime);
}

/*
 * Opens the directory @name in the open directory @at, and makes it first if need be.
 * With a seed it then gets the time @time_s, and @at keeps its own: which directory is
 * new must not be told from the clock, since a source can be just as new.
 */
static int enter(int at, const char *name, int64_t time_s)
{
	const struct kept_time kept = keep_time(at, time_s);
	const bool made = mkdirat(at, name, 0755) == 0;
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (!made || fd < 0)
		return fd;
	error_ignore(fchmod(fd, 0755)); /* whatever the umask is */
	if (time_s >= 0)
		set_time(fd, (struct timespec){.tv_sec = time_s});
	restore_time(&kept);
	return fd;
}

/*
 * Makes the directories of @target, without its last component unless @all, and opens the
 * last one that it made or found. The last component must not be a symbolic link.
 */
static int make_way(const struct stage *stage, const char *target, bool all, int *ret,
		    struct error *error)
{
	_cleanup_fd_ int at = open(stage->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	while (at >= 0) {
		_cleanup_free_ char *name = NULL;
		size_t n;
		int next;

		target += strspn(target, "/");
		n = strcspn(target, "/");
		if (n == 0) {
			*ret = TAKE_FD(at);
			return 0;
		}
		name = xstrndup(target, n);
		target += n;
		if (!all && target[strspn(target, "/")] == '\0') {
			if (fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			    S_ISLNK(status.st_mode))
				return error_input(error, "it is a symbolic link there");
			*ret = TAKE_FD(at);
			return 0;
		}
		next = enter(at, name, stage->time_s);
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR))
			return error_input(
				error,
				"\"%s\" is not a directory there, but a file or a symbolic link, which is not followed",
				name);
		close_fd(&at);
		at = next;
	}
	return error_system(error, errno, "cannot create a directory in %s", stage->path);
}

static int copy_one(const struct stage *stage, const struct part_copy *copy,
		    struct error *error)
{
	_cleanup_tool_ struct tool tool = {};
	_cleanup_fd_ int at = -1;
	struct kept_time kept;
	struct stat status;

	if (lstat(copy->source, &status) < 0)
		return error_input(error, "%s: %s", copy->source, strerror(errno));
	if (make_way(stage, copy->target, S_ISDIR(status.st_mode), &at, error) < 0)
		return error_wrap(error, "cannot copy %s to %s", copy->source,
				  copy->target);
	kept = keep_time(at, stage->time_s);
	/* -a follows no links; an older file or link makes place for a new one. */
	tool_add(&tool, "cp");
	tool_add(&tool, "-aT");
	tool_add(&tool, "--reflink=auto");
	tool_add(&tool, "--remove-destination");
	tool_add(&tool, "--");
	tool_add(&tool, "%s", copy->source);
	tool_add(&tool, "%s%s", stage->path, copy->target);
	tool.ends_with_us = true;
	if (tool_run(&tool, error) < 0)
		return -1;
	if (!S_ISDIR(status.st_mode)) /* cp gives a directory the time of its source */
		restore_time(&kept);
	return 0;
}

static int make_directory(const struct stage *stage, const char *path,
			  struct error *error)
{
	_cleanup_fd_ int at = -1;

	if (make_way(stage, path, true, &at, error) < 0)
		return error_wrap(error, "cannot make the directory %s", path);
	return 0;
}

static int make_top(struct stage *stage, const char *folder, char **ret,
		    struct error *error)
{
	_cleanup_fd_ int fd = -1;

	*ret = xasprintf("%s/.virt-layout-tree-XXXXXX", folder);
	if (!mkdtemp(*ret)) {
		int errnum = errno;

		free(TAKE(*ret));
		return error_system(error, errnum, "cannot create a directory in %s",
				    folder);
	}
	stage->path = *ret;
	fd = open(*ret, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_system(error, errno, "%s: cannot be opened", *ret);
	error_ignore(fchmod(fd, 0755));
	if (stage->time_s >= 0)
		set_time(fd, (struct timespec){.tv_sec = stage->time_s});
	return 0;
}

int stage_make(const struct part_content *content, const char *folder, int64_t time_s,
	       char **ret, struct error *error)
{
	struct stage stage = {.time_s = time_s};

	if (make_top(&stage, folder, ret, error) < 0)
		return -1;
	for (size_t i = 0; i < content->copies.n; i++)
		if (copy_one(&stage, &content->copies.v[i], error) < 0)
			return -1;
	for (size_t i = 0; i < content->directories.n; i++)
		if (make_directory(&stage, content->directories.v[i], error) < 0)
			return -1;
	return 0;
}
