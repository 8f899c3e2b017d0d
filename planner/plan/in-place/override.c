/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * override.c - properties of QEMU that libvirt has no element for, in <qemu:override>:
 * the network of --mgmt user, and I/O space for spare ports into which a device with I/O
 * ports will be plugged. QEMU tells the firmware of the latter (docs/pcie_pci_bridge.txt,
 * the capability for resource reservation). libvirt gives PCI controllers the aliases
 * "pci.N".
 */
#include "planner/plan/in-place/tree.h"

#include "planner/guest/io-use.h"
#include "planner/plan/reach.h"
#include "planner/qemu/qemu-space.h"

#define IO_WINDOW 4096 /* the granule of a bridge's window */

static void reserve_io(struct want *override, unsigned index)
{
	struct want *device = want_child(override, "device"), *property;

	want_set(device, "alias", "pci.%u", index);
	property = want_child(want_child(device, "frontend"), "property");
	want_set(property, "name", "io-reserve");
	want_set(property, "type", "unsigned");
	want_set(property, "value", "%d", IO_WINDOW);
}

/* Every empty port of an expander bus that has none yet, existing or new. */
static void reserve_spares(const struct in_place *plan, struct want *override)
{
	const struct layout_item *items = plan->layout.items.v;

	if (!plan->request->spare_for || !plan->request->spare_for->io_bar ||
	    !guest_is_q35(&plan->new))
		return;
	for (size_t i = 0; i < plan->layout.items.n; i++)
		if (items[i].kind == CONTROLLER_ROOT_PORT &&
		    items[items[i].parent].kind == CONTROLLER_PCIE_EXPANDER &&
		    !layout_has_child(&plan->layout, (int)i) &&
		    !io_use_reserves(&plan->old, (int)items[i].index))
			reserve_io(override, items[i].index);
}

int in_place_find_override(const struct document *document)
{
	int child = document_child(document, 0, NULL);

	for (; child >= 0; child = document_next(document, child, NULL)) {
		const xmlNode *node = document->elements.v[child].node;

		if (node->ns && node->ns->href &&
		    streq((const char *)node->name, "override") &&
		    streq((const char *)node->ns->href, QEMU_SPACE))
			return child;
	}
	return -1;
}

void in_place_override(const struct in_place *plan, struct edits *edits)
{
	struct want *override = want_new("override");
	int there = in_place_find_override(plan->document);

	override->space = QEMU_SPACE;
	if (plan->fresh)
		reach_edit(plan->request, edits, override);
	reserve_spares(plan, override);
	in_place_override_paths(plan, override, edits);
	if (there < 0 && override->children.n > 0)
		edit_insert(edits, 0, -1, override);
	for (size_t i = 0; there >= 0 && i < override->children.n; i++) {
		override->children.v[i]->space = QEMU_SPACE;
		edit_insert(edits, there, -1, override->children.v[i]);
	}
	want_free(override);
}
