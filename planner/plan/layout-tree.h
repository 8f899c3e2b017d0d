/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-tree.h - a tree of buses, ports and devices, before and after it is solved. */
#pragma once

#include "base/vec.h"
#include "planner/guest/controller-model.h"
#include "topology/pci-address.h"

#define LAYOUT_NONE (-1)

#define DEFAULT_SPARE_BUSES 8u    /* of an expander bus */
#define VIDEO_SLOT          1u    /* libvirt's address for the primary video device */
#define CHIPSET_SLOT        0x1fu /* ISA bridge, SATA and SMBus of q35 */

/*
 * An item is a PCI controller of one of these models (item 0 is always pcie-root) or a
 * device, in a port or (integrated) on pcie-root.
 */
#define LAYOUT_ENDPOINT CONTROLLER_NONE

struct layout_item {
	enum controller_model kind;
	int parent; /* item; LAYOUT_NONE for item 0 */
	/* For the caller's use, ignored by layout; LAYOUT_NONE by default. */
	int cell;  /* guest cell of an expander bus */
	int owner; /* its number elsewhere */
	/* If given, kept; otherwise filled in. */
	bool has_index, has_address, has_bus_nr;
	unsigned index;         /* of a controller: 0-255 */
	uint8_t slot, function; /* on its parent */
	uint8_t bus_nr;         /* of an expander bus */
	unsigned spare; /* expander: bus numbers to keep free; after: those free */
	/* Always filled. */
	bool multifunction;     /* other functions share its slot, this is function 0 */
	unsigned chassis, port; /* of ports */
	uint8_t secondary, subordinate; /* guest bus numbers of a bridge; of a root: its
					   own and the last one below it */
};

/* Zero it, then call layout_begin. */
struct layout {
	VEC(struct layout_item) items;
	unsigned reserved_slots; /* bits: slots of pcie-root that are used or kept free */
	unsigned headroom; /* bus numbers of pcie-root for devices that libvirt adds */
	unsigned last_bus; /* 255, or less if the machine has a smaller window */
	/* New bridges go after the given ones, which thus keep their bus numbers. */
	bool append;
};

/*
 * An empty tree: only pcie-root, with 8 spare bus numbers. Its slots 0x1f and 0 are never
 * used, 1 (where libvirt puts an unaddressed video device) only if nothing else is free.
 */
void layout_begin(struct layout *layout);
/* Adds an item and returns its number. Parents come before children. */
int layout_add(struct layout *layout, enum controller_model kind, int parent);
/* Bridges (controllers that take a bus number) anywhere below an item. */
unsigned layout_bridges_below(const struct layout *layout, int item);
/* Whether an item's bus is in use. */
bool layout_has_child(const struct layout *layout, int parent);
/* The expander bus or pcie-root above an item, or the item itself if it is one. */
int layout_root_of(const struct layout *layout, int item);
/* The number of items of a kind. */
unsigned layout_count(const struct layout *layout, enum controller_model kind);
void layout_free(struct layout *layout);
#define _cleanup_layout_ _cleanup_(layout_free)
