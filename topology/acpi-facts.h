/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-facts.h - what ACPI tables contain about a machine's layout, table by table and in
 * their own numbers (proximity domains, APIC ids). acpi-read.h fills it in from bytes
 * that may be hostile; a damaged table gives what precedes the damage, and a complaint.
 */
#pragma once

#include "topology/acpi.h"
#include "topology/pci-address.h"

/* MADT: a CPU in the order in which a kernel counts them. */
struct acpi_cpu {
	uint32_t id;  /* x86: APIC id; Arm: processor UID. The SRAT uses it */
	bool enabled; /* false: it can be plugged in later */
};

/* PPTT: a CPU or what CPUs have in common. */
struct acpi_processor {
	uint32_t offset; /* in the table, which is its name there */
	uint32_t parent; /* an offset; 0: none */
	bool package, thread, has_id;
	uint32_t id; /* as in struct acpi_cpu, with has_id */
};

/* SRAT: an enabled entry, in the table's order, which numbers the kernel's nodes. */
struct acpi_affinity {
	enum { ACPI_CPU, ACPI_MEMORY, ACPI_INITIATOR } what;
	uint32_t domain;
	uint32_t cpu;               /* ACPI_CPU: as in struct acpi_cpu */
	uint64_t start, size_bytes; /* ACPI_MEMORY */
	bool hotplug;               /* ACPI_MEMORY: room for more, not memory */
	bool pci;                   /* ACPI_INITIATOR: @at is its handle */
	struct pci_address at;
};

/*
 * SRAT: an enabled generic port, which connects memory that can be plugged in (CXL). A
 * kernel has no node for its domain.
 */
struct acpi_port {
	uint32_t domain;
	char hid[9]; /* "ACPI0016", of a device with @uid; empty: it is a function, @at */
	uint32_t uid;
	struct pci_address at;
};

/* HMAT: a value from an initiator's domain to a target's. */
struct acpi_hmat {
	uint32_t initiator, target;
	unsigned level; /* 0 memory, 1 to 3 a cache of it */
	unsigned type;  /* 0 to 2 latency (access, read, write), 3 to 5 bandwidth */
	uint64_t value; /* picoseconds or MiB/s */
};

/* DMAR: what a unit or an ATS structure is for. */
struct acpi_scope {
	int unit;              /* index in dmar.units; -1: of another structure */
	unsigned type;         /* ACPI_SCOPE_* */
	uint8_t id;            /* of an I/O APIC or an HPET */
	struct pci_address at; /* of the first hop: on the bus that the scope names */
	size_t hops;           /* 1: no more hops; more: it is below bridges */
};
enum { ACPI_SCOPE_ENDPOINT = 1, ACPI_SCOPE_BRIDGE, ACPI_SCOPE_IOAPIC, ACPI_SCOPE_HPET };

struct acpi_dmar_unit {
	uint64_t base;
	uint16_t segment;
	bool all; /* every function that no other unit names */
};

/* IVRS: functions of a unit, from @first to @last as bus, slot and function. */
struct acpi_ivrs_range {
	int unit;
	bool all;
	uint16_t first, last;
};

struct acpi_ivrs_unit {
	uint64_t base;
	uint16_t segment, device; /* the IOMMU's own bus, slot and function */
	unsigned type;            /* 0x10, 0x11 or 0x40 */
};

/* IORT: a node, and which of its ids another node takes. */
enum {
	ACPI_IORT_ITS = 0,
	ACPI_IORT_NAMED = 1,
	ACPI_IORT_ROOT_COMPLEX = 2,
	ACPI_IORT_SMMU = 3,
	ACPI_IORT_SMMUV3 = 4,
};
struct acpi_iort_node {
	unsigned type;
	uint32_t offset;  /* in the table, which is its name there */
	uint32_t segment; /* of a root complex */
	uint64_t base;    /* of an SMMU */
};
struct acpi_iort_map {
	int from;             /* index in iort.nodes */
	int to;               /* likewise; -1: to a node that does not exist */
	uint32_t first, last; /* ids: bus, slot and function for a root complex */
	uint32_t first_out;
};

/* VIOT: functions, or a device in memory, that use a virtio-iommu. */
struct acpi_viot_range {
	bool pci; /* else a device in memory */
	uint16_t first_segment, last_segment, first, last;
	uint32_t endpoint;
	uint16_t iommu; /* offset of the virtio-iommu's own node */
};
struct acpi_viot_iommu {
	bool pci;
	uint16_t offset, segment, device;
	uint64_t base;
};

struct acpi_mcfg {
	uint64_t base;
	uint16_t segment;
	uint8_t first_bus, last_bus;
};

/* A PCI host bridge of the DSDT or an SSDT. */
struct acpi_root {
	char name[5]; /* "PC40" */
	uint32_t segment, bus;
	int64_t domain; /* its _PXM; -1: it has none */
	bool whole;     /* everything was understood, so what is missing does not exist */
};

/*
 * A zeroed one means that there are no tables. Scalars of a table are valid if has_* is
 * set.
 */
struct acpi_facts {
	bool any; /* there are tables */
	bool has_madt, has_srat, has_slit, has_hmat;
	bool has_pptt, has_dmar, has_ivrs, has_iort, has_viot, has_mcfg;
	VEC(struct acpi_cpu) cpus;
	bool arm;                              /* the MADT's CPUs are those of a GIC */
	VEC(struct acpi_processor) processors; /* by offset */
	VEC(struct acpi_affinity) affinities;
	VEC(struct acpi_port) ports;
	size_t localities;        /* of the SLIT */
	const uint8_t *distances; /* its matrix, [from * localities + to]; in the table */
	VEC(struct acpi_hmat) hmat;
	struct {
		int address_bits;
		bool remapping, x2apic_opt_out;
		VEC(struct acpi_dmar_unit) units;
		VEC(struct acpi_scope) scopes;
	} dmar;
	struct {
		uint32_t information;
		VEC(struct acpi_ivrs_unit) units;
		VEC(struct acpi_ivrs_range) ranges;
	} ivrs;
	struct {
		VEC(struct acpi_iort_node) nodes;
		VEC(struct acpi_iort_map) maps;
	} iort;
	struct {
		VEC(struct acpi_viot_range) ranges;
		VEC(struct acpi_viot_iommu) iommus;
	} viot;
	VEC(struct acpi_mcfg) mcfg;
	VEC(struct acpi_root) roots; /* in the order of the tables */
	VEC(char *) complaints;      /* owned */
};

void acpi_facts_free(struct acpi_facts *facts);
#define _cleanup_acpi_facts_ _cleanup_(acpi_facts_free)
