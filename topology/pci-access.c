/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/pci-access.h"

#include <pciaccess.h>

/*
 * Bytes of one function's configuration space; 64 for an ordinary user, who may not read
 * more, which the library reports as an error together with the bytes.
 */
static size_t read_config(void *data, struct pci_address at, uint8_t *bytes, size_t n)
{
	struct pci_device *device =
		pci_device_find_by_slot(at.domain, at.bus, at.slot, at.function);
	pciaddr_t count = 0;

	(void)data;
	if (device)
		pci_device_cfg_read(device, bytes, 0, n, &count);
	return MIN((size_t)count, n);
}

bool pciaccess_begin(struct config_source *ret)
{
	*ret = (struct config_source){.read = read_config};
	return pci_system_init() == 0;
}

void pciaccess_end(void)
{
	pci_system_cleanup();
}

/* The strings belong to the library and are permanent. */
static bool look_up(const struct machine_function *function, const char **vendor,
		    const char **device)
{
	const struct pci_id_match match = {
		.vendor_id = function->vendor,
		.device_id = function->device,
		.subvendor_id = function->subvendor,
		.subdevice_id = function->subdevice,
	};

	*device = *vendor = NULL;
	if (!function->vendor || function->vendor == 0xffff)
		return false;
	pci_get_strings(&match, device, vendor, NULL, NULL);
	return *vendor != NULL;
}

bool text_add_pci_name(struct text *text, const struct machine_function *function)
{
	const char *device, *vendor;

	if (!look_up(function, &vendor, &device))
		return false;
	text_add_shown(text, vendor);
	if (device) {
		text_addc(text, ' ');
		text_add_shown(text, device);
	}
	return true;
}

static void add_short_vendor(struct text *text, const char *vendor)
{
	const char *open = strchr(vendor, '['), *close = open ? strchr(open, ']') : NULL;
	_cleanup_text_ struct text word = {};

	if (close)
		text_add(&word, open + 1, (size_t)(close - open - 1));
	else
		text_add(&word, vendor, strcspn(vendor, " ,"));
	text_add_shown(text, word.s);
}

bool text_add_pci_model(struct text *text, const struct machine_function *function)
{
	const char *device, *vendor;

	if (!look_up(function, &vendor, &device))
		return false;
	add_short_vendor(text, vendor);
	if (device) {
		text_addc(text, ' ');
		text_add_shown(text, device);
	}
	return true;
}
