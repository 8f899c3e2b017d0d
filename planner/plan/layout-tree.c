/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/layout-tree.h"

unsigned layout_bridges_below(const struct layout *layout, int item)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		int above = layout->items.v[i].parent;

		if (!controller_is_bridge(layout->items.v[i].kind))
			continue;
		while (above > item &&
		       layout->items.v[above].kind != CONTROLLER_PCIE_EXPANDER)
			above = layout->items.v[above].parent;
		count += above == item;
	}
	return count;
}

void layout_begin(struct layout *layout)
{
	*layout = (struct layout){.headroom = 8,
				  .last_bus = 255,
				  .reserved_slots = 1u << CHIPSET_SLOT};
	layout_add(layout, CONTROLLER_PCIE_ROOT, LAYOUT_NONE);
	layout->items.v[0].has_index = true;
}

int layout_add(struct layout *layout, enum controller_model kind, int parent)
{
	struct layout_item *item = vec_add(&layout->items);

	item->kind = kind;
	item->parent = parent;
	item->cell = item->owner = LAYOUT_NONE;
	return (int)layout->items.n - 1;
}

bool layout_has_child(const struct layout *layout, int parent)
{
	for (size_t i = 0; i < layout->items.n; i++)
		if (layout->items.v[i].parent == parent)
			return true;
	return false;
}

int layout_root_of(const struct layout *layout, int item)
{
	while (layout->items.v[item].kind != CONTROLLER_PCIE_ROOT &&
	       layout->items.v[item].kind != CONTROLLER_PCIE_EXPANDER)
		item = layout->items.v[item].parent;
	return item;
}

void layout_free(struct layout *layout)
{
	vec_free(&layout->items);
}

unsigned layout_count(const struct layout *layout, enum controller_model kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++)
		count += layout->items.v[i].kind == kind;
	return count;
}
