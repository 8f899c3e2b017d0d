/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * target.h - which versions of libvirt and QEMU have which features: one table, made from
 * libvirt's NEWS.rst and QEMU's change log.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/*
 * Versions as libvirt encodes them: major * 1000000 + minor * 1000 + micro. edk2 names
 * its releases by year and month, so 2025.02 is VERSION_OF(2025, 2).
 */
struct target {
	unsigned libvirt, qemu;
	/*
	 * The firmware of guests with BIOS and of those with UEFI. 0: unknown. It is
	 * never derived from the other two: distributions combine them freely.
	 */
	unsigned seabios, edk2;
};

#define VERSION_OF(major, minor) ((major) * 1000000u + (minor) * 1000u)
#define MAJOR(version)           ((version) / 1000000)
#define MINOR(version)           ((version) / 1000 % 1000)
/*
 * The versions of Ubuntu 24.04 and RHEL 9.4: most users have these or newer ones. Fixed,
 * so that the same request gives the same bytes everywhere.
 */
#define TARGET_DEFAULT ((struct target){VERSION_OF(10, 0), VERSION_OF(8, 2)})
/* The oldest supported versions. */
#define TARGET_OLDEST ((struct target){VERSION_OF(9, 0), VERSION_OF(7, 2)})
/* The newest versions that the tables here were checked against. */
#define TARGET_NEWEST_LIBVIRT VERSION_OF(12, 9)
#define TARGET_NEWEST_QEMU    VERSION_OF(11, 1)
#define TARGET_NEWEST         ((struct target){TARGET_NEWEST_LIBVIRT, TARGET_NEWEST_QEMU})

/* The first QEMU that emulates extended interrupt mode (eim) without KVM. */
#define QEMU_EIM_EMULATED VERSION_OF(9, 0)

enum feature {
	FEATURE_ALWAYS,
	FEATURE_EXPANDER_PORTS,   /* several ports on one pcie-expander-bus */
	FEATURE_PORT_HOTPLUG_OFF, /* <target hotplug='off'> */
	FEATURE_NUMA_DISTANCES,
	FEATURE_HMAT,
	FEATURE_IOMMU_AW_BITS,
	FEATURE_IOMMU_SMMUV3,
	FEATURE_IOMMU_VIRTIO,
	FEATURE_IOMMU_AMD,
	FEATURE_IGB,
	FEATURE_VDPA_DISK,
	FEATURE_NVME,
	FEATURE_INTREMAP_WITHOUT_IOAPIC, /* libvirt no longer requires driver='qemu' */
	FEATURE_AW_BITS_48,              /* QEMU's default width is 48 */
	FEATURE_IOMMU_VIRTIO_AW_BITS,    /* aw_bits of the virtio IOMMU */
	FEATURE_PASST,
	FEATURE_VIRTIO_PMEM,   /* that starts */
	FEATURE_MEMORY_BASE,   /* <address base=> of virtio-mem and virtio-pmem */
	FEATURE_DYNAMIC_SLOTS, /* dynamicMemslots= of virtio-mem */
	FEATURE_IOTHREAD_VQ_MAPPING,
	FEATURE_CONTROLLER_MAPPING, /* <iothreads> of a SCSI controller */
	FEATURE_SMMUV3_PER_BUS,
	FEATURE_MEM_RESERVE,
	FEATURE_ISA_DEBUGCON, /* <serial> of target type isa-debug */
	FEATURE_CELL_WITHOUT_CPUS,
	FEATURE_OVERRIDE,              /* <qemu:override> */
	FEATURE_HOSTDEV_NODE,          /* <acpi nodeset=> of a hostdev */
	FEATURE_GENERIC_INITIATOR,     /* QEMU's acpi-generic-initiator */
	FEATURE_IOMMU_GRANULE,         /* <granule> of the virtio IOMMU */
	FEATURE_IOMMUFD_DEVICE,        /* <driver iommufd=> of a host device */
	FEATURE_IOMMUFD_DOMAIN,        /* <iommufd> of a domain */
	FEATURE_VIRTIO_MEMORY_OPTIONS, /* <driver> of virtio memory devices */
	FEATURE_CONTROLLERS_SORTED,    /* added ones take their place by type and index */
	FEATURE_PORT_FOR_BRIDGE,       /* a port is added for a pcie-to-pci-bridge */
	FEATURE_LAN9118_OFF_PCI,       /* a network card lan9118 gets no PCI address */
	FEATURE_SCSI_LIKE_OTHERS,      /* the default model of a SCSI controller */
	FEATURE_USB_XHCI_ARMV7L,       /* the default of its machine type virt */
	FEATURE_IOMMU_ADDED,           /* one is added for more than 255 vCPUs */
	FEATURE_IOMMU_ANY,             /* more than 255 vCPUs with any IOMMU */
	FEATURE_SMMUV3_ACCEL,          /* accel= of an SMMUv3 */
	FEATURE_HOLE64_VIRT,           /* <pcihole64> of machine type virt */
	FEATURE_PS2,                   /* <ps2> in <features> */
	FEATURE_RAS,                   /* <ras> in <features> */
	FEATURE_SEV_SNP,               /* <launchSecurity type='sev-snp'> */
	FEATURE_TDX,                   /* <launchSecurity type='tdx'> */
	FEATURE_PORT_32_GT,            /* x-speed=32 of a port, or more */
	FEATURE_CRYPTO,                /* <crypto> */
	FEATURE_PVPANIC,               /* <panic model='pvpanic'> */
	FEATURE_PSTORE,                /* <pstore> */
	FEATURE_SOUND_VIRTIO,          /* <sound model='virtio'> */
	FEATURE_MTP,                   /* <driver type='mtp'> of a <filesystem> */
	FEATURE_EIM_EMULATED,          /* eim of the intel IOMMU without KVM */
	FEATURE_AMD_REMAP,             /* dma-remap of the amd IOMMU, off by default */
	N_FEATURES,
};

bool target_has(const struct target *target, enum feature feature);
/* "libvirt 9.3 and QEMU 8.0", for messages. The caller frees it. */
char *feature_needs(enum feature feature) _must_check_;
/* The first versions that have it; 0 if all known ones do. */
struct target feature_first(enum feature feature);
/* Whether either version is newer than TARGET_NEWEST, by its major and minor number. */
bool target_is_unknown(const struct target *target);
/* Whether either version is older than TARGET_OLDEST. */
bool target_is_old(const struct target *target);
/* Whether QEMU had, or will have, a release of that major and minor number. */
bool qemu_release_exists(unsigned version);
/*
 * The libvirt that goes with a QEMU: the first one released after it, or the newest known
 * one if QEMU is newer than any known one.
 */
unsigned libvirt_beside(unsigned qemu);
/* Parses "9.0" or "7.2.22", which must be all of @string. */
bool version_parse(const char *string, unsigned *ret);
/* Parses a release of edk2: "2025.02", or as its tags are named, "stable202502". */
bool edk2_parse(const char *string, unsigned *ret);
/* "SeaBIOS 1.17" or "edk2 2025.02", for messages. */
void text_add_firmware(struct text *text, bool efi, unsigned version);
/*
 * Parses "libvirt=9.0,qemu=7.2,firmware=seabios-1.17,firmware=edk2-2025.02", in any
 * order; a part that is left out keeps its value in *target. A part that is given twice,
 * or a release of libvirt or QEMU that there never was, is an error.
 */
int target_parse(const char *string, struct target *target, struct error *error)
	_must_check_;
/* The same, with "installed" as one of the parts or alone. */
int target_parse_installed(const char *string, bool *installed, struct target *target,
			   struct error *error) _must_check_;
