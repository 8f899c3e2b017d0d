/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list-hook.c - the commands of the static program (-Dhook=true). */
#include "commands/commands.h"
#include "commands/version.h"

const char program_name[] = "virt-layout-hook";
const char program_summary[] =
	"Check libvirt domains, and act as hooks of libvirt and KubeVirt";

const struct command *const commands[] = {
	&check_command, &explain_command, &hook_command, &define_command, NULL,
};

const struct other_name other_names[] = {
	{"onDefineDomain", &define_command},
	{"qemu", &qemu_hook_command}, /* /etc/libvirt/hooks/qemu */
	{},
};

/* All are linked statically. */
const struct version_library version_libraries[] = {
	{},
};
