/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/layout-tree.h"

const struct layout_kind_row layout_kinds[] = {
	/* libvirt 9.0 src/conf/domain_addr.c, virDomainPCIAddressBusSetModel */
	[LAYOUT_ROOT] = {"pcie-root", true, false, 1, 30},
	[LAYOUT_EXPANDER] = {"pcie-expander-bus", true, false, 0, 31},
	[LAYOUT_ROOT_PORT] = {"pcie-root-port", true, true, 0, 0},
	[LAYOUT_UPSTREAM] = {"pcie-switch-upstream-port", true, true, 0, 31},
	[LAYOUT_DOWNSTREAM] = {"pcie-switch-downstream-port", true, true, 0, 0},
	[LAYOUT_BRIDGE] = {"bridge", true, true, 1, 31},
	[LAYOUT_ENDPOINT] = {"device", false, false, 1, 0},
};

bool layout_is_bridge(enum layout_kind kind)
{
	return layout_kinds[kind].bridge;
}

unsigned layout_bridges_below(const struct layout *layout, int item)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		int above = layout->items.v[i].parent;

		if (!layout_kinds[layout->items.v[i].kind].bridge)
			continue;
		while (above > item && layout->items.v[above].kind != LAYOUT_EXPANDER)
			above = layout->items.v[above].parent;
		count += above == item;
	}
	return count;
}

void layout_begin(struct layout *layout)
{
	*layout = (struct layout){.headroom = 8, .last_bus = 255};
	layout_add(layout, LAYOUT_ROOT, LAYOUT_NONE);
	layout->items.v[0].has_index = true;
}

int layout_add(struct layout *layout, enum layout_kind kind, int parent)
{
	struct layout_item *item = vec_add(&layout->items);

	item->kind = kind;
	item->parent = parent;
	item->owner = LAYOUT_NONE;
	return (int)layout->items.n - 1;
}

void layout_free(struct layout *layout)
{
	vec_free(&layout->items);
}

unsigned layout_count(const struct layout *layout, enum layout_kind kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++)
		count += layout->items.v[i].kind == kind;
	return count;
}
