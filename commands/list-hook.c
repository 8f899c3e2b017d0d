/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list-hook.c - the commands of the static program (-Dhook=true). */
#include "commands/commands.h"
#include "commands/version.h"

const struct command *const commands[] = {
	&check_command, &explain_command, &hook_command, &define_command, NULL,
};

/* All are linked statically. */
const struct version_library version_libraries[] = {
	{},
};
