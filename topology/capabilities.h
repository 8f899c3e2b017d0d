/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * capabilities.h - a machine as described by libvirt: `virsh capabilities` for nodes,
 * CPUs and distances, `virsh nodedev-dumpxml` for PCI functions.
 */
#pragma once

#include "base/xml/document.h"
#include "topology/machine.h"

/*
 * A parsed <capabilities> document. Without nodedev dumps nothing is known about PCI.
 * Fills in a zeroed *@ret. Errors: another root element, no cells in it. Malformed values
 * are complaints, with their lines.
 */
int capabilities_read(const struct document *document, struct machine *ret,
		      struct error *error) _must_check_;
/*
 * The same from the text of a file, in which dumps of devices may follow the
 * capabilities. @text is changed.
 */
int capabilities_read_text(const char *name, struct text *text, struct machine *ret,
			   struct error *error) _must_check_;
/*
 * The same from a directory that contains capabilities.xml and files *.xml with one
 * <device> each, or several devices inside a common element.
 */
int capabilities_read_directory(const char *path, struct machine *ret,
				struct error *error) _must_check_;
