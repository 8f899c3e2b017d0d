/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nodedev-class.c - the class of functions whose dump has none. Old versions of
 * libvirt do not write <class>. The kernel's driver tells what a device is, and so does
 * what the kernel made of it: a network interface.
 */
#include "topology/nodedev.h"

#include "topology/class-name.h"

/* Drivers of Linux, by class; the names end with a NULL. */
static const struct {
	uint32_t class_code;
	const char *drivers[20];
} rows[] = {
	{0x020000,
	 {"igb", "e1000", "e1000e", "igc", "ixgbe", "ixgbevf", "i40e", "iavf", "ice",
	  "mlx4_core", "mlx5_core", "bnx2", "bnx2x", "bnxt_en", "tg3", "r8169", "sfc",
	  "qede"}},
	{0x010601, {"ahci"}},
	{0x010802, {"nvme"}},
	{0x010400, {"megaraid_sas", "smartpqi", "hpsa", "aacraid"}},
	{0x010700, {"mpt3sas", "mpt2sas", "isci"}},
	{0x0c0400, {"qla2xxx", "lpfc"}},
	{0x0c0330, {"xhci_hcd", "xhci-pci"}},
	{0x0c0320, {"ehci-pci", "ehci_hcd"}},
	{0x030000, {"nouveau", "nvidia", "amdgpu", "radeon", "i915", "ast", "mgag200"}},
	{0x040300, {"snd_hda_intel"}},
	{0x120000, {"habanalabs"}},
	{0x0b4000, {"qat_c62x", "qat_dh895xcc", "qat_4xxx", "idxd"}},
};

static uint32_t class_of_driver(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (const char *const *name = rows[i].drivers; *name; name++)
			if (streq(*name, driver))
				return rows[i].class_code;
	return PCI_CLASS_UNKNOWN;
}

/* As systemd (en, ib) or the kernel (eth, ib) name them. */
static bool has_interface(const struct machine_function *function)
{
	for (size_t i = 0; i < function->names.n; i++)
		if (has_prefix(function->names.v[i], "en") ||
		    has_prefix(function->names.v[i], "eth") ||
		    has_prefix(function->names.v[i], "ib"))
			return true;
	return false;
}

static uint32_t class_of(const struct machine_function *function)
{
	uint32_t class_code = class_of_driver(function->driver);

	if (function->bridge)
		return 0x060400;
	if (class_code == PCI_CLASS_UNKNOWN && has_interface(function))
		return 0x020000;
	return class_code;
}

void nodedev_derive_classes(struct machine *machine)
{
	size_t missing = 0, unknown = 0;

	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (function->prog_if_known == KNOWN_YES || !function->driver)
			continue;
		missing++;
		function->class_code = class_of(function);
		unknown += function->class_code == PCI_CLASS_UNKNOWN;
	}
	if (missing)
		machine_complain(
			machine,
			"%zu PCI function%s no <class> in the dumps, as with old versions of libvirt; the class was derived from driver and interface, and is unknown for %zu",
			missing, missing > 1 ? "s have" : " has", unknown);
}
