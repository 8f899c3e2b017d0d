/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host-devices.c - what the guest sees of assigned devices: their own identity and BARs.
 */
#include "planner/guest/predict/predict.h"

#include "base/size.h"
#include "planner/guest/predict/show.h"
#include "topology/class-name.h"

static bool is_assigned(const struct guest_device *device)
{
	return device->source.element >= 0 && device->source.state == VALUE_VALID &&
	       guest_address_on_pci(&device->address);
}

/* The predicted function of a device, or NULL. */
static struct machine_function *function_of(const struct guest_tree *tree,
					    const struct guest_device *device,
					    const struct machine *machine)
{
	struct pci_address at = device->address.at;

	if (tree->bus[at.bus].number < 0)
		return NULL;
	at.bus = (uint8_t)tree->bus[at.bus].number;
	return machine_function(machine, at);
}

static void take(struct machine_function *function, const struct machine_function *host)
{
	function->vendor = host->vendor;
	function->device = host->device;
	function->subvendor = host->subvendor;
	function->subdevice = host->subdevice;
	function->class_code = host->class_code;
	function->prog_if_known = host->prog_if_known;
	function->bars_known = host->bars_known;
	for (size_t i = 0; i < MACHINE_BARS; i++) {
		function->bars[i] = host->bars[i];
		function->bars[i].start = 0; /* the guest's firmware chooses it */
	}
}

void predict_host_devices(const struct guest *guest, const struct machine *host,
			  struct machine *machine)
{
	_cleanup_guest_tree_ struct guest_tree tree = {};

	guest_tree_read(guest, &tree);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		struct machine_function *function;
		const struct machine_function *original;

		if (!is_assigned(device))
			continue;
		function = function_of(&tree, device, machine);
		original = machine_function(host, device->source.at);
		if (function && original)
			take(function, original);
	}
}

static bool has_io(const struct machine_function *function)
{
	for (size_t i = 0; i < MACHINE_BARS; i++)
		if (function->bars[i].size_bytes && function->bars[i].flags & BAR_IO)
			return true;
	return false;
}

struct predict_io predict_host_io(const struct guest *guest,
				  const struct machine *machine)
{
	struct predict_io io = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};

	guest_tree_read(guest, &tree);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct machine_function *function;

		if (!is_assigned(&guest->devices.v[i]))
			continue;
		function = function_of(&tree, &guest->devices.v[i], machine);
		if (function && function->bars_known == KNOWN_YES)
			io.with += has_io(function);
		else
			io.unknown++;
	}
	return io;
}

static void add_bars(struct text *text, const struct machine_function *function)
{
	const char *before = ", BARs ";

	if (function->bars_known != KNOWN_YES) {
		text_adds(text, ", BARs unknown");
		return;
	}
	for (size_t i = 0; i < MACHINE_BARS; i++) {
		const struct machine_bar *bar = &function->bars[i];

		if (bar->size_bytes == 0)
			continue;
		text_printf(text, "%s%zu: ", before, i);
		text_add_size(text, bar->size_bytes);
		text_adds(text, bar->flags & BAR_IO ? " of I/O ports" : "");
		text_adds(text, bar->flags & BAR_64BIT ? " 64-bit" : "");
		text_adds(text, bar->flags & BAR_PREFETCHABLE ? " prefetchable" : "");
		before = ", ";
	}
}

void text_add_host_devices(struct text *text, const struct guest *guest,
			   const struct machine *machine)
{
	_cleanup_guest_tree_ struct guest_tree tree = {};
	bool begun = false;

	guest_tree_read(guest, &tree);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		const struct machine_function *function =
			is_assigned(device) ? function_of(&tree, device, machine) : NULL;

		if (!function)
			continue;
		text_adds(text, begun ? "" : "host devices:\n");
		begun = true;
		text_printf(text, "  " PCI_FORMAT ": " PCI_FORMAT " of the host, ",
			    PCI_ARGS(function->at), PCI_ARGS(device->source.at));
		if (function->vendor == 0) {
			text_adds(text, "which --host would describe\n");
			continue;
		}
		text_printf(text, "%s %04x:%04x", pci_class_name(function->class_code),
			    function->vendor, function->device);
		add_bars(text, function);
		text_addc(text, '\n');
	}
}
