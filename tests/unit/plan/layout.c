/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks the global rules that libvirt and QEMU do not check, over thousands of random
 * trees, with code that shares nothing with the layout's own.
 */
#include "tests/unit/test.h"

#include "planner/plan/layout.h"
#include "tests/dice.h"

#include <string.h>

static struct dice dice;

static void grow_port(struct layout *layout, int port, int depth)
{
	int upstream;

	switch (roll_small(&dice, 4)) {
	case 0:
		return;
	case 1:
		if (depth < 3) {
			upstream = layout_add(layout, CONTROLLER_UPSTREAM_PORT, port);
			for (unsigned i = roll_small(&dice, 4); i > 0; i--)
				grow_port(layout,
					  layout_add(layout, CONTROLLER_DOWNSTREAM_PORT,
						     upstream),
					  depth + 1);
			return;
		}
		/* fall through */
	default:
		layout_add(layout, LAYOUT_ENDPOINT, port);
	}
}

static void random_tree(struct layout *layout)
{
	unsigned expanders = roll_small(&dice, 12);

	layout_begin(layout);
	for (unsigned i = roll_small(&dice, 20); i > 0; i--)
		grow_port(layout, layout_add(layout, CONTROLLER_ROOT_PORT, 0), 0);
	for (unsigned k = 0; k < expanders; k++) {
		int expander = layout_add(layout, CONTROLLER_PCIE_EXPANDER, 0);

		layout->items.v[expander].spare = roll_small(&dice, 12);
		for (unsigned i = roll_small(&dice, roll_small(&dice, 10) ? 8 : 60);
		     i > 0; i--)
			grow_port(layout,
				  layout_add(layout, CONTROLLER_ROOT_PORT, expander), 0);
	}
}

static bool is_controller(const struct layout_item *item)
{
	return item->kind != LAYOUT_ENDPOINT;
}

static void assert_indexes(const struct layout *layout)
{
	bool used[256] = {};
	unsigned controllers = 0;

	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (!is_controller(item))
			continue;
		assert_true(item->index <= 255);
		assert_false(used[item->index]);
		used[item->index] = true;
		controllers++;
		if (item->parent >= 0)
			assert_true(layout->items.v[item->parent].index < item->index);
	}
	for (unsigned i = 0; i < controllers; i++)
		assert_true(used[i]);
}

static void assert_addresses(const struct layout *layout)
{
	bool chassis[256] = {};

	for (size_t i = 1; i < layout->items.n; i++) {
		const struct layout_item *a = &layout->items.v[i];
		bool alone = true, zero = a->function == 0;

		assert_true(a->slot < 32 && a->function < 8);
		if (a->parent == 0)
			assert_true(a->slot >= 1 && a->slot <= 30);
		for (size_t j = 1; j < layout->items.n; j++) {
			const struct layout_item *b = &layout->items.v[j];

			if (i == j || b->parent != a->parent || a->slot != b->slot)
				continue;
			assert_int_not_equal(a->function, b->function);
			alone = false;
			zero |= b->function == 0;
		}
		assert_true(zero);
		if (a->function == 0)
			assert_int_equal(a->multifunction, !alone);
		if (a->kind == CONTROLLER_ROOT_PORT ||
		    a->kind == CONTROLLER_DOWNSTREAM_PORT) {
			assert_false(chassis[a->chassis]);
			chassis[a->chassis] = true;
		}
		if (layout->items.v[a->parent].kind == CONTROLLER_ROOT_PORT ||
		    layout->items.v[a->parent].kind == CONTROLLER_DOWNSTREAM_PORT)
			assert_int_equal(a->slot, 0);
	}
}

#define MAX_ITEMS 4096
/* The bridge at each slot and function of each bus; 0, which is pcie-root, means none. */
static short bridge_at[MAX_ITEMS][256];

static void index_bridges(const struct layout *layout)
{
	assert_true(layout->items.n < MAX_ITEMS);
	memset(bridge_at, 0, layout->items.n * sizeof(bridge_at[0]));
	for (size_t i = 1; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (controller_is_bridge(item->kind))
			bridge_at[item->parent][item->slot * 8 + item->function] =
				(short)i;
	}
}

/* Numbers buses like firmware: counts up from the root's number, lowest slot first. */
static unsigned enumerate(const struct layout *layout, int bus, unsigned number,
			  unsigned owner[256])
{
	for (unsigned devfn = 0; devfn < 256; devfn++) {
		int i = bridge_at[bus][devfn];

		if (i == 0)
			continue;
		number++;
		assert_true(number <= 255);
		assert_int_equal(layout->items.v[i].secondary, number);
		assert_int_equal(owner[number], 0);
		owner[number] = (unsigned)i;
		number = enumerate(layout, i, number, owner);
		assert_int_equal(layout->items.v[i].subordinate, number);
	}
	return number;
}

static void assert_windows(const struct layout *layout)
{
	unsigned owner[256] = {};

	index_bridges(layout);
	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->kind == CONTROLLER_PCIE_EXPANDER) {
			assert_true(item->bus_nr >= 1 && item->bus_nr <= 254);
			assert_int_equal(owner[item->bus_nr], 0);
			owner[item->bus_nr] = (unsigned)i;
		}
	}
	for (size_t i = 0; i < layout->items.n; i++) {
		const struct layout_item *item = &layout->items.v[i];

		if (item->kind == CONTROLLER_PCIE_ROOT)
			enumerate(layout, 0, 0, owner);
		if (item->kind == CONTROLLER_PCIE_EXPANDER)
			enumerate(layout, (int)i, item->bus_nr, owner);
	}
}

static unsigned bridges(const struct layout *layout)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->items.n; i++)
		count += controller_is_bridge(layout->items.v[i].kind) ||
			 layout->items.v[i].kind == CONTROLLER_PCIE_EXPANDER;
	return count;
}

static void random_trees(void **state)
{
	unsigned solved = 0, refused = 0;

	(void)state;
	dice.state = 20261121;
	for (unsigned round = 0; round < 3000; round++) {
		_cleanup_layout_ struct layout layout = {};
		_cleanup_error_ struct error error = {};

		random_tree(&layout);
		if (layout_solve(&layout, &error) < 0) {
			/* Only what cannot fit is rejected: 256 numbers, 8 reserved. */
			assert_true(bridges(&layout) + 1 + layout.headroom > 256);
			refused++;
			continue;
		}
		assert_indexes(&layout);
		assert_addresses(&layout);
		assert_windows(&layout);
		solved++;
	}
	assert_true(solved > 2000);
	assert_true(refused > 0);
	print_message("%u trees laid out, %u refused\n", solved, refused);
}

static void fill(struct layout *layout, unsigned expanders, unsigned ports)
{
	layout_begin(layout);
	for (unsigned k = 0; k < expanders; k++) {
		int expander = layout_add(layout, CONTROLLER_PCIE_EXPANDER, 0);

		for (unsigned i = 0; i < ports; i++)
			layout_add(layout, CONTROLLER_ROOT_PORT, expander);
	}
}

static void the_limits(void **state)
{
	_cleanup_layout_ struct layout exact = {}, over = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	/* 1 + 8 + 13 * (1 + 18) = 256 */
	fill(&exact, 13, 18);
	assert_int_equal(layout_solve(&exact, &error), 0);
	assert_windows(&exact);
	fill(&over, 13, 18);
	layout_add(&over, CONTROLLER_ROOT_PORT, 0);
	assert_int_equal(layout_solve(&over, &error), -1);
	assert_string_equal(
		error.message,
		"257 bus numbers are needed, but a PCI segment has 256; request 1 fewer port (devices, spare ports or nodes)");
}

static void given_places_stay(void **state)
{
	_cleanup_layout_ struct layout layout = {};
	_cleanup_error_ struct error error = {};
	int expander, port;

	(void)state;
	layout_begin(&layout);
	expander = layout_add(&layout, CONTROLLER_PCIE_EXPANDER, 0);
	layout.items.v[expander].has_bus_nr = true;
	layout.items.v[expander].bus_nr = 180;
	layout.items.v[expander].has_address = true;
	layout.items.v[expander].slot = 9;
	port = layout_add(&layout, CONTROLLER_ROOT_PORT, expander);
	layout.items.v[port].has_index = true;
	layout.items.v[port].index = 7;
	assert_int_equal(layout_solve(&layout, &error), 0);
	assert_int_equal(layout.items.v[expander].bus_nr, 180);
	assert_int_equal(layout.items.v[expander].slot, 9);
	assert_int_equal(layout.items.v[port].index, 7);
	assert_int_equal(layout.items.v[port].secondary, 181);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_trees),
		cmocka_unit_test(the_limits),
		cmocka_unit_test(given_places_stay),
	};

	return RUN_TESTS(tests);
}
