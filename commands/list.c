/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c - the commands of virt-layout, in the order in which --help shows them. */
#include "base/xml/xml-library.h"
#include "commands/commands.h"
#include "commands/version.h"
#include "partition/nbd-library.h"
#include "planner/boot/archive-library.h"
#include "topology/hwloc-library.h"

const struct command *const commands[] = {
	&plan_command,       &check_command,
	&explain_command,    &boot_command,
	&verify_command,     &topology_command,
	&record_command,     &stash_command,
	&unstash_command,    &hook_command,
	&define_command,     &disk_command,
	&completion_command, NULL,
};

const struct version_library version_libraries[] = {
	{"libxml2", xml_library_load},
	{"hwloc", hwloc_library_load},
	{"libarchive", archive_library_load},
	{"libnbd", nbd_library_load},
	{},
};
