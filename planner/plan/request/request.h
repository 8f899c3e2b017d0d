/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.h - what the user wants, complete and concrete: filled from options, from a
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

#define QUEUES_NONE     0u
#define QUEUES_PER_NODE UINT_MAX /* as many as its node has vCPUs */
#define QUEUES_MOST     1022u    /* of a virtio-scsi controller: QEMU's limit */

struct request_node {
	unsigned vcpus;       /* 0: CPU-less */
	struct set vcpu_list; /* the ids, if the user named them; otherwise by order */
	uint64_t memory_bytes;
	int host_node;  /* UNKNOWN_ID: mirrors none */
	bool initiator; /* a host device's (in-place/initiators.c): nothing is on it */
};

struct request_device {
	const struct device_kind *kind;
	int cell;          /* guest cell; NO_CELL: on pcie-root */
	int root;          /* in roots; -1: its cell's own expander bus */
	int switch_port;   /* in switches; -1: in a root port */
	unsigned vfs;      /* how many the guest may create */
	bool shared_group; /* below a port without ACS */
	bool io_fixed;     /* the user named the kind: never replaced */
	bool assigned;     /* the host device @host itself (--hostdev), or a domain's */
	/* What it represents; only if mirrored. */
	bool mirrors;
	struct pci_address host;
	uint32_t host_class;
	uint16_t host_vendor, host_device;
	unsigned host_vfs;
	int host_group; /* its IOMMU group */
};

/* A requested expander bus: one per host root complex, or per IOMMU of it. */
struct request_root {
	int cell; /* NO_CELL: without a node */
	uint32_t host_domain;
	uint8_t host_bus;
	const char *host_iommu; /* of the host's description; NULL: of any */
};

/* A PCI Express switch below a root or below another switch's port. */
struct request_switch {
	int root;                /* in roots; -1: pcie-root */
	int parent;              /* in switches; -1: in a root port */
	struct pci_address host; /* the upstream port */
};

enum request_per { PER_NODE, PER_ROOT_COMPLEX };
enum firmware { FIRMWARE_BIOS, FIRMWARE_EFI, FIRMWARE_EFI_SECURE };
enum backend { BACKEND_USER, BACKEND_PASST, BACKEND_MCAST };

struct request_hmat {
	int initiator, target; /* cells */
	uint64_t latency_ns, bandwidth_mib_s;
};

/* Owns everything in it; request_begin gives the defaults. */
struct request {
	char *name, *type, *machine, *architecture, *cpu, *iommu;
	enum firmware firmware;
	enum backend backend;
	enum request_per per;
	struct target_wish target_wish;
	struct target target;
	/* The host's QEMU, if it told what it has; borrowed from the host. */
	const struct machine_emulator
		*emulator;              /* by request_settle; until then the default */
	int general_ports, spare_ports; /* -1: not given */
	const struct device_kind *spare_for; /* what will be plugged in; NULL: anything */
	char *disk, *cdrom, *mgmt;           /* NULL: none */
	int disk_cell;                       /* of the disk; NO_CELL: on pcie-root */
	unsigned mgmt_port;                  /* of this host, for ssh; 0: the default */
	char *kernel, *initrd, *append;      /* booted directly; NULL: none */
	uint64_t hugepage_bytes;             /* 0: none */
	bool hmat, mirrored;
	bool in_place; /* plan in an existing domain: by default nothing changes
			  (in-place.h) */
	bool firmware_given, per_given;
	/* per is not given, and was chosen because devices share a switch of the host. */
	bool keeps_switches;
	bool accelerates;   /* --iommu smmuv3,accel=on */
	bool iommufd;       /* host devices are opened through iommufd */
	bool attach;        /* one device for a running domain, into a port that it has */
	bool debug_console; /* the firmware's debug port 0x402, into a file */
	unsigned iothreads; /* for each node, with disks assigned to them; 0: none */
	unsigned queues;    /* of each disk, or QUEUES_NONE or QUEUES_PER_NODE */
	bool override_link, override_clique; /* of the host's paths (in-place/paths.c) */
	/* Devices of the domain, and the cell to which each moves. */
	VEC(struct request_place {
		char *device; /* owned: a disk's target, a MAC, an alias, a host address
			       */
		int cell;
	})
	places;

	VEC(struct request_node) nodes;
	uint32_t *distances; /* nodes.n squared; NULL: libvirt's own 10 and 20 */
	VEC(struct request_hmat) hmat_rows;
	/* Topology of the mirrored CPUs; 0: unknown. */
	unsigned packages, dies_per_package, threads_per_core;
	unsigned host_cpus, host_cores, host_kinds; /* kinds of cores */
	unsigned host_l3s; /* L3 caches of the nodes with CPUs; 0 not known */

	VEC(struct request_root) roots;
	VEC(struct request_switch) switches;
	VEC(struct request_device) devices;

	VEC(char *) notes; /* what was replaced, shrunk or left out: owned sentences */
};

void request_begin(struct request *request);
/*
 * The same for an existing domain: everything is unset, and what stays unset is not
 * changed. For plan_in_place (in-place.h).
 */
void request_begin_in_place(struct request *request);
/*
 * Determines the target (target-settle.h), before anything is mirrored or planned: from
 * the wish, @host (NULL: none), and the domain to change (@document; NULL: none) or the
 * requested machine type. Fills a zeroed *@ret. Error: the document is not a domain.
 */
int request_settle(struct request *request, const struct machine *host,
		   const struct document *document, struct target_settled *ret,
		   struct error *error) _must_check_;
void request_note(struct request *request, const char *format, ...) _printf_(2, 3);
void request_free(struct request *request);
#define _cleanup_request_ _cleanup_(request_free)

/* Parses the argument of --node: key=value pairs, such as vcpus=4,memory=4GiB. */
int request_add_node(struct request *request, const char *text, struct error *error)
	_must_check_;
/* KIND,node=N|per-node=N[,count=][,vfs=][,iommu-group=own|shared] */
int request_add_device(struct request *request, const char *text, struct error *error)
	_must_check_;
/* ADDRESS,node=N: a PCI device of the host. */
int request_add_hostdev(struct request *request, const char *text, struct error *error)
	_must_check_;
/*
 * Checks what depends on the whole request (no node, devices on missing nodes, no node
 * with CPUs, more vCPUs than the target allows) and fills in defaults. Call it last.
 */
int request_finish(struct request *request, struct error *error) _must_check_;
/* Error: --iommu none, but the target's libvirt adds one to a domain with @vcpus. */
int request_check_no_iommu(const struct request *request, uint64_t vcpus,
			   struct error *error) _must_check_;
