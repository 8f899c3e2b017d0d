/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "virt-layout-boot-"
#define LOCK   "lock"
#define USUAL  "/tmp"

enum {
	YOUNG_S = 10, /* between mkdtemp and flock */
	/*
	 * The longest path that libvirt makes for a socket below a root, with 20
	 * characters of the domain's name (virDomainDefGetShortName); prepare.c limits
	 * them to 20 bytes.
	 */
	SOCKET_BYTES = sizeof("/lib/qemu/domain-1-/monitor.sock") - 1 + 20,
	ROOT_BYTES = sizeof("/" PREFIX "XXXXXX") - 1,
	BASE_LIMIT = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 - SOCKET_BYTES -
		     ROOT_BYTES,
};

/* TMPDIR, unless a socket's path below it would be too long for the kernel. */
static const char *base_directory(void)
{
	const char *directory = getenv("TMPDIR");

	return directory && *directory == '/' && strlen(directory) <= BASE_LIMIT
		       ? directory
		       : USUAL;
}

/* Whether it is ours, a directory, not brand new, and not locked. */
static bool is_stale(const char *path)
{
	_cleanup_free_ char *name = xasprintf("%s/" LOCK, path);
	_cleanup_fd_ int fd = -1;
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    time(NULL) - st.st_mtime < YOUNG_S)
		return false;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? errno == ENOENT : flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void remove_stale(void)
{
	DIR *directory = opendir(base_directory());
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		_cleanup_free_ char *path = NULL;

		if (!has_prefix(entry->d_name, PREFIX))
			continue;
		path = xasprintf("%s/%s", base_directory(), entry->d_name);
		if (is_stale(path))
			run_root_remove(path);
	}
	if (directory)
		closedir(directory);
}

int boot_root_make(char **ret_path, int *ret_lock, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("%s/" PREFIX "XXXXXX", base_directory());
	_cleanup_free_ char *lock = NULL;

	remove_stale();
	if (!mkdtemp(path))
		return error_system(error, errno, "%s", path);
	lock = xasprintf("%s/" LOCK, path);
	/* Inherited on purpose: virt-layout-run holds it too. */
	*ret_lock = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (*ret_lock < 0 || flock(*ret_lock, LOCK_EX | LOCK_NB) < 0)
		return error_system(error, errno, "%s", lock);
	*ret_path = TAKE(path);
	return 0;
}
