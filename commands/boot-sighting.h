/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-sighting.h - `boot --stop-after firmware`: a verdict from what firmware left. */
#pragma once

#include "commands/boot-options.h"
#include "topology/differences.h"
#include "topology/machine.h"

/* The program that firmware is to start in place of a kernel, as the wish's kernel. */
int boot_find_payload(struct boot_wish *wish, const char *arch, struct error *error)
	_must_check_;
/*
 * The machine of what the payload saw, into *@ret, and how it differs from @expected,
 * with what was not understood, into a zeroed *@differences. Fault: it is not a whole
 * report.
 */
int boot_compare_sighting(const struct machine *expected,
			  const struct boot_result *result, const char *architecture,
			  struct machine *ret, struct differences *differences,
			  struct error *error) _must_check_;
