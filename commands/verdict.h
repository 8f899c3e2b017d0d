/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verdict.h - all output of `boot` and `verify`. */
#pragma once

#include "planner/boot/boot.h"
#include "topology/compare.h"

struct verdict {
	const struct differences *differences;
	const struct substitutions *substitutions; /* NULL: nothing was booted */
	const struct boot_result *booted;          /* how; NULL likewise */
	const char *stopped_after;    /* a word of --stop-after; NULL likewise */
	const struct serial *assigns; /* what --assign found; NULL: not used */
	/* Of the observed kernel, one per line, or NULL: shown with the differences. */
	const char *complaints;
	/*
	 * Why there was nothing to compare: libvirt refused the domain, or the guest sent
	 * no report. NULL: there was something.
	 */
	const char *failure_kind, *failure;
};

/*
 * verdict-complaints.c: the kernel's messages with an explanation, the first of each
 * kind. Nothing if there are none.
 */
void text_add_complaints(struct text *text, const char *complaints);
void jsonw_complaints(struct jsonw *json, const char *complaints);

/* Prints text or JSON to standard output; returns the exit status. */
int verdict_print(const struct verdict *verdict, bool json);
