/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. libvirt works in two passes (qemuDomainAssignPCIAddresses). The
 * first assigns addresses only to find out how many buses are missing: each index without
 * a controller becomes a port, and each device that finds no slot adds one. These ports
 * become controllers; a domain without any PCI controller of its own gets one more port,
 * for hot-plugging. The second pass assigns the addresses. In both, the addresses in the
 * document come first, then those of the chipset, then the rest in a fixed order of
 * kinds, each on the lowest bus and slot that accepts it.
 */
#include "planner/guest/assign/assign.h"

#include "planner/guest/assign/parts.h"

#include "planner/guest/device-kind.h"

static void begin_buses(struct assign_pass *pass)
{
	bool pci = guest_is_i440fx(pass->guest), written[INDEXES] = {};

	for (size_t i = 0; i < pass->guest->controllers.n; i++) {
		const struct guest_controller *c = &pass->guest->controllers.v[i];
		int index = guest_pci_index(c);

		if (index < 0)
			continue;
		written[index] = true;
		pass->buses.n = MAX(pass->buses.n, (unsigned)index + 1);
		if (pass->buses.bus[index].model == CONTROLLER_NONE)
			buses_set_model(&pass->buses, (unsigned)index,
					controller_model_of(c));
	}
	for (unsigned i = 1; i < pass->buses.n; i++)
		if (!written[i])
			buses_set_model(&pass->buses, i,
					pci ? CONTROLLER_PCI_BRIDGE
					    : CONTROLLER_ROOT_PORT);
}

static void take(struct assign_pass *pass, const struct assign_row *row)
{
	struct guest_address *address = assign_address(pass->guest, row->item);
	struct assign_refusal refusal = {.item = row->item};

	if (!guest_address_on_pci(address) || assign_wanted(pass->guest, row->item))
		return;
	if (!buses_take(&pass->buses, row->needs & ~AUTOMATIC, &address->at, &refusal))
		*vec_add(&pass->result->refusals) = refusal;
}

static const char *tag_of(const struct assign_pass *pass, struct assign_item item)
{
	if (item.device >= 0)
		return pass->guest->devices.v[item.device].tag;
	return item.controller >= 0 ? "controller" : "iommu";
}

/*
 * The addresses in the document, kind by kind in libvirt's order
 * (virDomainDeviceInfoIterate). The later of two devices with the same address is
 * refused, and a conventional device on the bus after the last one is moved.
 */
static void take_given(struct assign_pass *pass)
{
	static const char *const tags[] = {
		"disk",       "interface", "sound",  "hostdev",    "video",
		"controller", "serial",    "input",  "filesystem", "watchdog",
		"memballoon", "rng",       "shmem",  "memory",     "panic",
		"iommu",      "vsock",     "crypto", "pstore",
	};

	size_t n = pass->list.rows.n;
	_cleanup_free_ uint8_t *turns = xcalloc(n, sizeof(*turns));
	unsigned any = 0;

	for (size_t i = 0; i < n; i++) {
		const char *tag = tag_of(pass, pass->list.rows.v[i].item);

		/* Most often it is that of the one before. */
		turns[i] = i > 0 ? turns[i - 1] : 0;
		if (turns[i] < ARRAY_SIZE(tags) && streq(tag, tags[turns[i]]))
			continue;
		turns[i] = 0;
		while (turns[i] < ARRAY_SIZE(tags) && !streq(tag, tags[turns[i]]))
			turns[i]++;
		any |= 1u << turns[i];
	}
	for (size_t turn = 0; turn < ARRAY_SIZE(tags); turn++)
		for (size_t i = 0; any >> turn & 1 && i < n; i++)
			if (turns[i] == turn)
				take(pass, &pass->list.rows.v[i]);
}

/*
 * A device that libvirt would not put at its address, or that we do not know. libvirt
 * refuses an address that is in use, whatever the device is.
 */
static void reserve(struct assign_pass *pass, struct assign_item item, bool listed)
{
	const struct guest_address *address = assign_address(pass->guest, item);

	if (listed || !guest_address_on_pci(address) || guest_address_automatic(address))
		return;
	if (!buses_reserve(&pass->buses, guest_is_i440fx(pass->guest), address->at))
		assign_refuse(pass, REFUSED_ADDRESS_TWICE, item)->at = address->at;
}

/*
 * Every PCI address in the document reserves its slot, and its bus is added, even if
 * nothing is known about the device: libvirt would not put another one there
 * (qemuDomainCollectPCIAddress looks at the address only), and neither must our plan.
 */
static void reserve_others(struct assign_pass *pass)
{
	const struct guest *guest = pass->guest;
	_cleanup_free_ bool *controllers =
		xcalloc(guest->controllers.n + 1, sizeof(bool));
	_cleanup_free_ bool *devices = xcalloc(guest->devices.n + 1, sizeof(bool));
	_cleanup_free_ bool *iommus = xcalloc(guest->iommus.n + 1, sizeof(bool));

	for (size_t i = 0; i < pass->list.rows.n; i++) {
		struct assign_item item = pass->list.rows.v[i].item;

		if (item.controller >= 0)
			controllers[item.controller] = true;
		else if (item.device >= 0)
			devices[item.device] = true;
		else if (item.iommu >= 0)
			iommus[item.iommu] = true;
	}
	for (size_t i = 0; i < guest->controllers.n; i++)
		reserve(pass, (struct assign_item){(int)i, -1, -1}, controllers[i]);
	for (size_t i = 0; i < guest->devices.n; i++)
		reserve(pass, (struct assign_item){-1, (int)i, -1}, devices[i]);
	for (size_t i = 0; i < guest->iommus.n; i++)
		reserve(pass, (struct assign_item){-1, -1, (int)i}, iommus[i]);
}

static void give_rest(struct assign_pass *pass)
{
	for (size_t i = 0; i < pass->list.rows.n; i++)
		if (assign_wanted(pass->guest, pass->list.rows.v[i].item))
			assign_next(pass, &pass->list.rows.v[i]);
}

static void run_pass(struct assign_pass *pass)
{
	assign_collect(pass->guest, &pass->list);
	begin_buses(pass);
	take_given(pass);
	reserve_others(pass);
	assign_chipset(pass);
}

/* One port stays free for hot-plugging. */
static void keep_one(struct assign_pass *pass, unsigned needs)
{
	enum assign_refusal_kind kind;
	struct pci_address at;

	if (buses_find(&pass->buses, needs | AUTOMATIC, -1, &at, &kind))
		buses_mark(&pass->buses, needs, at);
}

static bool any_free(const struct buses *buses)
{
	for (unsigned i = 0; i < buses->n; i++) {
		const struct controller_row *row = &controller_rows[buses->bus[i].model];

		for (unsigned slot = row->first_slot; slot <= row->last_slot; slot++)
			if (!buses_slot_used(buses, i, slot))
				return true;
	}
	return false;
}

static void add_missing(struct assign_pass *pass)
{
	for (unsigned i = 1; i < pass->buses.n; i++) {
		const struct controller_row *model =
			&controller_rows[pass->buses.bus[i].model];
		struct guest_controller *controller;
		struct assign_row row = {.item = {-1, -1, -1}, .needs = model->needs};

		if (guest_pci_controller(pass->guest, i))
			continue;
		controller = guest_add_controller(pass->guest, "pci");
		controller->index = number_of(i);
		controller->model = xstrdup(model->name);
		row.item.controller = (int)pass->guest->controllers.n - 1;
		/* May add a bus, which the loop reaches later. */
		assign_next(pass, &row);
	}
}

/* Refusals go to @first. */
static void first_pass(struct assign_pass *second, struct assignment *first)
{
	struct guest *guest = second->guest;
	struct assign_pass pass = {.guest = guest,
				   .result = first,
				   .list = second->list,
				   .buses.grow = true,
				   .buses.bridges =
					   assign_has(guest, FEATURE_PORT_FOR_BRIDGE)};
	bool own = false;

	for (size_t i = 0; i < guest->controllers.n; i++)
		own |= guest_is_pci(&guest->controllers.v[i]) &&
		       !number_is(guest->controllers.v[i].index, 0);
	run_pass(&pass);
	if (guest_is_i440fx(guest) && any_free(&pass.buses))
		keep_one(&pass, TAKES_PCI);
	give_rest(&pass);
	if (!own && pass.buses.n > 1 && !guest_is_i440fx(guest))
		keep_one(&pass, TAKES_PCIE);
	add_missing(&pass);
	second->list = pass.list;
}

static unsigned lowest_bus_nr(const struct guest *guest)
{
	unsigned lowest = 256;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		struct guest_number bus_nr = guest->controllers.v[i].bus_nr;

		if (bus_nr.state == VALUE_VALID && bus_nr.value < lowest)
			lowest = (unsigned)bus_nr.value;
	}
	return lowest;
}

/* The lowest number of any bus, minus two (qemuDomainAddressFindNewBusNr). */
static void give_bus_nr(struct assign_pass *pass, size_t number, unsigned *lowest)
{
	struct guest_controller *controller = &pass->guest->controllers.v[number];

	if (controller->bus_nr.state != VALUE_ABSENT)
		return;
	if (*lowest <= 2) {
		assign_refuse(pass, REFUSED_NO_BUS_NR,
			      (struct assign_item){(int)number, -1, -1});
		return;
	}
	*lowest -= 2;
	controller->bus_nr = number_of(*lowest);
	controller->bus_nr_assigned = true;
}

static void give_port_numbers(struct guest_controller *controller)
{
	bool root_port = controller_model_of(controller) == CONTROLLER_ROOT_PORT;

	if (!guest_is_port(controller))
		return;
	if (controller->chassis.state == VALUE_ABSENT) {
		controller->chassis = number_of(controller->index.value);
		controller->chassis_assigned = true;
	}
	if (controller->port.state == VALUE_ABSENT)
		controller->port =
			number_of(root_port ? controller->address.at.slot * 8u +
						      controller->address.at.function
					    : controller->address.at.slot);
}

static void give_numbers(struct assign_pass *pass)
{
	unsigned lowest = lowest_bus_nr(pass->guest);

	for (size_t i = 0; i < pass->list.rows.n; i++) {
		int number = pass->list.rows.v[i].item.controller;
		struct guest_controller *controller;

		if (number < 0)
			continue;
		controller = &pass->guest->controllers.v[number];
		if (!guest_is_pci(controller))
			continue;
		give_port_numbers(controller);
		if (controller_model_of(controller) == CONTROLLER_PCI_BRIDGE &&
		    controller->index.value <= controller->address.at.bus)
			assign_refuse(pass, REFUSED_PARENT, pass->list.rows.v[i].item)
				->at = controller->address.at;
		if (guest_is_expander(controller))
			give_bus_nr(pass, (size_t)number, &lowest);
	}
}

void assign(struct guest *guest, unsigned libvirt, struct assignment *ret)
{
	struct assign_pass pass = {.guest = guest, .result = ret};
	_cleanup_assignment_ struct assignment first = {};
	bool taken;

	guest->libvirt = libvirt;
	*ret = (struct assignment){};
	ret->known =
		guest_is_q35(guest) || guest_is_virt(guest) || guest_is_i440fx(guest);
	if (!ret->known)
		return;
	assign_order(guest, &pass.list);
	assign_implicit(guest);
	first_pass(&pass, &first);
	run_pass(&pass);
	give_rest(&pass);
	taken = ret->refusals.n == 0;
	/*
	 * While a bridge is being added, its port accepts nothing else; later it is an
	 * ordinary port.
	 */
	for (size_t i = 0; taken && i < first.refusals.n; i++)
		*vec_add(&ret->refusals) = first.refusals.v[i];
	give_numbers(&pass);
	assign_added(guest);
	vec_free(&pass.list.rows);
	vec_free(&pass.list.order);
	vec_free(&pass.list.given);
}
