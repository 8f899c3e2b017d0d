/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mirror.h - pure: a request for a guest that looks like a given machine.
 */
#pragma once

#include "planner/plan/request/request.h"
#include "topology/machine.h"

struct mirror_options {
	unsigned cpus_per_node;         /* at most; 0: all */
	uint64_t memory_per_node_bytes; /* at most; 0: all */
};

/*
 * Adds to a begun request: a cell for each node that has CPUs, memory or a device worth
 * mirroring, renumbered from 0; distances mended to what libvirt takes; packages, dies
 * and threads; HMAT figures; a stand-in for each network, storage, display and
 * accelerator function on the cell that mirrors its node, or on pcie-root where its node
 * is not known; with PER_ROOT_COMPLEX an expander bus per host root complex and its
 * switches. What had to be changed is noted. Fault (status 2): the machine has no node or
 * no CPU.
 */
int mirror(const struct machine *machine, const struct mirror_options *options,
	   struct request *request, struct error *error) _must_check_;

/* Distances of the nodes' host nodes, as libvirt takes them. */
void mirror_distances(const struct machine *machine, struct request *request);
/*
 * Fills root and switch_port of a device that has its cell: the host root complex and the
 * switch above the function, added to the request where they are new.
 */
void mirror_place(const struct machine *machine, size_t function, struct request *request,
		  struct request_device *device);
