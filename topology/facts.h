/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facts.h - what is known about a host besides its topology, for check. Each fact is a
 * value, or unknown with a reason; facts.c has the table of names, and these contain a
 * part that says what they apply to:
 *
 *     iommu-group.N.type, iommu-group.N.reserved-regions
 *     iommu-unit.NAME.capability, iommu-unit.NAME.extended-capability (Intel)
 *     iommu-unit.NAME.features (AMD)
 *     mdev.UUID.parent (a PCI address, or "matrix"), mdev.UUID.matrix (vfio-ap: its
 * queues)
 *     vdpa.NAME.parent (a PCI address if it is below one, or "none"), vdpa.NAME.driver
 *     (or "none"),
 *     vdpa.NAME.device (vhost-vdpa-N)
 */
#pragma once

#include "topology/machine.h"

struct facts_source {
	int root_fd; /* contains sys/ and perhaps proc/, or is a sys directory */
	enum machine_source source; /* MACHINE_LIVE or MACHINE_SYSFS */
	bool keep_files;
	bool identify; /* include the host's name and serial number, and leave nothing
			* out */
};

/*
 * Adds all facts to a settled machine that was read from the same directory. Never fails:
 * what cannot be read is unknown. Uses only base and the tree.
 */
void facts_gather(const struct facts_source *source, struct machine *machine);
/* Only those of vDPA devices, and none if the source cannot tell. */
void facts_gather_vdpa(const struct facts_source *source, struct machine *machine);
/* Only those of the installed firmware. */
void facts_gather_firmware(int root_fd, struct machine *machine);
/* Marks the facts of the table that the machine does not have as unknown for this
 * reason. */
void facts_unknown(struct machine *machine, const char *why);
/*
 * Removes what identifies the host: MAC addresses in the names of network devices, and
 * the files that contain such a name.
 */
void machine_anonymise(struct machine *machine);
/* Drops kept files, the last by path, until their bytes and paths fit. */
void machine_trim_files(struct machine *machine, size_t most_bytes);
/*
 * The kernel's command line without the values of parameters other than those that matter
 * to NUMA, PCI, IOMMU, huge pages and KVM: "root=..." may name a disk, "ip=..." a host.
 * What follows "--" is for init, and is left out.
 */
void text_add_command_line(struct text *text, const char *line);

/*
 * The folders of the fact firmware.files, which lists the images in them with their whole
 * paths, separated by spaces. Each ends with a slash; ends with NULL.
 */
extern const char *const firmware_folders[];

/* The names of the table, without the identifying ones; ends with NULL. */
extern const char *const fact_names[];
