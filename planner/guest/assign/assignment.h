/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* assignment.h - what libvirt would choose for a domain and what it would refuse. */
#pragma once

#include "planner/guest/guest.h"

/* Why libvirt refuses to assign an address. */
enum assign_refusal_kind {
	REFUSED_NOTHING,
	REFUSED_ADDRESS_TWICE, /* the address is in use */
	REFUSED_SLOT,          /* no such slot on that controller */
	REFUSED_CONNECTION,    /* the controller does not accept such a device */
	REFUSED_DOMAIN,        /* PCI domain other than 0 */
	REFUSED_NOT_ROOT,      /* must be on bus 0 */
	REFUSED_NO_SLOT,       /* no free slot, and none can be added */
	REFUSED_FIXED,         /* a device of the chipset is elsewhere */
	REFUSED_NO_BUS_NR,     /* no busNr left below the lowest */
	REFUSED_PARENT,        /* a pci-bridge on a bus that comes after it */
};

/*
 * An item with a PCI address: an index into one of the guest's arrays; the others are -1.
 */
struct assign_item {
	int controller, device, iommu;
};

struct assign_refusal {
	enum assign_refusal_kind kind;
	struct assign_item item;
	struct pci_address at; /* where it would go */
	unsigned from, to;     /* REFUSED_SLOT: the slots that exist */
	const char *wants;     /* REFUSED_CONNECTION: static, "a pcie-root-port" */
};

struct assignment {
	bool known; /* false: an unsupported machine; the guest is unchanged */
	VEC(struct assign_refusal) refusals;
};

void assignment_free(struct assignment *assignment);
#define _cleanup_assignment_ _cleanup_(assignment_free)

struct guest_address *assign_address(const struct guest *guest, struct assign_item item);
struct device_kind;
/* The kind of a device or controller; NULL for an unknown one and for an IOMMU. */
const struct device_kind *assign_item_kind(const struct guest *guest,
					   struct assign_item item);
/* The element of an item, or -1 if libvirt adds it. */
int assign_element(const struct guest *guest, struct assign_item item);
/* "controller 7 (pcie-root-port)", "interface", for messages. The caller frees it. */
char *assign_item_name(const struct guest *guest, struct assign_item item) _must_check_;
