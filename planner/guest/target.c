/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/target.h"

#include "base/mem.h"
#include "base/text.h"

#include <limits.h>
#include <stdio.h>

static const struct feature_row {
	unsigned libvirt, qemu; /* first version that has it; 0: all known ones */
} features[N_FEATURES] = {
	[FEATURE_ALWAYS] = {0, 0},
	[FEATURE_EXPANDER_PORTS] = {VERSION_OF(2, 3), 0},
	[FEATURE_PORT_HOTPLUG_OFF] = {VERSION_OF(6, 3), VERSION_OF(5, 0)},
	[FEATURE_NUMA_DISTANCES] = {VERSION_OF(3, 10), 0},
	[FEATURE_HMAT] = {VERSION_OF(6, 6), VERSION_OF(5, 0)},
	[FEATURE_IOMMU_AW_BITS] = {VERSION_OF(6, 5), 0},
	[FEATURE_IOMMU_SMMUV3] = {VERSION_OF(5, 5), 0},
	[FEATURE_IOMMU_VIRTIO] = {VERSION_OF(8, 3), VERSION_OF(7, 0)},
	/* libvirt sets pci-id of amd-iommu, which QEMU 10.0 does not have. */
	[FEATURE_IOMMU_AMD] = {VERSION_OF(11, 5), VERSION_OF(10, 1)},
	/* 10.0 and 11.1 measured; 10.1 by its source. */
	[FEATURE_AMD_REMAP] = {0, VERSION_OF(10, 2)},
	[FEATURE_IGB] = {VERSION_OF(9, 3), VERSION_OF(8, 0)},
	[FEATURE_EIM_EMULATED] = {0, QEMU_EIM_EMULATED},
	[FEATURE_VDPA_DISK] = {VERSION_OF(9, 8), VERSION_OF(8, 1)},
	[FEATURE_NVME] = {VERSION_OF(11, 5), 0},
	[FEATURE_INTREMAP_WITHOUT_IOAPIC] = {VERSION_OF(11, 3), 0},
	[FEATURE_AW_BITS_48] = {0, VERSION_OF(9, 2)},
	/* 11.3 refuses it, 12.9 does not; its capability came between 11.9 and 12.0.
	   QEMU 7.2 has no such property, and 10.0 has; it came with <granule>'s. */
	[FEATURE_IOMMU_VIRTIO_AW_BITS] = {VERSION_OF(12, 0), VERSION_OF(9, 0)},
	/* Announced for 9.0, which refuses it. */
	[FEATURE_PASST] = {VERSION_OF(9, 1), 0},
	/* 9.0 defines it, but cannot start it: it does not know its address. */
	[FEATURE_VIRTIO_PMEM] = {VERSION_OF(9, 4), 0},
	[FEATURE_MEMORY_BASE] = {VERSION_OF(9, 4), 0},
	[FEATURE_DYNAMIC_SLOTS] = {VERSION_OF(10, 1), VERSION_OF(8, 2)},
	[FEATURE_IOTHREAD_VQ_MAPPING] = {VERSION_OF(10, 0), VERSION_OF(9, 0)},
	[FEATURE_CONTROLLER_MAPPING] = {VERSION_OF(11, 2), VERSION_OF(10, 0)},
	[FEATURE_SMMUV3_PER_BUS] = {VERSION_OF(11, 10), VERSION_OF(10, 2)},
	/* Tried with 9.0; earlier versions may have it. */
	[FEATURE_ISA_DEBUGCON] = {VERSION_OF(9, 0), 0},
	[FEATURE_MEM_RESERVE] = {VERSION_OF(10, 3), 0},
	[FEATURE_CELL_WITHOUT_CPUS] = {VERSION_OF(6, 6), 0},
	[FEATURE_OVERRIDE] = {VERSION_OF(8, 2), 0},
	[FEATURE_HOSTDEV_NODE] = {VERSION_OF(11, 8), VERSION_OF(9, 0)},
	[FEATURE_GENERIC_INITIATOR] = {0, VERSION_OF(9, 0)},
	[FEATURE_IOMMU_GRANULE] = {VERSION_OF(12, 1), VERSION_OF(9, 0)},
	[FEATURE_IOMMUFD_DEVICE] = {VERSION_OF(12, 1), VERSION_OF(9, 0)},
	[FEATURE_IOMMUFD_DOMAIN] = {VERSION_OF(12, 2), VERSION_OF(9, 0)},
	[FEATURE_VIRTIO_MEMORY_OPTIONS] = {VERSION_OF(11, 9), 0},
	/* 11.3 refuses it; its capability came with 11.5 at the latest. */
	/* 9.0 does not, 11.3 does; what is between was not tried. */
	[FEATURE_CONTROLLERS_SORTED] = {VERSION_OF(11, 3), 0},
	/* 11.3 does not, 12.9 does. */
	[FEATURE_PORT_FOR_BRIDGE] = {VERSION_OF(12, 9), 0},
	/* 11.3 does not, 12.9 does. */
	[FEATURE_LAN9118_OFF_PCI] = {VERSION_OF(12, 9), 0},
	[FEATURE_SCSI_LIKE_OTHERS] = {VERSION_OF(11, 6), 0},
	/* 11.3 has piix3-uhci, 12.9 not; its NEWS name 11.9. */
	[FEATURE_USB_XHCI_ARMV7L] = {VERSION_OF(11, 9), 0},
	[FEATURE_IOMMU_ADDED] = {VERSION_OF(10, 10), 0},
	/* 11.3 refuses it, 12.9 does not; announced for the amd IOMMU in 12.2. */
	[FEATURE_IOMMU_ANY] = {VERSION_OF(12, 2), 0},
	[FEATURE_SMMUV3_ACCEL] = {VERSION_OF(12, 7), VERSION_OF(11, 0)},
	/* 7.2 refuses it, 10.0 does not; what is between was not tried. */
	[FEATURE_PORT_32_GT] = {0, VERSION_OF(10, 0)},
	/* libvirt's NEWS. 9.0 refuses features that it does not know. */
	[FEATURE_PS2] = {VERSION_OF(10, 7), 0},
	[FEATURE_RAS] = {VERSION_OF(10, 4), 0},
	/* libvirt-go-xml has it since 10.5; 9.0 refuses it, 11.3 and 12.9 know it. */
	[FEATURE_SEV_SNP] = {VERSION_OF(10, 5), VERSION_OF(9, 1)},
	/* libvirt-go-xml has it since 11.6; 9.0 and 11.3 refuse it, 12.9 knows it. */
	[FEATURE_TDX] = {VERSION_OF(11, 6), VERSION_OF(10, 1)},
	/* libvirt's NEWS. */
	[FEATURE_CRYPTO] = {VERSION_OF(9, 1), 0},
	[FEATURE_PVPANIC] = {VERSION_OF(9, 1), 0},
	[FEATURE_PSTORE] = {VERSION_OF(10, 6), 0},
	[FEATURE_MTP] = {VERSION_OF(10, 2), 0},
	/* 9.0 refuses it, 11.3 does not; QEMU 7.2 does not have it. */
	[FEATURE_SOUND_VIRTIO] = {VERSION_OF(10, 4), VERSION_OF(8, 2)},
	[FEATURE_HOLE64_VIRT] = {VERSION_OF(11, 5), VERSION_OF(10, 0)},
};

bool target_has(const struct target *target, enum feature feature)
{
	return target->libvirt >= features[feature].libvirt &&
	       target->qemu >= features[feature].qemu;
}

static void add_version(struct text *text, const char *name, unsigned version)
{
	if (version == 0)
		return;
	text_printf(text, "%s%s %u.%u", text->n ? " and " : "", name, MAJOR(version),
		    MINOR(version));
}

char *feature_needs(enum feature feature)
{
	struct text text = {};

	add_version(&text, "libvirt", features[feature].libvirt);
	add_version(&text, "QEMU", features[feature].qemu);
	return text_take(&text);
}

struct target feature_first(enum feature feature)
{
	return (struct target){features[feature].libvirt, features[feature].qemu};
}

bool target_is_unknown(const struct target *target)
{
	return target->libvirt / 1000 > TARGET_NEWEST.libvirt / 1000 ||
	       target->qemu / 1000 > TARGET_NEWEST.qemu / 1000;
}

bool target_is_old(const struct target *target)
{
	return target->libvirt / 1000 < TARGET_OLDEST.libvirt / 1000 ||
	       target->qemu / 1000 < TARGET_OLDEST.qemu / 1000;
}

/*
 * From the dates of both projects' releases, except 10.1: Fedora 43 and Ubuntu 25.10
 * combine it with libvirt 11.6, which is some weeks older.
 */
static const struct target pairs[] = {
	{VERSION_OF(9, 0), VERSION_OF(7, 2)},   {VERSION_OF(10, 0), VERSION_OF(8, 2)},
	{VERSION_OF(10, 3), VERSION_OF(9, 0)},  {VERSION_OF(10, 8), VERSION_OF(9, 1)},
	{VERSION_OF(11, 0), VERSION_OF(9, 2)},  {VERSION_OF(11, 3), VERSION_OF(10, 0)},
	{VERSION_OF(11, 6), VERSION_OF(10, 1)}, {VERSION_OF(12, 0), VERSION_OF(10, 2)},
	{VERSION_OF(12, 3), VERSION_OF(11, 0)}, {VERSION_OF(12, 7), VERSION_OF(11, 1)},
};

unsigned libvirt_beside(unsigned qemu)
{
	unsigned libvirt = 0;

	if (qemu / 1000 > TARGET_NEWEST.qemu / 1000)
		return TARGET_NEWEST.libvirt;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (qemu >= pairs[i].qemu)
			libvirt = pairs[i].libvirt;
	return libvirt;
}

bool version_parse(const char *string, unsigned *ret)
{
	unsigned parts[3] = {};
	int end = 0, n = 0;

	for (; n < 3 && sscanf(string, "%3u%n", &parts[n], &end) == 1; n++) {
		string += end;
		if (*string != '.' || !string[1])
			break;
		string++;
	}
	if (*string || parts[0] == 0)
		return false;
	*ret = VERSION_OF(parts[0], parts[1]) + parts[2];
	return true;
}

bool edk2_parse(const char *string, unsigned *ret)
{
	bool tag = has_prefix(string, "stable");
	const char *digits = tag ? string + strlen("stable") : string;
	unsigned year, month;
	int end = 0;

	if (sscanf(digits, tag ? "%4u%2u%n" : "%4u.%2u%n", &year, &month, &end) != 2 ||
	    strspn(digits, "0123456789.") != (size_t)end || digits[end] ||
	    end != (tag ? 6 : 7) || year < 2000 || month < 1 || month > 12)
		return false;
	*ret = VERSION_OF(year, month);
	return true;
}

void text_add_firmware(struct text *text, bool efi, unsigned version)
{
	text_printf(text, efi ? "edk2 %u.%02u" : "SeaBIOS %u.%u", MAJOR(version),
		    MINOR(version));
	if (version % 1000 > 0)
		text_printf(text, ".%u", version % 1000);
}

/*
 * The last minor release of each major one. Since QEMU 4 there are three a year, since
 * libvirt 3 eleven; the table has the major releases before that, or nothing where that
 * is too old to be judged.
 */
static const unsigned qemu_minors[] = {[1] = 7, [2] = 12, [3] = 1};
enum { QEMU_LAST_MINOR = 2, LIBVIRT_FIRST = 3, LIBVIRT_LAST_MINOR = 10 };

static unsigned last_minor_of_qemu(unsigned major)
{
	return major < ARRAY_SIZE(qemu_minors) ? qemu_minors[major] : QEMU_LAST_MINOR;
}

static unsigned last_minor_of_libvirt(unsigned major)
{
	return major < LIBVIRT_FIRST ? UINT_MAX : LIBVIRT_LAST_MINOR;
}

bool qemu_release_exists(unsigned version)
{
	return MINOR(version) <= last_minor_of_qemu(MAJOR(version));
}

/* A part of --target: what it begins with, and the rest's place and parser. */
static const struct target_part {
	const char *prefix;
	size_t offset;
	bool (*parse)(const char *string, unsigned *ret);
	/* NULL: not known. */
	unsigned (*last_minor)(unsigned major);
	const char *name;
	unsigned newest; /* what comes after it is not judged */
} target_parts[] = {
	{"libvirt=", offsetof(struct target, libvirt), version_parse,
	 last_minor_of_libvirt, "libvirt", TARGET_NEWEST_LIBVIRT},
	{"qemu=", offsetof(struct target, qemu), version_parse, last_minor_of_qemu,
	 "QEMU", TARGET_NEWEST_QEMU},
	{"firmware=seabios-", offsetof(struct target, seabios), version_parse},
	{"firmware=edk2-", offsetof(struct target, edk2), edk2_parse},
};

static const struct target_part *part_of(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(target_parts); i++)
		if (has_prefix(text, target_parts[i].prefix))
			return &target_parts[i];
	return NULL;
}

/* Refuses a release that there never was. */
static int check_release(const struct target_part *part, unsigned version,
			 const char *string, struct error *error)
{
	unsigned major = MAJOR(version), minor = MINOR(version), last;

	if (!part->last_minor || version / 1000 > part->newest / 1000)
		return 0;
	last = part->last_minor(major);
	if (minor <= last)
		return 0;
	return error_input(
		error,
		"--target %s: %s %u.%u was never released; the releases around it are %u.%u and %u.0",
		string, part->name, major, minor, major, last, major + 1);
}

static int take_part(const char *text, unsigned *seen, const char *string,
		     struct target *target, struct error *error)
{
	const struct target_part *part = part_of(text);
	unsigned version, bit;

	if (!part || !part->parse(text + strlen(part->prefix), &version))
		return error_input(
			error,
			has_prefix(text, "firmware=")
				? "--target %s: the firmware must be like seabios-1.17 or edk2-2025.02"
				: "--target %s: must be like libvirt=9.0,qemu=7.2, or installed",
			string);
	bit = 1u << (part - target_parts);
	if (*seen & bit)
		return error_input(error, "--target %s: %.*s is given twice", string,
				   (int)strcspn(part->prefix, "="), part->prefix);
	*seen |= bit;
	*(unsigned *)((char *)target + part->offset) = version;
	return check_release(part, version, string, error);
}

static int parse(const char *string, bool *installed, struct target *target,
		 struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(string);
	char *rest = copy, *part;
	unsigned seen = 0;

	while ((part = strsep(&rest, ","))) {
		if (installed && !*installed && streq(part, "installed"))
			*installed = true;
		else if (take_part(part, &seen, string, target, error) < 0)
			return -1;
	}
	return 0;
}

int target_parse(const char *string, struct target *target, struct error *error)
{
	return parse(string, NULL, target, error);
}

int target_parse_installed(const char *string, bool *installed, struct target *target,
			   struct error *error)
{
	*installed = false;
	return parse(string, installed, target, error);
}
