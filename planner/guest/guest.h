/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guest.h - a domain as libvirt reads it, as far as NUMA, PCI, IOMMU and pinning go. It
 * is read from domain XML (planner/guest/read.h) or made by the planner, and turned into
 * edits of the text (planner/guest/edit.h). Flat arrays in document order; guest_free()
 * frees everything.
 *
 * `element` is the number of the element in the document (base/xml/document.h), or -1 for
 * a new item. A scalar is absent, valid, or malformed (with its text); reading it never
 * fails, and every malformed one is listed in complaints.
 */
#pragma once

#include "base/xml/document.h"
#include "base/set.h"
#include "base/vec.h"
#include "planner/qemu/commandline.h"
#include "topology/pci-address.h"

enum value_state { VALUE_ABSENT, VALUE_VALID, VALUE_MALFORMED };

/* Numbers are decimal or 0x-hexadecimal, as in libvirt; sizes are in bytes. */
struct guest_number {
	enum value_state state;
	uint64_t value;
};
struct guest_switch { /* on/off or yes/no */
	enum value_state state;
	bool on;
};
struct guest_set { /* CPU lists and node sets, with libvirt's ^ exclusions */
	enum value_state state;
	struct set set; /* owned */
};

/* <address>. In a domain, `at.bus` is the index of a PCI controller. */
struct guest_address {
	int element;
	char *type;             /* owned: "pci", "drive", "ccw", ...; NULL absent */
	enum value_state state; /* VALID: type is pci and all four parts are in range */
	struct pci_address at;
	/* The parts as written, for messages about those out of range. */
	struct guest_number domain, bus, slot, function;
	struct guest_switch multifunction;
	bool assigned; /* libvirt's choice, not in the document (assign.h) */
};

/*
 * True if libvirt would choose the address: none is given, or domain, bus and slot are
 * all 0 (virPCIDeviceAddressIsEmpty).
 */
bool guest_address_automatic(const struct guest_address *address);
/* Whether something has a valid PCI address. */
static inline bool guest_address_on_pci(const struct guest_address *address)
{
	return address->state == VALUE_VALID && address->type &&
	       streq(address->type, "pci");
}

/*
 * <driver><iothreads> to be written: @n threads, spread evenly over the ids from @first
 * to
 * @first + @span - 1. With @queues > 0 these are given to them in turn by <queue>.
 */
struct guest_threads {
	unsigned n, first, span, queues;
};

struct guest_controller {
	int element;
	char *type;       /* "pci", "usb", "sata", "scsi", "virtio-serial", ... */
	char *model;      /* "pcie-root-port", "virtio-scsi", "none", ...; NULL */
	bool added;       /* by <qemu:commandline>, unknown to libvirt (assign.h) */
	char *model_name; /* <model name=>: "ioh3420", "pxb-pcie"; NULL */
	struct guest_number index; /* of a PCI one, never absent */
	struct guest_address address;
	/* <target ...> of a PCI controller */
	bool master; /* <master>: a companion of another USB controller */
	int target_element;
	struct guest_number chassis, chassis_nr, port, bus_nr;
	bool bus_nr_assigned; /* libvirt's choice (assign.h) */
	bool chassis_assigned;
	uint16_t slot; /* slot= of an added port; libvirt writes none, which means 0 */
	struct guest_number target_index; /* pseries: index of the PHB */
	struct guest_switch hotplug;
	struct guest_number mem_reserve_bytes;
	int node_element;
	struct guest_number node; /* <target><node>: guest cell */
	struct guest_number pcihole64_bytes;
	struct guest_switch driver_iommu, driver_ats; /* virtio controllers */
	struct guest_number driver_iothread, driver_queues;
	bool iothreads_mapped; /* <driver><iothreads>: queues over several threads */
	struct guest_threads map_iothreads;
	char *alias;
};

/* Any child of <devices> besides controllers, <emulator> and <iommu>. */
struct guest_device {
	/* Most rules look at these members only: they are next to each other. */
	int element;
	int driver_element, boot_element; /* -1: none */
	/* hostdev, <interface type='hostdev'>, <disk type='nvme'>: the host's device */
	int source_element;
	char *tag;   /* element name: "interface", "hostdev", "disk", "video", ... */
	char *type;  /* its type attribute: "user", "pci", "file", "virtio" ... */
	char *model; /* <model type=> or model= : "e1000e", "virtio", "qxl" */
	/* interface, panic without a model: that of libvirt; NULL: none, or not on PCI */
	const char *default_model;
	char *bus;        /* disk, input: <target bus=>, bus= */
	bool bus_by_name; /* disk: it has no bus=, its bus follows from its name */
	struct guest_address address;
	char *mode;        /* hostdev: "subsystem" */
	char *target_dev;  /* disk: "vda" */
	char *target_type; /* serial, channel, console: "virtio", "pci-serial" */
	char *source_file; /* disk: file, dev or NULL */
	char *source_name; /* interface: network or bridge; NULL */
	char *backend;     /* interface: <backend type=>; rng: <backend model=>; NULL */
	char *device;      /* disk: "disk", "cdrom" */
	char *driver_type; /* disk, to be written: "raw"; filesystem: "virtiofs" */
	char *mac;         /* interface; NULL */
	unsigned ssh_port; /* interface, to be written: of this host; 0: none */
	char *driver_name; /* hostdev: "vfio"; interface: "vhost" */
	struct guest_switch driver_iommu, driver_ats, managed, rom_enabled;
	struct guest_switch driver_iommufd; /* hostdev, <interface type='hostdev'> */
	struct guest_number driver_iothread, driver_queues;
	bool iothreads_mapped; /* <driver><iothreads>: queues over several threads */
	struct guest_threads map_iothreads;
	/* <address type='drive' controller=>, or type='virtio-serial' */
	struct guest_number controller;
	struct guest_number drive_bus, drive_target, drive_unit;
	struct guest_number node;   /* memory device, pstore: guest cell */
	struct guest_set initiator; /* <acpi nodeset=>: guest cells */
	int acpi_element;
	/* memory device; access: "shared", "private" */
	struct guest_number size_bytes, block_bytes, requested_bytes, label_bytes;
	struct guest_number page_bytes, align_bytes, dimm_slot, dimm_base;
	struct guest_number target_base; /* of virtio-mem and virtio-pmem */
	struct guest_set source_nodes;   /* host nodes of a dimm or virtio-mem device */
	char *source_path, *access;
	struct guest_address source; /* at source_element */
	char *mdev_uuid;             /* hostdev type mdev */
	char *vdpa_path; /* interface type vdpa, disk type vhostvdpa: /dev/vhost-vdpa-N */
	char *alias;
	bool write_alias; /* if not, libvirt chooses it */
};

struct guest_distance {
	int element;
	struct guest_number id, value;
};

struct guest_cell {
	int element;
	struct guest_number id; /* never absent: position in the list by default */
	struct guest_set cpus;
	struct guest_number memory_bytes;
	char *mem_access; /* "shared", "private"; NULL */
	int distances_element;
	VEC(struct guest_distance) distances;
};

/* <interconnects>: one latency or bandwidth row. */
struct guest_interconnect {
	int element;
	bool bandwidth; /* else latency */
	struct guest_number initiator, target, cache;
	char *type;                /* "access", "read", "write" */
	struct guest_number value; /* ns, or bytes/s */
};

struct guest_iommu {
	int element, driver_element;
	bool added;  /* by <qemu:commandline> */
	char *model; /* "intel", "smmuv3", "virtio", "amd" */
	struct guest_switch intremap, caching_mode, eim, iotlb, dma_translation;
	struct guest_switch passthrough, xtsup;
	struct guest_switch accel, ats, ril, cmdqv;
	struct guest_number aw_bits, pci_bus, ssidsize, oas;
	int granule_element;
	struct guest_number granule_bytes;
	struct guest_address address;
};

struct guest_pin { /* vcpupin, iothreadpin */
	int element;
	struct guest_number id;
	struct guest_set cpus;
};

struct guest_single_vcpu { /* <vcpus><vcpu> */
	int element;
	struct guest_number id, order;
	struct guest_switch enabled, hotpluggable;
};

struct guest_memnode {
	int element;
	struct guest_number cell;
	char *mode;
	struct guest_set nodes;
};

struct guest_page {
	int element;
	struct guest_number size_bytes;
	struct guest_set cells; /* absent: all */
};

struct guest_feature { /* <cpu><feature> */
	int element;
	char *name, *policy;
};

struct guest_complaint {
	int element;
	char *attribute; /* NULL: the element's content */
	char *text;      /* as written */
	char *expected;  /* "a number", "a CPU list such as 0-3", "on or off" */
};

/* Owns everything in it except the document. */
struct guest {
	/*
	 * The libvirt whose choices assign() made, as in struct target; 0: the oldest
	 * that is supported. Only assign() sets it.
	 */
	unsigned libvirt;
	const struct document *document; /* borrowed; NULL if not read from a document */

	char *type, *name, *uuid;               /* "kvm", "qemu" */
	char *architecture, *machine, *os_type; /* machine as written: "pc-q35-7.2" */
	char *firmware;                         /* <os firmware=>: "efi"; NULL */
	char *loader, *loader_type, *nvram, *nvram_template;
	struct guest_switch loader_secure;
	struct guest_switch
		firmware_secure_boot; /* <firmware><feature name='secure-boot'> */
	char *kernel, *initrd, *cmdline;
	char *emulator;

	int memory_element, current_memory_element, max_memory_element;
	struct guest_number memory_bytes, current_memory_bytes, max_memory_bytes;
	struct guest_number max_memory_slots;

	int vcpu_element;
	struct guest_number vcpus, current_vcpus;
	struct guest_set vcpu_cpuset;
	char *vcpu_placement;
	VEC(struct guest_single_vcpu) single_vcpus;
	struct guest_number iothreads;
	int iothreads_element, iothread_ids_element;

	int cpu_element, topology_element, numa_element, interconnects_element;
	char *cpu_mode, *cpu_model, *cpu_check, *cpu_vendor_id;
	char *max_address_mode; /* <cpu><maxphysaddr mode=> */
	struct guest_number max_address_bits, max_address_limit;
	struct guest_number sockets, dies, clusters, cores, threads;
	VEC(struct guest_feature) cpu_features;
	VEC(struct guest_cell) cells;
	VEC(struct guest_interconnect) interconnects;

	int features_element;
	int acpi_element, apic_element, ioapic_element; /* -1: absent */
	bool acpi;
	char *ioapic_driver;
	char *gic_version;
	int smm_element;
	struct guest_switch smm; /* on where <smm/> has no state= */

	int memory_backing_element;
	bool hugepages; /* <hugepages> exists */
	VEC(struct guest_page) pages;
	char *memory_source, *memory_access,
		*memory_allocation; /* type/mode attributes */
	bool locked, nosharepages;
	struct guest_number hard_limit_bytes; /* <memtune> */

	int numatune_element, numatune_memory_element;
	char *numatune_mode, *numatune_placement;
	struct guest_set numatune_nodes;
	VEC(struct guest_memnode) memnodes;

	int cputune_element, emulatorpin_element;
	VEC(struct guest_pin) vcpupins, iothreadpins;
	struct guest_set emulatorpin;

	int devices_element;
	VEC(struct guest_controller) controllers; /* all types */
	VEC(struct guest_device) devices;
	VEC(struct guest_iommu) iommus;

	int iommufd_element;
	struct guest_switch iommufd; /* <iommufd enabled=>, of all host devices */

	int metadata_element;
	VEC(char *) qemu_arguments;     /* <qemu:commandline><qemu:arg value=> */
	struct commandline commandline; /* added by them and <qemu:override> */
	bool qemu_override;

	VEC(struct guest_complaint) complaints;
};

void guest_free(struct guest *guest);
#define _cleanup_guest_ _cleanup_(guest_free)

/* Add an item with every element -1; the pointer is valid until the next one is added. */
void guest_init(struct guest *guest); /* all elements -1 */
struct guest_controller *guest_add_controller(struct guest *guest, const char *type);
struct guest_device *guest_add_device(struct guest *guest, const char *tag);
void guest_drop_device(struct guest *guest, size_t number);
struct guest_cell *guest_add_cell(struct guest *guest);
struct guest_iommu *guest_add_iommu(struct guest *guest, const char *model);

/* From one cell to another (as in a SLIT), also where the domain gives none. */
uint32_t guest_cell_distance(const struct guest *guest, size_t from, size_t to);

/* The PCI controller with this index, or NULL. */
struct guest_controller *guest_pci_controller(const struct guest *guest, unsigned index);
static inline bool guest_is_pci(const struct guest_controller *controller)
{
	return controller->type && streq(controller->type, "pci");
}
/*
 * PCI controllers have indexes from 0 to 255 and expander buses have bus numbers from 0
 * to 255, but a document may contain any number there (libvirt 9.0 refuses others:
 * src/conf/domain_conf.c, virDomainControllerDefParseXML). Use only these functions to
 * get an array index or a bus number.
 */
#define INDEXES 256
/* The index of a PCI controller; -1 if it is not one, or has no such index. */
int guest_pci_index(const struct guest_controller *controller);
/* The bus number of an expander bus, given or chosen by libvirt; -1 if it has none. */
int guest_bus_nr(const struct guest_controller *controller);
/* Whether libvirt makes a generic initiator of its <acpi nodeset=>. */
bool guest_takes_initiator(const struct guest_device *device);
/*
 * Whether a host device is opened through iommufd: by its own <driver iommufd=>, else by
 * the domain's <iommufd>.
 */
bool guest_uses_iommufd(const struct guest *guest, const struct guest_device *device);
/* Whether its back end is a vDPA device of the host, whether or not it names one. */
bool guest_is_vdpa(const struct guest_device *device);
/* <vcpu>; 1 if it is not readable, at most 16384 (the size of libvirt's bitmaps). */
unsigned guest_vcpus(const struct guest *guest);
/* Whether a vCPU is enabled when the guest starts. */
bool guest_vcpu_enabled(const struct guest *guest, unsigned vcpu);
/* q35 and pc-q35-*; virt and virt-*. */
bool guest_is_q35(const struct guest *guest);
bool guest_is_virt(const struct guest *guest);
/*
 * Whether a device tree describes its nodes, CPUs and SMMUv3: aarch64 without ACPI. It
 * does not describe expander buses (measured with QEMU 11.1).
 */
bool guest_has_device_tree(const struct guest *guest);
/* Whether the domain says that its firmware is UEFI. */
bool guest_is_efi(const struct guest *guest);

static inline struct guest_number number_of(uint64_t value)
{
	return (struct guest_number){.state = VALUE_VALID, .value = value};
}

static inline struct guest_switch switch_of(bool on)
{
	return (struct guest_switch){.state = VALUE_VALID, .on = on};
}

static inline bool number_is(struct guest_number number, uint64_t value)
{
	return number.state == VALUE_VALID && number.value == value;
}

static inline bool switch_is(struct guest_switch value, bool on)
{
	return value.state == VALUE_VALID && value.on == on;
}

/* i440fx: "pc", "pc-i440fx-*". */
bool guest_is_i440fx(const struct guest *guest);
