/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machine.h - what a kernel sees: NUMA nodes, CPUs, distances, PCI functions, IOMMU
 * groups. The only header of topology/ that other components need to examine a machine;
 * readers and writers have their own. Flat arrays and indexes; sorted; one owner,
 * machine_free.
 *
 * Unknown is a separate value everywhere, and never the same as none:
 */
#pragma once

#include "base/set.h"
#include "base/vec.h"
#include "topology/emulator.h"
#include "topology/pci-address.h"

/*
 * More nodes than Linux supports (NODES_SHIFT is at most 10) mean a damaged file;
 * distances need the square of their number.
 */
#define MACHINE_NODE_LIMIT 1024

#define UNKNOWN_U64 UINT64_MAX
#define UNKNOWN_ID  (-1)

/*
 * How compare (topology/compare.h) compares a predicted machine with the one that a
 * kernel reported. This is the table of the first law.
 *
 *     EXACT      equal
 *     TOLERANCE  equal except for what firmware and kernel take for themselves
 *     PARTITION  the same grouping, whatever the numbers are
 *     PLACED     the observed side must have it, with an address
 *     IGNORED    unrelated to the plan
 */
enum compare_how {
	COMPARE_EXACT,
	COMPARE_TOLERANCE,
	COMPARE_PARTITION,
	COMPARE_PLACED,
	COMPARE_IGNORED
};

#define MACHINE_COMPARE_TABLE(ROW)                                                       \
	ROW(node, id, EXACT)                                                             \
	ROW(node, cpus, EXACT)                                                           \
	ROW(node, memory_bytes, TOLERANCE)                                               \
	ROW(node, near, IGNORED)                                                         \
	ROW(node, kind, IGNORED)                                                         \
	ROW(node, huge, IGNORED)                                                         \
	ROW(machine, distances, EXACT)                                                   \
	ROW(machine, hmat, EXACT)                                                        \
	ROW(machine, caches, IGNORED)                                                    \
	ROW(cpu, node, EXACT)                                                            \
	ROW(cpu, package, PARTITION)                                                     \
	ROW(cpu, die, PARTITION)                                                         \
	ROW(cpu, cluster, IGNORED)                                                       \
	ROW(cpu, core, PARTITION)                                                        \
	ROW(cpu, thread, EXACT)                                                          \
	ROW(function, at, EXACT)                                                         \
	ROW(function, class_code, EXACT)                                                 \
	ROW(function, vendor, EXACT)                                                     \
	ROW(function, device, EXACT)                                                     \
	ROW(function, upstream, EXACT)                                                   \
	ROW(function, secondary, EXACT)                                                  \
	ROW(function, subordinate, EXACT)                                                \
	ROW(function, node, EXACT)                                                       \
	ROW(function, iommu_group, PARTITION)                                            \
	ROW(function, total_vfs, TOLERANCE) /* at least this many */                     \
	ROW(function, bars, PLACED)                                                      \
	ROW(function, driver, IGNORED)                                                   \
	ROW(function, names, IGNORED)                                                    \
	ROW(function, link, IGNORED)                                                     \
	ROW(function, peer, IGNORED)                                                     \
	ROW(iommu, enabled, EXACT)                                                       \
	ROW(iommu, remapping, EXACT)

/* Where a machine was read from. */
enum machine_source {
	MACHINE_LIVE,         /* this machine */
	MACHINE_SYSFS,        /* a recorded root or sys directory */
	MACHINE_HWLOC,        /* hwloc's XML */
	MACHINE_SYNTHETIC,    /* hwloc's synthetic syntax */
	MACHINE_CAPABILITIES, /* virsh capabilities, perhaps with nodedev dumps */
	MACHINE_GUEST,        /* predicted from libvirt domain XML */
	MACHINE_TABLES,       /* what a kernel makes of ACPI tables */
	MACHINE_NCCL,         /* a topology file of NCCL */
};

struct machine_huge {
	uint64_t page_bytes, total_pages;
	uint64_t free_pages; /* UNKNOWN_U64 */
};

struct machine_initiator {
	struct pci_address at;
};

struct machine_node {
	int id;                /* the kernel's number; sparse, so not the array index */
	struct set cpus;       /* that the kernel puts here; empty: CPU-less */
	struct set near;       /* for CPU-less nodes: the CPUs nearest; empty unknown */
	uint64_t memory_bytes; /* MemTotal; 0 memoryless; UNKNOWN_U64 */
	char *kind; /* label only: "HBM", "NVM", "generic-initiator", ...; NULL */
	/*
	 * The devices of a generic initiator's node, in order; empty: not known, or they
	 * are not on PCI.
	 */
	VEC(struct machine_initiator) initiators;
	enum known huge_known;         /* whether huge is known */
	VEC(struct machine_huge) huge; /* by page size */
};

struct machine_cpu {
	int id, node;                    /* node is an id; UNKNOWN_ID */
	int package, die, cluster, core; /* unique in the machine; UNKNOWN_ID */
	int thread;                      /* 0.. within its core; UNKNOWN_ID */
	int kind; /* 0.. if cores differ, increasing with speed; UNKNOWN_ID */
};

struct machine_cache {
	int level;
	uint64_t size_bytes;
	struct set cpus;
};

/* One value of ACPI's HMAT, as Linux and hwloc give it: from a node to a node. */
struct machine_hmat {
	int initiator, target; /* node ids */
	uint32_t latency_ns;   /* 0 unknown */
	uint32_t bandwidth_mib_s;
};

/* What is known about the node of a function or a root bus. */
enum affinity {
	AFFINITY_UNKNOWN,    /* firmware gives none or the source cannot know */
	AFFINITY_NODE,       /* one node */
	AFFINITY_CANDIDATES, /* one of several: none is chosen silently */
};

enum affinity_source {
	AFFINITY_FROM_NOTHING,
	AFFINITY_FROM_SYSFS,     /* numa_node */
	AFFINITY_FROM_HWLOC,     /* the object that hwloc attaches it to */
	AFFINITY_FROM_LIBVIRT,   /* nodedev or the domain's expander bus */
	AFFINITY_FROM_PARENT,    /* a VF from its PF */
	AFFINITY_FROM_ONLY_NODE, /* there is only one */
	AFFINITY_FROM_USER,      /* --locality */
};
const char *affinity_source_name(enum affinity_source source);

struct machine_affinity {
	enum affinity what;
	enum affinity_source source;
	int node;         /* an id; valid for AFFINITY_NODE, else UNKNOWN_ID */
	struct set nodes; /* the candidates */
};

struct machine_root {
	uint32_t domain;
	uint8_t first_bus, last_bus; /* the highest in use, if no source says */
	struct machine_affinity affinity;
};

/* PCI Express capability, device/port type (PCIe base specification 7.5.3.2). */
enum pcie_type {
	PCIE_UNKNOWN = -1,
	PCIE_ENDPOINT = 0,
	PCIE_LEGACY_ENDPOINT = 1,
	PCIE_ROOT_PORT = 4,
	PCIE_UPSTREAM_PORT = 5,
	PCIE_DOWNSTREAM_PORT = 6,
	PCIE_TO_PCI_BRIDGE = 7,
	PCI_TO_PCIE_BRIDGE = 8,
	PCIE_INTEGRATED_ENDPOINT = 9,
	PCIE_EVENT_COLLECTOR = 10,
	PCIE_NONE = 16, /* conventional PCI: no such capability */
};

#define MACHINE_BARS 6
enum { BAR_IO = 1, BAR_64BIT = 2, BAR_PREFETCHABLE = 4, BAR_AT_ZERO = 8 };
struct machine_bar {
	/*
	 * 0 with a size: the kernel or firmware found no room, unless it is BAR_AT_ZERO:
	 * on a machine without its own I/O ports they may begin there.
	 */
	uint64_t start;
	uint64_t size_bytes; /* 0: it does not exist */
	uint8_t flags;
};

/*
 * A PCI Express link as one of its ends reports it: transfers per second of a lane, in
 * MT/s (16000 is 16 GT/s), and lanes; 0 unknown. As negotiated, and at most.
 */
struct machine_link {
	uint32_t speed_mt_s, width, max_speed_mt_s, max_width;
};

/* A capability that software turns on: absent, and its bit off or on. */
enum ability {
	ABILITY_UNKNOWN,
	ABILITY_NONE,
	ABILITY_OFF,
	ABILITY_ON,
};

/*
 * Access control services (PCIe 7.7.11) by their bits, and address translation services
 * (10.5.1): what decides on the way that transfers between two devices take.
 */
enum {
	ACS_SOURCE_VALIDATION = 1,
	ACS_TRANSLATION_BLOCKING = 2,
	ACS_REQUEST_REDIRECT = 4,
	ACS_COMPLETION_REDIRECT = 8,
	ACS_UPSTREAM_FORWARDING = 16,
	ACS_EGRESS_CONTROL = 32,
	ACS_DIRECT_TRANSLATED = 64,
};

struct machine_peer {
	enum ability acs;        /* ABILITY_ON: any of the bits */
	uint8_t acs_can, acs_on; /* 0 unless acs is ABILITY_OFF or ABILITY_ON */
	enum ability ats;
};

#define GROUP_NONE    (-1)
#define GROUP_UNKNOWN (-2)

struct machine_function {
	struct pci_address at;
	uint32_t class_code;      /* 24 bits: class, subclass, programming interface */
	enum known prog_if_known; /* hwloc 2 gives 16 bits only */
	uint16_t vendor, device, subvendor, subdevice;
	int upstream;                   /* index of the bridge above; -1: on a root bus */
	int root;                       /* index in roots */
	bool bridge;                    /* to another PCI bus */
	uint8_t secondary, subordinate; /* 0, 0: not configured */
	enum pcie_type pcie_type;
	struct machine_affinity affinity;
	int iommu_group;        /* GROUP_NONE, GROUP_UNKNOWN */
	int physical_function;  /* index if this is a VF, else -1 */
	int total_vfs, num_vfs; /* of a PF; UNKNOWN_ID: not a PF, or not known */
	enum known bars_known;
	struct machine_bar bars[MACHINE_BARS], rom, vf_bars[MACHINE_BARS];
	uint32_t link_mb_s; /* data, now; 0 unknown */
	struct machine_link link;
	struct machine_peer peer;
	enum known acs, flr; /* isolating ACS bits on; function level reset */
	char *driver;        /* "" unbound, NULL unknown */
	char *iommu;       /* what translates its DMA: "dmar0", "smmu3.0x2b400000"; NULL:
			    * nothing, or not known */
	VEC(char *) names; /* "eth0", "nvme0n1", "mlx5_0": owned, sorted */
};

struct machine_iommu {
	enum known table;     /* firmware describes one (DMAR, IVRS, IORT) */
	enum known enabled;   /* the kernel uses it: groups exist */
	enum known remapping; /* interrupt remapping is on */
	int address_bits;     /* UNKNOWN_ID */
};

/* A single property of a host besides its topology; topology/facts.h lists the names. */
struct machine_fact {
	char *name;    /* "kernel.command-line", "iommu-group.5.reserved-regions" */
	char *value;   /* NULL: unknown */
	char *unknown; /* reason, NULL if there is a value */
};

/* A small sysfs file, unchanged, path relative to the root. */
struct machine_file {
	char *path, *bytes;
};

/* Owns everything in it; a zeroed one is an empty machine. */
struct machine {
	enum machine_source source;
	VEC(struct machine_node) nodes;   /* by id */
	VEC(struct machine_cpu) cpus;     /* by id; online ones */
	VEC(struct machine_cache) caches; /* by level, first CPU */
	VEC(struct machine_hmat) hmat;    /* by initiator, target */
	uint32_t *distances; /* nodes.n squared, [from * n + to]; 0 unknown; NULL none */
	VEC(struct machine_root) roots;         /* by domain, first bus */
	VEC(struct machine_function) functions; /* by address */
	struct machine_iommu iommu;
	/*
	 * NO: the source cannot know about PCI at all. UNKNOWN: the listed functions
	 * exist, and those of a root bus are all or none; nothing is known about others.
	 */
	enum known pci_known;
	char *architecture;                     /* "x86_64", "aarch64"; NULL unknown */
	VEC(struct machine_emulator) emulators; /* by path */
	VEC(struct machine_firmware)
	firmware;                       /* in the order in which libvirt tries it */
	VEC(struct machine_fact) facts; /* by name */
	VEC(struct machine_file) files; /* by path */
	VEC(char *) complaints; /* what the reader did not accept, in order; owned */
};

void machine_free(struct machine *machine);
#define _cleanup_machine_ _cleanup_(machine_free)

/*
 * The emulator that libvirt would run for a domain: that with the <emulator>'s path, or
 * without a path the first for the architecture. NULL: none is known.
 */
const struct machine_emulator *machine_emulator(const struct machine *machine,
						const char *path,
						const char *architecture);
/* A node, CPU, function or root bus of a settled machine, or NULL. */
struct machine_node *machine_node(const struct machine *machine, int id);
struct machine_cpu *machine_cpu(const struct machine *machine, int id);
struct machine_function *machine_function(const struct machine *machine,
					  struct pci_address at);
struct machine_root *machine_root(const struct machine *machine, uint32_t domain,
				  uint8_t bus);
/* The CPUs that are on no node, into an empty set. */
void machine_loose_cpus(const struct machine *machine, struct set *ret);
/* Index in functions, or -1. */
int machine_function_index(const struct machine *machine, struct pci_address at);
/*
 * A number of the device that the function with this index belongs to: the functions of
 * one slot, with their virtual functions, have the same.
 */
uint64_t machine_device_key(const struct machine *machine, int index);
/* The node of the function with this index; UNKNOWN_ID for an index of -1. */
int machine_function_node(const struct machine *machine, int index);
/* The HMAT values of a node's own CPUs and memory, or NULL. */
const struct machine_hmat *machine_local_hmat(const struct machine *machine, int id);
/* 0 unknown. */
uint32_t machine_distance(const struct machine *machine, int from_id, int to_id);
/* The value of a fact, NULL if it is unknown or absent. */
const char *machine_fact(const struct machine *machine, const char *name);
void machine_set_fact(struct machine *machine, const char *name, const char *value);
void machine_unknown_fact(struct machine *machine, const char *name, const char *why);
void machine_complain(struct machine *machine, const char *format, ...) _printf_(2, 3);
/* Adds a zeroed node with this id at the end. */
struct machine_node *machine_add_node(struct machine *machine, int id);
/* Adds one at the end, with everything that is not given unknown. */
struct machine_cpu *machine_add_cpu(struct machine *machine, int id);
struct machine_function *machine_add_function(struct machine *machine,
					      struct pci_address at);
/* Frees what the function owns, not the function. */
void machine_function_free(struct machine_function *function);
/* Sets it to one node, or to unknown, whatever it was. */
void machine_affinity_set(struct machine_affinity *affinity, int node,
			  enum affinity_source source);
void machine_affinity_forget(struct machine_affinity *affinity);
/*
 * Sorts every array, sets upstream from the bus ranges if @from_buses (else the reader's
 * own is kept; -1 is none), makes roots from the buses that no bridge leads to and sets
 * root. Duplicates are dropped with a complaint. An unknown affinity is taken from the
 * physical function or the only node; a root's from the functions on it; the CPUs near a
 * node without any from the distances. Readers call it last; a second call changes
 * nothing.
 */
void machine_settle(struct machine *machine, bool from_buses);
