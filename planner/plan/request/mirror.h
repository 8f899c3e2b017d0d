/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror.h - a request for a guest that resembles a given machine. Pure: no I/O. */
#pragma once

#include "base/chain.h"
#include "planner/plan/request/request.h"
#include "topology/machine.h"

#define MIRROR_LIMITS 8 /* more than the kinds that stand in for a host's functions */

struct mirror_options {
	unsigned cpus_per_node;         /* at most; 0: all */
	uint64_t memory_per_node_bytes; /* at most; 0: all */
	bool limited;                   /* whether the next one applies */
	unsigned devices_per_node;      /* at most */
	struct mirror_limit {
		const struct device_kind *kind;
		unsigned most; /* stand-ins of that kind in the guest */
	} limits[MIRROR_LIMITS];
	size_t n_limits;
};

/*
 * Parses the argument of --mirror: all, none, per-node=N or KIND=N, several of them
 * separated by commas. Error (status 2): malformed, or no kind that can stand in.
 */
int mirror_limit(struct mirror_options *options, const char *text, struct error *error)
	_must_check_;

/*
 * Adds to a begun request: a cell for each node that has CPUs, memory or a device worth
 * mirroring, renumbered from 0; distances, adjusted to what libvirt accepts; packages,
 * dies and threads; HMAT values; a stand-in for each network, storage, display and
 * accelerator function on the cell that mirrors its node, or on pcie-root if its node is
 * not known; with PER_ROOT_COMPLEX an expander bus per host root complex and its
 * switches. If per is not given, it becomes PER_ROOT_COMPLEX if two of these devices
 * share a switch, with the switches above such devices. Notes tell what had to be
 * changed. Errors (status 2): the machine has no node or no CPU.
 */
int mirror(const struct machine *machine, const struct mirror_options *options,
	   struct request *request, struct error *error) _must_check_;

/* For a finished request: notes where its CPUs differ in shape from the machine's. */
void mirror_note_shape(struct request *request);

/* The distance of two host nodes, adjusted to what libvirt accepts. */
uint32_t mirror_distance(const struct machine *machine, int from, int to);
/* The same for the nodes of a request. */
void mirror_distances(const struct machine *machine, struct request *request);
/* The outermost switch, of those that mirror_place() added, above a device; -1: none. */
int mirror_switch_above(const struct request *request, const struct request_device *to);
/* The roots and switches of a request by host address, to find them without a search. */
struct mirror_index {
	struct firsts roots;
	struct chains switches;
	bool by_iommu; /* a root for each IOMMU of the host's root complex */
};
/* Of those that the request has. mirror_place() adds to it. */
void mirror_index_begin(struct mirror_index *index, const struct request *request);
void mirror_index_free(struct mirror_index *index);
#define _cleanup_mirror_index_ _cleanup_(mirror_index_free)
/*
 * Fills root and switch_port of a device: the host root complex, if its cell is known,
 * and the switch above the function, which are added to the request and to its index if
 * they are new.
 */
void mirror_place(const struct machine *machine, size_t function, struct request *request,
		  struct mirror_index *index, struct request_device *device);
