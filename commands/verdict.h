/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verdict.h - the one place where `boot` and `verify` say what they found. */
#pragma once

#include "planner/boot/boot.h"
#include "topology/compare.h"

struct verdict {
	const struct differences *differences;
	const struct substitutions *substitutions; /* NULL: nothing was booted */
	const struct boot_result *booted;          /* how; NULL likewise */
	const char *stopped_after;    /* a word of --stop-after; NULL likewise */
	const struct serial *assigns; /* what --assign found; NULL: not asked */
	/* Of the observed kernel, a line each, NULL: shown beside differences. */
	const char *complaints;
	/*
	 * Why there was nothing to compare: libvirt refused the domain, or the guest sent
	 * no report. NULL: there was.
	 */
	const char *failure_kind, *failure;
};

/*
 * verdict-complaints.c: the kernel's lines with our reading of them, the first of each
 * kind. Nothing where there are none.
 */
void text_add_complaints(struct text *text, const char *complaints);
void jsonw_complaints(struct jsonw *json, const char *complaints);

/* Prints text or JSON to standard output; the exit status. */
int verdict_print(const struct verdict *verdict, bool json);
