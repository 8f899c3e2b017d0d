/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* facts-parts.h - shared by the files facts*.c. */
#pragma once

#include "topology/machine.h"
#include "topology/sysfs-tree.h"

/* Directories that do not exist have fd -1. */
struct facts {
	struct machine *machine;
	struct tree top, sys, proc;
	struct tree self; /* proc/self */
	bool live;
};

/* Of the CPUs. */
void facts_cpu(struct facts *facts);
void facts_iommu(struct facts *facts);
/* Mediated devices. */
void facts_mdev(struct facts *facts);
/* vDPA devices. */
void facts_vdpa(struct facts *facts);
/* Huge page mounts, locked memory, devices in use. */
void facts_use(struct facts *facts);
void facts_versions(struct facts *facts);
/* Of the installed firmware. */
void facts_firmware(struct facts *facts);

/* What libvirt wants of the host for TPMs, SPICE and launch security. */
void facts_libvirt(struct facts *facts);

/* Sets a fact to a value or, if it is NULL, to unknown. Takes ownership of @value. */
void facts_take(struct facts *facts, const char *name, char *value, const char *why);
