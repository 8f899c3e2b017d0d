/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign-bus.h - the buses of a domain while addresses are given out: what each takes,
 * which slots are used, which buses have to be added. Used by the assign files only.
 */
#pragma once

#include "planner/guest/assign/assignment.h"
#include "planner/guest/controller-model.h"

struct buses {
	struct bus {
		enum controller_model model; /* CONTROLLER_NONE takes nothing */
		unsigned takes;              /* TAKES_*: perhaps less than its model */
		uint8_t used[PCI_SLOTS];     /* bits: functions */
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
void buses_set_model(struct buses *buses, unsigned bus, enum controller_model model);
bool buses_slot_used(const struct buses *buses, unsigned bus, unsigned slot);
