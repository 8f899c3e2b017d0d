/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.h - pure: OpenStack Nova's filter for host devices, as a predicate. */
#pragma once

#include "planner/check/check.h"

/* One device of a guest, and the host's other devices of the same kind. */
struct policy_case {
	int node;           /* the device's host node, -1 unknown */
	bool on_cells_node; /* and the guest has a cell there (N) */
	bool shares_socket; /* or on another node of the same socket as one of these */
	bool sockets_known; /* of every host node */
	unsigned wanted;    /* k: devices of this kind that the guest has */
	unsigned near;      /* |S|: devices of this kind that the host has on N */
	unsigned silent;    /* and on no known node */
	bool cell_backed;   /* the cell that it is on in the guest has memory there */
	unsigned distance;  /* from its node to the nearest of N; 0 not known */
	unsigned most;      /* POLICY_DISTANCE: at most this */
};

enum policy_verdict {
	POLICY_HOLDS,
	POLICY_SECOND, /* only if the host's nearer devices are all in use */
	POLICY_BROKEN,
};

/*
 * nova/pci/stats.py, _filter_pools_for_socket_affinity and _filter_pools_for_numa_cells:
 * a policy reduces the set of devices as long as enough are left. Which of them are free
 * is not known here: what Nova accepts only if the near ones are in use is POLICY_SECOND.
 */
enum policy_verdict policy_judge(enum check_policy policy, const struct policy_case *one);
