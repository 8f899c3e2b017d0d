/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.h - what the user wants, complete and concrete: filled from flags, from a
 * request file, or from a machine to be mirrored. planner/plan/plan.h turns it into a
 * domain.
 */
#pragma once

#include "base/set.h"
#include "base/vec.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/target-settle.h"

#define NO_CELL    (-1)
#define EVERY_NODE (-2) /* until request_finish() repeats the device */

struct request_node {
	unsigned vcpus;       /* 0: CPU-less */
	struct set vcpu_list; /* the ids, if the user named them; else by order */
	uint64_t memory_bytes;
	int host_node; /* UNKNOWN_ID: imagined */
};

struct request_device {
	const struct device_kind *kind;
	int cell;          /* guest cell; NO_CELL: on pcie-root */
	int root;          /* in roots; -1: its cell's own expander bus */
	int switch_port;   /* in switches; -1: in a root port */
	unsigned vfs;      /* how many the guest is meant to make */
	bool shared_group; /* behind a port without ACS */
	bool io_fixed;     /* the user named the kind: never replaced */
	/* What it stands for; mirrored only. */
	bool mirrors;
	struct pci_address host;
	uint32_t host_class;
	uint16_t host_vendor, host_device;
	unsigned host_vfs;
};

/* An expander bus that is asked for: one per host root complex. */
struct request_root {
	int cell; /* NO_CELL: without a node */
	uint32_t host_domain;
	uint8_t host_bus;
};

/* A PCI Express switch below a root or below another switch's port. */
struct request_switch {
	int root;                /* in roots */
	int parent;              /* in switches; -1: in a root port */
	struct pci_address host; /* the upstream port */
};

enum request_per { PER_NODE, PER_ROOT_COMPLEX };
enum firmware { FIRMWARE_BIOS, FIRMWARE_EFI, FIRMWARE_EFI_SECURE };
enum backend { BACKEND_USER, BACKEND_PASST, BACKEND_MCAST };

struct request_hmat {
	int initiator, target; /* cells */
	uint32_t latency_ns, bandwidth_mib_s;
};

/* Owns everything in it; request_begin gives the defaults. */
struct request {
	char *name, *type, *machine, *architecture, *cpu, *iommu;
	enum firmware firmware;
	enum backend backend;
	enum request_per per;
	struct target_wish target_wish;
	struct target target;           /* by request_settle; until then the default */
	int general_ports, spare_ports; /* -1: not said */
	char *disk, *cdrom, *mgmt;      /* NULL: none */
	uint64_t hugepage_bytes;        /* 0: none */
	bool hmat, mirrored;
	bool in_place; /* a domain is there: what nobody says stays (in-place.h) */
	bool firmware_said, per_said;
	bool debug_console; /* the firmware's debug port 0x402, into a file */
	bool iothreads;     /* one per node, and disks given to them */
	/* Devices of the domain and the cell that each is to move to. */
	VEC(struct request_place {
		char *device; /* owned: a disk's target, a MAC, an alias, a host address
			       */
		int cell;
	})
	places;

	VEC(struct request_node) nodes;
	uint32_t *distances; /* nodes.n squared; NULL: libvirt's own 10 and 20 */
	VEC(struct request_hmat) hmat_rows;
	/* Shape of the CPUs that is mirrored; 0: not known. */
	unsigned packages, dies_per_package, threads_per_core;

	VEC(struct request_root) roots;
	VEC(struct request_switch) switches;
	VEC(struct request_device) devices;

	VEC(char *) notes; /* what was replaced, shrunk or left out: owned sentences */
};

void request_begin(struct request *request);
/*
 * The same for a domain that is there: nothing is said yet, and what nobody says stays as
 * it is. For plan_in_place (in-place.h).
 */
void request_begin_in_place(struct request *request);
/*
 * Settles the target (target-settle.h), before anything is mirrored or planned: from the
 * wish, @host (NULL: none), and the domain that is to be changed (@document; NULL: none)
 * or the machine type that is asked for. Fills a zeroed *@ret. Fault: the document is no
 * domain.
 */
int request_settle(struct request *request, const struct machine *host,
		   const struct document *document, struct target_settled *ret,
		   struct error *error) _must_check_;
void request_note(struct request *request, const char *format, ...) _printf_(2, 3);
void request_free(struct request *request);
#define _cleanup_request_ _cleanup_(request_free)

/* "4,memory=4GiB" of --node vcpus=4,memory=4GiB and the like: key=value pairs. */
int request_add_node(struct request *request, const char *text, struct error *error)
	_must_check_;
/* KIND,node=N|per-node=N[,count=][,vfs=][,iommu-group=own|shared] */
int request_add_device(struct request *request, const char *text, struct error *error)
	_must_check_;
/*
 * Checks what only the whole shows (no node, devices on nodes that are not there, all
 * CPU-less, more vcpus than the target takes) and fills defaults. Call it last.
 */
int request_finish(struct request *request, struct error *error) _must_check_;
