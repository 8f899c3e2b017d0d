/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-words.h - what `boot` prints besides its verdict. */
#pragma once

#include "planner/boot/boot.h"

/*
 * For an error, which is one line: lines end with a semicolon, but for those that lead
 * over to the next. The caller's.
 */
char *boot_on_one_line(const char *words) _must_check_;
/* The word of --stop-after. */
const char *boot_stop_name(enum boot_stop stop);
/* Accelerator, crashes, what the guest noted, and times, to standard error. */
void boot_tell(const struct boot_result *result);
