/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/installed.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "topology/facts.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

/* libvirt.so.0.MAJOR*1000+MINOR.MICRO: libtool derives it from libvirt's version. */
unsigned installed_libvirt(void)
{
	static const char *const patterns[] = {"/usr/lib/*/libvirt.so.0.*",
					       "/usr/lib64/libvirt.so.0.*",
					       "/usr/lib/libvirt.so.0.*"};
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
	return best;
}

/* Whether a program of that name is on PATH. */
static bool is_on_path(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = xstrdup(path ? path : "/usr/bin:/bin");
	char *rest = copy, *folder;

	while ((folder = strsep(&rest, ":"))) {
		_cleanup_free_ char *file =
			xasprintf("%s/%s", *folder ? folder : ".", name);

		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

/* "QEMU emulator version 7.2.22 (Debian ...)" */
static bool qemu_version(const char *architecture, unsigned *ret)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	_cleanup_free_ char *command =
		xasprintf("timeout -k 1 10 qemu-system-%s --version 2>/dev/null",
			  architecture);
	/* The command is run by a shell. */
	bool sound = architecture[strspn(architecture, letters)] == '\0', found;
	FILE *pipe = sound ? popen(command, "re") : NULL;
	unsigned major, minor, micro;

	if (!pipe)
		return false;
	found = fscanf(pipe, "QEMU emulator version %3u.%3u.%3u", &major, &minor,
		       &micro) == 3;
	/* The emulator's exit status does not matter, only the version. */
	(void)pclose(pipe);
	if (found)
		*ret = VERSION_OF(major, minor) + micro;
	return found;
}

static void firmware_versions(const char *architecture, struct target *ret)
{
	_cleanup_fd_ int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *name = xasprintf("firmware.edk2-%s", architecture);
	const char *seabios, *edk2;

	facts_gather_firmware(root, &machine);
	seabios = machine_fact(&machine, "firmware.seabios");
	edk2 = machine_fact(&machine, name);
	if (!seabios || !version_parse(seabios, &ret->seabios))
		ret->seabios = 0;
	if (!edk2 || !edk2_parse(edk2, &ret->edk2))
		ret->edk2 = 0;
}

int installed_target(const char *architecture, struct target *ret, struct error *error)
{
	_cleanup_free_ char *emulator = xasprintf("qemu-system-%s", architecture);

	*ret = (struct target){};
	firmware_versions(architecture, ret);
	ret->libvirt = installed_libvirt();
	if (!qemu_version(architecture, &ret->qemu)) {
		ret->qemu = 0;
		if (is_on_path(emulator))
			return error_system(
				error, 0,
				"--target installed: cannot determine the version of %s; use libvirt=V,qemu=V",
				emulator);
	}
	if (ret->libvirt == 0 && ret->qemu == 0)
		return error_system(
			error, 0,
			"--target installed: found neither a libvirt library nor qemu-system-%s; use libvirt=V,qemu=V",
			architecture);
	return 0;
}
