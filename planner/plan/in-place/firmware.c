/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --firmware: libvirt chooses loader and variables from the features requested in <os>
 * (docs/formatdomain, "BIOS bootloader"). A domain that names its loader keeps it.
 */
#include "planner/plan/in-place/parts.h"

static int check_bios(const struct in_place *plan, struct error *error)
{
	if (!guest_is_efi(&plan->old))
		return 0;
	return in_place_refuse(
		plan, error, document_find(plan->document, 0, "os"),
		"<os>: the domain boots with UEFI, and its disk expects that; --firmware bios is only for domains that do not boot with UEFI, so remove the option");
}

static int set_efi(struct in_place *plan, struct error *error)
{
	bool secure = plan->request->firmware == FIRMWARE_EFI_SECURE;
	struct guest *new = &plan->new;

	if (new->loader && !streq_null(new->loader_type, "pflash"))
		return in_place_refuse(
			plan, error, document_find(plan->document, 0, "os/loader"),
			"<loader>: names a firmware that is not UEFI; remove it so that libvirt can choose one");
	if (new->loader)
		return 0;
	/* If UEFI is requested already, it may only become secure, never less secure. */
	if (!new->firmware || secure)
		new->firmware_secure_boot = switch_of(secure);
	if (!new->firmware)
		new->firmware = xstrdup("efi");
	return 0;
}

int in_place_firmware(struct in_place *plan, struct error *error)
{
	if (!plan->request->firmware_given)
		return 0;
	if (plan->request->firmware == FIRMWARE_BIOS)
		return check_bios(plan, error);
	return streq_null(plan->old.architecture, "aarch64") && plan->old.firmware
		       ? 0
		       : set_efi(plan, error);
}
