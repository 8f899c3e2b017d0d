/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign.h - pure: what libvirt would add to a domain by itself, and where it would put
 * what has no address. Afterwards every PCI device has its place and the guest can be
 * predicted (predict.h) and judged (planner/check/).
 */
#pragma once

#include "planner/guest.h"
#include "planner/target.h"

/* What libvirt refuses while it assigns. */
enum assign_refusal_kind {
	REFUSED_NOTHING,
	REFUSED_ADDRESS_TWICE, /* the place is taken */
	REFUSED_SLOT,	       /* no such slot on that controller */
	REFUSED_CONNECTION,    /* the controller takes no such device */
	REFUSED_DOMAIN,	       /* PCI domain other than 0 */
	REFUSED_NOT_ROOT,      /* must be on bus 0 */
	REFUSED_NO_SLOT,       /* no free place, and none can be added */
	REFUSED_FIXED,	       /* a device of the chipset is elsewhere */
	REFUSED_NO_BUS_NR,     /* no busNr left below the lowest */
	REFUSED_PARENT,	       /* a pci-bridge on a bus that comes after it */
};

/* A thing with a PCI address: an index in one of the guest's arrays, the others -1. */
struct assign_item {
	int controller, device, iommu;
};

struct assign_refusal {
	enum assign_refusal_kind kind;
	struct assign_item item;
	struct pci_address at;	 /* where it would sit */
	unsigned from, to;	 /* REFUSED_SLOT: the slots that there are */
	const char *wants;	 /* REFUSED_CONNECTION: static, "a pcie-root-port" */
};

struct assignment {
	bool known; /* false: not a machine we can tell this of, the guest is as it was */
	VEC(struct assign_refusal) refusals;
};

/*
 * Completes a guest read from a document as libvirt 9.0 does when it defines a domain:
 * implicit devices are added with element -1, addresses and busNr that it chooses are
 * marked `assigned`, controllers have their index, chassis and port. Known: q35, i440fx
 * and ARM virt. Buses, bridges and IOMMUs of <qemu:commandline> are added last, marked
 * `added`. Sources: src/qemu/qemu_domain_address.c, src/conf/domain_addr.c,
 * qemu_domain.c (qemuDomainDefAddDefaultDevices).
 */
void assign(struct guest *guest, struct assignment *ret);
void assignment_free(struct assignment *assignment);
#define _cleanup_assignment_ _cleanup_(assignment_free)

struct guest_address *assign_address(const struct guest *guest, struct assign_item item);
/* The element of an item, -1 for what libvirt adds. */
int assign_element(const struct guest *guest, struct assign_item item);
/* "controller 7 (pcie-root-port)", "interface", for messages. The caller's. */
char *assign_item_name(const struct guest *guest, struct assign_item item) _must_check_;
/* i440fx: "pc", "pc-i440fx-*". */
bool guest_is_i440fx(const struct guest *guest);
