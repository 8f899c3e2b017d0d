/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/class-name.h"

#include "base/macros.h"

/*
 * By base class and subclass; a row for a whole base class (ANY) comes after its
 * subclasses.
 */
#define ANY 0xff
static const struct {
	uint8_t base, sub;
	const char *name;
} classes[] = {
	{0x00, 0x01, "VGA-compatible device"},
	{0x00, ANY, "unclassified device"},
	{0x01, 0x00, "SCSI controller"},
	{0x01, 0x01, "IDE controller"},
	{0x01, 0x04, "RAID controller"},
	{0x01, 0x06, "SATA controller"},
	{0x01, 0x07, "SAS controller"},
	{0x01, 0x08, "NVMe controller"},
	{0x01, 0x09, "UFS controller"},
	{0x01, ANY, "storage controller"},
	{0x02, 0x00, "Ethernet controller"},
	{0x02, 0x07, "InfiniBand controller"},
	{0x02, 0x08, "fabric controller"},
	{0x02, ANY, "network controller"},
	{0x03, 0x00, "VGA controller"},
	{0x03, 0x02, "3D controller"},
	{0x03, ANY, "display controller"},
	{0x04, 0x03, "audio device"},
	{0x04, ANY, "multimedia device"},
	{0x05, 0x00, "RAM"},
	{0x05, 0x02, "CXL memory"},
	{0x05, ANY, "memory controller"},
	{0x06, 0x00, "host bridge"},
	{0x06, 0x01, "ISA bridge"},
	{0x06, 0x04, "PCI bridge"},
	{0x06, 0x09, "PCI bridge"},
	{0x06, ANY, "bridge"},
	{0x07, 0x00, "serial controller"},
	{0x07, ANY, "communication controller"},
	{0x08, 0x06, "IOMMU"},
	{0x08, 0x07, "event collector"},
	{0x08, ANY, "system peripheral"},
	{0x09, ANY, "input device"},
	{0x0b, 0x40, "co-processor"},
	{0x0b, ANY, "processor"},
	{0x0c, 0x03, "USB controller"},
	{0x0c, 0x04, "Fibre Channel controller"},
	{0x0c, 0x05, "SMBus controller"},
	{0x0c, 0x06, "InfiniBand controller"},
	{0x0c, ANY, "serial bus controller"},
	{0x0d, ANY, "wireless controller"},
	{0x0e, ANY, "intelligent controller"},
	{0x0f, ANY, "satellite controller"},
	{0x10, ANY, "encryption controller"},
	{0x11, ANY, "signal processing controller"},
	{0x12, ANY, "accelerator"},
	{0x13, ANY, "instrumentation"},
	{0x40, ANY, "co-processor"},
};

const char *pci_class_name(uint32_t class_code)
{
	uint8_t base = class_code >> 16 & 0xff, sub = class_code >> 8 & 0xff;

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].base == base &&
		    (classes[i].sub == sub || classes[i].sub == ANY))
			return classes[i].name;
	return "device of unknown class";
}
