/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* composition.h - a request after everything was placed. */
#pragma once

#include "planner/guest/guest.h"
#include "planner/plan/request/request.h"

/* What one device of the request became. */
struct plan_device {
	size_t wanted;                  /* in request.devices */
	const struct device_kind *kind; /* may differ from the requested one */
	struct pci_address guest_at;    /* as the guest's kernel will number it */
	int cell;                       /* that its root bus is on; -1: none */
};

struct plan {
	struct guest guest;
	VEC(struct plan_device) devices;
	VEC(char *) notes; /* in addition to the request's: owned sentences */
};

void plan_free(struct plan *plan);
#define _cleanup_plan_ _cleanup_(plan_free)
