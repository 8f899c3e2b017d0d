/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/pciaccess-name.h"

#include <pciaccess.h>

bool text_add_pci_name(struct text *text, const struct machine_function *function)
{
	const struct pci_id_match match = {
		.vendor_id = function->vendor,
		.device_id = function->device,
		.subvendor_id = function->subvendor,
		.subdevice_id = function->subdevice,
	};
	const char *device = NULL, *vendor = NULL;

	if (!function->vendor || function->vendor == 0xffff)
		return false;
	/* The strings belong to the library and last. */
	pci_get_strings(&match, &device, &vendor, NULL, NULL);
	if (!vendor)
		return false;
	text_add_shown(text, vendor);
	if (device) {
		text_addc(text, ' ');
		text_add_shown(text, device);
	}
	return true;
}
