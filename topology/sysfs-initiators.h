/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs-initiators.h - the devices of generic initiators' nodes, from the firmware's
 * table in /sys. Not in sysfs.h, so that the program inside a guest needs no reader of
 * tables.
 */
#pragma once

#include "topology/machine.h"

/*
 * After sysfs_read_source(), with the same directory. A complaint says if the table
 * cannot be read although there are such nodes.
 */
void sysfs_read_initiators(int root_fd, struct machine *machine);
