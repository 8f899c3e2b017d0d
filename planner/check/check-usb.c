/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-usb.c - USB controllers, hubs, and addresses of devices on them. libvirt keeps a
 * table of the ports of each controller and hub: first the controllers, then the hubs
 * with a port, then everything else with one; what has none gets a free port afterwards.
 * Sources: libvirt 9.0 and 11.3 src/conf/domain_addr.c, virDomainUSBAddressFindPort and
 * virDomainUSBAddressReserve; src/conf/domain_conf.c, virDomainDefControllersParse and
 * virDomainDeviceIsUSB. Every verdict was measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/rules.h"

#include <string.h>

#define HUB_PORTS  8
#define XHCI_PORTS 15 /* of QEMU's xHCI controllers */
#define MOST_PORTS 32
#define MOST_DEPTH 4 /* numbers of a port: VIR_DOMAIN_DEVICE_USB_MAX_PORT_DEPTH */

/* A controller or a hub. */
struct usb_hub {
	uint64_t bus;          /* index, of a controller */
	unsigned ports;        /* 0: not known */
	int user[MOST_PORTS];  /* the element at a port; -1: none */
	int below[MOST_PORTS]; /* the hub at a port; -1: none */
};

struct usb {
	VEC(struct usb_hub) hubs;
	size_t controllers; /* the first of them are controllers */
};

/* bus= and port= of an address, "1" or "1.2.3". */
struct usb_place {
	uint64_t bus;
	unsigned port[MOST_DEPTH];
	unsigned depth; /* 0: no port is given */
	const char *text;
};

static const struct model_row {
	const char *model;
	unsigned ports; /* 0: a companion, whose ports are those of its master */
	bool adjustable;
} models[] = {
	{"piix3-uhci", 2, false}, {"piix4-uhci", 2, false}, {"vt82c686b-uhci", 2, false},
	{"ehci", 6, false},       {"ich9-ehci1", 6, false}, {"pci-ohci", 3, false},
	{"nec-xhci", 4, true},    {"qemu-xhci", 4, true},   {"ich9-uhci1", 0, false},
	{"ich9-uhci2", 0, false}, {"ich9-uhci3", 0, false},
};

static const struct model_row *model_of(const struct guest_controller *controller)
{
	for (size_t i = 0; controller->model && i < ARRAY_SIZE(models); i++)
		if (streq(controller->model, models[i].model))
			return &models[i];
	return NULL;
}

static bool is_usb_controller(const struct guest_controller *controller)
{
	return streq_null(controller->type, "usb");
}

/* ports= of an xHCI controller; false if there is none. */
static bool read_ports(const struct check *check,
		       const struct guest_controller *controller, uint32_t *ret)
{
	const struct model_row *model = model_of(controller);
	const char *text = controller->element < 0
				   ? NULL
				   : document_attribute(check->document,
							controller->element, "ports");

	return model && model->adjustable && text && parse_u32(text, ret);
}

static void add_hub(struct usb *usb, uint64_t bus, unsigned ports)
{
	struct usb_hub *hub = vec_add(&usb->hubs);

	hub->bus = bus;
	hub->ports = MIN(ports, (unsigned)MOST_PORTS);
	for (size_t i = 0; i < MOST_PORTS; i++)
		hub->user[i] = hub->below[i] = -1;
}

static void add_controllers(const struct check *check, struct usb *usb)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		const struct model_row *model = model_of(c);
		uint32_t ports = model ? model->ports : 0;

		if (!is_usb_controller(c) || streq_null(c->model, "none") ||
		    c->index.state != VALUE_VALID || (model && model->ports == 0))
			continue;
		if (!read_ports(check, c, &ports))
			ports = model ? model->ports : 0;
		add_hub(usb, c->index.value, ports);
	}
	usb->controllers = usb->hubs.n;
}

/* "1.2.3"; at most four numbers, the first of them not 0. */
static bool parse_port(const char *text, struct usb_place *ret)
{
	ret->depth = 0;
	for (const char *next = text; next && ret->depth < MOST_DEPTH; ret->depth++) {
		const char *dot = strchr(next, '.');
		_cleanup_free_ char *part =
			xstrndup(next, dot ? (size_t)(dot - next) : strlen(next));
		uint32_t number;

		if (!parse_u32(part, &number) || (number == 0 && ret->depth == 0))
			return false;
		ret->port[ret->depth] = number;
		if (!dot) {
			ret->depth++;
			return true;
		}
		next = dot + 1;
	}
	return false;
}

/* False if it is not a USB address, or bus= is malformed. */
static bool place_of(const struct check *check, const struct guest_address *address,
		     struct usb_place *ret)
{
	const char *bus, *port;
	uint32_t number = 0;

	*ret = (struct usb_place){};
	if (address->element < 0 || !streq_null(address->type, "usb"))
		return false;
	bus = document_attribute(check->document, address->element, "bus");
	port = document_attribute(check->document, address->element, "port");
	if (bus && !parse_u32(bus, &number))
		return false;
	ret->bus = number;
	ret->text = port;
	if (port && !parse_port(port, ret))
		ret->depth = 0;
	return true;
}

static int controller_of(const struct usb *usb, uint64_t bus)
{
	for (size_t i = 0; i < usb->controllers; i++)
		if (usb->hubs.v[i].bus == bus)
			return (int)i;
	return -1;
}

/* What is wrong with an address. */
enum trouble { FINE, NO_BUS, NO_PORT, NO_HUB, TAKEN };

/* The hub whose port the address names; -1, and why not. */
static int find_hub(const struct usb *usb, const struct usb_place *place,
		    enum trouble *trouble, unsigned *ret_port)
{
	int hub = controller_of(usb, place->bus);

	*trouble = hub < 0 ? NO_BUS : FINE;
	for (unsigned i = 0; hub >= 0 && i < place->depth; i++) {
		const struct usb_hub *at = &usb->hubs.v[hub];

		*ret_port = place->port[i];
		if (at->ports == 0)
			return -1; /* not known */
		if (place->port[i] == 0 || place->port[i] > at->ports) {
			*trouble = NO_PORT;
			return -1;
		}
		if (i + 1 == place->depth)
			return hub;
		hub = at->below[place->port[i] - 1];
		if (hub < 0)
			*trouble = NO_HUB;
	}
	return -1;
}

static void say_trouble(struct check *check, const struct guest_device *device,
			const struct usb_place *place, enum trouble trouble,
			unsigned port, int other)
{
	int element = device->address.element;
	struct finding *finding = NULL;

	if (trouble == NO_BUS)
		finding = check_found(check, element,
				      "There is no USB controller with index %llu.",
				      ULL(place->bus));
	else if (trouble == NO_PORT)
		finding = check_found(
			check, element,
			"Port %s: the controller or hub on USB bus %llu has no port %u.",
			place->text, ULL(place->bus), port);
	else if (trouble == NO_HUB)
		finding = check_found(
			check, element,
			"Port %s: there is no hub at port %u of USB bus %llu.",
			place->text, port, ULL(place->bus));
	else
		finding = check_found(
			check, element,
			"Port %s of USB bus %llu is in use by another device.",
			place->text, ULL(place->bus));
	finding->subject = xstrdup(place->text ? place->text : "");
	if (other >= 0)
		check_relate(check, finding, other);
}

/* Puts one device at its port; reports what is wrong if @troubles has it. */
static void put(struct check *check, struct usb *usb, const struct guest_device *device,
		unsigned troubles)
{
	bool is_hub = streq(device->tag, "hub");
	struct usb_place place;
	enum trouble trouble;
	unsigned port = 0;
	int hub, other = -1;

	if (!place_of(check, &device->address, &place))
		return;
	hub = find_hub(usb, &place, &trouble, &port);
	if (hub >= 0) {
		other = usb->hubs.v[hub].user[port - 1];
		if (other >= 0)
			trouble = TAKEN;
		else
			usb->hubs.v[hub].user[port - 1] = device->address.element;
		if (is_hub && other < 0) {
			usb->hubs.v[hub].below[port - 1] = (int)usb->hubs.n;
			add_hub(usb, place.bus, HUB_PORTS);
		}
	}
	if (trouble != FINE && (troubles & (1U << trouble)))
		say_trouble(check, device, &place, trouble, port, other);
}

static bool has_usb_address(const struct guest_device *device)
{
	return device->address.element >= 0 && streq_null(device->address.type, "usb");
}

static void judge_addresses(struct check *check, unsigned troubles)
{
	const struct guest *guest = check->guest;
	struct usb usb = {};
	bool any = false;

	for (size_t i = 0; i < guest->devices.n; i++)
		any |= has_usb_address(&guest->devices.v[i]);
	if (!any)
		return;
	add_controllers(check, &usb);
	for (int hubs = 1; hubs >= 0; hubs--)
		for (size_t i = 0; i < guest->devices.n; i++)
			if (has_usb_address(&guest->devices.v[i]) &&
			    streq(guest->devices.v[i].tag, "hub") == (hubs == 1))
				put(check, &usb, &guest->devices.v[i], troubles);
	vec_free(&usb.hubs);
}

static void usb_bus_exists(struct check *check)
{
	judge_addresses(check, 1U << NO_BUS);
}

static void usb_port_exists(struct check *check)
{
	judge_addresses(check, 1U << NO_PORT | 1U << NO_HUB);
}

static void usb_port_dup(struct check *check)
{
	judge_addresses(check, 1U << TAKEN);
}

/* What is plugged into USB, by element; a NULL column is not looked at. */
static const struct usb_row {
	const char *tag, *type, *model, *bus, *target_type;
} usb_rows[] = {
	{"hub", "usb", NULL, NULL, NULL},   {"hostdev", "usb", NULL, NULL, NULL},
	{"disk", NULL, NULL, "usb", NULL},  {"interface", NULL, "usb-net", NULL, NULL},
	{"input", NULL, NULL, "usb", NULL}, {"serial", NULL, NULL, NULL, "usb-serial"},
	{"sound", NULL, "usb", NULL, NULL}, {"redirdev", NULL, NULL, NULL, NULL},
};

static bool is_or_any(const char *wanted, const char *value)
{
	return !wanted || streq_null(value, wanted);
}

/* Whether an input device without bus= is on USB (virDomainInputDefPostParse). */
static bool is_usb_by_default(const struct guest *guest, const struct guest_device *input)
{
	return !streq_null(guest->architecture, "s390x") &&
	       (streq_null(input->type, "tablet") ||
		(guest_is_virt(guest) && (streq_null(input->type, "mouse") ||
					  streq_null(input->type, "keyboard"))));
}

static bool is_on_usb(const struct guest *guest, const struct guest_device *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(usb_rows); i++) {
		const struct usb_row *row = &usb_rows[i];

		if (streq(device->tag, row->tag) && is_or_any(row->type, device->type) &&
		    is_or_any(row->model, device->model) &&
		    is_or_any(row->bus, device->bus) &&
		    is_or_any(row->target_type, device->target_type))
			return true;
	}
	return streq(device->tag, "input") && !device->bus &&
	       is_usb_by_default(guest, device);
}

/* <controller type='usb' model='none'/>; -1: none. */
static int off_switch(const struct guest *guest)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is_usb_controller(&guest->controllers.v[i]) &&
		    streq_null(guest->controllers.v[i].model, "none"))
			return guest->controllers.v[i].element;
	return -1;
}

/* Machine type virt has none that libvirt adds. */
static bool has_no_usb(const struct guest *guest)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is_usb_controller(&guest->controllers.v[i]))
			return false;
	return guest_is_virt(guest);
}

static void usb_off(struct check *check)
{
	const struct guest *guest = check->guest;
	int off = off_switch(guest);
	bool none = off < 0 && has_no_usb(guest);

	if (off < 0 && !none)
		return;
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (is_usb_controller(c) && c->element >= 0 && c->element != off)
			check_relate(
				check,
				check_found(
					check, c->element,
					"There is another USB controller, but USB is off."),
				off);
	}
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (device->element < 0 || !is_on_usb(guest, device))
			continue;
		if (none)
			check_set_remedy(
				check_found(
					check, device->element,
					"<%s> is a USB device, but the domain has no USB controller, and libvirt adds none on machine type %s.",
					device->tag, guest->machine),
				"Add <controller type='usb' model='qemu-xhci'/>.");
		else
			check_relate(check,
				     check_found(check, device->element,
						 "<%s> is a USB device, but USB is off.",
						 device->tag),
				     off);
	}
}

static void usb_companion(struct check *check)
{
	const struct guest *guest = check->guest;
	int first = -1;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (!is_usb_controller(c) || c->element < 0 ||
		    streq_null(c->model, "none"))
			continue;
		if (!c->master)
			return;
		first = first < 0 ? c->element : first;
	}
	if (first >= 0)
		check_found(
			check, first,
			"Each USB controller has a <master>, and none is the master.");
}

static void usb_ports(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		uint32_t ports;

		if (is_usb_controller(c) && read_ports(check, c, &ports) &&
		    ports > XHCI_PORTS)
			check_found(
				check, c->element,
				"The controller %s has %u ports; at most %u are possible.",
				c->model, ports, XHCI_PORTS);
	}
}

#define ADDRESSES LV "conf/domain_addr.c, virDomainUSBAddressFindPort; measured"
#define DOMAIN    LV "conf/domain_conf.c, virDomainDefControllersParse; measured"

const struct rule usb_rules[] = {
	{RULE("usb-bus-exists", usb_bus_exists, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "A USB address names the index of a USB controller as bus=.",
	 .why = "libvirt refuses the domain. Companions (ich9-uhci1 to 3) share the bus of their master.",
	 .to_fix = "Name an existing controller, or add one.", .source = ADDRESSES,
	 .remedy = REMEDY_EDIT},
	{RULE("usb-port-exists", usb_port_exists, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "The port of a USB address exists: a controller or hub has it, and each number but the last is the port of a hub that has a port itself.",
	 .why = "libvirt refuses the domain. A hub has 8 ports, an EHCI controller 6, an xHCI controller 4 unless it has ports=, and a UHCI controller 2.",
	 .to_fix =
		 "Remove port=, so that libvirt chooses one; or add the hub, or ports= of the xHCI controller.",
	 .source = ADDRESSES, .remedy = REMEDY_EDIT},
	{RULE("usb-port-dup", usb_port_dup, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "Each USB port has one device or hub.",
	 .why = "libvirt refuses the domain.",
	 .to_fix = "Remove port= of one of them, so that libvirt chooses a free port.",
	 .source = ADDRESSES, .remedy = REMEDY_EDIT},
	{RULE("usb-off", usb_off, ERROR, 0, LIBVIRT),
	 .what = "With a USB controller of model none, there is no other USB controller and no USB device; on machine type virt, a domain with a USB device has a USB controller.",
	 .why = "Model none turns USB off, and so does a domain without a USB controller on machine type virt, for which libvirt adds none; it refuses the domain.",
	 .to_fix = "Remove the device, or the controller of model none.",
	 .source = DOMAIN, .remedy = REMEDY_EDIT},
	{RULE("usb-companion", usb_companion, ERROR, 0, LIBVIRT),
	 .what = "If there are USB controllers, one has no <master>.",
	 .why = "Controllers with a <master> are companions of another one; libvirt refuses a domain that has only companions.",
	 .to_fix =
		 "Add the master, such as <controller type='usb' index='0' model='ich9-ehci1'/>.",
	 .source = DOMAIN, .remedy = REMEDY_EDIT},
	{RULE("usb-ports", usb_ports, ERROR, 0, LIBVIRT),
	 .what = "An xHCI controller has at most 15 ports.",
	 .why = "QEMU's controllers have no more; libvirt refuses the domain.",
	 .to_fix = "Write ports='15', and add a hub or another controller.",
	 .source = LV "qemu/qemu_domain.c, qemuDomainControllerDefPostParse; measured",
	 .remedy = REMEDY_EDIT},
	{},
};
