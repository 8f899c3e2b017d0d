/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c - the commands of virt-layout, in the order in which --help shows them. */
#include "commands/commands.h"

const struct command *const commands[] = {
	&plan_command,       &check_command,
	&explain_command,    &boot_command,
	&verify_command,     &topology_command,
	&record_command,     &stash_command,
	&unstash_command,    &hook_command,
	&define_command,     &disk_command,
	&completion_command, NULL,
};
