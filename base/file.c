/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file.h"

#include "base/file-input.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define READ_BYTES ((size_t)16384)

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int file_read_fd(int fd, const char *name, size_t limit, struct text *text,
		 struct error *error)
{
	ssize_t n;

	for (;;) {
		text_make_room(text, READ_BYTES);
		n = read(fd, text->s + text->n, text->room - text->n - 1);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_system(error, errno, "%s: cannot be read", name);
		if (text->n + (size_t)n > limit)
			return error_input(error, "%s: is larger than %zu MiB, the limit",
					   name, limit >> 20);
		text->n += (size_t)n;
	}
	text_add(text, "", 0);
	return 0;
}

int file_descriptor(const char *path)
{
	static const char *const names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
	static const char *const prefixes[] = {"/dev/fd/", "/proc/self/fd/"};
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(path, names[i]))
			return (int)i;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (has_prefix(path, prefixes[i]) &&
		    parse_int(path + strlen(prefixes[i]), &fd) && fd >= 0)
			return fd;
	return -1;
}

/* Devices that never block and do nothing when they are opened: null, zero, full. */
static bool is_harmless(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && major(st->st_rdev) == 1 &&
	       (minor(st->st_rdev) == 3 || minor(st->st_rdev) == 5 ||
		minor(st->st_rdev) == 7);
}

static int need_file(const char *path, const struct stat *st, struct error *error)
{
	if (S_ISREG(st->st_mode) || is_harmless(st))
		return 0;
	if (S_ISDIR(st->st_mode))
		return error_input(error, "%s: is a directory", path);
	if (S_ISFIFO(st->st_mode))
		return error_input(
			error,
			"%s: is a FIFO, not a file; pass its content on standard input",
			path);
	return error_input(error, "%s: is a %s, not a file", path,
			   S_ISSOCK(st->st_mode) ? "socket" : "device");
}

int file_open(const char *path, struct stat *ret, struct error *error)
{
	_cleanup_fd_ int fd = -1;

	/* Check first: some devices act when they are opened. */
	if (stat(path, ret) == 0 && need_file(path, ret, error) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_input(error, "%s: no such file", path);
	if (fd < 0 || fstat(fd, ret) < 0)
		return error_system(error, errno, "%s: cannot be opened", path);
	return need_file(path, ret, error) < 0 ? -1 : TAKE_FD(fd);
}

int file_read(const char *path, size_t limit, struct text *text, struct error *error)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int inherited = file_descriptor(path);

	if (streq(path, "-"))
		return file_read_fd(STDIN_FILENO, "standard input", limit, text, error);
	if (inherited >= 0)
		return file_read_fd(inherited, path, limit, text, error);
	fd = file_open(path, &st, error);
	if (fd < 0)
		return -1;
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > limit)
		return error_input(error, "%s: is larger than %zu MiB, the limit", path,
				   limit >> 20);
	file_input_add(path, &st);
	if (S_ISREG(st.st_mode))
		text_make_room(text, (size_t)st.st_size + READ_BYTES);
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

int file_sync_directory(const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *directory =
		slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	_cleanup_fd_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* Some file systems cannot flush a directory; they return EINVAL. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return error_system(error, errno, "%s: cannot be flushed", directory);
	return 0;
}
