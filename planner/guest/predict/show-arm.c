/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * show-arm.c - what is special in guests of machine type virt: an SMMUv3 for each root
 * bus, the nodes of generic initiators, the window for 64-bit BARs.
 */
#include "planner/guest/predict/show.h"

#include "base/set.h"
#include "base/size.h"

#include "planner/guest/tree.h"
#include "planner/guest/window.h"

void text_add_smmus(struct text *text, const struct guest *guest)
{
	_cleanup_guest_tree_ struct guest_tree tree = {};

	if (!guest_has_bus_iommus(guest))
		return;
	guest_tree_read(guest, &tree);
	text_adds(text, "SMMUv3 of each root bus:\n");
	for (int index = 0; index < INDEXES; index++) {
		const struct guest_bus *bus = &tree.bus[index];
		const struct guest_iommu *iommu = guest_tree_iommu(&tree, index);

		if (bus->controller < 0 || bus->root != index || bus->number < 0)
			continue;
		text_printf(text, "  root 0000:%02x: %s\n", (unsigned)bus->number,
			    !iommu                              ? "none"
			    : guest_iommu_is_accelerated(iommu) ? "accelerated"
								: "emulated");
	}
}

static bool is_of(const struct machine_node *node, struct pci_address at)
{
	for (size_t i = 0; i < node->initiators.n; i++)
		if (pci_address_equal(node->initiators.v[i].at, at))
			return true;
	return false;
}

void text_add_initiators(struct text *text, const struct machine *machine)
{
	bool begun = false;

	for (size_t i = 0; i < machine->functions.n; i++) {
		_cleanup_set_ struct set nodes = {};

		for (size_t n = 0; n < machine->nodes.n; n++)
			if (is_of(&machine->nodes.v[n], machine->functions.v[i].at))
				set_add(&nodes, (unsigned)machine->nodes.v[n].id);
		if (set_empty(&nodes))
			continue;
		text_adds(text, begun ? "" : "nodes of generic initiators:\n");
		begun = true;
		text_printf(text, "  " PCI_FORMAT ": ",
			    PCI_ARGS(machine->functions.v[i].at));
		text_add_set(text, &nodes);
		text_addc(text, '\n');
	}
}

void text_add_window(struct text *text, const struct guest *guest)
{
	const struct guest_controller *root = guest_pci_controller(guest, 0);
	uint64_t bytes = root && root->pcihole64_bytes.state == VALUE_VALID
				 ? root->pcihole64_bytes.value
				 : 0;

	if (!guest_is_virt(guest))
		return;
	text_adds(text, "window for 64-bit BARs: ");
	text_add_size(text, MAX(bytes, WINDOW_VIRT_BYTES));
	text_addc(text, '\n');
}
