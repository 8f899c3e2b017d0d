/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * override.c - what libvirt has no element for. In <qemu:override>: the network of --mgmt
 * user, and I/O space for spare ports into which a device with I/O ports will be plugged.
 * QEMU tells the firmware of the latter (docs/pcie_pci_bridge.txt, the capability for
 * resource reservation). libvirt gives PCI controllers the aliases "pci.N". In
 * <qemu:commandline>, because libvirt gives amd-iommu no alias: its option dma-remap.
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

static int find_of_qemu(const struct document *document, const char *name)
{
	int child = document_child(document, 0, NULL);

	for (; child >= 0; child = document_next(document, child, NULL)) {
		const xmlNode *node = document->elements.v[child].node;

		if (node->ns && node->ns->href && streq((const char *)node->name, name) &&
		    streq((const char *)node->ns->href, QEMU_SPACE))
			return child;
	}
	return -1;
}

int in_place_find_override(const struct document *document)
{
	return find_of_qemu(document, "override");
}

/*
 * Whether a requested amd IOMMU needs its option dma-remap, without which QEMU 10.2 and
 * later do not translate (iommu-amd-remap). One that the domain sets stays.
 */
static bool needs_remap(const struct in_place *plan)
{
	return plan->iommu_given && plan->new.iommus.n > 0 &&
	       streq_null(plan->new.iommus.v[0].model, "amd") &&
	       target_has(&plan->request->target, FEATURE_AMD_REMAP) &&
	       !commandline_remap(&plan->old.commandline);
}

/* Inserts an element of QEMU, or its children into the one that the domain has. */
static void insert(const struct in_place *plan, struct edits *edits, const char *name,
		   struct want *want)
{
	int given = find_of_qemu(plan->document, name);

	want->space = QEMU_SPACE;
	if (given < 0 && want->children.n > 0)
		edit_insert(edits, 0, -1, want);
	for (size_t i = 0; given >= 0 && i < want->children.n; i++) {
		want->children.v[i]->space = QEMU_SPACE;
		edit_insert(edits, given, -1, want->children.v[i]);
	}
}

void in_place_commandline(const struct in_place *plan, struct edits *edits)
{
	static const char *const words[] = {"-global", "amd-iommu.dma-remap=on"};
	struct want *commandline = want_new("commandline");

	for (size_t i = 0; needs_remap(plan) && i < ARRAY_SIZE(words); i++)
		want_set(want_child(commandline, "arg"), "value", "%s", words[i]);
	insert(plan, edits, "commandline", commandline);
	want_free(commandline);
}

void in_place_override(const struct in_place *plan, struct edits *edits)
{
	struct want *override = want_new("override");

	if (plan->fresh)
		reach_edit(plan->request, edits, override);
	reserve_spares(plan, override);
	in_place_override_paths(plan, override, edits);
	insert(plan, edits, "override", override);
	want_free(override);
}
