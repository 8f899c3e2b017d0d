/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * capabilities.h - a machine as libvirt tells of it: `virsh capabilities` for nodes, CPUs
 * and distances, `virsh nodedev-dumpxml` for PCI functions.
 */
#pragma once

#include "base/xml/document.h"
#include "topology/machine.h"

/*
 * A parsed <capabilities> document. Without nodedev dumps nothing is known of PCI. Fills
 * a zeroed *@ret. Faults: another root element, no cells in it. Malformed values are
 * complaints, with their lines.
 */
int capabilities_read(const struct document *document, struct machine *ret,
		      struct error *error) _must_check_;
/*
 * The same from a directory that holds capabilities.xml, and beside it files *.xml with
 * one <device> each, or several in one element around them.
 */
int capabilities_read_directory(const char *path, struct machine *ret,
				struct error *error) _must_check_;
