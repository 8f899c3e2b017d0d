/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QEMU numbers vCPUs threads first, then cores, dies, sockets (hw/i386/x86.c), and a cell
 * may have any of them. Linux warns, and schedules badly, if a cell splits a core or a
 * socket that is not made of dies (arch/x86/kernel/smpboot.c, topology_sane). Hence the
 * rule: the socket's size divides every cell, or equal cells are the dies of a socket.
 */
#include "planner/plan/request/cpu-shape.h"

#include <assert.h>

static unsigned gcd(unsigned a, unsigned b)
{
	while (b) {
		unsigned rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Each cell must be a run of vCPUs that starts at a multiple of its granule. */
static bool contiguous(const struct request_node *node, unsigned granule)
{
	int first = set_first(&node->vcpu_list);

	if (node->vcpus == 0)
		return true;
	return (unsigned)first % granule == 0 &&
	       set_has(&node->vcpu_list, (unsigned)first + node->vcpus - 1);
}

static unsigned whole_granule(const struct request *request, unsigned *ret_total)
{
	unsigned granule = 0;

	*ret_total = 0;
	for (size_t i = 0; i < request->nodes.n; i++) {
		granule = gcd(granule, request->nodes.v[i].vcpus);
		*ret_total += request->nodes.v[i].vcpus;
	}
	for (size_t i = 0; i < request->nodes.n; i++)
		if (!contiguous(&request->nodes.v[i], granule))
			return 1;
	return granule;
}

static bool equal_cells(const struct request *request, unsigned vcpus)
{
	for (size_t i = 0; i < request->nodes.n; i++)
		if (request->nodes.v[i].vcpus && request->nodes.v[i].vcpus != vcpus)
			return false;
	return true;
}

struct cpu_shape cpu_shape_of(const struct request *request)
{
	struct cpu_shape shape = {.dies = 1, .threads = 1};
	unsigned total, granule = whole_granule(request, &total), socket = granule;

	assert(total > 0 && granule > 0);
	if (request->threads_per_core > 1 && granule % request->threads_per_core == 0)
		shape.threads = request->threads_per_core;
	if (request->packages > 0 && total % request->packages == 0) {
		unsigned package = total / request->packages;

		/* Several packages to a node, or one. */
		if (granule % package == 0 && package % shape.threads == 0)
			socket = package;
		/* Several nodes to a package: they are its dies. arm has no dies. */
		else if (package % granule == 0 && equal_cells(request, granule) &&
			 streq(request->architecture, "x86_64")) {
			socket = package;
			shape.dies = package / granule;
		}
	}
	if (shape.dies == 1 && request->dies_per_package > 1 &&
	    streq(request->architecture, "x86_64") &&
	    socket % (request->dies_per_package * shape.threads) == 0)
		shape.dies = request->dies_per_package;
	shape.sockets = total / socket;
	shape.cores = socket / shape.dies / shape.threads;
	return shape;
}
