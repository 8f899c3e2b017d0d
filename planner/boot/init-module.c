/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/init.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

void init_load_module(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* vfio-pci creates virtual functions only with this option */
	const char *words = has_suffix(path, "/vfio_pci.ko") ? "enable_sriov=1" : "";

	/* glibc has no wrapper; finit_module(2). */
	if (fd < 0 || (syscall(SYS_finit_module, fd, words, 0) < 0 && errno != EEXIST))
		init_say("note cannot load module %s: %s", path, strerror(errno));
}
