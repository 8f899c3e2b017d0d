/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/libexec.h"

#include "base/mem.h"
#include "base/text.h"

#include <limits.h>
#include <unistd.h>

/*
 * The first of the two places where access(2) grants @mode, or NULL. The caller frees it.
 */
static char *find(const char *name, int mode)
{
	_cleanup_free_ char *self = realpath("/proc/self/exe", NULL), *beside = NULL;
	_cleanup_free_ char *installed = xasprintf(LIBEXEC "/%s", name);
	const char *slash = self ? strrchr(self, '/') : NULL;

	if (slash)
		beside = xasprintf("%.*s/%s", (int)(slash - self), self, name);
	if (beside && access(beside, mode) == 0)
		return TAKE(beside);
	return access(installed, mode) == 0 ? TAKE(installed) : NULL;
}

char *find_libexec_file(const char *name)
{
	return find(name, R_OK);
}

int find_libexec(const char *name, char **ret, struct error *error)
{
	*ret = find(name, X_OK);
	if (!*ret)
		return error_system(error, 0,
				    "%s is not installed (looked for " LIBEXEC
				    "/%s); was virt-layout built without libvirt?",
				    name, name);
	return 0;
}
