/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/file-keep.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ATTRIBUTE_BYTES 65536 /* XATTR_SIZE_MAX and XATTR_LIST_MAX, linux/limits.h */
#define ACL             "system.posix_acl_access"

static bool is_computed(const char *name)
{
	return streq(name, "security.ima") || streq(name, "security.evm");
}

/* An empty value is a value; -1 if the attribute does not exist. */
static ssize_t value_of(int fd, const char *name, char **ret)
{
	*ret = xcalloc(1, ATTRIBUTE_BYTES);
	return fgetxattr(fd, name, *ret, ATTRIBUTE_BYTES);
}

static int keep_attribute(const char *path, const char *name, int fd, struct error *error)
{
	_cleanup_free_ char *value = xcalloc(1, ATTRIBUTE_BYTES), *has = NULL;
	ssize_t n = getxattr(path, name, value, ATTRIBUTE_BYTES);
	int fault = errno;
	ssize_t n_has = value_of(fd, name, &has);

	if (n < 0 && fault == ENODATA)
		return 0;
	if (n >= 0 && n == n_has && memcmp(value, has, (size_t)n) == 0)
		return 0;
	if (n >= 0 && fsetxattr(fd, name, value, (size_t)n, 0) == 0)
		return 0;
	return error_system(
		error, n < 0 ? fault : errno,
		"its extended attribute %s cannot be kept, so it was not written; write to another file with --output",
		name);
}

static int keep_attributes(const char *path, int fd, struct error *error)
{
	_cleanup_free_ char *names = xcalloc(1, ATTRIBUTE_BYTES + 1);
	ssize_t n = listxattr(path, names, ATTRIBUTE_BYTES);

	if (n < 0 && errno != ENOTSUP)
		return error_system(
			error, errno,
			"its extended attributes cannot be read, so it was not written");
	for (const char *name = names; n > 0 && name < names + n;
	     name += strlen(name) + 1)
		if (!is_computed(name) && keep_attribute(path, name, fd, error) < 0)
			return -1;
	return 0;
}

int file_keep(const char *path, const struct stat *st, int fd, struct error *error)
{
	struct stat now;

	if (fstat(fd, &now) < 0)
		return error_system(error, errno, "cannot be examined");
	/* Before the mode: a change of owner clears the set-user-ID bit. */
	if ((now.st_uid != st->st_uid || now.st_gid != st->st_gid) &&
	    fchown(fd, st->st_uid, st->st_gid) < 0)
		return error_system(
			error, errno,
			"its owner and group cannot be kept, so it was not written; write to another file with --output");
	/*
	 * The directory may have given the new file an ACL that the old one does not
	 * have.
	 */
	if (fremovexattr(fd, ACL) < 0 && errno != ENODATA && errno != ENOTSUP)
		return error_system(error, errno, "cannot remove an inherited ACL");
	if (fchmod(fd, st->st_mode & 07777) < 0)
		return error_system(error, errno, "its mode cannot be kept");
	return keep_attributes(path, fd, error);
}
