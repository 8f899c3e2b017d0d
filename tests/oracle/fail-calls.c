/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fail-calls.c - for LD_PRELOAD: from the call number $FAIL_AT on, those of a kind fail
 * in the program named $FAIL_IN, and the file $FAIL_MARK is made. Only calls for regular
 * files and block devices count. $FAIL_KIND:
 *
 *     full   write and the like: ENOSPC, and half of the bytes by the first one
 *     bad    write and the like: EIO
 *     flush  fsync and the like: EIO, once
 *     name   linkat and renameat2: EIO, once
 *     kill   all of these: the process is killed instead
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE, FLUSH, NAME };

static atomic_long n_calls;

static int is_asked(const char *name, const char *value)
{
	const char *given = getenv(name);

	return given && strcmp(given, value) == 0;
}

static int is_counted(enum kind kind)
{
	static const char *const kinds[][3] = {{"full", "bad", "kill"},
					       {"flush", "kill", ""},
					       {"name", "kill", ""}};

	if (!is_asked("FAIL_IN", program_invocation_short_name))
		return 0;
	for (int i = 0; i < 3; i++)
		if (*kinds[kind][i] && is_asked("FAIL_KIND", kinds[kind][i]))
			return 1;
	return 0;
}

static int is_disk(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
}

/* 0: the call is made; otherwise the errno. *first: it is the first that fails. */
static int fault(enum kind kind, int fd, int *first)
{
	const char *at = getenv("FAIL_AT"), *mark = getenv("FAIL_MARK");
	long n, limit = at ? atol(at) : -1;

	*first = 0;
	if (limit < 0 || !mark || !is_counted(kind) || (fd >= 0 && !is_disk(fd)))
		return 0;
	n = atomic_fetch_add(&n_calls, 1);
	if (n < limit || (n > limit && kind != WRITE))
		return 0;
	*first = n == limit;
	syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT, 0600));
	if (is_asked("FAIL_KIND", "kill"))
		syscall(SYS_kill, getpid(), SIGKILL);
	return is_asked("FAIL_KIND", "full") ? ENOSPC : EIO;
}

static int fails(enum kind kind, int fd)
{
	int first, error = fault(kind, fd, &first);

	errno = error ? error : errno;
	return error != 0;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t n)
{
	int first, error = fault(WRITE, fd, &first);

	if (error == ENOSPC && first && n > 1)
		return REAL(write)(fd, bytes, n / 2);
	errno = error ? error : errno;
	return error ? -1 : REAL(write)(fd, bytes, n);
}

#define PWRITE(name, offset_type)                                                        \
	ssize_t name(int fd, const void *bytes, size_t n, offset_type offset)            \
	{                                                                                \
		int first, error = fault(WRITE, fd, &first);                             \
                                                                                         \
		if (error == ENOSPC && first && n > 1)                                   \
			return REAL(name)(fd, bytes, n / 2, offset);                     \
		errno = error ? error : errno;                                           \
		return error ? -1 : REAL(name)(fd, bytes, n, offset);                    \
	}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PWRITEV(name, offset_type)                                                       \
	ssize_t name(int fd, const struct iovec *parts, int n, offset_type offset)       \
	{                                                                                \
		return fails(WRITE, fd) ? -1 : REAL(name)(fd, parts, n, offset);         \
	}
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define TRUNCATE(name, offset_type)                                                      \
	int name(int fd, offset_type n)                                                  \
	{                                                                                \
		return fails(WRITE, fd) ? -1 : REAL(name)(fd, n);                        \
	}
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int fsync(int fd)
{
	return fails(FLUSH, fd) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	return fails(FLUSH, fd) ? -1 : REAL(fdatasync)(fd);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	return fails(NAME, -1) ? -1 : REAL(linkat)(from_fd, from, to_fd, to, flags);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return fails(NAME, -1) ? -1 : REAL(renameat2)(from_fd, from, to_fd, to, flags);
}
