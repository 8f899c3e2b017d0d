/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-inputs.c - copies the user's kernel into the directory of a confined run
 * (run-confine.h), which runs as another user and does not see /tmp and /run.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_LIMIT_BYTES = 1 << 30 }; /* enough for a kernel with debugging symbols */

bool boot_is_confined(const struct boot_request *request)
{
	return geteuid() == 0 && !request->as_root;
}

char *boot_take_kernel(const struct boot_session *session, struct error *error)
{
	const char *kernel = session->request->kernel;
	_cleanup_free_ char *path = realpath(kernel, NULL);
	_cleanup_free_ char *copy = xasprintf("%s/kernel", session->work);
	_cleanup_text_ struct text bytes = {};
	struct stat st;

	if (!path || stat(path, &st) < 0) {
		error_system(error, errno, "%s", kernel);
		return NULL;
	}
	if (!boot_is_confined(session->request) || !S_ISREG(st.st_mode))
		return TAKE(path);
	if (file_read(path, INPUT_LIMIT_BYTES, &bytes, error) < 0 ||
	    file_write(copy, bytes.s, bytes.n, error) < 0)
		return NULL;
	return xasprintf("%s/kernel", session->root);
}
