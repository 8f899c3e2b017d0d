/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk.c - the group `disk`; its subcommands are in files disk-NAME.c.
 */
#include "commands/disk.h"

#include "commands/commands.h"

const struct command disk_command = {
	.name = "disk",
	.args = "COMMAND [ARGUMENTS]",
	.summary = "Plan, write, extend, inspect and measure guest disk images",
	.children =
		(const struct command *const[]){
			&disk_align_command,
			&disk_create_command,
			&disk_plan_command,
			&disk_check_command,
			&disk_add_command,
			&disk_grow_command,
			&disk_set_command,
			&disk_delete_command,
			&disk_recover_command,
			&disk_show_command,
			&disk_size_command,
			&disk_stub_command,
			NULL,
		},
};
