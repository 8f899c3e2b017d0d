/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* assign-parts.h - the pieces of assign.c, for the file that holds each. */
#pragma once

#include "planner/guest/assign/bus.h"

#include "base/vec.h"

/* What <qemu:commandline> adds, after everything has its address. */
void assign_added(struct guest *guest);
/* Adds what libvirt adds, and gives indexes and models. */
void assign_implicit(struct guest *guest);

/* Something with a PCI address, and what it needs (assign-bus.h). */
struct assign_row {
	struct assign_item item;
	unsigned needs;
	int rank;        /* libvirt's order of giving out addresses */
	size_t sequence; /* within the rank */
};
struct assign_list {
	VEC(struct assign_row) rows;
	VEC(size_t) order; /* of the document's controllers, as libvirt keeps them */
};

/*
 * Before anything is added or gets an index: the place of each controller in libvirt's
 * list (virDomainControllerInsertPreAlloced).
 */
void assign_order(const struct guest *guest, struct assign_list *ret);
/* All that sits on PCI, in the order in which libvirt gives out addresses. */
void assign_collect(const struct guest *guest, struct assign_list *ret);

struct assign_pass {
	struct guest *guest;
	struct buses buses;
	struct assign_list list;
	struct assignment *result;
};

/* The places that the chipset keeps for itself (q35, i440fx). */
void assign_chipset(struct assign_pass *pass);
/* Takes a place for an item, or adds a refusal. */
void assign_fix(struct assign_pass *pass, struct assign_item item, unsigned needs,
		struct pci_address at);
/* The next place that suits; only the second pass writes it down. */
void assign_next(struct assign_pass *pass, const struct assign_row *row);
struct assign_refusal *assign_refuse(struct assign_pass *pass,
				     enum assign_refusal_kind kind,
				     struct assign_item item);
/* The item that sits at a place, all -1 if none does. */
struct assign_item assign_who(const struct assign_pass *pass, struct pci_address at);
/* Whether libvirt chooses the item's address. */
bool assign_wanted(const struct guest *guest, struct assign_item item);
