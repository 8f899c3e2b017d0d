/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-expander.c - expander buses: their machine, numbers and nodes. */
#include "planner/check/rules.h"

void pxb_busnr_range(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (guest_is_pci(c) && c->bus_nr.state == VALUE_VALID &&
		    (c->bus_nr.value < 1 || c->bus_nr.value > 254))
			check_values(check_found(check, c->element,
						 "busNr %llu is outside 1 to 254.",
						 ULL(c->bus_nr.value)),
				     NULL, "1-254");
	}
}
