/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host.h - questions about guest and host that several rules have. */
#pragma once

#include "planner/check/rules.h"

/* Rows of host_memory_rules that are prerequisites of others. */
enum { MEMNODE_HOST_NODE };

/* Makes the tree and the index of pins, after the guest was completed. */
void check_make_indexes(struct check *check);
void check_free_indexes(struct check *check);

/* A host device that is assigned to the guest. */
struct check_hostdev {
	int device;    /* in guest.devices */
	int function;  /* in host->functions, -1 if the host has none there */
	int cell;      /* guest cell of its bus, or -1 */
	int host_node; /* -1 not known */
};
typedef VEC(struct check_hostdev) check_hostdevs;
/* Works without a host: then function and host_node are -1. */
void check_list_hostdevs(const struct check *check, check_hostdevs *ret);

/*
 * The host nodes that back a cell's memory; false if nothing specifies them. The caller
 * owns the set.
 */
bool check_backing(const struct check *check, size_t cell, struct set *ret);
/* The host nodes of the CPUs that a cell's vCPUs may run on; false without pins. */
bool check_pin_nodes(const struct check *check, size_t cell, struct set *ret);
/* The host CPUs that a vCPU may run on, NULL if it is not pinned. Borrowed. */
const struct set *check_pin_of(const struct check *check, unsigned vcpu);
/* The <vcpupin> of a vCPU, NULL if there is none that names CPUs. Borrowed. */
const struct guest_pin *check_vcpupin(const struct check *check, unsigned vcpu);
/* What pins a vCPU: the element of its <vcpupin>, or else <vcpu>. */
int check_pin_element(const struct check *check, unsigned vcpu);
/* The host nodes of CPUs. The caller owns the set. */
struct set check_nodes_of(const struct machine *host, const struct set *cpus);
/* A cryptographic queue of s390x: an adapter and a usage domain (its APQN). */
struct check_queue {
	unsigned adapter, domain;
};
typedef VEC(struct check_queue) check_queues;
/*
 * The queues of a mediated device of type vfio-ap according to the host's description;
 * nothing if it does not list them. Owned by the caller.
 */
void check_list_queues(const struct check *check, const struct guest_device *device,
		       check_queues *ret);

/*
 * The address bits of the host's CPU, but not more than @limit unless it is 0; 0 if the
 * host's description does not have them.
 */
unsigned check_host_address_bits(const struct check *check, unsigned limit);
/*
 * The IOMMU that translates the DMA of a device, NULL for none; the first one if the
 * device's address is not known.
 */
const struct guest_iommu *check_iommu_of(const struct check *check,
					 const struct guest_device *device);
/* The guest's first IOMMU, if it is intel's, or NULL. */
const struct guest_iommu *check_intel_iommu(const struct check *check);
/* Whether s390-memory reports an error: then that is the cause to name. */
bool check_refuses_on_s390x(const struct check *check);

/* The assigned devices, as the context of chain_find(). */
struct check_assigned {
	struct check *check;
	check_hostdevs list;
};
const struct guest_device *check_assigned_device(const struct check_assigned *assigned,
						 int i);
/* A finding about the second of two assigned devices: "A and B WHAT". */
struct finding *check_found_pair(const struct check_assigned *assigned, int a, int b,
				 const char *what);

/* io_use_read() of the domain, which is read once. */
const struct io_use *check_io_use(struct check *check);

/* Whether QEMU's intel-iommu translates by first-stage tables (fsts=on). */
bool check_first_stage(const struct check *check);
/* The I/O threads of a disk or controller. The caller frees them. */
struct set check_threads_of(const struct check *check, struct assign_item item);

/* As a list: "0-1". Owned by the caller. */
char *check_set_string(const struct set *set) _must_check_;
