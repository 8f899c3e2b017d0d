/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror-shape.c - notes where the guest's CPUs are arranged differently from the host's.
 */
#include "planner/plan/request/mirror.h"

#include "planner/plan/request/cpu-shape.h"

static void add_count(struct text *text, unsigned n, const char *what)
{
	text_printf(text, "%s%u %s%s", text->n ? ", " : "", n, what, n == 1 ? "" : "s");
}

/*
 * With fewer CPUs per node the packages and the threads of a core can still be the same,
 * but not the number of cores.
 */
static bool is_alike(const struct request *request, const struct cpu_shape *shape)
{
	unsigned cores = shape->sockets * shape->dies * shape->cores;

	if (request->host_kinds > 1 || request->packages != shape->sockets)
		return false;
	if (cores * shape->threads == request->host_cpus)
		return cores == request->host_cores;
	return shape->threads == request->threads_per_core;
}

/* By default QEMU gives each die of an x86 guest one L3 (see check-host-caches.c). */
static void note_l3s(struct request *request, const struct cpu_shape *shape)
{
	unsigned guest = shape->sockets * shape->dies;

	if (!request->host_l3s || request->host_l3s == guest)
		return;
	if (!streq(request->architecture, "x86_64")) {
		if (request->host_l3s > shape->sockets)
			request_note(
				request,
				"the host has %u L3 caches; it is not known which ones an %s guest sees",
				request->host_l3s, request->architecture);
		return;
	}
	request_note(
		request,
		"L3 caches are not the same: host %u; guest %u, one for each die (see virt-layout explain l3-split)",
		request->host_l3s, guest);
}

void mirror_note_shape(struct request *request)
{
	struct cpu_shape shape = cpu_shape_of(request);
	_cleanup_text_ struct text host = {}, guest = {};

	note_l3s(request, &shape);
	if (!request->host_cores || !request->packages || is_alike(request, &shape))
		return;
	add_count(&host, request->packages, "package");
	add_count(&host, request->host_cores, "core");
	if (request->host_kinds > 1)
		text_printf(&host, " of %u kinds", request->host_kinds);
	add_count(&host, request->host_cpus, "CPU");
	add_count(&guest, shape.sockets, "package");
	add_count(&guest, shape.sockets * shape.dies * shape.cores, "core");
	add_count(&guest, shape.sockets * shape.dies * shape.cores * shape.threads,
		  "CPU");
	request_note(request, "CPUs are arranged differently: host %s; guest %s", host.s,
		     guest.s);
}
