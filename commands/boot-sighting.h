/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-sighting.h - `boot --stop-after firmware`: a verdict from what the firmware set
 * up.
 */
#pragma once

#include "commands/boot-options.h"
#include "topology/differences.h"
#include "topology/machine.h"

/* Sets the wish's kernel to the program that the firmware starts instead of a kernel. */
int boot_find_payload(struct boot_wish *wish, const char *arch, struct error *error)
	_must_check_;
/*
 * Reads the machine from the payload's report into *@ret, and how it differs from
 * @expected, with what was not understood, into a zeroed *@differences. Error: the report
 * is incomplete.
 */
int boot_compare_sighting(const struct machine *expected,
			  const struct boot_result *result, const char *architecture,
			  struct machine *ret, struct differences *differences,
			  struct error *error) _must_check_;
