/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The release of a kernel from its image: an x86 bzImage points to it in its header
 * (Documentation/arch/x86/boot.rst, kernel_version at 0x20e); others carry it in the
 * file's name by custom.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"

#include <fcntl.h>
#include <unistd.h>

enum { HEADER_MAGIC = 0x202, HEADER_VERSION = 0x20e, SETUP_START = 0x200 };

static char *from_header(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char magic[4], name[128] = "";
	unsigned char at[2];

	if (fd < 0 || pread(fd, magic, 4, HEADER_MAGIC) != 4 ||
	    memcmp(magic, "HdrS", 4) != 0 || pread(fd, at, 2, HEADER_VERSION) != 2 ||
	    pread(fd, name, sizeof(name) - 1, at[0] + at[1] * 256 + SETUP_START) <= 0)
		return NULL;
	name[strcspn(name, " \n")] = '\0';
	return *name ? xstrdup(name) : NULL;
}

char *kernel_release(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	char *release = from_header(path);

	if (!release && has_prefix(base, "vmlinuz-") && base[8])
		release = xstrdup(base + 8);
	return release;
}
