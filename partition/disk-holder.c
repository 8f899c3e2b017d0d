/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/disk-holder.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* QEMU's permissions that matter to a writer: bits of BlockPermission (7.2). */
enum { PERMISSION_READ = 0, PERMISSION_WRITE = 1, PERMISSION_RESIZE = 3 };
#define USED_BASE      100 /* RAW_LOCK_PERM_BASE */
#define FORBIDDEN_BASE 200 /* RAW_LOCK_SHARED_BASE */

static void close_dir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}
#define _cleanup_dir_ _cleanup_(close_dir)

/* /proc/PID/fdinfo/FD has a line "lock:" for every lock held through the descriptor. */
static bool holds_lock(const char *pid, const char *fd)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/fdinfo/%s", pid, fd);
	_cleanup_text_ struct text text = {};
	_cleanup_error_ struct error error = {};

	return file_read(path, 1 << 16, &text, &error) == 0 && strstr(text.s, "lock:");
}

/* 0: not open, 1: open, 2: open and locked. */
static int search_process(const char *pid, uint64_t device, uint64_t inode)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/fd", pid);
	_cleanup_dir_ DIR *directory = opendir(path);
	struct dirent *entry;
	int found = 0;

	while (directory && (entry = readdir(directory))) {
		struct stat st;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(directory), entry->d_name, &st, 0) < 0 ||
		    st.st_dev != device || st.st_ino != inode)
			continue;
		found = MAX(found, holds_lock(pid, entry->d_name) ? 2 : 1);
	}
	return found;
}

static char *name_process(const char *pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/comm", pid);
	_cleanup_text_ struct text text = {};
	_cleanup_error_ struct error error = {};

	if (file_read(path, 4096, &text, &error) < 0 || text.n == 0)
		return xasprintf("process %s", pid);
	text.s[strcspn(text.s, "\n")] = 0;
	return xasprintf("%s (process %s)", text.s, pid);
}

char *disk_holder(uint64_t device, uint64_t inode)
{
	_cleanup_dir_ DIR *directory = opendir("/proc");
	_cleanup_free_ char *best = NULL;
	struct dirent *entry;
	int best_found = 0;

	if (!directory || access("/proc/self", F_OK) < 0)
		return xstrdup("an unknown program (/proc cannot be read)");
	while (directory && (entry = readdir(directory))) {
		uint32_t pid;
		int found;

		if (!parse_u32(entry->d_name, &pid) || (pid_t)pid == getpid())
			continue;
		found = search_process(entry->d_name, device, inode);
		if (found > best_found) {
			best_found = found;
			free(best);
			best = xstrdup(entry->d_name);
		}
	}
	return best ? name_process(best) : NULL;
}

char *disk_loop(uint64_t device, uint64_t inode, char **ret_doubt)
{
	_cleanup_dir_ DIR *directory = opendir("/sys/block");
	struct dirent *entry;

	*ret_doubt =
		directory ? NULL
			  : xasprintf("/sys/block cannot be read: %s", strerror(errno));
	while (directory && (entry = readdir(directory))) {
		_cleanup_free_ char *path = NULL;
		_cleanup_text_ struct text text = {};
		_cleanup_error_ struct error error = {};
		struct stat st;

		if (!has_prefix(entry->d_name, "loop"))
			continue;
		path = xasprintf("/sys/block/%s/loop/backing_file", entry->d_name);
		if (access(path, F_OK) < 0 && errno == ENOENT)
			continue; /* it has no file */
		if (file_read(path, 8192, &text, &error) < 0 && access(path, F_OK) == 0 &&
		    !*ret_doubt)
			*ret_doubt = xstrdup(error.message);
		if (text.n == 0)
			continue;
		text.s[strcspn(text.s, "\n")] = 0;
		if (stat(text.s, &st) == 0 && st.st_dev == device && st.st_ino == inode)
			return xasprintf("/dev/%s", entry->d_name);
	}
	return NULL;
}

static struct flock byte_lock(short type, int byte)
{
	return (struct flock){.l_type = type,
			      .l_whence = SEEK_SET,
			      .l_start = byte,
			      .l_len = 1};
}

/* Another process has a lock on this byte. */
static bool is_taken(int fd, int byte)
{
	struct flock lock = byte_lock(F_WRLCK, byte);

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool disk_in_qemu(int fd)
{
	return is_taken(fd, USED_BASE + PERMISSION_WRITE);
}

int disk_lock_like_qemu(int fd, const char *name, bool *ret_locked, struct error *error)
{
	static const int used[] = {PERMISSION_READ, PERMISSION_WRITE, PERMISSION_RESIZE};
	static const int forbidden[] = {PERMISSION_WRITE, PERMISSION_RESIZE};

	*ret_locked = false;
	/*
	 * First our locks, then a look at the others': if two programs start at once,
	 * both give up.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(used) + ARRAY_SIZE(forbidden); i++) {
		int byte = i < ARRAY_SIZE(used)
				   ? USED_BASE + used[i]
				   : FORBIDDEN_BASE + forbidden[i - ARRAY_SIZE(used)];
		struct flock lock = byte_lock(F_RDLCK, byte);

		if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
			continue;
		if (errno == EAGAIN || errno == EACCES)
			return 0;
		return error_system(error, errno, "%s: cannot be locked", name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(used); i++)
		if (is_taken(fd, FORBIDDEN_BASE + used[i]))
			return 0;
	for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++)
		if (is_taken(fd, USED_BASE + forbidden[i]))
			return 0;
	*ret_locked = true;
	return 0;
}
