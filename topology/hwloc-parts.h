/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hwloc-parts.h - the parts of the hwloc reader, for hwloc-*.c only. */
#pragma once

#include "topology/hwloc-library.h"
#include "topology/machine.h"

/* The infos of objects, and the names of distances, moved in 3.0. */
#if HWLOC_API_VERSION >= 0x30000
#define INFOS(object)       (object)->infos.array
#define INFOS_COUNT(object) (object)->infos.count
#define KIND_LATENCY        HWLOC_DISTANCES_KIND_VALUE_LATENCY
#else
#define INFOS(object)       (object)->infos
#define INFOS_COUNT(object) (object)->infos_count
#define KIND_LATENCY        HWLOC_DISTANCES_KIND_MEANS_LATENCY
#endif

/* What hwloc.h has as inline functions, which would need hwloc to be linked. */
hwloc_obj_t hwloc_root(hwloc_topology_t topology);
/* The object of that type after @previous, NULL: the first. */
hwloc_obj_t hwloc_next(hwloc_topology_t topology, hwloc_obj_type_t type,
		       hwloc_obj_t previous);

/* Nodes with their own resources, CPUs, caches, distances, memory access values. */
void hwloc_read_shape(hwloc_topology_t topology, struct machine *machine);
/* PCI functions and root buses. */
void hwloc_read_pci(hwloc_topology_t topology, struct machine *machine);
/*
 * The nodes that have their own CPUs, in logical order: in hwloc, HBM and similar nodes
 * have the CPUs of another node.
 */
void hwloc_owners(hwloc_topology_t topology, struct set *ret);
/* Whether @node has exactly the CPUs of an owner and nothing says why. */
bool hwloc_is_twin(hwloc_topology_t topology, const struct set *owners, hwloc_obj_t node);
