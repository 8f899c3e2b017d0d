/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-absent.c - a replacement for hwloc in the static program: hwloc loads plugins and
 * needs libudev, which has no static form. This machine and our records are read without
 * it.
 */
#include "topology/hwloc-read.h"

int hwloc_read_xml(const char *name, const char *bytes, size_t n, struct machine *ret,
		   struct error *error)
{
	(void)bytes;
	(void)n;
	(void)ret;
	return error_input(
		error,
		"%s: this static program cannot read XML of lstopo; convert it with `virt-layout record %s`",
		name, name);
}

int hwloc_read_synthetic(const char *description, struct machine *ret,
			 struct error *error)
{
	(void)ret;
	return error_input(
		error,
		"synthetic:%s: this static program does not support synthetic machines; convert it with `virt-layout record`",
		description);
}

/* hwloc names nodes by its own attributes; without it they have no names. */
void hwloc_name_nodes(struct machine *machine)
{
	(void)machine;
}
