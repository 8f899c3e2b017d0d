/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adds what is missing to the tree: requested devices that do not exist yet, and empty
 * ports. Then solves the layout, and rejects what does not fit.
 */
#include "planner/plan/in-place/group.h"
#include "planner/plan/in-place/host.h"
#include "planner/plan/in-place/tree.h"

#include "base/chain.h"
#include "planner/plan/compose-guest.h"

#include <limits.h>

/* Whether a device below @root is in the right place: @home, or any bus of its node. */
static bool is_home(const struct in_place *plan, int root,
		    const struct request_device *wanted, int home)
{
	const struct layout_item *item = &plan->layout.items.v[root];

	if (wanted->root >= 0 || wanted->cell == NO_CELL)
		return root == home;
	return item->kind == CONTROLLER_PCIE_EXPANDER && item->cell == wanted->cell;
}

/* Whether this device matches and is not claimed by another wish. */
static bool serves(const struct in_place *plan, struct assign_item item,
		   const struct request_device *wanted, int home)
{
	const struct guest_address *address = assign_address(&plan->full, item);
	const struct device_kind *kind = assign_item_kind(&plan->full, item);
	int bus = in_place_bus(plan, address);

	if (!kind || !kind->name || !streq(kind->name, wanted->kind->name) ||
	    assign_element(&plan->full, item) < 0 || bus == LAYOUT_NONE)
		return false;
	return is_home(plan, layout_root_of(&plan->layout, bus), wanted, home) &&
	       in_place_shared_port(plan, bus) == wanted->shared_group;
}

/* An existing device that satisfies the wish. */
static bool claim(struct in_place *plan, const struct request_device *wanted)
{
	size_t devices = plan->full.devices.n, n = devices + plan->full.controllers.n;
	int home = plan->request->attach ? LAYOUT_NONE : in_place_home(plan, wanted);

	for (size_t i = 0; home != LAYOUT_NONE && i < n; i++) {
		struct assign_item item = {-1, -1, -1};

		if (i < devices)
			item.device = (int)i;
		else
			item.controller = (int)(i - devices);
		if (plan->claimed[i] || !serves(plan, item, wanted, home))
			continue;
		plan->claimed[i] = true;
		return true;
	}
	return false;
}

/*
 * Whether two stand-ins are functions of one card in the guest, too. With an IOMMU, only
 * if the host has them in one group: QEMU's functions have no ACS, so the guest puts
 * those of a card into one.
 */
static bool is_one_card(const struct in_place *plan, const struct request_device *a,
			const struct request_device *b)
{
	bool iommu = !streq_null(plan->request->iommu, "none");

	return a->mirrors && b->mirrors && a->cell == b->cell &&
	       a->switch_port == b->switch_port && a->root == b->root &&
	       a->host.domain == b->host.domain && a->host.bus == b->host.bus &&
	       a->host.slot == b->host.slot && a->kind->vfs == 0 && b->kind->vfs == 0 &&
	       (!iommu || (a->host_group >= 0 && a->host_group == b->host_group));
}

/* The host's slot: functions of one card have the same. */
static uint64_t slot_key(const struct request_device *device)
{
	struct pci_address at = device->host;

	at.function = 0;
	return pci_address_key(at);
}

/* The first function of a device's card that the plan has added, or NULL. */
static const struct in_place_device *card_of(const struct in_place *plan,
					     const struct chains *slots,
					     const struct request_device *wanted)
{
	int i = wanted->mirrors ? chain_first(slots, NULL, slot_key(wanted)) : INT_MAX;

	for (; i < (int)plan->devices.n; i = slots->next.v[i])
		if (is_one_card(plan,
				&plan->request->devices.v[plan->devices.v[i].wanted],
				wanted))
			return &plan->devices.v[i];
	return NULL;
}

static void give_function(struct in_place *plan, int endpoint, unsigned function)
{
	struct layout_item *item = &plan->layout.items.v[endpoint];

	item->function = (uint8_t)function;
	item->has_address = true;
}

/* Of the functions that the plan has added, notes those that are on one card of the host.
 */
static void note_spread(struct in_place *plan)
{
	_cleanup_chains_ struct chains slots = {};
	const struct request_device *first = NULL;
	unsigned count = 0;

	if (streq_null(plan->request->iommu, "none"))
		return;
	for (size_t i = 0; i < plan->devices.n; i++) {
		const struct request_device *it;
		int other;

		if (!plan->devices.v[i].kind)
			continue;
		it = &plan->request->devices.v[plan->devices.v[i].wanted];
		if (!it->mirrors || it->kind->vfs > 0)
			continue;
		other = chain_first(&slots, NULL, slot_key(it));
		if (other < (int)i &&
		    plan->devices.v[other].port != plan->devices.v[i].port) {
			first = first ? first : it;
			count++;
		}
		chain_add(&slots, NULL, slot_key(it), (int)i);
	}
	if (count > 0)
		request_note(
			plan->request,
			"%u function%s (first " PCI_FORMAT
			") %s in a port of %s own, although the host has %s on a card with others: QEMU's functions have no ACS, so together they would be in one IOMMU group",
			count, count > 1 ? "s" : "", PCI_ARGS(first->host),
			count > 1 ? "are each" : "is", count > 1 ? "their" : "its",
			count > 1 ? "them" : "it");
}

/* The functions that the plan has put into the port of a card. */
static unsigned count_functions(const struct in_place *plan, const struct chains *slots,
				const struct in_place_device *card)
{
	unsigned count = 0;

	for (int i = (int)(card - plan->devices.v); i < (int)plan->devices.n;
	     i = slots->next.v[i])
		count += plan->devices.v[i].port == card->port;
	return count;
}

/* A device of a group of the host gets a slot of the group's bridge. */
static int group_port(struct in_place *plan, int group, unsigned *ret_slot)
{
	int bridge = in_place_group_bridge(plan, group);

	*ret_slot = in_place_free_slot(plan, bridge);
	return bridge;
}

/* @slots: the devices added so far that stand for one of the host, by its slot. */
static void add_device(struct in_place *plan, struct chains *slots, size_t number)
{
	const struct request_device *wanted = &plan->request->devices.v[number];
	const struct in_place_device *card = card_of(plan, slots, wanted);
	int group = plan->new_group[number];
	unsigned slot = 0;
	int port = group >= 0 ? group_port(plan, group, &slot)
		   : card     ? card->port
			      : in_place_port(plan, wanted);
	unsigned function = card ? count_functions(plan, slots, card) : 0;
	int endpoint = layout_add(&plan->layout, LAYOUT_ENDPOINT, port);
	struct in_place_device *device;

	if (card)
		give_function(plan, card->endpoint, 0);
	if (card || group >= 0)
		give_function(plan, endpoint, function);
	plan->layout.items.v[endpoint].slot = (uint8_t)slot;
	device = vec_add(&plan->devices);
	device->kind = wanted->kind;
	device->wanted = number;
	device->port = port;
	device->endpoint = endpoint;
	if (wanted->mirrors)
		chain_add(slots, NULL, slot_key(wanted), (int)plan->devices.n - 1);
}

/* The request's devices of root complexes, or the others: claimed, then added. */
static void add_some(struct in_place *plan, struct chains *slots, bool of_roots)
{
	size_t n = plan->request->devices.n;
	_cleanup_free_ bool *wanted = xcalloc(n, sizeof(*wanted));

	for (size_t i = 0; i < n; i++) {
		const struct request_device *device = &plan->request->devices.v[i];

		wanted[i] = (device->root >= 0) == of_roots && !claim(plan, device);
	}
	for (size_t i = 0; i < n; i++)
		if (wanted[i])
			add_device(plan, slots, i);
}

/*
 * Devices of root complexes come first. The others use what is left on their node, and
 * their buses are added after those of the roots, which are found by their order.
 */
static void add_devices(struct in_place *plan)
{
	_cleanup_chains_ struct chains slots = {};

	plan->claimed = xcalloc(plan->full.devices.n + plan->full.controllers.n,
				sizeof(*plan->claimed));
	add_some(plan, &slots, true);
	add_some(plan, &slots, false);
	note_spread(plan);
}

/* Devices that a fresh domain has besides the requested ones, each in its own port. */
static void add_general_devices(struct in_place *plan)
{
	const struct request *request = plan->request;
	const struct {
		enum general general;
		bool wanted;
	} rows[] = {
		{GENERAL_SERIAL, true},
		{GENERAL_RNG, true},
		{GENERAL_MGMT, request->mgmt},
		{GENERAL_DISK, request->disk && request->disk_cell == NO_CELL},
	};

	for (size_t i = 0; plan->fresh && i < ARRAY_SIZE(rows); i++) {
		struct in_place_device *device;

		if (!rows[i].wanted)
			continue;
		device = vec_add(&plan->devices);
		device->general = rows[i].general;
		device->port = layout_add(&plan->layout, CONTROLLER_ROOT_PORT, 0);
		device->endpoint =
			layout_add(&plan->layout, LAYOUT_ENDPOINT, device->port);
	}
}

/* The disk of a fresh domain, below its node's bus. */
static void add_placed_disk(struct in_place *plan)
{
	struct request_device wanted = {.cell = plan->request->disk_cell,
					.root = -1,
					.switch_port = -1};
	struct in_place_device *device;
	int port;

	if (!plan->fresh || !plan->request->disk || wanted.cell == NO_CELL)
		return;
	port = in_place_port(plan, &wanted);
	device = vec_add(&plan->devices);
	device->general = GENERAL_DISK;
	device->port = port;
	device->endpoint = layout_add(&plan->layout, LAYOUT_ENDPOINT, port);
}

static void add_ports(struct in_place *plan, int bus, int count)
{
	for (int have = (int)in_place_free_ports(plan, bus); have < count; have++)
		layout_add(&plan->layout, CONTROLLER_ROOT_PORT, bus);
}

static bool has_root(const struct request *request, int cell)
{
	for (size_t i = 0; i < request->roots.n; i++)
		if (request->roots.v[i].cell == cell)
			return true;
	return false;
}

/* Every node gets spare ports, with or without devices. */
static void make_spare_homes(struct in_place *plan)
{
	const struct request *request = plan->request;

	if (request->spare_ports <= 0 ||
	    (request->per != PER_NODE && !request->keeps_switches))
		return;
	for (size_t cell = 0; cell < request->nodes.n; cell++) {
		struct request_device anywhere = {.cell = (int)cell, .root = -1};

		if (has_root(request, (int)cell) || request->nodes.v[cell].initiator)
			continue;
		in_place_make_home(plan, &anywhere);
	}
}

static void add_spare_ports(struct in_place *plan)
{
	size_t n = plan->layout.items.n;

	for (size_t i = 0; plan->request->spare_ports > 0 && i < n; i++)
		if (plan->layout.items.v[i].kind == CONTROLLER_PCIE_EXPANDER)
			add_ports(plan, (int)i, plan->request->spare_ports);
}

/* Reports, with its line, a window that is too small for what goes below its bus. */
static int check_windows(const struct in_place *plan, struct error *error)
{
	const struct layout_item *item;
	struct layout_window window;

	if (!layout_short_window(&plan->layout, &window))
		return 0;
	item = &plan->layout.items.v[window.item];
	return in_place_refuse(
		plan, error, plan->full.controllers.v[item->owner].element,
		"<controller index='%u'>: its busNr %u leaves %u bus number%s for ports up to the next expander bus, but %u are needed; lower its busNr (its devices get other addresses in the guest), or request fewer devices or spare ports",
		item->index, item->bus_nr, window.room, window.room == 1 ? "" : "s",
		window.needed);
}

/* Prefixes the layout's message with the position. */
static int no_room(const struct in_place *plan, struct error *error)
{
	const struct guest_controller *root = guest_pci_controller(&plan->full, 0);
	int element;

	if (plan->fresh)
		return -1;
	element = root && root->element >= 0 ? root->element : plan->old.devices_element;

	return error_wrap(error, "%s:%d: <%s>", plan->document->name,
			  plan->document->elements.v[MAX(element, 0)].line,
			  document_element_name(plan->document, MAX(element, 0)));
}

static bool has_video(const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "video"))
			return true;
	return false;
}

static bool is_slot_free(const struct layout *layout, unsigned slot)
{
	for (size_t i = 0; i < layout->items.n; i++)
		if (layout->items.v[i].parent == 0 && layout->items.v[i].slot == slot &&
		    layout->items.v[i].has_address)
			return false;
	return true;
}

/* libvirt's first video device is a VGA adapter, whatever its model (compose-guest.c). */
static void add_primary_video(struct in_place *plan)
{
	struct layout_item *item;

	for (size_t i = 0; !plan->video && i < plan->devices.n; i++)
		if (plan->devices.v[i].kind &&
		    streq(plan->devices.v[i].kind->tag, "video") &&
		    !has_video(&plan->old))
			plan->video = layout_add(&plan->layout, LAYOUT_ENDPOINT, 0);
	if (!plan->video || !is_slot_free(&plan->layout, VIDEO_SLOT))
		return;
	item = &plan->layout.items.v[plan->video];
	item->has_address = true;
	item->slot = VIDEO_SLOT;
}

/* Bus numbers of the existing bridges, as the guest numbers them; NULL if unknown. */
static uint8_t *count_buses(const struct in_place *plan)
{
	_cleanup_layout_ struct layout copy = plan->layout;
	_cleanup_error_ struct error error = {};
	uint8_t *numbers = NULL;

	copy.items.v = xmemdup(plan->layout.items.v,
			       plan->layout.items.n * sizeof(*plan->layout.items.v));
	copy.items.room = copy.items.n;
	if (layout_solve(&copy, &error) == 0) {
		numbers = xcalloc(copy.items.n, sizeof(*numbers));
		for (size_t i = 0; i < copy.items.n; i++)
			numbers[i] = copy.items.v[i].secondary;
	}
	return numbers;
}

/*
 * Numbers are assigned depth first: another port in a switch changes the numbers of the
 * buses after it. Only a separate expander bus would avoid that.
 */
static void note_moved_buses(struct in_place *plan, const uint8_t *before)
{
	const struct layout_item *first = NULL;
	unsigned count = 0, was = 0;

	for (size_t i = 0; before && i < plan->n_given; i++) {
		const struct layout_item *item = &plan->layout.items.v[i];

		if (!controller_is_bridge(item->kind) || item->secondary == before[i] ||
		    !layout_has_child(&plan->layout, (int)i))
			continue;
		if (!first) {
			first = item;
			was = before[i];
		}
		count++;
	}
	if (count > 0)
		request_note(
			plan->request,
			"%u bus%s of the guest get%s another number (the first, behind controller %u, becomes %02x and was %02x), because new ports are numbered before %s",
			count, count == 1 ? "" : "es", count == 1 ? "s" : "",
			first->index, first->secondary, was, count == 1 ? "it" : "them");
}

/*
 * General ports come before those of nodes, so that they have the lowest indexes: libvirt
 * puts a device without an address into the first free port. Devices may use some of the
 * domain's ports, so ports are counted twice.
 */
static void add_missing(struct in_place *plan)
{
	int general = plan->request->general_ports;

	in_place_host_place(plan);
	plan->n_settled = plan->layout.items.n;
	add_general_devices(plan);
	add_ports(plan, 0, general);
	make_spare_homes(plan);
	add_devices(plan);
	add_placed_disk(plan);
	add_primary_video(plan);
	add_ports(plan, 0, general);
	add_spare_ports(plan);
}

/* A running domain gets no controllers. */
static int check_attach(const struct in_place *plan, struct error *error)
{
	for (size_t i = plan->n_given; i < plan->layout.items.n; i++)
		if (plan->layout.items.v[i].kind != LAYOUT_ENDPOINT)
			return in_place_refuse(
				plan, error, plan->old.devices_element,
				"<devices>: there is no empty hot-pluggable port on that node, and none can be added while the domain runs; plan some with --spare-ports before it starts");
	return 0;
}

/* Reserves a slot for a virtio IOMMU, which is added later. */
static void reserve_iommu(struct in_place *plan)
{
	unsigned slot = in_place_iommu_slot(plan);

	if (!plan->iommu_given || slot == 0 || !streq(plan->request->iommu, "virtio"))
		return;
	for (size_t i = 0; i < plan->full.iommus.n; i++)
		if (streq_null(plan->full.iommus.v[i].model, "virtio"))
			return;
	plan->layout.reserved_slots |= 1u << slot;
}

int in_place_tree(struct in_place *plan, struct error *error)
{
	_cleanup_free_ uint8_t *before = plan->fresh ? NULL : count_buses(plan);

	reserve_iommu(plan);
	add_missing(plan);
	if (plan->layout.items.n == plan->n_given)
		return 0;
	if (plan->request->attach && check_attach(plan, error) < 0)
		return -1;
	if (check_windows(plan, error) < 0)
		return -1;
	if (layout_solve(&plan->layout, error) < 0)
		return no_room(plan, error);
	note_moved_buses(plan, before);
	return 0;
}
