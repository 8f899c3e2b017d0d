/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that end up at unintended places in the PCI tree. */
#include "planner/check/fix-parts.h"

#include "base/first.h"
#include "planner/guest/device-kind.h"

#include <strings.h>

/* Whether it is of <qemu:commandline>. */
static bool is_added(const struct guest *guest, struct assign_item item)
{
	if (item.controller >= 0)
		return guest->controllers.v[item.controller].added;
	return item.iommu >= 0 && guest->iommus.v[item.iommu].added;
}

static void auto_lands_on_pxb(struct check *check)
{
	const guest_functions *functions = &check->tree.functions;

	for (size_t i = 0; i < functions->n; i++) {
		const struct guest_function *f = &functions->v[i];
		_cleanup_free_ char *name = NULL;
		struct finding *finding;
		int bus = f->address->at.bus, cell = guest_tree_cell(&check->tree, bus);

		if (!f->address->assigned ||
		    !guest_tree_under_expander(&check->tree, bus))
			continue;
		name = assign_item_name(check->guest, f->item);
		finding = check_found(
			check, assign_element(check->guest, f->item),
			"%s has no address, and libvirt will put it on controller %d, below expander bus %d%s.",
			name, bus, check->tree.bus[bus].root,
			cell >= 0
				? ", on a guest node that the domain did not choose for it"
				: "");
		finding->subject = xstrdup(name);
		check_set_remedy(
			finding,
			"Give it an address on a port on pcie-root, or give such a port an index lower than %d.",
			bus);
	}
}

static void pci_index_gap(struct check *check)
{
	unsigned first = 0, count = 0, highest = 0, after = 0;
	const struct guest_controller *next;
	struct finding *finding;

	for (unsigned i = 1; i < INDEXES; i++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, (int)i);

		if (c && c->element >= 0 && !c->added)
			highest = i;
	}
	for (unsigned i = 1; i < highest; i++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, (int)i);

		if (c && c->element >= 0) {
			after = count > 0 && after == 0 ? i : after;
			continue;
		}
		if (count++ == 0)
			first = i;
	}
	if (count == 0)
		return;
	after = after > 0 ? after : highest;
	next = guest_tree_controller(&check->tree, (int)after);
	finding = check_found(
		check, next ? next->element : -1,
		"PCI controller indexes go up to %u, with gaps (missing: %u, the first is %u); libvirt adds a port on bus 0 for each missing one.",
		highest, count, first);
	finding->observed = xasprintf("%u", count);
	finding->expected = xstrdup("0");
}

/* The addresses of libvirt's own, then those of <qemu:commandline>. */
static void list_places(const struct check *check, struct firsts *ret)
{
	const guest_functions *functions = &check->tree.functions;

	for (size_t i = 0; i < functions->n; i++) {
		const struct guest_function *f = &functions->v[i];

		if (!is_added(check->guest, f->item))
			first_add(ret, NULL, pci_address_key(f->address->at),
				  assign_element(check->guest, f->item) + 1);
	}
}

/*
 * QEMU makes libvirt's devices, which are in JSON (since libvirt 7.9 and QEMU 6.2), after
 * the others. So each of the
 * others without addr= takes the first slot that the machine has free.
 */
struct first_slots {
	uint32_t used;
	bool buses;   /* some were added, which QEMU may choose without bus= */
	bool unknown; /* from here on */
};

static bool is_on_root(const struct first_slots *slots, const struct addition *addition)
{
	const char *bus = addition_text(addition, "bus");

	return bus ? commandline_bus_index(bus) == 0 : !slots->buses;
}

/* The slot that it takes on bus 0; 0: none, or it is not known. */
static unsigned slot_of(struct first_slots *slots, const struct addition *addition)
{
	const struct addition_value *place = addition_value(addition, "addr");
	bool bus = addition->kind == ADDITION_EXPANDER || addition->kind == ADDITION_PORT;
	bool pci = bus || (addition->kind == ADDITION_IOMMU &&
			   streq_null(addition->model, "virtio"));
	bool root = is_on_root(slots, addition);
	unsigned slot = 1;

	if (!pci && addition->kind != ADDITION_DEVICE)
		return 0;
	if (root && place) {
		slots->used |= UINT32_C(1) << (place->number / PCI_FUNCTIONS % PCI_SLOTS);
		slots->buses |= bus;
		return 0;
	}
	slots->unknown |= (root && (!pci || !addition->complete)) ||
			  (!root && !addition_text(addition, "bus"));
	slots->buses |= bus;
	if (addition->json || slots->unknown || !root)
		return 0;
	while (slot < PCI_SLOTS - 1 && slots->used >> slot & 1)
		slot++;
	slots->used |= UINT32_C(1) << slot;
	return slot;
}

static void judge_first_slots(struct check *check, struct firsts *taken)
{
	const struct guest *guest = check->guest;
	/* The host bridge, and the ISA bridge of i440fx. */
	struct first_slots slots = {.used = guest_is_i440fx(guest) ? 3 : 1};

	for (size_t i = 0; i < guest->commandline.additions.n; i++) {
		const struct addition *addition = &guest->commandline.additions.v[i];
		unsigned slot = slot_of(&slots, addition);
		struct pci_address at = {.slot = (uint8_t)slot};
		int other =
			slot > 0 ? first_find(taken, NULL, pci_address_key(at)) - 1 : -1;

		if (slot == 0 || other + 1 < 0)
			continue;
		check_relate(
			check,
			check_found(
				check, addition->element,
				"A device of <qemu:commandline> has no addr=, so QEMU puts it into slot 0x%x of %s, where the domain has another device%s.",
				slot, guest_is_i440fx(guest) ? "pci.0" : "pcie.0",
				other < 0 ? ", at an address that libvirt chooses" : ""),
			other);
	}
}

static void judge_place(struct check *check, struct firsts *taken, int element,
			struct pci_address at)
{
	int other = first_add(taken, NULL, pci_address_key(at), element + 1) - 1;

	if (other == element) {
		if (assign_chipset_has(check->guest, at))
			check_set_remedy(
				check_found(
					check, element,
					"A device of <qemu:commandline> is at " PCI_FORMAT
					", where the machine has one of its own.",
					PCI_ARGS(at)),
				"Give it another address.");
		return;
	}
	check_relate(check,
		     check_found(check, element,
				 "A device of <qemu:commandline> is at " PCI_FORMAT
				 ", where the domain has another device%s.",
				 PCI_ARGS(at),
				 other < 0 ? ", at an address that libvirt chooses" : ""),
		     other);
}

static void commandline_address(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct commandline *list = &guest->commandline;
	_cleanup_firsts_ struct firsts taken = {};
	const guest_functions *functions = &check->tree.functions;

	if (list->additions.n == 0)
		return;
	list_places(check, &taken);
	judge_first_slots(check, &taken);
	for (size_t i = 0; i < functions->n; i++)
		if (is_added(guest, functions->v[i].item))
			judge_place(check, &taken,
				    assign_element(guest, functions->v[i].item),
				    functions->v[i].address->at);
	for (size_t i = 0; i < list->additions.n; i++) {
		const struct addition *addition = &list->additions.v[i];
		const char *bus = addition_text(addition, "bus");
		const struct addition_value *place = addition_value(addition, "addr");
		int index = bus ? commandline_bus_index(bus) : -1;

		if (addition->kind == ADDITION_DEVICE && index >= 0 && place)
			judge_place(check, &taken, addition->element,
				    (struct pci_address){.bus = (uint8_t)index,
							 .slot = (uint8_t)(place->number /
									   PCI_FUNCTIONS),
							 .function = place->number %
								     PCI_FUNCTIONS});
	}
}

static uint64_t slot_key(struct pci_address at)
{
	at.function = 0;
	return pci_address_key(at);
}

/* The chipset's own functions: 00:1f.x of q35, 00:01.x of i440fx. */
static bool chipset_slot(const struct guest *guest, struct pci_address at)
{
	return at.bus == 0 && at.slot == (guest_is_q35(guest) ? 0x1f : 1);
}

static void pci_fn0_missing(struct check *check)
{
	const guest_functions *functions = &check->tree.functions;
	_cleanup_firsts_ struct firsts zeros = {};

	for (size_t i = 0; i < functions->n; i++)
		if (functions->v[i].address->at.function == 0)
			first_add(&zeros, NULL, slot_key(functions->v[i].address->at),
				  (int)i);
	for (size_t i = 0; i < functions->n; i++) {
		const struct guest_function *f = &functions->v[i];
		_cleanup_free_ char *name = NULL;

		if (f->address->at.function == 0 ||
		    chipset_slot(check->guest, f->address->at) ||
		    first_find(&zeros, NULL, slot_key(f->address->at)) >= 0)
			continue;
		name = assign_item_name(check->guest, f->item);
		check_found(
			check, assign_element(check->guest, f->item),
			"%s is function %u of a slot without a function 0; guests do not look at such a slot.",
			name, f->address->at.function);
	}
}

static void multifunction_off(struct check *check)
{
	const guest_functions *functions = &check->tree.functions;
	_cleanup_firsts_ struct firsts off = {};

	for (size_t i = 0; i < functions->n; i++)
		if (functions->v[i].address->at.function == 0 &&
		    switch_is(functions->v[i].address->multifunction, false))
			first_add(&off, NULL, slot_key(functions->v[i].address->at),
				  (int)i);
	for (size_t i = 0; off.n > 0 && i < functions->n; i++) {
		struct pci_address at = functions->v[i].address->at;
		int zero = first_find(&off, NULL, slot_key(at));
		struct finding *finding;

		if (at.function == 0 || zero < 0)
			continue;
		finding = check_found(
			check, assign_element(check->guest, functions->v[zero].item),
			"Function 0 of slot " PCI_FORMAT
			" has multifunction='off', but function %u is used as well.",
			PCI_ARGS(functions->v[zero].address->at), at.function);
		check_relate(check, finding,
			     assign_element(check->guest, functions->v[i].item));
	}
}

/* QEMU gives chassis 0 to a port of <qemu:commandline> without chassis=. */
static bool has_chassis(const struct guest_controller *c)
{
	return guest_is_port(c) && (c->chassis.state == VALUE_VALID ||
				    (c->added && c->chassis.state == VALUE_ABSENT));
}

/* What QEMU compares: the chassis and the slot in it. */
static uint64_t chassis_slot(const struct guest_controller *c)
{
	return c->chassis.value << 16 | c->slot;
}

static void say_chassis(struct check *check, const struct guest_controller *a,
			const struct guest_controller *b)
{
	bool assigned = a->chassis_assigned || b->chassis_assigned;
	const struct guest_controller *at = b->chassis_assigned ? a : b;
	_cleanup_free_ char *first = check_controller_name(a, "controller");
	_cleanup_free_ char *second = check_controller_name(b, "controller");
	_cleanup_free_ char *names =
		a->added || b->added
			? xasprintf("%s and %s", first, second)
			: xasprintf("with the indexes %llu and %llu", ULL(a->index.value),
				    ULL(b->index.value));
	struct finding *finding;

	finding = check_found(check, at->element,
			      "Two ports, %s, both have chassis %llu%s.", names,
			      ULL(b->chassis.value),
			      assigned ? ", one of them because libvirt chose the index"
				       : "");
	check_relate(check, finding, (at == a ? b : a)->element);
	if (a->added || b->added)
		check_set_remedy(
			finding,
			"Give the port of <qemu:commandline> a chassis= that no other port has, or another slot=.");
}

static void port_chassis_dup(struct check *check)
{
	const struct guest_controller *first[INDEXES] = {}, *last[INDEXES] = {};
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts slots = {};

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i], *other;

		if (!has_chassis(c) || c->chassis.value >= INDEXES)
			continue;
		if (c->slot != 0) {
			int before = first_add(&slots, NULL, chassis_slot(c), (int)i);

			if (before != (int)i)
				say_chassis(check, &guest->controllers.v[before], c);
			continue;
		}
		other = c->chassis_assigned ? last[c->chassis.value]
					    : first[c->chassis.value];
		last[c->chassis.value] = c;
		if (!other) {
			first[c->chassis.value] = c;
			continue;
		}
		say_chassis(check, other, c);
	}
}

static void parent_after_child(struct check *check)
{
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		if (c && !c->added && check->tree.bus[index].parent >= index &&
		    controller_model_of(c) != CONTROLLER_PCI_BRIDGE)
			check_found(
				check, c->element,
				"Controller %d is on controller %d, whose index is not lower; QEMU creates controllers in the order of their indexes, so that bus does not exist yet.",
				index, check->tree.bus[index].parent);
	}
}

static bool endpoints_below(const struct check *check, int index)
{
	return check->tree.bus[index].children > 0;
}

static void port_no_acs(struct check *check)
{
	if (check->guest->iommus.n == 0)
		return;
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);
		const struct controller_device *device =
			guest_is_port(c) ? controller_device_of(c) : NULL;
		_cleanup_free_ char *name = NULL;
		struct finding *finding;

		if (!device || device->acs || !endpoints_below(check, index) ||
		    !guest_tree_iommu(&check->tree, index))
			continue;
		name = c->added
			       ? check_controller_name(c, "Port")
			       : xasprintf("Port %d is a %s, which", index, device->name);
		finding = check_found(
			check, c->element,
			"%s has no ACS: in the guest, everything below it shares an IOMMU group with the port.",
			name);
		finding->subject = check_controller_name(c, "controller");
	}
}

static void root_slots(struct check *check)
{
	bool used[PCI_SLOTS] = {};
	const guest_functions *functions = &check->tree.functions;
	unsigned count = 0;

	for (size_t i = 0; i < functions->n; i++)
		if (functions->v[i].address->at.bus == 0)
			used[functions->v[i].address->at.slot] = true;
	for (unsigned slot = 1; slot < PCI_SLOTS; slot++)
		count += used[slot] || slot == 0x1f;
	if (count >= PCI_SLOTS - 1 && guest_is_q35(check->guest))
		check_found(
			check, -1,
			"All 31 slots of pcie-root are used: libvirt cannot add another port.");
}

struct card {
	const char *mac;
	int element;
};

static int compare_cards(const void *left, const void *right)
{
	const struct card *a = left, *b = right;
	int order = strcasecmp(a->mac, b->mac);

	return order ? order : (a->element > b->element) - (a->element < b->element);
}

static void mac_dup(struct check *check)
{
	const struct guest *guest = check->guest;
	VEC(struct card) cards = {};

	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].mac)
			*vec_add(&cards) = (struct card){guest->devices.v[i].mac,
							 guest->devices.v[i].element};
	vec_sort(&cards, compare_cards);
	for (size_t i = 1; i < cards.n; i++)
		if (strcasecmp(cards.v[i - 1].mac, cards.v[i].mac) == 0)
			check_relate(
				check,
				check_found(check, cards.v[i].element,
					    "Two interfaces have the MAC address %s.",
					    cards.v[i].mac),
				cards.v[i - 1].element);
	vec_free(&cards);
}

static void fix_chassis(struct fix *fix)
{
	struct want *want = want_new("controller");

	want_unset(want_child(want, "target"), "chassis");
	fix_merge(fix, fix->element, want);
}

enum { PORT_NO_ACS };

const struct rule *const rule_port_no_acs = &place_rules[PORT_NO_ACS];

const struct rule place_rules[] = {
	[PORT_NO_ACS] =
		{RULE("port-no-acs", port_no_acs, WARNING, NEED_MACHINE, NOBODY),
		 .what = "In a guest with an IOMMU, ports have ACS (Access Control Services).",
		 .why = "ioh3420 and switch ports do not. Everything below such a port is in one IOMMU group with the port, so the guest can assign it only as a whole: the functions of a device, or all devices below a switch that is below such a port. Devices below different ports are in different groups, unless the ports are functions of one slot.",
		 .to_fix = "Use a pcie-root-port with its default model.",
		 .source = "QEMU 7.2 hw/pci-bridge/gen_pcie_root_port.c; measured",
		 .remedy = REMEDY_EDIT},
	{RULE("port-chassis-dup", port_chassis_dup, ERROR, NEED_MACHINE, QEMU),
	 .decided_by = {"chassis"},
	 .what = "Each root port and downstream port has a unique chassis.",
	 .why = "libvirt accepts a duplicate, but QEMU does not start (\"Can't add chassis slot, error -16\"). Ports of <qemu:commandline> may share a chassis if their slot= differs; without slot= it is 0, as for libvirt's ports.",
	 .to_fix =
		 "Set chassis to the controller's index, or remove it from all ports, so that libvirt chooses.",
	 .source = "QEMU 7.2 hw/pci/pcie_port.c", .remedy = REMEDY_FIX,
	 .fix = fix_chassis, .fix_is_local = true},
	{RULE("parent-after-child", parent_after_child, ERROR, NEED_MACHINE, QEMU),
	 .after = {&controller_rules[PCI_ROOT_MODEL]},
	 .what = "A controller has a higher index than the controller that it is on.",
	 .why = "libvirt passes controllers to QEMU in the order of their indexes, and QEMU does not find a bus that it has not created yet.",
	 .to_fix = "Swap the indexes of the two controllers.",
	 .source = LV "conf/domain_conf.c, virDomainControllerInsert; QEMU qdev",
	 .remedy = REMEDY_EDIT},
	{RULE("commandline-address", commandline_address, ERROR, NEED_MACHINE, QEMU),
	 .what = "No device of <qemu:commandline> is at the address of another device.",
	 .why = "libvirt does not know the devices of <qemu:commandline> and accepts the domain, but QEMU exits, because the slot is in use. QEMU makes the devices of libvirt last, so one without addr= takes the first free slot, which libvirt mostly uses.",
	 .to_fix =
		 "Give one of them another address. An address that libvirt chooses can be written into the domain.",
	 .source = "QEMU 7.2 hw/pci/pci.c, do_pci_register_device; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("multifunction-off", multifunction_off, ERROR, NEED_MACHINE, QEMU),
	 .what = "Function 0 of a slot with several functions has multifunction='on'.",
	 .why = "QEMU does not add a second function to a single-function device.",
	 .to_fix =
		 "Write multifunction='on', or remove the attribute so that libvirt sets it.",
	 .source = "QEMU 7.2 hw/pci/pci.c", .remedy = REMEDY_EDIT},
	{RULE("auto-lands-on-pxb", auto_lands_on_pxb, WARNING, NEED_MACHINE, NOBODY),
	 .after = {&controller_rules[PCI_ROOT_MODEL]},
	 .what = "Devices below expander buses have explicit addresses.",
	 .why = "A device without an address gets the free port with the lowest index, whichever node that port is on.",
	 .to_fix =
		 "Give the device an address, or add a free port with a lower index on pcie-root.",
	 .source = LV "conf/domain_addr.c, virDomainPCIAddressGetNextAddr",
	 .remedy = REMEDY_FIX, .fix = fix_off_expander},
	{RULE("pci-index-gap", pci_index_gap, WARNING, NEED_MACHINE, NOBODY),
	 .after = {&controller_rules[CONTROLLER_INDEX_DUP]},
	 .what = "PCI controller indexes have no gaps.",
	 .why = "libvirt fills each gap with a port on bus 0, which wastes slots and bus numbers.",
	 .to_fix = "Number the controllers without gaps.",
	 .source = LV "qemu/qemu_domain_address.c, qemuDomainPCIAddressSetCreate",
	 .remedy = REMEDY_FIX, .fix = fix_indexes},
	{RULE("pci-fn0-missing", pci_fn0_missing, WARNING, NEED_MACHINE, NOBODY),
	 .after = {&pci_rules[SATA_PLACE]},
	 .what = "A slot in which a function above 0 is used also has a function 0.",
	 .why = "A guest that finds no function 0 in a slot does not look for others.",
	 .to_fix = "Use function='0x0'.",
	 .source = "PCI local bus specification 3.0, 3.2.2.3.4", .remedy = REMEDY_FIX,
	 .fix = fix_function_0},
	{RULE("root-slots", root_slots, INFO, NEED_MACHINE, NOBODY),
	 .what = "pcie-root has a free slot.",
	 .why = "Otherwise libvirt refuses the next device for which there is no free port.",
	 .to_fix = "Put several ports into one slot, as functions.",
	 .source = LV "conf/domain_addr.c", .remedy = REMEDY_EDIT},
	{RULE("mac-dup", mac_dup, WARNING, 0, NOBODY),
	 .what = "No two interfaces have the same MAC address.",
	 .why = "On the same network neither can be reached reliably.",
	 .to_fix = "Change one, or remove it so that libvirt generates one.",
	 .source = "IEEE 802", .remedy = REMEDY_EDIT},
	{},
};
