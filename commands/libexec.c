/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/libexec.h"

#include "base/mem.h"
#include "base/text.h"

#include <limits.h>
#include <unistd.h>

int find_libexec(const char *name, char **ret, struct error *error)
{
	_cleanup_free_ char *self = realpath("/proc/self/exe", NULL), *beside = NULL;
	_cleanup_free_ char *installed = xasprintf("%s/%s", LIBEXEC, name);
	const char *slash = self ? strrchr(self, '/') : NULL;

	if (slash)
		beside = xasprintf("%.*s/%s", (int)(slash - self), self, name);
	if (beside && access(beside, X_OK) == 0)
		*ret = TAKE(beside);
	else if (access(installed, X_OK) == 0)
		*ret = TAKE(installed);
	else
		return error_system(
			error, 0,
			"%s is not installed (looked for %s); was virt-layout built without libvirt?",
			name, installed);
	return 0;
}
