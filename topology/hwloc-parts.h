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

/*
 * Replacements for inline functions of hwloc.h, which would require linking with hwloc.
 */
hwloc_obj_t hwloc_root(hwloc_topology_t topology);
/* The object of that type after @previous, NULL: the first. */
hwloc_obj_t hwloc_next(hwloc_topology_t topology, hwloc_obj_type_t type,
		       hwloc_obj_t previous);

/* Nodes with their own resources, CPUs, caches, distances, memory access values. */
void hwloc_read_shape(hwloc_topology_t topology, struct machine *machine);
/* PCI functions and root buses. */
void hwloc_read_pci(hwloc_topology_t topology, struct machine *machine);

/* How the nodes share CPUs; see hwloc-nodes.c. */
struct hwloc_nodes {
	struct set owners; /* the first node with each CPU */
	struct set memory; /* memory only (HBM, CXL), with the CPUs of an owner */
	struct set twins;  /* with the CPUs of an owner, and nothing says why */
};
void hwloc_sort_nodes(hwloc_topology_t topology, struct hwloc_nodes *ret);
void hwloc_nodes_free(struct hwloc_nodes *nodes);
#define _cleanup_hwloc_nodes_ _cleanup_(hwloc_nodes_free)
/* One note for the nodes of each kind that were decided on without being named. */
void hwloc_complain_of_twins(const struct hwloc_nodes *nodes, struct machine *machine);
/* Notes on CPUs and nodes that were offline, or not allowed, where a file was made. */
void hwloc_complain_of_missing(hwloc_topology_t topology, struct machine *machine);
