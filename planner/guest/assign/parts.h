/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts.h - the parts of assign.c that are in other files. */
#pragma once

#include "planner/guest/assign/bus.h"
#include "planner/guest/target.h"

#include "base/vec.h"

/* Adds what <qemu:commandline> adds, after everything has an address. */
void assign_added(struct guest *guest);
/* Adds a controller with this index, if there is none. */
void assign_need_controller(struct guest *guest, const char *type, uint64_t index,
			    const char *model);
enum { SCSI_UNITS = 7 }; /* that libvirt uses on a controller */
/*
 * libvirt adds controllers for SCSI host devices twice. While it reads the domain, before
 * it gives indexes to controllers without one, a device without an address counts as one
 * of controller 0. When the machine's devices exist, it gives such a device the first
 * free unit, and adds what is missing after the controllers of disks. A new one has the
 * model of an existing one of such a device (measured with 9.0, 11.3 and 12.9).
 */
void assign_hostdevs_read(struct guest *guest);
void assign_hostdev_controllers(struct guest *guest);
/* Adds what libvirt adds, and sets indexes and models. */
void assign_implicit(struct guest *guest);

/* An item with a PCI address, and what it needs (bus.h). */
struct assign_row {
	struct assign_item item;
	unsigned needs;
	int rank; /* libvirt's order of assigning addresses */
};
struct assign_list {
	VEC(struct assign_row) rows;
	VEC(size_t) order;  /* controllers in libvirt's order */
	VEC(int64_t) given; /* the indexes of the document's controllers; -1: none */
};

/* Whether the libvirt at hand has a feature; only its own version is requested. */
bool assign_has(const struct guest *guest, enum feature feature);
/*
 * To be called before anything is added or gets an index: finds the position of each
 * controller in libvirt's list (virDomainControllerInsertPreAlloced).
 */
void assign_order(const struct guest *guest, struct assign_list *ret);
/* The disks among the devices, in libvirt's order. The caller frees *ret. */
size_t assign_disk_order(const struct guest *guest, size_t **ret);
/* Everything on PCI, in the order in which libvirt assigns addresses. */
void assign_collect(const struct guest *guest, struct assign_list *ret);

struct assign_pass {
	struct guest *guest;
	struct buses buses;
	struct assign_list list;
	struct assignment *result;
};

/* Reserves the addresses of the chipset's own devices (q35, i440fx). */
void assign_chipset(struct assign_pass *pass);
/* Reserves an address for an item, or adds a refusal. */
void assign_fix(struct assign_pass *pass, struct assign_item item, unsigned needs,
		struct pci_address at);
/* Finds the next suitable address; only the second pass stores it. */
void assign_next(struct assign_pass *pass, const struct assign_row *row);
struct assign_refusal *assign_refuse(struct assign_pass *pass,
				     enum assign_refusal_kind kind,
				     struct assign_item item);
/* The item at an address; all -1 if there is none. */
struct assign_item assign_who(const struct assign_pass *pass, struct pci_address at);
/* Whether libvirt chooses the item's address. */
bool assign_wanted(const struct guest *guest, struct assign_item item);
