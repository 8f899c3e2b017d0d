/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version.c - `--version`: the program, what it plans for, and what it finds here. */
#include "commands/version.h"

#include "planner/guest/target.h"

static void add_release(struct text *text, const char *name, unsigned version)
{
	text_printf(text, "%s %u.%u", name, MAJOR(version), MINOR(version));
}

static void add_target(struct text *text, const char *label, const struct target *target)
{
	text_printf(text, "%s: ", label);
	add_release(text, "libvirt", target->libvirt);
	add_release(text, ", QEMU", target->qemu);
	text_addc(text, '\n');
}

void text_add_version(struct text *text, const char *program)
{
	const struct target standard = TARGET_DEFAULT, oldest = TARGET_OLDEST,
			    newest = TARGET_NEWEST;

	text_printf(text, "%s %s\n", program, VERSION);
	add_target(text, "default target", &standard);
	add_target(text, "oldest target", &oldest);
	add_target(text, "newest known versions", &newest);
	for (const struct version_library *it = version_libraries; it->name; it++) {
		_cleanup_error_ struct error error = {};

		if (!it->soname || it->exists(it->soname) || it->load(&error) == 0)
			text_printf(text, "%s: found\n", it->name);
		else
			text_printf(text, "%s: missing: %s\n", it->name, error.message);
	}
}
