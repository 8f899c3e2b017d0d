/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror-hmat.c - latencies and bandwidths between mirrored nodes, as QEMU can store
 * them.
 */
#include "planner/plan/request/mirror-parts.h"

#include "planner/guest/hmat-figures.h"

static bool has_cpus(const struct request *request, int cell)
{
	return cell != NO_CELL && request->nodes.v[cell].vcpus > 0;
}

/* libvirt accepts a pair in only one direction, from a node with CPUs. */
static bool has_pair(const struct request *request, int a, int b)
{
	for (size_t i = 0; i < request->hmat_rows.n; i++) {
		const struct request_hmat *row = &request->hmat_rows.v[i];

		if ((row->initiator == a && row->target == b) ||
		    (row->initiator == b && row->target == a))
			return true;
	}
	return false;
}

static void add_rows(const struct machine *machine, struct request *request)
{
	for (size_t i = 0; i < machine->hmat.n; i++) {
		const struct machine_hmat *figure = &machine->hmat.v[i];
		int from = mirror_cell(request, figure->initiator);
		int to = mirror_cell(request, figure->target);

		if (!has_cpus(request, from) || to == NO_CELL ||
		    has_pair(request, from, to) ||
		    (!figure->latency_ns && !figure->bandwidth_mib_s))
			continue;
		*vec_add(&request->hmat_rows) =
			(struct request_hmat){from, to, figure->latency_ns,
					      figure->bandwidth_mib_s};
	}
}

/* What rounding did. */
struct rounding {
	unsigned rounded, dropped;
	uint64_t unit, most_changed; /* ns, or MiB/s */
};

static void count_change(struct rounding *rounding, uint64_t old, uint64_t new)
{
	uint64_t changed = old > new ? old - new : new - old;

	if (changed == 0)
		return;
	if (new == 0) {
		rounding->dropped++;
		return;
	}
	rounding->rounded++;
	if (changed > rounding->most_changed)
		rounding->most_changed = changed;
}

static void note_rounding(struct request *request, bool bandwidth,
			  const struct rounding *rounding)
{
	const char *what = bandwidth ? "bandwidth" : "latency";
	const char *several = bandwidth ? "bandwidths" : "latencies";
	const char *unit = bandwidth ? "MiB/s" : "ns";

	if (rounding->rounded)
		request_note(
			request,
			"%u %s rounded by up to %ju %s: QEMU stores them as 16-bit multiples of %ju %s",
			rounding->rounded, rounding->rounded == 1 ? what : several,
			(uintmax_t)rounding->most_changed, unit,
			(uintmax_t)rounding->unit, unit);
	if (rounding->dropped)
		request_note(
			request,
			"%u %s left out: less than %ju %s, of which QEMU stores 16-bit multiples",
			rounding->dropped, rounding->dropped == 1 ? what : several,
			(uintmax_t)rounding->unit, unit);
}

static void round_rows(struct request *request, bool bandwidth)
{
	uint64_t step = bandwidth ? HMAT_BANDWIDTH_STEP : 1;
	size_t n = request->hmat_rows.n;
	_cleanup_free_ uint64_t *values = xcalloc(n, sizeof(*values));
	struct rounding rounding = {};

	for (size_t i = 0; i < n; i++) {
		const struct request_hmat *row = &request->hmat_rows.v[i];

		values[i] = step * (bandwidth ? row->bandwidth_mib_s : row->latency_ns);
	}
	rounding.unit = hmat_round(bandwidth, values, n) / step;
	for (size_t i = 0; i < n; i++) {
		struct request_hmat *row = &request->hmat_rows.v[i];
		uint64_t *figure = bandwidth ? &row->bandwidth_mib_s : &row->latency_ns;
		uint64_t value = values[i] / step;

		count_change(&rounding, *figure, value);
		*figure = value;
	}
	note_rounding(request, bandwidth, &rounding);
}

void mirror_hmat(const struct machine *machine, struct request *request)
{
	if (!request->hmat)
		return;
	add_rows(machine, request);
	if (request->hmat_rows.n == 0)
		request_note(
			request,
			"--hmat: no memory latencies or bandwidths of the mirrored nodes are known, so none are written");
	round_rows(request, false);
	round_rows(request, true);
}
