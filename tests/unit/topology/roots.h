/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* roots.h - recorded systems for tests, made by tests/hosts/make-root. */
#pragma once

#include "base/file.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static inline void run(char *command)
{
	_cleanup_free_ char *owned = command;

	assert_int_equal(system(owned), 0);
}

/*
 * The path of a host that the build generated. The caller frees it, and nobody changes
 * the host.
 */
static inline char *root_path(const char *host)
{
	return xasprintf("%s/%s", ROOTS, host);
}

/* A copy in a new directory, until root_remove(). The caller frees the path. */
static inline char *root_copy(const char *host)
{
	char top[] = "/tmp/virt-layout-root-XXXXXX";

	assert_true(mkdtemp(top) == top);
	run(xasprintf("cp -r %s/%s/. %s", ROOTS, host, top));
	return xstrdup(top);
}

static inline void root_remove(char *top)
{
	run(xasprintf("rm -rf %s", top));
	free(top);
}

static inline int root_open(const char *top)
{
	int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}
