/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout.h - pure: where everything on the PCI tree goes. The caller describes a tree of
 * buses, ports and endpoints; layout_solve gives each controller its index, address,
 * chassis and port, each expander bus its busNr, and each bridge the bus numbers that
 * firmware will give it.
 *
 * Theory of operation
 *
 * The guest has one PCI segment with buses 0-255. pcie-root owns bus 0, an expander bus
 * owns busNr, and every bridge takes one number below its root: firmware (SeaBIOS
 * src/fw/pciinit.c, edk2 PciBusDxe) walks each root on its own, depth first, ports by
 * ascending slot and function, counting up. So the numbers are one partition: root k uses
 * [busNr_k, busNr_k + bridges below it], and these windows must never meet. libvirt and
 * QEMU check none of this; the guest silently loses devices where they do.
 *
 * Windows are packed from the top of the space downwards, each with spare numbers, so
 * that ports added later do not renumber what is there; what is left over belongs to
 * pcie-root. General-purpose ports on pcie-root get the lowest controller indexes, since
 * libvirt puts whatever has no address into the port with the lowest index.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

enum layout_kind {
	LAYOUT_ROOT,	   /* pcie-root: item 0, always there */
	LAYOUT_EXPANDER,   /* pcie-expander-bus, on pcie-root */
	LAYOUT_ROOT_PORT,  /* pcie-root-port, on pcie-root or an expander bus */
	LAYOUT_UPSTREAM,   /* pcie-switch-upstream-port, in a port */
	LAYOUT_DOWNSTREAM, /* pcie-switch-downstream-port, on an upstream port */
	LAYOUT_BRIDGE,	   /* to conventional PCI, of a domain that is there */
	LAYOUT_ENDPOINT,   /* a device, in a port or (integrated) on pcie-root */
};

#define LAYOUT_NONE (-1)

struct layout_item {
	enum layout_kind kind;
	int parent; /* item; LAYOUT_NONE for item 0 */
	int owner;  /* the caller's own number for it, not looked at */
	/* Given: kept as it is. Else filled in. */
	bool has_index, has_address, has_bus_nr;
	unsigned index;	       /* of a controller: 0-255 */
	uint8_t slot, function; /* on its parent */
	uint8_t bus_nr;	       /* of an expander bus */
	unsigned spare;	       /* expander: bus numbers to keep free; filled: those free */
	/* Always filled. */
	bool multifunction;	       /* other functions share its slot, this is function 0 */
	unsigned chassis, port;	       /* of ports */
	uint8_t secondary, subordinate; /* guest bus numbers of a bridge; of a root: its own
					 * and the last below it */
};

/* Zero it, then layout_begin. */
struct layout {
	VEC(struct layout_item) items;
	unsigned reserved_slots; /* bits: slots of pcie-root that are taken or kept free */
	unsigned headroom;	 /* bus numbers that pcie-root keeps for what libvirt adds */
	unsigned last_bus;	 /* 255, or less where the machine has a smaller window */
	/* New bridges go behind those given, so that these keep their bus numbers. */
	bool append;
};

/*
 * An empty tree: pcie-root alone, 8 numbers of headroom. Slots 0x1f (ISA bridge, SATA,
 * SMBus on q35) and 0 are never used, 1 (where libvirt puts an unaddressed video device)
 * only if nothing else is free.
 */
void layout_begin(struct layout *layout);
/* Adds an item and returns its number. Parents come before children. */
int layout_add(struct layout *layout, enum layout_kind kind, int parent);
/* Bridges (controllers that take a bus number) anywhere below an item. */
unsigned layout_bridges_below(const struct layout *layout, int item);
/* Items of a kind in all. */
unsigned layout_count(const struct layout *layout, enum layout_kind kind);
/*
 * Fills everything in. Fault (status 2) if it cannot fit, naming the thing, the limit
 * and how many are needed: slots of pcie-root, ports on a bus, controller indexes, bus
 * numbers; or if given addresses clash.
 */
int layout_solve(struct layout *layout, struct error *error) _must_check_;
void layout_free(struct layout *layout);
#define _cleanup_layout_ _cleanup_(layout_free)

/* The number of the window above an expander bus with a given busNr; 256 for the last. */
unsigned layout_next_bus(const struct layout *layout, unsigned bus_nr);
/* Whether a kind is a bridge that takes a bus number. */
bool layout_is_bridge(enum layout_kind kind);
