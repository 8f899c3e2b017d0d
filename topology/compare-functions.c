/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Root buses and functions. Functions are matched by address: that is what was planned.
 * The reason for a missing address is searched from near to far: the device is at another
 * address; its bridge leads to other buses or is missing itself; an earlier bridge on the
 * same root bus does, since firmware numbers buses in one pass.
 */
#include "topology/compare-parts.h"

#include "topology/compare.h"

#include <stdio.h>

static char *address_text(struct pci_address at)
{
	return xasprintf(PCI_FORMAT, PCI_ARGS(at));
}

static char *root_text(const struct machine_root *root)
{
	return xasprintf("root bus %04x:%02x", root->domain, root->first_bus);
}

static char *affinity_text(const struct machine_affinity *affinity)
{
	_cleanup_text_ struct text text = {};

	switch (affinity->what) {
	case AFFINITY_UNKNOWN:
		return xstrdup("no node");
	case AFFINITY_NODE:
		return xasprintf("node %d", affinity->node);
	case AFFINITY_CANDIDATES:
		break;
	}
	text_adds(&text, "one of the nodes ");
	text_add_set(&text, &affinity->nodes);
	return text_take(&text);
}

/*
 * "No node" is a known value if a kernel reports it, or if a domain or an ACPI table puts
 * a device on a bus without a node, so that the kernel will report it.
 */
static bool affinity_known(const struct machine *machine,
			   const struct machine_affinity *affinity)
{
	if (affinity->what == AFFINITY_CANDIDATES)
		return false;
	return affinity->what == AFFINITY_NODE || machine->source == MACHINE_LIVE ||
	       machine->source == MACHINE_GUEST || machine->source == MACHINE_TABLES;
}

/* Whether the nodes agree; if not, a difference is added. */
static void compare_affinity(struct comparison *c, enum difference_kind kind, int because,
			     const char *subject,
			     const struct machine_affinity *const both[2])
{
	const struct machine_affinity *expected = both[0], *observed = both[1];
	_cleanup_free_ char *want = affinity_text(expected),
			    *have = affinity_text(observed);

	if (compare_known(c, "node", subject, affinity_known(c->expected, expected),
			  affinity_known(c->observed, observed),
			  expected->what == observed->what &&
				  expected->node == observed->node))
		return;
	if (because < 0 && expected->what == AFFINITY_NODE) {
		_cleanup_free_ char *node = xasprintf("node %d", expected->node);

		because = compare_find(c, DIFFERENCE_NODE_MISSING, node);
	}
	compare_add(c, kind, because, "%s", subject);
	compare_expected(c, "%s", want);
	compare_observed(c, "%s", have);
}

static int why_root(const struct comparison *c, const struct machine_root *root)
{
	int acpi = compare_find(c, DIFFERENCE_ACPI_OFF, NULL);

	return acpi >= 0 ? acpi : compare_overlap_near(c, root->domain, root->first_bus);
}

void compare_roots(struct comparison *c)
{
	int acpi = compare_find(c, DIFFERENCE_ACPI_OFF, NULL);
	bool unknown = c->observed->pci_known == KNOWN_UNKNOWN && !c->observed->roots.n;

	/* Reported with the functions, which are equally unknown. */
	if (c->expected->pci_known == KNOWN_NO || c->observed->pci_known == KNOWN_NO)
		return;
	for (size_t i = 0; i < c->expected->roots.n; i++) {
		const struct machine_root *expected = &c->expected->roots.v[i];
		const struct machine_root *observed =
			machine_root(c->observed, expected->domain, expected->first_bus);
		_cleanup_free_ char *subject = root_text(expected);

		if (unknown) {
			compare_unknown(c, "root bus", false, "%04x:%02x",
					expected->domain, expected->first_bus);
			continue;
		}
		c->ret->checked++;
		if (observed) {
			compare_affinity(
				c, DIFFERENCE_ROOT_ON_OTHER_NODE, acpi, subject,
				(const struct machine_affinity *[]){&expected->affinity,
								    &observed->affinity});
			continue;
		}
		compare_add(c, DIFFERENCE_ROOT_MISSING, why_root(c, expected), "%s",
			    subject);
		compare_expected(c, "present");
		compare_observed(c, "missing");
	}
	for (size_t i = 0; i < c->observed->roots.n; i++) {
		const struct machine_root *root = &c->observed->roots.v[i];
		_cleanup_free_ char *subject = root_text(root);

		if (c->options->only_planned ||
		    machine_root(c->expected, root->domain, root->first_bus))
			continue;
		compare_add(c, DIFFERENCE_ROOT_UNPLANNED, why_root(c, root), "%s",
			    subject);
		compare_expected(c, "none");
		compare_observed(c, "present");
	}
}

static bool identity_known(const struct machine_function *function)
{
	return function->vendor != 0 && function->vendor != 0xffff;
}

static bool same_device(const struct machine_function *a,
			const struct machine_function *b)
{
	return a->vendor == b->vendor && a->device == b->device &&
	       a->class_code >> 8 == b->class_code >> 8 && a->bridge == b->bridge;
}

/* What is wrong above: the nearest bridge with a difference, or the root bus. */
static int wrong_above(const struct comparison *c, const struct machine *machine,
		       const struct machine_function *function)
{
	_cleanup_free_ char *root = NULL;
	int found;

	for (int up = function->upstream; up >= 0;
	     up = machine->functions.v[up].upstream) {
		_cleanup_free_ char *subject = address_text(machine->functions.v[up].at);

		for (size_t i = 0; i < c->ret->list.n; i++)
			if (streq(c->ret->list.v[i].subject, subject) &&
			    c->ret->list.v[i].kind >= DIFFERENCE_BRIDGE_BUSES &&
			    c->ret->list.v[i].kind <= DIFFERENCE_DEVICE_IDENTITY)
				return (int)i;
	}
	if (function->root < 0)
		return -1;
	root = root_text(&machine->roots.v[function->root]);
	found = compare_find(c,
			     machine == c->expected ? DIFFERENCE_ROOT_MISSING
						    : DIFFERENCE_ROOT_UNPLANNED,
			     root);
	return found >= 0
		       ? found
		       : compare_overlap_near(c, function->at.domain, function->at.bus);
}

/* The first thing wrong with bridges on this root bus, before @bus is numbered. */
static int earlier_bridge(const struct comparison *c, const struct machine *machine,
			  const struct machine_function *function)
{
	static const enum difference_kind kinds[] = {DIFFERENCE_BRIDGE_BUSES,
						     DIFFERENCE_DEVICE_MISSING,
						     DIFFERENCE_DEVICE_UNPLANNED,
						     DIFFERENCE_DEVICE_MOVED};

	for (size_t i = 0; i < c->ret->list.n; i++) {
		const struct difference *difference = &c->ret->list.v[i];
		const struct machine_function *bridge;
		struct pci_address at;
		bool counts = false;

		for (size_t j = 0; j < ARRAY_SIZE(kinds); j++)
			counts |= difference->kind == kinds[j];
		if (!counts || !pci_address_parse(difference->subject, &at))
			continue;
		bridge = machine_function(machine, at);
		if (bridge && bridge->bridge && bridge->root == function->root &&
		    pci_address_compare(at, function->at) < 0)
			return (int)i;
	}
	return -1;
}

static void compare_bridge(struct comparison *c, const struct machine_function *expected,
			   const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(expected->at);
	int because = wrong_above(c, c->expected, expected);

	if (compare_known(c, "buses behind a bridge", subject, expected->secondary,
			  observed->secondary || c->observed->pci_known == KNOWN_YES,
			  expected->secondary == observed->secondary &&
				  expected->subordinate == observed->subordinate))
		return;
	if (because < 0)
		because = earlier_bridge(c, c->expected, expected);
	compare_add(c, DIFFERENCE_BRIDGE_BUSES, because, "%s", subject);
	compare_expected(c, "buses %02x-%02x", expected->secondary,
			 expected->subordinate);
	compare_observed(c, "buses %02x-%02x", observed->secondary,
			 observed->subordinate);
}

static void compare_identity(struct comparison *c,
			     const struct machine_function *expected,
			     const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(expected->at);
	bool interface = expected->prog_if_known != KNOWN_NO &&
			 observed->prog_if_known != KNOWN_NO;
	int shift = interface ? 0 : 8;
	bool same_ids = expected->vendor == observed->vendor &&
			expected->device == observed->device;
	bool same_class = expected->class_code >> shift == observed->class_code >> shift;

	if (compare_known(c, "vendor and device", subject, identity_known(expected),
			  identity_known(observed), same_ids) &&
	    compare_known(c, "class", subject, expected->class_code >> 8,
			  observed->class_code >> 8, same_class))
		return;
	compare_add(c, DIFFERENCE_DEVICE_IDENTITY, wrong_above(c, c->expected, expected),
		    "%s", subject);
	compare_expected(c, "%04x:%04x class %06x", expected->vendor, expected->device,
			 expected->class_code);
	compare_observed(c, "%04x:%04x class %06x", observed->vendor, observed->device,
			 observed->class_code);
}

static char *upstream_text(const struct machine *machine,
			   const struct machine_function *function)
{
	if (function->upstream < 0)
		return xstrdup("the root bus");
	return address_text(machine->functions.v[function->upstream].at);
}

static void compare_upstream(struct comparison *c,
			     const struct machine_function *expected,
			     const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(expected->at);
	_cleanup_free_ char *want = upstream_text(c->expected, expected);
	_cleanup_free_ char *have = upstream_text(c->observed, observed);

	c->ret->checked++;
	if (streq(want, have))
		return;
	compare_add(c, DIFFERENCE_DEVICE_UPSTREAM, wrong_above(c, c->expected, expected),
		    "%s", subject);
	compare_expected(c, "behind %s", want);
	compare_observed(c, "behind %s", have);
}

static void compare_node(struct comparison *c, const struct machine_function *expected,
			 const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(expected->at);
	_cleanup_free_ char *root = NULL;
	int because = compare_find(c, DIFFERENCE_ACPI_OFF, NULL);

	if (because < 0 && expected->root >= 0) {
		root = root_text(&c->expected->roots.v[expected->root]);
		because = compare_find(c, DIFFERENCE_ROOT_ON_OTHER_NODE, root);
	}
	if (because < 0)
		because = compare_overlap_near(c, expected->at.domain, expected->at.bus);
	compare_affinity(c, DIFFERENCE_DEVICE_ON_OTHER_NODE, because, subject,
			 (const struct machine_affinity *[]){&expected->affinity,
							     &observed->affinity});
}

static void compare_vfs(struct comparison *c, const struct machine_function *expected,
			const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(expected->at);

	/*
	 * A plan that does not mention VFs plans none; a kernel that shows none has none.
	 * More than planned is correct: a driver may lower the device's number (igb, from
	 * 8 to 7), and it need not be bound.
	 */
	if (expected->total_vfs == UNKNOWN_ID ||
	    compare_known(c, "virtual functions", subject, true,
			  observed->total_vfs != UNKNOWN_ID ||
				  compare_observed_by_kernel(c),
			  expected->total_vfs <= MAX(observed->total_vfs, 0)))
		return;
	compare_add(c, DIFFERENCE_VFS, -1, "%s", subject);
	compare_expected(c, "at least %d virtual functions", expected->total_vfs);
	compare_observed(c, "%d", MAX(observed->total_vfs, 0));
}

static void compare_bars(struct comparison *c, const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(observed->at);

	if (observed->bars_known != KNOWN_YES) {
		compare_unknown(c, "BARs", false, "%s", subject);
		return;
	}
	for (size_t i = 0; i < MACHINE_BARS; i++) {
		const struct machine_bar *bar = &observed->bars[i];

		if (bar->size_bytes == 0)
			continue;
		c->ret->checked++;
		if (bar->start != 0 || bar->flags & BAR_AT_ZERO)
			continue;
		compare_add(c, DIFFERENCE_BAR_UNASSIGNED,
			    wrong_above(c, c->observed, observed), "%s BAR %zu", subject,
			    i);
		compare_expected(c, "an address for %llu bytes of %s",
				 (unsigned long long)bar->size_bytes,
				 bar->flags & BAR_IO ? "I/O ports" : "memory");
		compare_observed(c, "none");
	}
}

static void compare_function(struct comparison *c,
			     const struct machine_function *expected,
			     const struct machine_function *observed)
{
	if (expected->bridge && observed->bridge)
		compare_bridge(c, expected, observed);
	compare_identity(c, expected, observed);
	compare_upstream(c, expected, observed);
	compare_node(c, expected, observed);
	compare_vfs(c, expected, observed);
	compare_bars(c, observed);
}

/* A virtual function of a planned physical one is expected. */
static bool is_vf_of_planned(const struct comparison *c,
			     const struct machine_function *observed)
{
	const struct machine_function *parent;

	if (observed->physical_function < 0)
		return false;
	parent = &c->observed->functions.v[observed->physical_function];
	parent = machine_function(c->expected, parent->at);
	return parent && parent->total_vfs > 0;
}

/* An unplanned device that matches the missing one; each is used only once. */
static int find_moved(const struct comparison *c, const struct machine_function *expected,
		      const bool *used)
{
	for (size_t i = 0; i < c->observed->functions.n; i++) {
		const struct machine_function *observed = &c->observed->functions.v[i];

		if (!used[i] && same_device(expected, observed) &&
		    !machine_function(c->expected, observed->at))
			return (int)i;
	}
	return -1;
}

static void compare_missing(struct comparison *c, const struct machine_function *expected,
			    bool *used)
{
	_cleanup_free_ char *subject = address_text(expected->at), *elsewhere = NULL;
	int because = wrong_above(c, c->expected, expected);
	int moved = find_moved(c, expected, used);

	if (because < 0)
		because = compare_find(c, DIFFERENCE_ACPI_OFF, NULL);
	compare_add(c, moved >= 0 ? DIFFERENCE_DEVICE_MOVED : DIFFERENCE_DEVICE_MISSING,
		    because, "%s", subject);
	compare_expected(c, "%04x:%04x class %06x", expected->vendor, expected->device,
			 expected->class_code);
	if (moved < 0) {
		compare_observed(c, "missing");
		return;
	}
	used[moved] = true;
	elsewhere = address_text(c->observed->functions.v[moved].at);
	compare_observed(c, "at %s", elsewhere);
}

static void compare_unplanned(struct comparison *c,
			      const struct machine_function *observed)
{
	_cleanup_free_ char *subject = address_text(observed->at);
	int because = wrong_above(c, c->observed, observed);

	if (because < 0)
		because = compare_find(c, DIFFERENCE_ACPI_OFF, NULL);
	compare_add(c, DIFFERENCE_DEVICE_UNPLANNED, because, "%s", subject);
	compare_expected(c, "none");
	compare_observed(c, "%04x:%04x class %06x", observed->vendor, observed->device,
			 observed->class_code);
}

/* Whether the observed side would list the function if it existed. */
static bool would_be_listed(const struct comparison *c,
			    const struct machine_function *expected)
{
	if (c->observed->pci_known == KNOWN_YES)
		return true;
	for (size_t i = 0; expected->upstream < 0 && i < c->observed->functions.n; i++)
		if (c->observed->functions.v[i].at.domain == expected->at.domain &&
		    c->observed->functions.v[i].at.bus == expected->at.bus)
			return true;
	return false;
}

static void compare_planned(struct comparison *c, const struct machine_function *expected,
			    bool *used)
{
	const struct machine_function *observed =
		machine_function(c->observed, expected->at);

	if (!observed && !would_be_listed(c, expected)) {
		compare_unknown(c, "PCI function", false, PCI_FORMAT,
				PCI_ARGS(expected->at));
		return;
	}
	c->ret->checked++;
	if (observed)
		compare_function(c, expected, observed);
	else
		compare_missing(c, expected, used);
}

void compare_functions(struct comparison *c)
{
	const struct machine *expected = c->expected;
	bool *used;

	if (expected->pci_known == KNOWN_NO || c->observed->pci_known == KNOWN_NO) {
		compare_unknown(c, "PCI functions", expected->pci_known == KNOWN_NO,
				"all");
		return;
	}
	used = xcalloc(c->observed->functions.n + 1, sizeof(*used));
	for (size_t i = 0; i < expected->functions.n; i++)
		compare_planned(c, &expected->functions.v[i], used);
	for (size_t i = 0; i < c->observed->functions.n && !c->options->only_planned;
	     i++) {
		const struct machine_function *observed = &c->observed->functions.v[i];

		if (!used[i] && !machine_function(expected, observed->at) &&
		    !is_vf_of_planned(c, observed))
			compare_unplanned(c, observed);
	}
	free(used);
}
