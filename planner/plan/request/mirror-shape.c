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

void mirror_note_shape(struct request *request)
{
	struct cpu_shape shape = cpu_shape_of(request);
	_cleanup_text_ struct text host = {}, guest = {};

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
