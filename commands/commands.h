/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commands.h - lists the rows of all subcommands, each of which is at the end of its
 * file. main.c uses them for dispatch, --help and completions.
 */
#pragma once

#include "base/option.h"

/* A name by which the program acts as one command. */
struct other_name {
	const char *name;
	const struct command *command;
};

/* Those of this program: list.c, list-hook.c or list-guest.c. The lists end with zeros.
 */
extern const char program_name[], program_summary[];
extern const struct command *const commands[];
extern const struct other_name other_names[];

extern const struct command boot_command;
extern const struct command check_command;
extern const struct command completion_command;
extern const struct command define_command;
extern const struct command disk_command;
extern const struct command draw_command;
extern const struct command explain_command;
extern const struct command hook_command;
extern const struct command plan_command;
extern const struct command qemu_hook_command;
extern const struct command verify_command;
extern const struct command record_command;
extern const struct command stash_command;
extern const struct command topology_command;
extern const struct command unstash_command;
