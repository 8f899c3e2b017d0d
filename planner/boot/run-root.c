/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/run.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * No daemon of the system is asked for anything: no virtlogd for logs, no cgroups or
 * namespaces, no security driver, and QEMU runs as whoever runs us.
 */
static const char qemu_conf[] = "stdio_handler = \"file\"\n"
				"security_driver = \"none\"\n"
				"namespaces = []\n"
				"cgroup_controllers = []\n"
				"remember_owner = 0\n"
				"dynamic_ownership = 0\n";
static const char qemu_conf_root[] = "user = \"+0\"\n"
				     "group = \"+0\"\n";

static int make_directory(const char *path, struct error *error)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_system(error, errno, "%s: cannot be made", path);
	return 0;
}

int run_root_make(struct run *run, struct error *error)
{
	_cleanup_free_ char *etc = NULL, *conf = NULL, *home = NULL;
	_cleanup_text_ struct text text = {};
	char *real;

	if (mkdir(run->root, 0700) == 0)
		run->remove = true;
	else if (errno != EEXIST)
		return error_system(error, errno, "%s: cannot be made", run->root);
	real = realpath(run->root, NULL);
	if (!real)
		return error_system(error, errno, "%s", run->root);
	free(run->root);
	run->root = real;

	etc = xasprintf("%s/etc", real);
	conf = xasprintf("%s/qemu.conf", etc);
	home = xasprintf("%s/home", real);
	text_adds(&text, qemu_conf);
	if (geteuid() == 0)
		text_adds(&text, qemu_conf_root);
	if (make_directory(etc, error) < 0 || make_directory(home, error) < 0)
		return -1;
	return file_write(conf, text.s, text.n, error);
}

int run_root_listen(const struct run *run, struct error *error)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int n = snprintf(name.sun_path, sizeof(name.sun_path), "%s/" RUN_SERIAL, run->root);

	if (n < 0 || (size_t)n >= sizeof(name.sun_path))
		return error_input(error, "%s: the path is too long for a socket in it",
				   run->root);
	unlink(name.sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(fd, 1) < 0)
		return error_system(error, errno, "%s", name.sun_path);
	return TAKE_FD(fd);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

void run_root_remove(const char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
