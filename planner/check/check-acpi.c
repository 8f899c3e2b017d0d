/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-acpi.c - ACPI: what needs it, and what it needs. */
#include "planner/check/fix-parts.h"

#include "planner/guest/memory.h"

static bool is_aarch64(const struct guest *guest)
{
	return streq_null(guest->architecture, "aarch64");
}

static bool is_x86(const struct guest *guest)
{
	return streq_null(guest->architecture, "x86_64") ||
	       streq_null(guest->architecture, "i686");
}

/* Other machines called virt (riscv64) describe themselves with a device tree. */
static bool has_acpi_tables(const struct guest *guest)
{
	return guest_is_q35(guest) || guest_is_i440fx(guest) ||
	       (guest_is_virt(guest) && (!guest->architecture || is_aarch64(guest)));
}

static bool has_expander(const struct guest *guest)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest_is_expander(&guest->controllers.v[i]))
			return true;
	return false;
}

/* A device tree describes nodes and the SMMUv3, but not expander buses. */
static void acpi_missing(struct check *check)
{
	const struct guest *guest = check->guest;
	const char *lost = guest_has_device_tree(guest) ? "no expander buses"
			   : guest->iommus.n            ? "no IOMMU"
							: "no NUMA nodes";
	struct finding *finding;

	if (guest->acpi_element >= 0 || (guest->iommus.n == 0 && guest->cells.n == 0) ||
	    !has_acpi_tables(guest) ||
	    (guest_has_device_tree(guest) && !has_expander(guest)))
		return;
	finding = check_found(
		check, guest->features_element >= 0 ? guest->features_element : 0,
		"There is no <acpi/> in <features>: the guest gets no ACPI tables and so sees %s.",
		lost);
	if (!is_aarch64(guest) || guest_is_efi(guest))
		return;
	/* Another firmware is the user's choice. */
	finding->fixable = false;
	check_set_remedy(
		finding,
		"Write <os firmware='efi'> and add <acpi/> to <features>; on aarch64 libvirt requires both together.");
}

static void acpi_needs_uefi(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->acpi_element >= 0 && is_aarch64(guest) && !guest_is_efi(guest))
		check_found(
			check, guest->acpi_element,
			"<acpi/> on aarch64 needs UEFI firmware, but the domain has none.");
}

static void uefi_needs_acpi(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->acpi_element < 0 && is_x86(guest) && guest_is_efi(guest))
		check_found(check, document_find(check->document, 0, "os"),
			    "UEFI firmware on %s needs <acpi/> in <features>.",
			    guest->architecture);
}

/* Architectures whose machine types have no property acpi in QEMU. */
static bool has_no_acpi(const char *architecture)
{
	static const char *const names[] = {"s390x", "ppc64", "ppc64le", "ppc"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq_null(architecture, names[i]))
			return true;
	return false;
}

static void memory_needs_acpi(struct check *check)
{
	const struct guest *guest = check->guest;

	/* The others show such devices to the guest in other ways. */
	if (guest->acpi_element >= 0 || has_no_acpi(guest->architecture))
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest_needs_slot(&guest->devices.v[i]))
			check_found(
				check, guest->devices.v[i].element,
				"A memory device of model %s needs ACPI, but there is no <acpi/> in <features>.",
				guest->devices.v[i].model);
}

static void acpi_machine(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->acpi_element >= 0 && has_no_acpi(guest->architecture))
		check_found(check, guest->acpi_element, "%s machines have no ACPI.",
			    guest->architecture);
}

static void fix_acpi_gone(struct fix *fix)
{
	edit_remove(&fix->edits, fix->element);
}

static void fix_acpi(struct fix *fix)
{
	fix_feature(fix, "acpi", NULL, NULL);
}

const struct rule acpi_rules[] = {
	{RULE("acpi-missing", acpi_missing, WARNING, 0, NOBODY),
	 .after = {&acpi_rules[UEFI_NEEDS_ACPI], &acpi_rules[MEMORY_NEEDS_ACPI],
		   &iommu_rules[IOMMU_VIRTIO_ACPI]},
	 .what = "A domain with cells or an IOMMU has ACPI; on aarch64, only a domain with expander buses needs it.",
	 .why = "SRAT, SLIT, _PXM and DMAR are part of ACPI. Without <acpi/>, libvirt starts QEMU without ACPI, and the guest sees neither NUMA nodes nor an IOMMU that ACPI describes. On aarch64 a device tree describes both, but no expander buses.",
	 .to_fix = "Add <acpi/> to <features>.", .source = LV "qemu/qemu_command.c",
	 .remedy = REMEDY_FIX, .fix = fix_acpi},
	{RULE("acpi-needs-uefi", acpi_needs_uefi, ERROR, 0, LIBVIRT),
	 .what = "On aarch64, ACPI needs UEFI firmware.",
	 .why = "libvirt refuses <acpi/> without it, both in 9.0 and in 12.9.",
	 .to_fix = "Write <os firmware='efi'> (plan --firmware efi), or remove <acpi/>.",
	 .source = LV "qemu/qemu_validate.c, qemuValidateDomainDef; tested with 12.9",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES},
	[UEFI_NEEDS_ACPI] =
		{RULE("uefi-needs-acpi", uefi_needs_acpi, ERROR, 0, LIBVIRT),
		 .what = "On x86, UEFI firmware needs ACPI.",
		 .why = "libvirt refuses UEFI without <acpi/>, both in 9.0 and in 12.9.",
		 .to_fix = "Add <acpi/> to <features>.",
		 .source = LV
		 "qemu/qemu_validate.c, qemuValidateDomainDef; tested with 12.9",
		 .remedy = REMEDY_FIX, .fix = fix_acpi, .planned = PLAN_FIXES},
	[MEMORY_NEEDS_ACPI] =
		{RULE("memory-needs-acpi", memory_needs_acpi, ERROR, 0, QEMU),
		 .after = {&acpi_rules[UEFI_NEEDS_ACPI]},
		 .what = "A domain with DIMMs or NVDIMMs has ACPI.",
		 .why = "The guest learns of them by ACPI. libvirt accepts the domain, but QEMU exits (\"memory hotplug is not enabled\").",
		 .to_fix =
			 "Add <acpi/> to <features>; on aarch64 together with <os firmware='efi'>.",
		 .source = "QEMU 7.2 hw/i386/pc.c, hw/arm/virt.c; measured",
		 .remedy = REMEDY_FIX, .fix = fix_acpi, .planned = PLAN_FIXES},
	{RULE("acpi-machine", acpi_machine, ERROR, 0, LIBVIRT),
	 .what = "A domain of s390x or ppc64 has no <acpi/>.",
	 .why = "libvirt refuses <acpi/> (\"machine type does not support ACPI\"), because machine types of these architectures do not.",
	 .to_fix = "Remove <acpi/> from <features>.",
	 .source =
		 "terraform-provider-libvirt issues 1092 and 1094; libvirt 9.2 src/qemu/qemu_validate.c",
	 .libvirt = {.since = VERSION_OF(9, 2)},
	 .outside = "libvirt accepts it, and the guest has no ACPI.",
	 .untried = "It needs an s390x emulator, which the tests do not have.",
	 .remedy = REMEDY_FIX, .fix = fix_acpi_gone},
	{},
};
