/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verdict.h - the one place where `boot` and `verify` say what they found. */
#pragma once

#include "planner/boot/boot.h"
#include "topology/compare.h"

struct verdict {
	const struct differences *differences;
	const struct substitutions *substitutions; /* NULL: nothing was booted */
	const struct boot_result *booted;	   /* how; NULL likewise */
	const struct serial *assigns; /* what --assign found; NULL: not asked */
	/*
	 * Why there was nothing to compare: libvirt refused the domain, or the guest sent
	 * no report. NULL: there was.
	 */
	const char *failure_kind, *failure;
};

/* Prints text or JSON to standard output; the exit status. */
int verdict_print(const struct verdict *verdict, bool json);
