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

/*
 * Directories that were made or changed since @start get the time @time_s, so that a seed
 * gives the same bytes.
 */
static void set_times(const char *stage, int64_t start_s, int64_t time_s)
{
	char *const roots[] = {(char *)(uintptr_t)stage, NULL};
	const struct timespec times[2] = {{.tv_sec = time_s}, {.tv_sec = time_s}};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	for (FTSENT *at; tree && (at = fts_read(tree));)
		if (at->fts_info == FTS_D && at->fts_statp->st_mtime >= start_s)
			error_ignore(utimensat(AT_FDCWD, at->fts_path, times,
					       AT_SYMLINK_NOFOLLOW));
	if (tree)
		fts_close(tree);
}

/* Opens the directory @name in the open directory @at, and makes it first if need be. */
static int enter(int at, const char *name)
{
	const bool made = mkdirat(at, name, 0755) == 0;
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (made && fd >= 0)
		error_ignore(fchmod(fd, 0755)); /* whatever the umask is */
	return fd;
}

/*
 * Makes the directories of @target, without its last component unless @all. The last
 * component must not be a symbolic link.
 */
static int make_way(const char *stage, const char *target, bool all, struct error *error)
{
	_cleanup_fd_ int at = open(stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	while (at >= 0) {
		_cleanup_free_ char *name = NULL;
		size_t n;
		int next;

		target += strspn(target, "/");
		n = strcspn(target, "/");
		if (n == 0)
			return 0;
		name = xstrndup(target, n);
		target += n;
		if (!all && target[strspn(target, "/")] == '\0') {
			if (fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
			    !S_ISLNK(status.st_mode))
				return 0;
			return error_input(error, "it is a symbolic link there");
		}
		next = enter(at, name);
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR))
			return error_input(
				error,
				"\"%s\" is not a directory there, but a file or a symbolic link, which is not followed",
				name);
		close_fd(&at);
		at = next;
	}
	return error_system(error, errno, "cannot create a directory in %s", stage);
}

static int copy_one(const char *stage, const struct part_copy *copy, struct error *error)
{
	_cleanup_tool_ struct tool tool = {};
	struct stat status;

	if (lstat(copy->source, &status) < 0)
		return error_input(error, "%s: %s", copy->source, strerror(errno));
	if (make_way(stage, copy->target, S_ISDIR(status.st_mode), error) < 0)
		return error_wrap(error, "cannot copy %s to %s", copy->source,
				  copy->target);
	/* -a follows no links; an older file or link makes place for a new one. */
	tool_add(&tool, "cp");
	tool_add(&tool, "-aT");
	tool_add(&tool, "--reflink=auto");
	tool_add(&tool, "--remove-destination");
	tool_add(&tool, "--");
	tool_add(&tool, "%s", copy->source);
	tool_add(&tool, "%s%s", stage, copy->target);
	tool.ends_with_us = true;
	return tool_run(&tool, error);
}

int stage_make(const struct part_content *content, const char *folder, int64_t time_s,
	       char **ret, struct error *error)
{
	const time_t start_s = time(NULL);

	*ret = xasprintf("%s/.virt-layout-tree-XXXXXX", folder);
	if (!mkdtemp(*ret)) {
		int errnum = errno;

		free(TAKE(*ret));
		return error_system(error, errnum, "cannot create a directory in %s",
				    folder);
	}
	error_ignore(chmod(*ret, 0755));
	for (size_t i = 0; i < content->copies.n; i++)
		if (copy_one(*ret, &content->copies.v[i], error) < 0)
			return -1;
	for (size_t i = 0; i < content->directories.n; i++)
		if (make_way(*ret, content->directories.v[i], true, error) < 0)
			return error_wrap(error, "cannot make the directory %s",
					  content->directories.v[i]);
	if (time_s >= 0)
		set_times(*ret, start_s, time_s);
	return 0;
}
