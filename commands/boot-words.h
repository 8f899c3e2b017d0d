/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-words.h - what `boot` prints in addition to its verdict. */
#pragma once

#include "planner/boot/boot.h"

/*
 * For an error, which is one line: lines end with a semicolon, except those that
 * introduce the next one. Owned by the caller.
 */
char *boot_on_one_line(const char *words) _must_check_;
/* The value of --stop-after. */
const char *boot_stop_name(enum boot_stop stop);
/* Prints accelerator, crashes, the guest's notes, and times to standard error. */
void boot_tell(const struct boot_result *result);
