/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* in-place-parts.h - the pieces of in-place.c, for the file that holds each. */
#pragma once

#include "planner/assign.h"
#include "planner/in-place.h"
#include "planner/layout.h"

#define INDEXES 256

/* One device that the plan puts into a port. */
struct in_place_device {
	struct assign_item moved; /* in `old` and `full` alike; all -1: a new device */
	const struct device_kind *kind; /* of a new one */
	size_t wanted;                  /* of a new one: in request.devices */
	int port;                       /* layout item that it goes into */
	int endpoint;                   /* its own item */
};

struct in_place {
	const struct document *document;
	struct request *request;
	const struct machine *host; /* NULL: none */
	/* As it is, as libvirt would complete it, and as it is to be. */
	struct guest old, full, new;
	struct layout layout; /* given items are those of `full` */
	int item_of[INDEXES]; /* of the PCI controllers of `full`; LAYOUT_NONE */
	size_t n_given;       /* items that were there */
	VEC(struct in_place_device) devices;
	bool *claimed;   /* of full.devices, then full.controllers */
	bool iommu_said; /* the request names a model */
};

/* "FILE:LINE: " with the element's line; -1 is the document. Always -1. */
int in_place_refuse(const struct in_place *plan, struct error *error, int element,
		    const char *format, ...) _printf_(4, 5);

/* What the request leaves open becomes what the domain has. */
int in_place_fill_request(struct in_place *plan, struct error *error);
/* Cells, vCPUs, memory, topology of the request. */
int in_place_numa(struct in_place *plan, struct error *error);
/* The tree as libvirt would complete it, as a layout of given items. */
int in_place_begin_tree(struct in_place *plan, struct error *error);
/* Adds what is missing of the request's devices and ports; solves the layout. */
int in_place_tree(struct in_place *plan, struct error *error);
/* Writes the solved layout into `new`. */
void in_place_write_tree(struct in_place *plan);
/* IOMMU, its I/O APIC and drivers; ACPI. */
int in_place_iommu(struct in_place *plan, struct error *error);
