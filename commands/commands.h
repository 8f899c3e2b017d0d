/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commands.h - lists the rows of all subcommands, each of which is at the end of its
 * file. main.c uses them for dispatch, --help and completions.
 */
#pragma once

#include "base/option.h"

extern const struct command *const commands[]; /* ends with NULL */

extern const struct command boot_command;
extern const struct command check_command;
extern const struct command completion_command;
extern const struct command define_command;
extern const struct command disk_command;
extern const struct command explain_command;
extern const struct command hook_command;
extern const struct command plan_command;
extern const struct command qemu_hook_command;
extern const struct command verify_command;
extern const struct command record_command;
extern const struct command stash_command;
extern const struct command topology_command;
extern const struct command unstash_command;
