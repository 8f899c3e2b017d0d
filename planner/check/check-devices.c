/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-devices.c - devices of which libvirt takes only one, and those for which it has
 * no place. Every verdict was measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/rules.h"

#include "planner/guest/each-device.h"

static const struct once_row {
	const char *tag;
	bool of_model; /* one of each model */
	bool until;    /* 11.3 accepts several */
} once[] = {
	{"memballoon"},
	{"nvram"},
	{"panic", .of_model = true},
	{"pstore"},
	{"redirfilter"},
	{"tpm"},
	{"vsock"},
	{"watchdog", .until = true},
};

static bool is_proxy(const struct guest_device *device)
{
	return streq(device->tag, "tpm") && streq_null(device->model, "tpm-spapr-proxy");
}

static void say_once(struct check *check, const struct once_row *row,
		     const struct guest_device *device, int first)
{
	unsigned libvirt = check->options->target.libvirt;
	const char *model = row->of_model ? device->model : NULL;
	struct finding *finding;

	if (row->until && libvirt >= UNTRIED_UNTIL)
		return;
	if (row->until && libvirt >= UNTRIED_SINCE)
		finding = check_warned(
			check, device->element,
			"There are two <%s>, of which libvirt 9.0 takes only one.",
			row->tag);
	else
		finding = check_found(
			check, device->element,
			"There are two <%s>%s%s, of which libvirt takes only one.",
			row->tag, model ? " of model " : "", model ? model : "");
	check_relate(check, finding, first);
}

static void device_once(struct check *check)
{
	for (size_t i = 0; i < ARRAY_SIZE(once); i++) {
		_cleanup_firsts_ struct firsts seen = {};

		foreach_device (device, check->guest, once[i].tag) {
			const char *model = once[i].of_model ? device->model : NULL;
			int first;

			if (is_proxy(device))
				continue;
			first = first_add(&seen, model, 0, device->element);
			if (first != device->element)
				say_once(check, &once[i], device, first);
		}
	}
}

/* Machines on which libvirt would look for a place on PCI; boards are not among them. */
static bool looks_on_pci(const struct guest *guest)
{
	return guest_is_q35(guest) || guest_is_i440fx(guest) || guest_is_virt(guest) ||
	       streq_null(guest->machine, "isapc") ||
	       streq_null(guest->machine, "microvm");
}

static void judge_usb_net(struct check *check)
{
	unsigned libvirt = check->options->target.libvirt;

	foreach_device (card, check->guest, "interface") {
		if (!streq_null(card->model, "usb-net") || card->address.type)
			continue;
		if (libvirt < UNTRIED_SINCE)
			check_found(check, card->element,
				    "A usb-net without <address> has no place.");
		else if (libvirt < UNTRIED_UNTIL)
			check_warned(
				check, card->element,
				"A usb-net without <address> has no place with libvirt 9.0.");
	}
}

static void device_place(struct check *check)
{
	const struct guest *guest = check->guest;

	foreach_device (sound, guest, "sound")
		if (streq_null(sound->model, "ich7"))
			check_set_remedy(check_found(check, sound->element,
						     "QEMU has no sound card ich7."),
					 "Use model ich9 or ich6.");
	if (!looks_on_pci(guest))
		return;
	judge_usb_net(check);
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (c->element >= 0 && !c->address.type &&
		    (streq_null(c->type, "isa") || streq_null(c->type, "xenbus")))
			check_set_remedy(
				check_found(check, c->element,
					    "A controller of type %s has no place.",
					    c->type),
				"Remove the controller.");
	}
}

const struct rule devices_rules[] = {
	{RULE("device-once", device_once, ERROR, 0, LIBVIRT),
	 .what = "There is only one vsock, memory balloon, TPM, NVRAM, pstore and USB redirection filter, one panic device of each model and, for libvirt 9.0, one watchdog.",
	 .why = "libvirt refuses a second one. 11.3 takes several watchdogs.",
	 .to_fix = "Remove one of them.",
	 .source = LV "conf/domain_conf.c, virDomainDefParseXML; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("device-place", device_place, ERROR, 0, LIBVIRT),
	 .what = "libvirt has a place for each device without an <address>.",
	 .why = "It looks for a place on PCI for controllers of type isa and xenbus, for the sound card ich7 and in 9.0 for the network card usb-net, finds none that suits them, and refuses the domain.",
	 .to_fix = "Write <address type='usb' bus='0' port='1'/>.",
	 .source = LV
	 "qemu/qemu_domain_address.c, qemuDomainDeviceCalculatePCIConnectFlags; measured",
	 .remedy = REMEDY_EDIT},
	{},
};
