/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bus numbers that two root buses claim. An expander bus takes its busNr and one more for
 * each bridge below it. Firmware numbers them without regard to the next expander bus,
 * and then a kernel finds the same number twice: it drops one of them, with everything
 * behind it (Linux drivers/pci/probe.c, pci_bus_insert_busn_res).
 */
#include "topology/compare-parts.h"

#include <stdio.h>

/*
 * The machine whose bridges tell which buses they lead to: what is expected, where the
 * observed side knows root buses but not what is behind bridges.
 */
static const struct machine *numbered(const struct comparison *c)
{
	return c->observed->pci_known == KNOWN_UNKNOWN ? c->expected : c->observed;
}

/* The first root bus of @roots_of whose number a bridge of @machine leads to, or NULL. */
static const struct machine_root *taken_in(const struct machine *roots_of,
					   const struct machine *machine,
					   const struct machine_function *bridge)
{
	const struct machine_root *own =
		bridge->root >= 0 && (size_t)bridge->root < machine->roots.n
			? &machine->roots.v[bridge->root]
			: NULL;

	if (!bridge->bridge || !bridge->secondary)
		return NULL;
	for (size_t i = 0; i < roots_of->roots.n; i++) {
		const struct machine_root *root = &roots_of->roots.v[i];

		if (root->domain == bridge->at.domain &&
		    (!own || root->first_bus != own->first_bus) &&
		    root->first_bus >= bridge->secondary &&
		    root->first_bus <= bridge->subordinate)
			return root;
	}
	return NULL;
}

static bool was_expected(const struct comparison *c,
			 const struct machine_function *bridge)
{
	const struct machine_function *same = machine_function(c->expected, bridge->at);

	return same && same->secondary == bridge->secondary &&
	       same->subordinate == bridge->subordinate &&
	       taken_in(c->expected, c->expected, same);
}

/* The lines of a kernel's log about bus numbers that were already in use. */
struct complaint {
	unsigned domain, bus, last;
	const char *line;
	int length;
};

static bool find_complaint(const struct comparison *c, struct complaint *ret)
{
	const char *log = machine_fact(c->observed, "kernel.complaints");
	const char *line = log ? strstr(log, "busn_res: can not insert [bus ") : NULL;

	while (line && line > log && line[-1] != '\n')
		line--;
	*ret = (struct complaint){.line = line};
	if (!line || sscanf(line, "pci_bus %x:%x: busn_res: can not insert [bus %*x-%x",
			    &ret->domain, &ret->bus, &ret->last) < 2)
		return false;
	ret->last = MAX(ret->last, ret->bus);
	ret->length = (int)strcspn(line, "\n");
	return true;
}

/* If a kernel dropped a root bus entirely, only its log shows that. */
static void compare_complaint(struct comparison *c)
{
	struct complaint complaint;

	if (!find_complaint(c, &complaint))
		return;
	compare_add(c, DIFFERENCE_BUS_OVERLAP, -1, "bus %04x:%02x", complaint.domain,
		    complaint.bus);
	compare_expected(c, "each bus number once");
	compare_observed(c, "%.*s", complaint.length, complaint.line);
}

void compare_buses(struct comparison *c)
{
	const struct machine *machine = numbered(c);

	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *bridge = &machine->functions.v[i];
		const struct machine_root *root = taken_in(c->observed, machine, bridge);

		if (!root || was_expected(c, bridge))
			continue;
		compare_add(c, DIFFERENCE_BUS_OVERLAP, -1, "root bus %04x:%02x",
			    root->domain, root->first_bus);
		compare_expected(c, "a number that no bridge leads to");
		compare_observed(c, PCI_FORMAT " %s buses %02x-%02x",
				 PCI_ARGS(bridge->at),
				 machine == c->expected ? "needs" : "leads to",
				 bridge->secondary, bridge->subordinate);
	}
	if (compare_find(c, DIFFERENCE_BUS_OVERLAP, NULL) < 0)
		compare_complaint(c);
}

/* Whether @bus is in the range of the bridge's root or of the root that it includes. */
static bool is_near(const struct machine *machine, const struct machine_function *bridge,
		    const struct machine_root *other, uint32_t domain, uint8_t bus)
{
	const struct machine_root *own = &machine->roots.v[bridge->root];
	uint8_t last = MAX(bridge->subordinate, other->last_bus);

	return domain == bridge->at.domain && bus >= own->first_bus && bus <= last;
}

static int complaint_near(const struct comparison *c, uint32_t domain, uint8_t bus)
{
	_cleanup_free_ char *subject = NULL;
	struct complaint complaint;

	if (!find_complaint(c, &complaint) || domain != complaint.domain ||
	    bus < complaint.bus || bus > complaint.last)
		return -1;
	subject = xasprintf("bus %04x:%02x", complaint.domain, complaint.bus);
	return compare_find(c, DIFFERENCE_BUS_OVERLAP, subject);
}

int compare_overlap_near(const struct comparison *c, uint32_t domain, uint8_t bus)
{
	const struct machine *machine = numbered(c);
	int found = -1;

	if (compare_find(c, DIFFERENCE_BUS_OVERLAP, NULL) < 0)
		return -1;
	for (size_t i = 0; found < 0 && i < machine->functions.n; i++) {
		const struct machine_function *bridge = &machine->functions.v[i];
		const struct machine_root *root = taken_in(c->observed, machine, bridge);
		_cleanup_free_ char *subject = NULL;

		if (!root || !is_near(machine, bridge, root, domain, bus))
			continue;
		subject = xasprintf("root bus %04x:%02x", root->domain, root->first_bus);
		found = compare_find(c, DIFFERENCE_BUS_OVERLAP, subject);
	}
	return found >= 0 ? found : complaint_near(c, domain, bus);
}
