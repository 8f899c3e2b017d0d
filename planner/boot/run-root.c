/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/run-confine.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Uses no daemon of the system: no virtlogd for logs, no cgroups or namespaces, no
 * security driver; and QEMU runs as the current user.
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
		return error_system(error, errno, "%s: cannot be created", path);
	return 0;
}

char *run_capabilities_file(const char *root, const char *emulator)
{
	_cleanup_text_ struct text name = {};
	uint8_t bytes[SHA256_BYTES];
	struct sha256 hash;

	sha256_begin(&hash);
	sha256_add(&hash, emulator, strlen(emulator));
	sha256_end(&hash, bytes);
	for (size_t i = 0; i < sizeof(bytes); i++)
		text_printf(&name, "%02x", bytes[i]);
	return xasprintf("%s/cache/qemu/capabilities/%s.xml", root, name.s);
}

int run_root_write(const char *path, const char *bytes, size_t n, struct error *error)
{
	_cleanup_fd_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_system(error, errno, "%s", path);
	return file_write_fd(fd, path, bytes, n, error);
}

int run_root_make(struct run *run, struct error *error)
{
	_cleanup_free_ char *etc = NULL, *conf = NULL, *home = NULL;
	_cleanup_text_ struct text text = {};
	char *real;

	if (mkdir(run->root, 0700) == 0)
		run->remove = true;
	else if (errno != EEXIST)
		return error_system(error, errno, "%s: cannot be created", run->root);
	real = realpath(run->root, NULL);
	if (!real)
		return error_system(error, errno, "%s", run->root);
	free(run->root);
	run->root = real;

	run->work = run->confined ? xasprintf("%s/" RUN_INSIDE, real) : xstrdup(real);
	if (make_directory(run->work, error) < 0)
		return -1;

	etc = xasprintf("%s/etc", run->work);
	conf = xasprintf("%s/qemu.conf", etc);
	home = xasprintf("%s/home", run->work);
	text_adds(&text, qemu_conf);
	if (geteuid() == 0 && !run->confined)
		text_adds(&text, qemu_conf_root);
	if (make_directory(etc, error) < 0 || make_directory(home, error) < 0)
		return -1;
	return run_root_write(conf, text.s, text.n, error);
}

int run_root_listen(const struct run *run, struct error *error)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	_cleanup_fd_ int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int n = snprintf(name.sun_path, sizeof(name.sun_path), "%s/" RUN_SERIAL,
			 run->work);

	if (n < 0 || (size_t)n >= sizeof(name.sun_path))
		return error_input(error, "%s: the path is too long for a socket in it",
				   run->work);
	unlink(name.sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(fd, 1) < 0)
		return error_system(error, errno, "%s", name.sun_path);
	return TAKE_FD(fd);
}

/*
 * Walks a directory without what is mounted in it. Only the devices of directories are
 * compared (nftw() with FTW_MOUNT compares all): overlayfs shows files with the device of
 * another file system.
 */
static FTS *walk(char *path)
{
	char *paths[] = {path, NULL};

	return fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
}

static int give_to_nobody(char *path)
{
	FTS *walked = walk(path);
	const FTSENT *entry;
	int answer = walked ? 0 : -1, saved;

	while (answer == 0 && (entry = fts_read(walked)))
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
		    entry->fts_info == FTS_NS) {
			errno = entry->fts_errno;
			answer = -1;
		} else if (entry->fts_info != FTS_DP) {
			answer = lchown(entry->fts_path, RUN_NOBODY, RUN_NOBODY);
		}
	if (answer == 0 && errno) /* fts_read() sets it to 0 at the end */
		answer = -1;
	saved = errno;
	if (walked)
		fts_close(walked);
	errno = saved;
	return answer;
}

int run_root_hand_over(struct run *run, struct error *error)
{
	_cleanup_free_ char *copy = xasprintf("%s/domain.xml", run->work);
	_cleanup_text_ struct text xml = {};

	if (file_read(run->files[0], FILE_LIMIT, &xml, error) < 0 ||
	    run_root_write(copy, xml.s, xml.n, error) < 0)
		return -1;
	run->file = xasprintf("%s/domain.xml", run->root);
	run->files = &run->file;
	if (give_to_nobody(run->work) < 0)
		return error_system(error, errno, "%s: its owner cannot be changed",
				    run->work);
	return 0;
}

void run_root_read(const char *work, const char *name, size_t limit, struct text *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", work, name);
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_error_ struct error ignored = {};
	struct stat st;

	text_free(text);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (file_read_fd(fd, path, limit, text, &ignored) < 0)
		text_free(text);
}

void run_root_remove(const char *root)
{
	_cleanup_free_ char *path = xstrdup(root);
	FTS *walked = walk(path);
	const FTSENT *entry;

	while (walked && (entry = fts_read(walked)))
		if (entry->fts_info != FTS_D) /* it comes again after its entries */
			remove(entry->fts_path);
	if (walked)
		fts_close(walked);
}
