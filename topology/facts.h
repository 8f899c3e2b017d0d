/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facts.h - what is known of a host besides its shape: all that check asks of one. Each
 * fact is a value or unknown with why; facts.c holds the table of names, and these have
 * a part of their own that says what they are of:
 *
 *     iommu-group.N.type, iommu-group.N.reserved-regions
 *     iommu-unit.NAME.capability, iommu-unit.NAME.extended-capability (Intel)
 *     iommu-unit.NAME.features (AMD)
 *     mdev.UUID.parent (a PCI address, or "matrix"), mdev.UUID.matrix (vfio-ap: its
 * queues)
 */
#pragma once

#include "topology/machine.h"

struct facts_source {
	int root_fd; /* holds sys/ and perhaps proc/, or is a sys directory */
	enum machine_source source; /* MACHINE_LIVE or MACHINE_SYSFS */
	bool keep_files;
	bool identify; /* the host's name and serial number too, nothing left out */
};

/*
 * Adds all facts to a settled machine that was read from the same directory. Never
 * fails: what cannot be read is unknown. Uses base and the tree only.
 */
void facts_gather(const struct facts_source *source, struct machine *machine);
/* Facts of the table that the machine does not have become unknown for that reason. */
void facts_unknown(struct machine *machine, const char *why);
/*
 * Takes out what tells the host from others: MAC addresses in the names of network
 * devices, and with them the files that hold such a name.
 */
void machine_anonymise(struct machine *machine);
/* Drops kept files, the last by path, until their bytes and paths are at most that. */
void machine_trim_files(struct machine *machine, size_t most_bytes);
/*
 * The kernel's command line with the values left out of all parameters but those that
 * matter to NUMA, PCI, IOMMU, huge pages and KVM: "root=..." may name a disk, "ip=..." a
 * host. What stands behind "--" is for init, and left out.
 */
void text_add_command_line(struct text *text, const char *line);

/* The names of the table, without the identifying ones; ends with NULL. */
extern const char *const fact_names[];
