/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-tree.h - a tree of buses, ports and devices, before and after it is solved. */
#pragma once

#include "base/vec.h"
#include "planner/guest/controller-model.h"
#include "topology/pci-address.h"

#define LAYOUT_NONE (-1)

#define DEFAULT_SPARE_BUSES 8u    /* of an expander bus */
#define VIDEO_SLOT          1u    /* libvirt's own place for the primary video device */
#define CHIPSET_SLOT        0x1fu /* ISA bridge, SATA and SMBus of q35 */

/*
 * An item is a PCI controller of one of these models (item 0, always there, is pcie-root)
 * or a device, in a port or (integrated) on pcie-root.
 */
#define LAYOUT_ENDPOINT CONTROLLER_NONE

struct layout_item {
	enum controller_model kind;
	int parent; /* item; LAYOUT_NONE for item 0 */
	/* The caller's, not looked at; LAYOUT_NONE unless set. */
	int cell;  /* guest cell of an expander bus */
	int owner; /* what stands for it elsewhere */
	/* Given: kept as it is. Else filled in. */
	bool has_index, has_address, has_bus_nr;
	unsigned index;         /* of a controller: 0-255 */
	uint8_t slot, function; /* on its parent */
	uint8_t bus_nr;         /* of an expander bus */
	unsigned spare; /* expander: bus numbers to keep free; filled: those free */
	/* Always filled. */
	bool multifunction;     /* other functions share its slot, this is function 0 */
	unsigned chassis, port; /* of ports */
	uint8_t secondary, subordinate; /* guest bus numbers of a bridge; of a root: its
					 * own and the last below it */
};

/* Zero it, then layout_begin. */
struct layout {
	VEC(struct layout_item) items;
	unsigned
		reserved_slots; /* bits: slots of pcie-root that are taken or kept free */
	unsigned headroom; /* bus numbers that pcie-root keeps for what libvirt adds */
	unsigned last_bus; /* 255, or less where the machine has a smaller window */
	/* New bridges go behind those given, so that these keep their bus numbers. */
	bool append;
};

/*
 * An empty tree: pcie-root alone, 8 numbers of headroom. Its slots 0x1f and 0 are never
 * used, 1 (where libvirt puts an unaddressed video device) only if nothing else is free.
 */
void layout_begin(struct layout *layout);
/* Adds an item and returns its number. Parents come before children. */
int layout_add(struct layout *layout, enum controller_model kind, int parent);
/* Bridges (controllers that take a bus number) anywhere below an item. */
unsigned layout_bridges_below(const struct layout *layout, int item);
/* Whether something is on an item's bus. */
bool layout_has_child(const struct layout *layout, int parent);
/* The expander bus or pcie-root above an item, or the item itself if it is one. */
int layout_root_of(const struct layout *layout, int item);
/* Items of a kind in all. */
unsigned layout_count(const struct layout *layout, enum controller_model kind);
void layout_free(struct layout *layout);
#define _cleanup_layout_ _cleanup_(layout_free)
