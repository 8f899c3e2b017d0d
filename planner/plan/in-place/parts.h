/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts.h - the parts of in-place.c that are in other files. */
#pragma once

#include "base/xml/edit.h"
#include "planner/guest/assign/assign.h"
#include "planner/guest/tree.h"
#include "planner/plan/compose-guest.h"
#include "planner/plan/layout.h"
#include "planner/plan/request/request.h"
#include "topology/machine.h"

/* A device that the plan puts into a port. */
struct in_place_device {
	const struct device_kind *kind; /* as requested; NULL: a wish's, or general */
	enum general general;           /* of a fresh domain */
	size_t wanted;                  /* in request.devices, or in wishes */
	int port;                       /* layout item that it goes into */
	int endpoint;                   /* its own item */
};

/* Where a host device of the domain belongs. */
struct in_place_wish {
	int device;   /* in `old`, `full` and `new` alike */
	int function; /* in host->functions; -1: not of the host, or vDPA */
	struct request_device to;
	bool stays; /* it is in the right place */
	int beside; /* the wish whose slot it shares, as a function of the same card; -1
		     */
	int group;  /* in in_place.groups; -1 */
	int placed; /* in in_place.devices, if it does not stay and was placed */
};

/*
 * Devices of one IOMMU group of the host, which the guest's IOMMU treats as one only
 * below one pcie-to-pci-bridge (group.h).
 */
struct in_place_group {
	int number;               /* on the host */
	struct pci_address first; /* of its first device on the host */
	struct request_device to; /* where that device belongs */
	int bridge;               /* as an item; LAYOUT_NONE: none yet */
};

/* Cells that are added for a new or existing device. */
struct in_place_initiator {
	struct pci_address host;
	struct set cells;
};

struct in_place {
	bool fresh; /* the built-in skeleton: everything is new */
	const struct document *document;
	struct request *request;
	const struct machine *host; /* NULL: none */
	/* As read, as libvirt would complete it, and as planned. */
	struct guest old, full, new;
	struct guest_tree tree,
		old_tree;     /* of `full`; of `old`, where addresses are known */
	struct layout layout; /* given items are those of `full` */
	int item_of[INDEXES]; /* of PCI controllers, by index; LAYOUT_NONE */
	size_t n_given;       /* existing items */
	size_t n_settled;     /* and those of wishes; SIZE_MAX until they are added */
	VEC(struct in_place_device) devices;
	bool *claimed;    /* of full.devices, then full.controllers */
	int video;        /* item of a primary video device that is added; 0: none */
	bool iommu_given; /* the request names a model */
	/* Of a host whose devices are given. */
	bool binds;              /* there are such; memory and vCPUs follow them */
	VEC(struct set) backing; /* host nodes of each node of the request */
	VEC(struct in_place_wish) wishes;
	VEC(struct in_place_group) groups;
	int *new_group; /* of each device of the request, in groups; -1 */
	VEC(struct in_place_initiator) initiators;
	/*
	 * Items for request.nodes (first for emulated devices, then for host devices),
	 * roots and switches where they are known; LAYOUT_NONE.
	 */
	int *cell_home, *root_home, *switch_home;
};

void in_place_free(struct in_place *plan);
#define _cleanup_in_place_ _cleanup_(in_place_free)
/* "FILE:LINE: " with the element's line; -1 is the document. Always -1. */
int in_place_refuse(const struct in_place *plan, struct error *error, int element,
		    const char *format, ...) _printf_(4, 5) _must_check_;

/*
 * Cells that devices can be on: without those of generic initiators at the end; at least
 * 1.
 */
size_t in_place_cells(const struct in_place *plan);
/* The bus that an address is on, as an item; LAYOUT_NONE. */
int in_place_bus(const struct in_place *plan, const struct guest_address *address);
/* Whether the plan or the domain accelerates the SMMUv3 of some bus. */
bool in_place_accelerates(const struct in_place *plan);
/* A device of the domain that VFIO assigns. */
bool in_place_is_host_device(const struct guest_device *device);
/*
 * Whether a host device (@assigned) or an emulated one may go below a root bus: below an
 * accelerated SMMUv3 there are only host devices, and a bus that could get one is kept
 * so.
 */
bool in_place_suits(const struct in_place *plan, int root, bool assigned);
/* Cells and pages are whole multiples of this. */
uint64_t in_place_granule(const struct in_place *plan);
/* Fills in from the domain what the request does not specify. */
int in_place_fill_request(struct in_place *plan, struct error *error) _must_check_;
/* --cpu MODE+FEATURE... */
int in_place_cpu(struct in_place *plan, struct error *error) _must_check_;
/* Cells, vCPUs, memory, topology of the request. */
int in_place_numa(struct in_place *plan, struct error *error) _must_check_;
/* Turns the tree, as libvirt would complete it, into a layout of given items. */
int in_place_begin_tree(struct in_place *plan, struct error *error) _must_check_;
/* Adds the missing devices and ports of the request; solves the layout. */
int in_place_tree(struct in_place *plan, struct error *error) _must_check_;
/* The highest free slot of pcie-root for a virtio IOMMU, which must be there; 0: none. */
unsigned in_place_iommu_slot(const struct in_place *plan);
/* Writes the solved layout into `new`. */
void in_place_write_tree(struct in_place *plan);
/* Adds IOMMU, I/O APIC, drivers' iommu='on', and ACPI. */
int in_place_iommu(struct in_place *plan, struct error *error) _must_check_;
/* Lets libvirt choose loader and variables. */
int in_place_firmware(struct in_place *plan, struct error *error) _must_check_;
/* Gives the CPU the address bits that large BARs need. */
void in_place_window(struct in_place *plan);
/*
 * Adds cells for GPUs that have NUMA nodes of their own on the host, and then names them
 * in the devices (initiators.c).
 */
void in_place_initiator_cells(struct in_place *plan);
void in_place_write_initiators(struct in_place *plan);
/* Gives GPUs for --override clique an alias of their own (paths.c). */
void in_place_name_gpus(struct in_place *plan);
/*
 * The cell of a controller, or of a device after the plan has moved it; NO_CELL if none.
 */
int in_place_cell_of_device(const struct in_place *plan, size_t device);
int in_place_cell_of_controller(const struct in_place *plan, size_t controller);
/* Gives disks their queues, adds I/O threads, and assigns disks to them. */
void in_place_disks(struct in_place *plan);
/* The I/O threads of a disk or controller as planned. The caller frees them. */
struct set in_place_threads_of_device(const struct in_place *plan, size_t device);
struct set in_place_threads_of_controller(const struct in_place *plan, size_t controller);
/* Adds the new devices of the request to *@ret. */
void in_place_list_devices(const struct in_place *plan, struct plan *ret);
/*
 * The text with `new` and, in <metadata>, what mirrored devices represent and the
 * warnings that the request itself causes. *@ret_xml is empty before.
 */
int in_place_text(const struct in_place *plan, struct text *ret_xml, struct error *error)
	_must_check_;
/*
 * The same, within the firmware's I/O space. *@ret_fits: whether the firmware assigns
 * BARs, as far as is known; without a known version of OVMF, an old one is assumed.
 */
int in_place_text_with_io(struct in_place *plan, struct text *ret_xml, bool *ret_fits,
			  struct error *error) _must_check_;
