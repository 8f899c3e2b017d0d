/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign-bus.h - the buses of a domain while addresses are given out: what each takes,
 * which slots are used, which buses have to be added. Used by the assign files only.
 */
#pragma once

#include "planner/guest/assign/assignment.h"

/* What a device needs and a bus takes. */
enum {
	TAKES_PCI = 1 << 0,
	TAKES_PCIE = 1 << 1,
	TAKES_ROOT_PORT = 1 << 2,
	TAKES_UPSTREAM = 1 << 3,
	TAKES_DOWNSTREAM = 1 << 4,
	TAKES_DMI = 1 << 5,
	TAKES_PCIE_TO_PCI = 1 << 6,
	TAKES_EXPANDER = 1 << 7, /* pci-expander-bus */
	TAKES_PCIE_EXPANDER = 1 << 8,
	TAKES_BRIDGE = 1 << 9,
	TAKES_ANY = (1 << 10) - 1,
	AUTOMATIC = 1 << 10,  /* endpoints: may go (or take) without being told */
	AGGREGATE = 1 << 11,  /* ports share a slot by functions */
	INTEGRATED = 1 << 12, /* on bus 0 only, and there without being told */
};

struct bus_row {
	const char *model;
	unsigned takes; /* below it */
	unsigned needs; /* above it */
	unsigned first_slot, last_slot;
};
const struct bus_row *bus_row(const char *model);

struct buses {
	struct bus {
		const struct bus_row *row; /* NULL: an unknown model, takes nothing */
		unsigned takes;
		uint8_t used[PCI_SLOTS]; /* bits: functions */
		bool aggregate[PCI_SLOTS];
	} bus[INDEXES];
	unsigned n;
	bool grow; /* buses may still be added */
};

/* Where a device with these needs would go; false with *kind if there is no place. */
bool buses_find(struct buses *buses, unsigned needs, int function,
		struct pci_address *ret, enum assign_refusal_kind *kind);
/*
 * Takes a place that the document names (or the chipset fixes); may add buses, and then
 * may move *at to the one behind, as libvirt does. The refusal has its kind, slots and
 * wants filled.
 */
bool buses_take(struct buses *buses, unsigned needs, struct pci_address *at,
		struct assign_refusal *refusal);
/* Marks what buses_find gave. */
void buses_mark(struct buses *buses, unsigned needs, struct pci_address at);
/* Takes a place for something of which nothing is known; false if it is taken already. */
bool buses_reserve(struct buses *buses, bool conventional, struct pci_address at);
bool buses_slot_used(const struct buses *buses, unsigned bus, unsigned slot);
