/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus.h - the buses of a domain while addresses are assigned: what each accepts, which
 * slots are in use, and which buses must be added. Private to planner/guest/assign/.
 */
#pragma once

#include "planner/guest/assign/assignment.h"
#include "planner/guest/controller-model.h"

struct buses {
	struct bus {
		enum controller_model model; /* CONTROLLER_NONE: accepts nothing */
		unsigned takes;              /* TAKES_*: may be fewer than its model's */
		uint8_t used[PCI_SLOTS];     /* bits: functions */
		bool aggregate[PCI_SLOTS];
	} bus[INDEXES];
	unsigned n;
	/* What was looked for, and the first bus that may have room for it. */
	struct search {
		unsigned needs;
		int function;
		unsigned from;
	} searches[16];
	size_t n_searches;
	bool grow;    /* buses may still be added */
	bool bridges; /* a port is added for a pcie-to-pci-bridge, too */
};

/* Finds the address of a device with these needs; if there is none, false and *kind. */
bool buses_find(struct buses *buses, unsigned needs, int function,
		struct pci_address *ret, enum assign_refusal_kind *kind);
/*
 * Reserves an address that the document names (or the chipset fixes). May add buses, and
 * then may move *at to the bus after it, as libvirt does. Fills kind, slots and wants of
 * the refusal.
 */
bool buses_take(struct buses *buses, unsigned needs, struct pci_address *at,
		struct assign_refusal *refusal);
/* Reserves the address that buses_find returned. */
void buses_mark(struct buses *buses, unsigned needs, struct pci_address at);
/* Reserves an address for an unknown device; false if it is in use already. */
bool buses_reserve(struct buses *buses, bool conventional, struct pci_address at);
void buses_set_model(struct buses *buses, unsigned bus, enum controller_model model);
bool buses_slot_used(const struct buses *buses, unsigned bus, unsigned slot);
