/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysfs-parts.h - shared by the files of the sysfs reader. */
#pragma once

#include "topology/machine.h"
#include "topology/sysfs-tree.h"

struct sysfs_source; /* sysfs.h */

/*
 * Nodes with memory, huge pages, CPUs and distances; memory access values. @proc may be
 * empty (fd -1).
 */
void sysfs_read_nodes(const struct tree *sys, const struct tree *proc,
		      struct machine *machine);
void sysfs_read_hmat(const struct tree *sys, struct machine *machine);
/* Online CPUs; the caller owns *ret. */
void sysfs_online_cpus(const struct tree *sys, struct set *ret);
/* CPUs with their places in packages and nodes; caches. */
void sysfs_read_cpus(const struct tree *sys, struct machine *machine);
void sysfs_read_caches(const struct tree *sys, struct machine *machine);
/* PCI functions. False: the links did not give the hierarchy, so the buses must. */
bool sysfs_read_pci(const struct sysfs_source *source, const struct tree *sys,
		    struct machine *machine);
/* Names of network, block and other devices, into functions in order. */
void sysfs_read_names(const struct tree *sys, struct machine *machine);
/* @proc may be empty (fd -1). */
void sysfs_read_iommu(const struct sysfs_source *source, const struct tree *sys,
		      const struct tree *proc, struct machine *machine);

/* "cpu12" with prefix "cpu" gives 12; -1 for any other name. */
int sysfs_number(const char *name, const char *prefix);
