/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: libvirt 9.0 src/conf/domain_addr.c: virDomainPCIAddressFlagsCompatible,
 * virDomainPCIAddressSetGrow and virDomainPCIAddressGetNextAddr.
 */
#include "planner/guest/assign/bus.h"

static const char *what_needs(unsigned needs)
{
	static const struct {
		unsigned need;
		const char *words;
	} words[] = {
		{TAKES_PCI, "a slot for conventional PCI"},
		{TAKES_PCIE, "a PCI Express port"},
		{TAKES_ROOT_PORT, "pcie-root or an expander bus"},
		{TAKES_UPSTREAM, "a root or downstream port"},
		{TAKES_DOWNSTREAM, "a pcie-switch-upstream-port"},
		{TAKES_DMI, "pcie-root or an expander bus"},
		{TAKES_PCIE_TO_PCI, "a root or downstream port"},
		{TAKES_EXPANDER, "pci-root"},
		{TAKES_PCIE_EXPANDER, "pcie-root"},
		{TAKES_BRIDGE, "a conventional PCI bus"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (needs & words[i].need)
			return words[i].words;
	return "something else";
}

void buses_set_model(struct buses *buses, unsigned bus, enum controller_model model)
{
	buses->bus[bus].model = model;
	buses->bus[bus].takes = controller_rows[model].takes;
	for (size_t i = 0; i < buses->n_searches; i++)
		buses->searches[i].from = MIN(buses->searches[i].from, bus);
}

static const struct controller_row *row_of(const struct bus *bus)
{
	return &controller_rows[bus->model];
}

static bool takes_bridges(const struct buses *buses)
{
	for (unsigned i = 0; i < buses->n; i++)
		if (buses->bus[i].takes & TAKES_BRIDGE)
			return true;
	return false;
}

/*
 * A port and, in it, the bridge that provides conventional slots. The port accepts
 * nothing else, so an extra port for hot-plugging is a different one.
 */
static void add_pci_tree(struct buses *buses)
{
	buses_set_model(buses, buses->n, CONTROLLER_ROOT_PORT);
	buses->bus[buses->n++].takes = TAKES_PCIE_TO_PCI;
	buses_set_model(buses, buses->n++, CONTROLLER_PCIE_BRIDGE);
}

/* Adds the buses up to *bus, which may increase by one; false if they cannot be added. */
static bool grow(struct buses *buses, unsigned needs, unsigned *bus)
{
	unsigned wanted = *bus + 1;
	enum controller_model model = CONTROLLER_ROOT_PORT;

	if (wanted <= buses->n)
		return true;
	if (needs & TAKES_PCI)
		model = CONTROLLER_PCI_BRIDGE;
	else if (!(needs & (TAKES_PCIE | TAKES_UPSTREAM)) &&
		 !(buses->bridges && (needs & TAKES_PCIE_TO_PCI)))
		return false;
	if ((needs & TAKES_PCI) && !takes_bridges(buses)) {
		if (wanted == buses->n + 1) {
			wanted++;
			(*bus)++;
		}
		if (wanted > INDEXES)
			return false;
		add_pci_tree(buses);
	}
	if (wanted > INDEXES)
		return false;
	while (buses->n < wanted)
		buses_set_model(buses, buses->n++, model);
	return true;
}

/* Whether a bus accepts a device that has no address. */
static bool suits(const struct buses *buses, unsigned bus, unsigned needs)
{
	unsigned takes = buses->bus[bus].takes;

	if (needs & INTEGRATED) {
		if (bus != 0)
			return false;
		takes |= AUTOMATIC;
	}
	if ((needs & AUTOMATIC) && !(takes & AUTOMATIC))
		return false;
	return needs & takes & TAKES_ANY;
}

static bool find_on_bus(const struct bus *bus, unsigned needs, int function,
			struct pci_address *at)
{
	const struct controller_row *row = row_of(bus);

	for (unsigned slot = row->first_slot; slot <= row->last_slot; slot++) {
		at->slot = (uint8_t)slot;
		at->function = (uint8_t)MAX(function, 0);
		if (!bus->used[slot])
			return true;
		if (!(needs & AGGREGATE) || !bus->aggregate[slot])
			continue;
		while (at->function < PCI_FUNCTIONS &&
		       bus->used[slot] >> at->function & 1)
			at->function++;
		if (at->function < PCI_FUNCTIONS)
			return true;
	}
	return false;
}

/*
 * A slot that is in use stays so: a bus that had no room for the same needs has none
 * later. NULL: there are too many different needs.
 */
static struct search *search_for(struct buses *buses, unsigned needs, int function)
{
	for (size_t i = 0; i < buses->n_searches; i++)
		if (buses->searches[i].needs == needs &&
		    buses->searches[i].function == function)
			return &buses->searches[i];
	if (buses->n_searches == ARRAY_SIZE(buses->searches))
		return NULL;
	buses->searches[buses->n_searches] = (struct search){needs, function, 0};
	return &buses->searches[buses->n_searches++];
}

bool buses_find(struct buses *buses, unsigned needs, int function,
		struct pci_address *ret, enum assign_refusal_kind *kind)
{
	struct search *search = search_for(buses, needs, function);
	unsigned next = buses->n;

	*ret = (struct pci_address){};
	for (unsigned bus = search ? search->from : 0; bus < buses->n; bus++) {
		if (search)
			search->from = bus;
		if (!suits(buses, bus, needs))
			continue;
		ret->bus = (uint8_t)bus;
		if (find_on_bus(&buses->bus[bus], needs, function, ret))
			return true;
	}
	*kind = REFUSED_NO_SLOT;
	if (!buses->grow || !grow(buses, needs, &next))
		return false;
	*ret = (struct pci_address){
		.bus = (uint8_t)next,
		.slot = (uint8_t)row_of(&buses->bus[next])->first_slot,
		.function = (uint8_t)MAX(function, 0)};
	return true;
}

void buses_mark(struct buses *buses, unsigned needs, struct pci_address at)
{
	struct bus *bus = &buses->bus[at.bus];

	if (!bus->used[at.slot] && (needs & AGGREGATE))
		bus->aggregate[at.slot] = true;
	bus->used[at.slot] |= (uint8_t)(1u << at.function);
}

/* Explicit addresses are checked less strictly: PCI and PCI Express may mix. */
static enum assign_refusal_kind judge(const struct buses *buses, unsigned needs,
				      struct pci_address at)
{
	const struct bus *bus = &buses->bus[at.bus];
	unsigned takes = bus->takes;

	if ((needs & INTEGRATED) && at.bus != 0)
		return REFUSED_NOT_ROOT;
	if (takes & (TAKES_PCI | TAKES_PCIE))
		takes |= TAKES_PCI | TAKES_PCIE;
	if (needs & TAKES_BRIDGE)
		needs |= TAKES_PCI;
	if (!(needs & takes & TAKES_ANY))
		return REFUSED_CONNECTION;
	if (at.slot < row_of(bus)->first_slot || at.slot > row_of(bus)->last_slot)
		return REFUSED_SLOT;
	if (bus->used[at.slot] >> at.function & 1)
		return REFUSED_ADDRESS_TWICE;
	return REFUSED_NOTHING;
}

bool buses_take(struct buses *buses, unsigned needs, struct pci_address *at,
		struct assign_refusal *refusal)
{
	unsigned bus = at->bus;

	refusal->at = *at;
	refusal->wants = what_needs(needs);
	if (at->domain != 0) {
		refusal->kind = REFUSED_DOMAIN;
		return false;
	}
	if (bus >= buses->n && (!buses->grow || !grow(buses, needs, &bus))) {
		refusal->kind = REFUSED_NO_SLOT;
		return false;
	}
	at->bus = (uint8_t)bus;
	refusal->kind = judge(buses, needs, *at);
	if (refusal->kind == REFUSED_SLOT) {
		refusal->from = row_of(&buses->bus[bus])->first_slot;
		refusal->to = row_of(&buses->bus[bus])->last_slot;
	}
	if (refusal->kind != REFUSED_NOTHING)
		return false;
	buses_mark(buses, needs, *at);
	return true;
}

bool buses_reserve(struct buses *buses, bool conventional, struct pci_address at)
{
	unsigned bus = at.bus;

	if (at.domain != 0 ||
	    (bus >= buses->n &&
	     (!buses->grow || !grow(buses, conventional ? TAKES_PCI : TAKES_PCIE, &bus))))
		return true;
	at.bus = (uint8_t)bus;
	if (buses->bus[bus].used[at.slot] >> at.function & 1)
		return false;
	buses_mark(buses, 0, at);
	return true;
}

bool buses_slot_used(const struct buses *buses, unsigned bus, unsigned slot)
{
	return buses->bus[bus].used[slot] != 0;
}
