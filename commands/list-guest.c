/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list-guest.c - the commands of virt-layout-guest, the static program for guests. */
#include "commands/commands.h"
#include "commands/version.h"

const char program_name[] = "virt-layout-guest";
const char program_summary[] =
	"Show inside a guest whether its NUMA and PCI layout is what was planned";

const struct command *const commands[] = {
	&verify_command,
	&topology_command,
	&record_command,
	NULL,
};

const struct other_name other_names[] = {
	{},
};

/* All are linked statically. */
const struct version_library version_libraries[] = {
	{},
};
