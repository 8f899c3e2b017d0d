/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/installed.h"

#include "base/mem.h"
#include "base/text.h"

#include <glob.h>
#include <stdio.h>

/* libvirt.so.0.MAJOR*1000+MINOR.MICRO, as libtool names it from libvirt's version. */
static bool libvirt_version(unsigned *ret)
{
	static const char *const patterns[] = { "/usr/lib/*/libvirt.so.0.*",
						"/usr/lib64/libvirt.so.0.*",
						"/usr/lib/libvirt.so.0.*" };
	unsigned best = 0;

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		glob_t found = {};

		if (glob(patterns[i], 0, NULL, &found) == 0)
			for (size_t j = 0; j < found.gl_pathc; j++) {
				const char *name = strstr(found.gl_pathv[j], ".so.0.");
				unsigned minor, micro;

				if (sscanf(name, ".so.0.%6u.%3u", &minor, &micro) == 2)
					best = MAX(best, minor * 1000 + micro);
			}
		globfree(&found);
	}
	*ret = best;
	return best > 0;
}

/* "QEMU emulator version 7.2.22 (Debian ...)" */
static bool qemu_version(const char *architecture, unsigned *ret)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	_cleanup_free_ char *command = xasprintf(
		"timeout -k 1 10 qemu-system-%s --version 2>/dev/null", architecture);
	/* A shell reads it. */
	bool sound = architecture[strspn(architecture, letters)] == '\0', found;
	FILE *pipe = sound ? popen(command, "re") : NULL;
	unsigned major, minor, micro;

	if (!pipe)
		return false;
	found = fscanf(pipe, "QEMU emulator version %3u.%3u.%3u", &major, &minor,
		       &micro) == 3;
	/* What pclose says of the emulator's end does not matter, the version does. */
	(void)pclose(pipe);
	if (found)
		*ret = VERSION_OF(major, minor) + micro;
	return found;
}

int installed_target(const char *architecture, struct target *ret, struct error *error)
{
	*ret = (struct target){};
	if (!libvirt_version(&ret->libvirt))
		ret->libvirt = 0;
	if (!qemu_version(architecture, &ret->qemu))
		ret->qemu = 0;
	if (ret->libvirt == 0 && ret->qemu == 0)
		return error_system(error, 0,
				    "--target installed: neither a libvirt library nor "
				    "qemu-system-%s is found; write libvirt=V,qemu=V",
				    architecture);
	return 0;
}
