/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI addresses and controllers that libvirt refuses when it defines a domain. The
 * results of its address allocation come from planner/guest/assign/assign.h; these rules
 * put them into words.
 */
#include "planner/check/rules.h"

#include "base/first.h"

typedef void (*say_refusal)(struct check *check, const struct assign_refusal *refusal,
			    const char *name, int element);

/* The element of what is refused, or -1, and its name, which the caller owns. */
static int refused_item(const struct check *check, const struct assign_refusal *refusal,
			char **ret_name)
{
	/* All -1: the chipset conflicts with something that has no element. */
	if (refusal->item.controller < 0 && refusal->item.device < 0 &&
	    refusal->item.iommu < 0) {
		*ret_name = xstrdup("a device");
		return -1;
	}
	*ret_name = assign_item_name(check->guest, refusal->item);
	return assign_element(check->guest, refusal->item);
}

static void each_refusal(struct check *check, enum assign_refusal_kind kind,
			 say_refusal say)
{
	for (size_t i = 0; i < check->assignment->refusals.n; i++) {
		const struct assign_refusal *refusal = &check->assignment->refusals.v[i];
		_cleanup_free_ char *name = NULL;
		int element;

		if (refusal->kind != kind)
			continue;
		element = refused_item(check, refusal, &name);
		say(check, refusal, name, element);
	}
}

static bool is_pxb(const struct check *check, const struct assign_refusal *refusal)
{
	int number = refusal->item.controller;

	return number >= 0 && guest_is_expander(&check->guest->controllers.v[number]);
}

static const char *model_at(const struct check *check, unsigned bus)
{
	const struct guest_controller *c = guest_tree_controller(&check->tree, (int)bus);

	return c && c->model ? c->model : "controller that does not exist";
}

static void say_parent(struct check *check, const struct assign_refusal *refusal,
		       const char *name, int element)
{
	if (is_pxb(check, refusal))
		check_found(
			check, element,
			"%s is on controller %u, a %s; an expander bus can only be on bus 0.",
			name, refusal->at.bus, model_at(check, refusal->at.bus));
}

static void pxb_parent(struct check *check)
{
	each_refusal(check, REFUSED_CONNECTION, say_parent);
}

static void say_domain(struct check *check, const struct assign_refusal *refusal,
		       const char *name, int element)
{
	check_found(check, element, "%s is in PCI domain %u, but there is only domain 0.",
		    name, refusal->at.domain);
}

static void pci_domain(struct check *check)
{
	each_refusal(check, REFUSED_DOMAIN, say_domain);
}

/* The last element at each address, and the one before it. */
static void find_last_at(const struct check *check, struct firsts *ret)
{
	const guest_functions *functions = &check->tree.functions;

	for (size_t i = functions->n; i-- > 0;) {
		int element = assign_element(check->guest, functions->v[i].item);
		uint64_t key = pci_address_key(functions->v[i].address->at);

		if (element >= 0 && first_add(ret, NULL, key, element) != element)
			first_add(ret, "another", key, element);
	}
}

static void pci_address_dup(struct check *check)
{
	_cleanup_firsts_ struct firsts last = {};

	for (size_t i = 0; i < check->assignment->refusals.n; i++) {
		const struct assign_refusal *refusal = &check->assignment->refusals.v[i];
		_cleanup_free_ char *name = NULL;
		struct finding *finding;
		int element, other;
		uint64_t key;

		if (refusal->kind != REFUSED_ADDRESS_TWICE)
			continue;
		if (last.n == 0)
			find_last_at(check, &last);
		key = pci_address_key(refusal->at);
		element = refused_item(check, refusal, &name);
		finding = check_found(check, element,
				      "%s is at " PCI_FORMAT ", which is already in use.",
				      name, PCI_ARGS(refusal->at));
		other = first_find(&last, NULL, key);
		check_relate(check, finding,
			     other != element ? other
					      : first_find(&last, "another", key));
	}
}

static void say_slot(struct check *check, const struct assign_refusal *refusal,
		     const char *name, int element)
{
	struct finding *finding;

	finding = check_found(
		check, element,
		"%s is in slot 0x%02x of controller %u, a %s, which has slots 0x%02x to 0x%02x.",
		name, refusal->at.slot, refusal->at.bus, model_at(check, refusal->at.bus),
		refusal->from, refusal->to);
	finding->observed = xasprintf("0x%02x", refusal->at.slot);
	finding->expected = xasprintf("0x%02x-0x%02x", refusal->from, refusal->to);
}

static void pci_slot_range(struct check *check)
{
	each_refusal(check, REFUSED_SLOT, say_slot);
}

static void say_connection(struct check *check, const struct assign_refusal *refusal,
			   const char *name, int element)
{
	struct finding *finding;

	if (is_pxb(check, refusal))
		return;
	finding = check_found(check, element,
			      "%s cannot be on controller %u, a %s: it needs %s.", name,
			      refusal->at.bus, model_at(check, refusal->at.bus),
			      refusal->wants);
	finding->observed = xstrdup(model_at(check, refusal->at.bus));
	finding->expected = xstrdup(refusal->wants);
}

/* The rule iommu-virtio-root is about IOMMUs. */
static void say_not_root(struct check *check, const struct assign_refusal *refusal,
			 const char *name, int element)
{
	if (refusal->item.iommu < 0)
		check_set_remedy(
			check_found(check, element,
				    "%s is on controller %u; it can only be on bus 0.",
				    name, refusal->at.bus),
			"Give it an address with bus='0x00', or none.");
}

static void pci_connect_type(struct check *check)
{
	each_refusal(check, REFUSED_CONNECTION, say_connection);
	each_refusal(check, REFUSED_NOT_ROOT, say_not_root);
}

/* Reported once: later devices have no place for the same reason. */
static void pci_no_slot(struct check *check)
{
	const struct assign_refusal *first = NULL;
	_cleanup_free_ char *name = NULL, *others = NULL;
	size_t count = 0;

	for (size_t i = 0; i < check->assignment->refusals.n; i++)
		if (check->assignment->refusals.v[i].kind == REFUSED_NO_SLOT &&
		    count++ == 0)
			first = &check->assignment->refusals.v[i];
	if (!first)
		return;
	name = assign_item_name(check->guest, first->item);
	others = count > 1 ? xasprintf(" and %zu more", count - 1) : xstrdup("");
	check_found(check, assign_element(check->guest, first->item),
		    "%s%s: no free slot is suitable, and libvirt cannot add one.", name,
		    others);
}

static void say_fixed(struct check *check, const struct assign_refusal *refusal,
		      const char *name, int element)
{
	check_found(check, element,
		    "%s is part of the chipset and always at " PCI_FORMAT ".", name,
		    PCI_ARGS(refusal->at));
}

static void sata_place(struct check *check)
{
	each_refusal(check, REFUSED_FIXED, say_fixed);
}

static void say_no_bus_nr(struct check *check, const struct assign_refusal *refusal,
			  const char *name, int element)
{
	(void)refusal;
	check_found(
		check, element,
		"%s has no busNr, and libvirt cannot choose one: the lowest busNr in use, minus 2, is too low.",
		name);
}

static void busnr_exhausted(struct check *check)
{
	each_refusal(check, REFUSED_NO_BUS_NR, say_no_bus_nr);
}

static void say_bridge_order(struct check *check, const struct assign_refusal *refusal,
			     const char *name, int element)
{
	check_found(
		check, element,
		"%s is on controller %u; a bridge needs a higher index than the controller that it is on.",
		name, refusal->at.bus);
}

static void bridge_parent_order(struct check *check)
{
	each_refusal(check, REFUSED_PARENT, say_bridge_order);
}

/* The content of the source, without white space; NULL for anything but a hostdev. */
static char *source_text(const struct check *check, const struct guest_device *device)
{
	struct text text = {};
	struct span span;

	if (!streq(device->tag, "hostdev") || device->source_element < 0)
		return NULL;
	span = document_whole(check->document, device->source_element);
	for (size_t i = span.start; i < span.end; i++)
		if (!strchr(" \t\r\n", check->document->text.s[i]))
			text_addc(&text, check->document->text.s[i]);
	return text_take(&text);
}

/*
 * Text that identifies the host's device: its PCI address, or the content of its source.
 * NULL: it may be given twice. Owned by the caller.
 */
static char *source_key(const struct check *check, const struct guest_device *device)
{
	_cleanup_free_ char *source = NULL;

	/* Several disks may be namespaces of one NVMe device. */
	if (streq(device->tag, "disk"))
		return NULL;
	if (device->source.state == VALUE_VALID)
		return xasprintf(PCI_FORMAT, PCI_ARGS(device->source.at));
	source = source_text(check, device);
	if (!source)
		return NULL;
	return xasprintf("%s %s", device->type ? device->type : "", source);
}

static void say_source_twice(struct check *check, int first, int second)
{
	const struct guest *guest = check->guest;
	_cleanup_free_ char *name =
		assign_item_name(guest, (struct assign_item){-1, second, -1});

	check_relate(check,
		     check_found(check, guest->devices.v[second].element,
				 "%s is assigned twice.", name),
		     guest->devices.v[first].element);
}

static void hostdev_dup(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts seen = {};
	VEC(char *) keys = {};

	for (size_t i = 0; i < guest->devices.n; i++) {
		char *key = source_key(check, &guest->devices.v[i]);
		int first;

		if (!key)
			continue;
		*vec_add(&keys) = key;
		first = first_add(&seen, key, 0, (int)i);
		if (first != (int)i)
			say_source_twice(check, first, (int)i);
	}
	for (size_t i = 0; i < keys.n; i++)
		free(keys.v[i]);
	vec_free(&keys);
}

const struct rule pci_rules[] = {
	{RULE("pci-domain", pci_domain, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "Guest addresses are in PCI domain 0.",
	 .why = "QEMU's machines have only this domain, and libvirt refuses any other.",
	 .to_fix = "Write domain='0x0000'.", .source = LV "conf/domain_addr.c",
	 .remedy = REMEDY_EDIT},
	{RULE("pxb-parent", pxb_parent, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "Expander buses are on bus 0.",
	 .why = "They are host bridges, not devices behind a port.",
	 .to_fix = "Give it an address with bus='0x00'.",
	 .source = LV "conf/domain_addr.c; QEMU hw/pci-bridge/pci_expander_bridge.c",
	 .remedy = REMEDY_EDIT},
	{RULE("pci-connect-type", pci_connect_type, ERROR, NEED_MACHINE, LIBVIRT),
	 .after = {&controller_rules[PXB_MACHINE]},
	 .what = "Each device is on a controller that can take it.",
	 .why = "A pcie-expander-bus takes ports but no other devices, an upstream port takes only downstream ports, a pvpanic device is on bus 0, and so on; libvirt refuses anything else.",
	 .to_fix = "Put a port in between, or move the device.",
	 .source = LV "conf/domain_addr.c, virDomainPCIAddressFlagsCompatible",
	 .remedy = REMEDY_EDIT},
	{RULE("pci-slot-range", pci_slot_range, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "Each device is in a slot that its controller has.",
	 .why = "A port has only slot 0; a bridge reserves slot 0 for itself. libvirt refuses other slots.",
	 .to_fix = "Use a slot in the range.",
	 .source = LV "conf/domain_addr.c, virDomainPCIAddressValidate",
	 .remedy = REMEDY_EDIT},
	{RULE("pci-address-dup", pci_address_dup, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "No two devices have the same address.",
	 .why = "libvirt refuses the second device at an address.",
	 .to_fix = "Give it another address, or none so that libvirt chooses one.",
	 .source = LV "conf/domain_addr.c", .remedy = REMEDY_EDIT},
	{RULE("pci-no-slot", pci_no_slot, ERROR, NEED_MACHINE, LIBVIRT),
	 .after = {&controller_rules[PCI_ROOT_MODEL], &controller_rules[PXB_MACHINE]},
	 .what = "There is a slot for every device.",
	 .why = "libvirt adds ports where it can, but it adds no expander buses or switches, and it cannot add slots to bus 0.",
	 .to_fix = "Add a suitable controller, or free a slot.",
	 .source = LV "conf/domain_addr.c, virDomainPCIAddressSetGrow",
	 .remedy = REMEDY_EDIT},
	[SATA_PLACE] =
		{RULE("sata-place", sata_place, ERROR, NEED_MACHINE, LIBVIRT),
		 .what = "Controllers that are part of the chipset have the addresses that the chipset gives them.",
		 .why = "q35 has its SATA controller at 00:1f.2 and cannot move it.",
		 .to_fix = "Remove the address.",
		 .source = LV "qemu/qemu_domain_address.c", .remedy = REMEDY_EDIT},
	{RULE("busnr-exhausted", busnr_exhausted, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "libvirt can choose a busNr for each expander bus that has none.",
	 .why = "It takes the lowest busNr in use, minus 2, and fails if the result is less than 2.",
	 .to_fix = "Set busNr on every expander bus.",
	 .source = LV "qemu/qemu_domain_address.c, qemuDomainAddressFindNewBusNr",
	 .remedy = REMEDY_EDIT},
	{RULE("bridge-parent-order", bridge_parent_order, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "A pci-bridge has a higher index than the controller that it is on.",
	 .why = "libvirt refuses other orders, because QEMU could not start.",
	 .to_fix = "Swap the indexes of the two controllers.",
	 .source = LV "qemu/qemu_domain_address.c", .remedy = REMEDY_EDIT},
	{RULE("hostdev-dup", hostdev_dup, ERROR, 0, LIBVIRT),
	 .what = "Each host device is assigned only once.",
	 .why = "libvirt refuses a second assignment.", .to_fix = "Remove one of them.",
	 .source = LV "conf/domain_validate.c", .remedy = REMEDY_EDIT},
	{},
};
