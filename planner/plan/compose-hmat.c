/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-hmat.c - memory latencies and bandwidths as <interconnects>. */
#include "planner/plan/compose-guest.h"

#include "planner/guest/hmat-figures.h"

static void add_interconnect(struct guest *guest, const struct request_hmat *row,
			     bool bandwidth, uint64_t value)
{
	struct guest_interconnect *link;

	if (value == 0)
		return;
	link = vec_add(&guest->interconnects);
	link->element = -1;
	link->bandwidth = bandwidth;
	link->initiator = number_of((unsigned)row->initiator);
	link->target = number_of((unsigned)row->target);
	link->type = xstrdup("access");
	link->value = number_of(value);
}

void compose_hmat(const struct request *request, struct guest *guest)
{
	for (size_t i = 0; i < request->hmat_rows.n; i++) {
		const struct request_hmat *row = &request->hmat_rows.v[i];

		add_interconnect(guest, row, false, row->latency_ns);
		add_interconnect(guest, row, true,
				 row->bandwidth_mib_s * HMAT_BANDWIDTH_STEP);
	}
}
