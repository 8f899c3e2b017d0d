/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* assignment.h - what libvirt would choose for a domain, and what it would refuse. */
#pragma once

#include "planner/guest/guest.h"

/* What libvirt refuses while it assigns. */
enum assign_refusal_kind {
	REFUSED_NOTHING,
	REFUSED_ADDRESS_TWICE, /* the place is taken */
	REFUSED_SLOT,          /* no such slot on that controller */
	REFUSED_CONNECTION,    /* the controller takes no such device */
	REFUSED_DOMAIN,        /* PCI domain other than 0 */
	REFUSED_NOT_ROOT,      /* must be on bus 0 */
	REFUSED_NO_SLOT,       /* no free place, and none can be added */
	REFUSED_FIXED,         /* a device of the chipset is elsewhere */
	REFUSED_NO_BUS_NR,     /* no busNr left below the lowest */
	REFUSED_PARENT,        /* a pci-bridge on a bus that comes after it */
};

/* A thing with a PCI address: an index in one of the guest's arrays, the others -1. */
struct assign_item {
	int controller, device, iommu;
};

struct assign_refusal {
	enum assign_refusal_kind kind;
	struct assign_item item;
	struct pci_address at; /* where it would sit */
	unsigned from, to;     /* REFUSED_SLOT: the slots that there are */
	const char *wants;     /* REFUSED_CONNECTION: static, "a pcie-root-port" */
};

struct assignment {
	bool known; /* false: not a machine we can tell this of, the guest is as it was */
	VEC(struct assign_refusal) refusals;
};

void assignment_free(struct assignment *assignment);
#define _cleanup_assignment_ _cleanup_(assignment_free)

struct guest_address *assign_address(const struct guest *guest, struct assign_item item);
/* The element of an item, -1 for what libvirt adds. */
int assign_element(const struct guest *guest, struct assign_item item);
/* "controller 7 (pcie-root-port)", "interface", for messages. The caller's. */
char *assign_item_name(const struct guest *guest, struct assign_item item) _must_check_;
