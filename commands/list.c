/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c - the commands of virt-layout, in the order in which --help shows them. */
#include "base/library.h"
#include "base/xml/xml-library.h"
#include "commands/commands.h"
#include "commands/version.h"
#include "partition/nbd-library.h"
#include "planner/boot/archive-library.h"
#include "topology/hwloc-library.h"

const char program_name[] = "virt-layout";
const char program_summary[] =
	"Plan, check and boot NUMA and PCI layouts of libvirt guests, and lay out their disks";

const struct command *const commands[] = {
	&plan_command,    &check_command,      &explain_command,
	&boot_command,    &verify_command,     &topology_command,
	&draw_command,    &record_command,     &stash_command,
	&unstash_command, &hook_command,       &define_command,
	&disk_command,    &completion_command, NULL,
};

const struct other_name other_names[] = {
	{"onDefineDomain", &define_command},
	{"qemu", &qemu_hook_command}, /* /etc/libvirt/hooks/qemu */
	{},
};

/* A macro per library says whether it is loaded when it is needed. */
#define LIBRARY_ROW_OF(name, on, soname, load)                                           \
	{name, (on) ? (soname) : NULL, library_exists, load}

const struct version_library version_libraries[] = {
	LIBRARY_ROW_OF("libxml2", DLOPEN_XML2, SONAME_XML2, xml_library_load),
	LIBRARY_ROW_OF("hwloc", DLOPEN_HWLOC, SONAME_HWLOC, hwloc_library_load),
	LIBRARY_ROW_OF("libarchive", DLOPEN_ARCHIVE, SONAME_ARCHIVE,
		       archive_library_load),
	LIBRARY_ROW_OF("libnbd", DLOPEN_NBD, SONAME_NBD, nbd_library_load),
	{},
};
