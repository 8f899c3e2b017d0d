/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* agent-check.c - whether a file can be the init of a guest. */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/initrd.h"

#include <elf.h>

enum { AGENT_LIMIT = 16 << 20 };

/* NULL: neither of the two that boot knows. */
static const char *arch_of(unsigned machine)
{
	return machine == EM_X86_64 ? "x86_64" : machine == EM_AARCH64 ? "aarch64" : NULL;
}

int agent_check(const char *path, const char *arch, struct error *error)
{
	_cleanup_(elf_needs_free) struct elf_needs needs = {};
	_cleanup_text_ struct text text = {};
	const char *is;

	if (file_read(path, AGENT_LIMIT, &text, error) < 0)
		return -1;
	if (!elf_read_needs(text.s ? text.s : "", text.n, &needs) ||
	    !(is = arch_of(needs.machine)))
		return error_input(error, "%s: is not a program for x86_64 or aarch64",
				   path);
	if (needs.interpreter || needs.libraries.n > 0)
		return error_input(
			error,
			"%s: is not a static program; virt-layout-init of the package virt-layout-guest is one",
			path);
	if (arch && !streq(is, arch))
		return error_input(error, "%s: is a program for %s, but the guest is %s",
				   path, is, arch);
	return 0;
}
