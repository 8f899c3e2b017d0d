/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What arguments that are not understood may change, so that a verdict on it is unknown.
 * Names: qemu-options.hx and `-device help` of QEMU 7.2 and 11.1. What is not in a table
 * may change anything.
 */
#include "planner/qemu/commandline-areas.h"

#include "base/text.h"

#define NUMBERS   (AREA_NUMA | AREA_MEMORY)
#define MACHINERY (AREA_PCI | AREA_IOMMU)

struct area_row {
	const char *name; /* ending with '*': what begins so; NULL ends the table */
	unsigned areas;
};

static const struct area_row option_areas[] = {
	{"-numa", NUMBERS},
	{"-m", NUMBERS},
	{"-mem-path", AREA_MEMORY},
	{"-mem-prealloc", 0},
	{"-smp", AREA_NUMA},
	{"-cpu", AREA_WINDOW},
	{"-machine", AREA_ALL},
	{"-M", AREA_ALL},
	{"-net", AREA_PCI},
	{"-nic", AREA_PCI},
	{"-vga", AREA_PCI},
	{"-usb", AREA_PCI},
	{"-usbdevice", AREA_PCI},
	{"-virtfs", AREA_PCI},
	{"-watchdog", AREA_PCI},
	{"-soundhw", AREA_PCI},
	{"-balloon", AREA_PCI},
	{"-drive", AREA_PCI},
	{"-bios", AREA_WINDOW},
	{"-pflash", AREA_WINDOW},
	/* These have nothing to do with what we judge. */
	{"-accel", 0},
	{"-action", 0},
	{"-add-fd", 0},
	{"-append", 0},
	{"-audio*", 0},
	{"-blockdev", 0},
	{"-boot", 0},
	{"-cdrom", 0},
	{"-chardev", 0},
	{"-compat", 0},
	{"-d", 0},
	{"-D", 0},
	{"-daemonize", 0},
	{"-debugcon", 0},
	{"-dfilter", 0},
	{"-display", 0},
	{"-dtb", 0},
	{"-echr", 0},
	{"-enable-kvm", 0},
	{"-fda", 0},
	{"-fdb", 0},
	{"-fsdev", 0},
	{"-full-screen", 0},
	{"-fw_cfg", 0},
	{"-gdb", 0},
	{"-hd*", 0},
	{"-icount", 0},
	{"-incoming", 0},
	{"-initrd", 0},
	{"-iscsi", 0},
	{"-k", 0},
	{"-kernel", 0},
	{"-loadvm", 0},
	{"-mon*", 0},
	{"-msg", 0},
	{"-name", 0},
	{"-netdev", 0},
	{"-no-fd-bootchk", 0},
	{"-no-hpet", 0},
	{"-no-reboot", 0},
	{"-no-shutdown", 0},
	{"-no-user-config", 0},
	{"-nodefaults", 0},
	{"-nographic", 0},
	{"-only-migratable", 0},
	{"-option-rom", 0},
	{"-overcommit", 0},
	{"-parallel", 0},
	{"-pidfile", 0},
	{"-plugin", 0},
	{"-qmp*", 0},
	{"-rtc", 0},
	{"-run-with", 0},
	{"-runas", 0},
	{"-s", 0},
	{"-S", 0},
	{"-sandbox", 0},
	{"-seed", 0},
	{"-serial", 0},
	{"-show-cursor", 0},
	{"-smbios", 0},
	{"-snapshot", 0},
	{"-spice", 0},
	{"-tpmdev", 0},
	{"-trace", 0},
	{"-uuid", 0},
	{"-vnc", 0},
	{"-watchdog-action", 0},
	{NULL, AREA_ALL},
};

/* Devices that are not on PCI, or change more than that. */
static const struct area_row device_areas[] = {
	{"pc-dimm", NUMBERS},
	{"nvdimm", NUMBERS},
	{"virtio-mem*", NUMBERS | AREA_PCI},
	{"virtio-pmem*", AREA_MEMORY | AREA_PCI},
	{"pxb*", AREA_PCI | AREA_NUMA},
	{"*-iommu", AREA_IOMMU},
	{"usb-*", 0},
	{"scsi-*", 0},
	{"ide-*", 0},
	{"isa-*", 0},
	{"hda-*", 0},
	{"virtserialport", 0},
	{"virtconsole", 0},
	{"tpm-*", 0},
	{"nvme-ns", 0},
	{"nvme-subsys", 0},
	{"sd-card", 0},
	{"floppy", 0},
	{"loader", 0},
	{"generic-loader", 0},
	{"guest-loader", 0},
	{"vmcoreinfo", 0},
	{"vmgenid", 0},
	{"pvpanic", 0},
	{"u2f-*", 0},
	{"ccid-*", 0},
	{"smbus-*", 0},
	{"ipmi-bmc-*", 0},
	{"ps2-*", 0},
	{"adlib", 0},
	{"cs4231a", 0},
	{"gus", 0},
	{"sb16", 0},
	{"*x86_64-cpu", AREA_NUMA},
	{NULL, AREA_PCI},
};

static const struct area_row object_areas[] = {
	{"memory-backend-*", AREA_MEMORY},
	{"acpi-*", AREA_NUMA},
	{"sev*", AREA_MEMORY},
	{"tdx-guest", AREA_MEMORY},
	{NULL, 0},
};

/* Properties of devices, in -global, -set and <qemu:override>. */
static const struct area_row property_areas[] = {
	{"addr", AREA_PCI},
	{"bus", AREA_PCI},
	{"multifunction", AREA_PCI},
	{"chassis*", AREA_PCI},
	{"slot", AREA_PCI},
	{"port", AREA_PCI},
	{"hotplug", AREA_PCI},
	{"bus_nr", AREA_PCI},
	{"*-reserve", AREA_PCI | AREA_WINDOW},
	{"disable-acs", AREA_PCI},
	{"disable-legacy", AREA_PCI},
	{"disable-modern", AREA_PCI},
	{"numa_node", AREA_PCI | AREA_NUMA},
	{"bypass_iommu", AREA_IOMMU},
	{"default_bus_bypass_iommu", AREA_IOMMU},
	{"iommu_platform", AREA_IOMMU},
	{"ats", AREA_IOMMU},
	{"intremap", AREA_IOMMU},
	{"eim", AREA_IOMMU},
	{"caching-mode", AREA_IOMMU},
	{"device-iotlb", AREA_IOMMU},
	{"aw-bits", AREA_IOMMU},
	{"dma-translation", AREA_IOMMU},
	{"iommufd", AREA_IOMMU},
	{"*hole64*", AREA_WINDOW},
	{"*phys-bits*", AREA_WINDOW | AREA_MEMORY},
	{"memdev", NUMBERS},
	{"node", NUMBERS},
	{"size", AREA_MEMORY},
	{"requested-size", AREA_MEMORY},
	{"block-size", AREA_MEMORY},
	{"share", AREA_MEMORY},
	{NULL, 0},
};

/* A name, or the part before or after a star. */
static bool fits(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);
	_cleanup_free_ char *inner = NULL;

	if (n > 2 && pattern[0] == '*' && pattern[n - 1] == '*') {
		inner = xstrndup(pattern + 1, n - 2);
		return strstr(name, inner) != NULL;
	}
	if (pattern[0] == '*')
		return has_suffix(name, pattern + 1);
	return pattern[n - 1] == '*' ? strncmp(pattern, name, n - 1) == 0
				     : streq(pattern, name);
}

static unsigned areas_in(const struct area_row *rows, const char *name)
{
	while (rows->name && !fits(rows->name, name))
		rows++;
	return rows->areas;
}

unsigned areas_of_option(const char *name, const char *value)
{
	if (streq(name, "-drive"))
		return value && strstr(value, "if=virtio") ? AREA_PCI : 0;
	if ((streq(name, "-machine") || streq(name, "-M")) && value)
		return areas_of_machine(value);
	return areas_in(option_areas, name);
}

/* Of what people add there, only these matter to us. */
unsigned areas_of_machine(const char *text)
{
	static const struct area_row words[] = {
		{"*memory-backend=*", AREA_MEMORY}, {"*hmat=*", AREA_NUMA},
		{"*iommu=*", AREA_IOMMU},           {"*iommu_bypass=*", AREA_IOMMU},
		{"*bypass_iommu=*", AREA_IOMMU},    {"*highmem*", AREA_WINDOW},
		{"*nvdimm=*", AREA_MEMORY},         {"*max-ram-below-4g=*", AREA_WINDOW},
		{"*kernel-irqchip=*", AREA_IOMMU},  {"*cxl=*", AREA_PCI},
		{"*smp-cache*", AREA_NUMA},         {"*type=*", AREA_ALL},
	};
	unsigned areas = strchr(text, '=') && strcspn(text, "=") < strcspn(text, ",")
				 ? 0
				 : AREA_ALL; /* the first word is a machine */

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		areas |= fits(words[i].name, text) ? words[i].areas : 0;
	return areas;
}

unsigned areas_of_device(const char *driver)
{
	return areas_in(device_areas, driver);
}

unsigned areas_of_object(const char *type)
{
	return areas_in(object_areas, type);
}

unsigned areas_of_property(const char *name)
{
	return areas_in(property_areas, name);
}
