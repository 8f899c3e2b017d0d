/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "planner/guest/tree.h"
#include "tests/dice.h"

/* A controller at @slot of the bus of @parent; @parent -1: without an address. */
static struct guest_controller *add(struct guest *guest, unsigned index,
				    const char *model, int parent, unsigned slot)
{
	struct guest_controller *c = guest_add_controller(guest, "pci");

	c->model = xstrdup(model);
	c->index = number_of(index);
	if (parent < 0)
		return c;
	c->address.type = xstrdup("pci");
	c->address.state = VALUE_VALID;
	c->address.at =
		(struct pci_address){.bus = (uint8_t)parent, .slot = (uint8_t)slot};
	return c;
}

static void begin(struct guest *guest, unsigned cells)
{
	guest_init(guest);
	guest->acpi_element = 1;
	for (unsigned i = 0; i < cells; i++)
		guest_add_cell(guest);
}

static void assert_nowhere(const struct guest_tree *tree, int index)
{
	assert_int_equal(tree->bus[index].root, -1);
	assert_int_equal(tree->bus[index].cell, -1);
	assert_int_equal(tree->bus[index].number, -1);
	assert_int_equal(guest_tree_cell(tree, index), -1);
	assert_false(guest_tree_under_expander(tree, index));
}

/* pcie-root, a port on it, an expander bus of cell 1 with a switch below a port. */
static void a_tree(void **state)
{
	_cleanup_guest_ struct guest guest = {};
	struct guest_controller *expander;
	_cleanup_guest_tree_ struct guest_tree tree = {};
	const struct {
		int index, parent, root, cell, number, last;
		unsigned children;
	} rows[] = {
		{0, -1, 0, -1, 0, 1, 2},   {1, 0, 0, -1, 1, 1, 0},
		{2, 0, 2, 1, 100, 104, 1}, {3, 2, 2, 1, 101, 104, 1},
		{4, 3, 2, 1, 102, 104, 2}, {5, 4, 2, 1, 104, 104, 0},
		{6, 4, 2, 1, 103, 103, 0},
	};

	(void)state;
	begin(&guest, 2);
	add(&guest, 0, "pcie-root", -1, 0);
	add(&guest, 1, "pcie-root-port", 0, 2);
	expander = add(&guest, 2, "pcie-expander-bus", 0, 3);
	expander->bus_nr = number_of(100);
	expander->node = number_of(1);
	add(&guest, 3, "pcie-root-port", 2, 0);
	add(&guest, 4, "pcie-switch-upstream-port", 3, 0);
	/* Slots, not indexes, decide which is numbered first. */
	add(&guest, 5, "pcie-switch-downstream-port", 4, 2);
	add(&guest, 6, "pcie-switch-downstream-port", 4, 1);
	guest_tree_read(&guest, &tree);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct guest_bus *bus = &tree.bus[rows[i].index];

		assert_int_equal(bus->parent, rows[i].parent);
		assert_int_equal(bus->root, rows[i].root);
		assert_int_equal(bus->cell, rows[i].cell);
		assert_int_equal(bus->number, rows[i].number);
		assert_int_equal(bus->last, rows[i].last);
		assert_int_equal(bus->children, rows[i].children);
		assert_int_equal(guest_tree_under_expander(&tree, rows[i].index),
				 rows[i].root == 2);
	}
	assert_int_equal(tree.bus[0].bridges, 1);
	assert_int_equal(tree.bus[2].bridges, 4);
	/* Without ACPI the kernel finds only pcie-root, whatever the domain contains. */
	guest.acpi_element = -1;
	guest_tree_read(&guest, &tree);
	assert_int_equal(tree.bus[1].number, 1);
	assert_int_equal(tree.bus[2].number, -1);
	assert_int_equal(tree.bus[3].number, -1);
	assert_int_equal(tree.bus[3].cell, 1);
}

static void loops(void **state)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};

	(void)state;
	begin(&guest, 1);
	add(&guest, 0, "pcie-root", -1, 0);
	add(&guest, 1, "pcie-root-port", 1, 0);
	add(&guest, 2, "pcie-root-port", 3, 0);
	add(&guest, 3, "pcie-root-port", 2, 0);
	add(&guest, 4, "pcie-root-port", 2, 1);
	guest_tree_read(&guest, &tree);
	for (int index = 1; index <= 4; index++)
		assert_nowhere(&tree, index);
	assert_int_equal(tree.bus[0].bridges, 0);
}

static void missing_parents(void **state)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};

	(void)state;
	begin(&guest, 1);
	/* Without a controller 0, on one that is missing, and without an address. */
	add(&guest, 1, "pcie-root-port", 0, 1);
	add(&guest, 2, "pcie-root-port", 200, 0);
	add(&guest, 3, "pcie-root-port", -1, 0);
	guest_tree_read(&guest, &tree);
	for (int index = 2; index <= 3; index++)
		assert_nowhere(&tree, index);
	assert_int_equal(tree.bus[1].root, -1);
	assert_int_equal(tree.bus[1].parent, 0);
	assert_null(guest_tree_controller(&tree, 0));
	assert_null(guest_tree_controller(&tree, 200));
	assert_int_equal(tree.bus[200].children, 1);
}

static void out_of_range(void **state)
{
	_cleanup_guest_ struct guest guest = {};
	struct guest_controller *expander, *second;
	_cleanup_guest_tree_ struct guest_tree tree = {};

	(void)state;
	begin(&guest, 1);
	add(&guest, 0, "pcie-root", -1, 0);
	add(&guest, 256, "pcie-root-port", 0, 1);
	add(&guest, UINT32_MAX, "pcie-root-port", 0, 2);
	add(&guest, 0, "pcie-root-port", 0, 3)->index.state = VALUE_MALFORMED;
	expander = add(&guest, 5, "pcie-expander-bus", 0, 4);
	expander->bus_nr = number_of(256);
	expander->node = number_of(1); /* only cell 0 exists */
	second = add(&guest, 5, "pcie-expander-bus", 0, 5);
	second->bus_nr = number_of(9);
	guest_tree_read(&guest, &tree);
	/* The first of two with one index. */
	assert_ptr_equal(guest_tree_controller(&tree, 5), &guest.controllers.v[4]);
	assert_int_equal(tree.bus[5].number, -1);
	assert_int_equal(tree.bus[5].cell, -1);
	for (int index = 1; index < INDEXES; index++)
		assert_true(index == 5 || tree.bus[index].controller == -1);
	for (int index = -2; index < INDEXES + 2; index += INDEXES + 2) {
		assert_null(guest_tree_controller(&tree, index));
		assert_int_equal(guest_tree_cell(&tree, index), -1);
		assert_false(guest_tree_under_expander(&tree, index));
	}
}

static void add_iommu(struct guest *guest, const char *model, int bus)
{
	struct guest_iommu *iommu = guest_add_iommu(guest, model);

	if (bus >= 0)
		iommu->pci_bus = number_of((unsigned)bus);
}

/* pcie-root and two expander buses, each with a port: which IOMMU is whose. */
static void iommu_of_bus(void **state)
{
	const struct {
		struct {
			const char *model;
			int bus;
		} iommus[3];
		int of_root, of_first, of_second; /* positions in the list; -1: none */
	} rows[] = {
		{{{"intel", -1}}, 0, 0, 0},
		{{{"smmuv3", -1}}, 0, 0, 0},
		{{{"smmuv3", 2}, {"smmuv3", 3}}, -1, 0, 1},
		{{{"smmuv3", 0}, {"smmuv3", 3}}, 0, -1, 1},
		{{{"smmuv3", 3}}, -1, -1, 0},
		{{{"smmuv3", 2}, {"smmuv3", -1}}, -1, 0, -1},
		{{{"smmuv3", 2}, {"virtio", -1}}, 1, 0, 1},
		{{{"smmuv3", 4}}, -1, -1, -1}, /* a port */
		{{}, -1, -1, -1},
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
		const int expected[] = {rows[row].of_root,  rows[row].of_root,
					rows[row].of_first, rows[row].of_second,
					rows[row].of_first, rows[row].of_second};
		_cleanup_guest_ struct guest guest = {};
		_cleanup_guest_tree_ struct guest_tree tree = {};

		begin(&guest, 1);
		add(&guest, 0, "pcie-root", -1, 0);
		add(&guest, 1, "pcie-root-port", 0, 1);
		add(&guest, 2, "pcie-expander-bus", 0, 2);
		add(&guest, 3, "pcie-expander-bus", 0, 3);
		add(&guest, 4, "pcie-root-port", 2, 0);
		add(&guest, 5, "pcie-root-port", 3, 0);
		for (size_t i = 0; i < 3 && rows[row].iommus[i].model; i++)
			add_iommu(&guest, rows[row].iommus[i].model,
				  rows[row].iommus[i].bus);
		guest_tree_read(&guest, &tree);
		for (int index = 0; index < (int)ARRAY_SIZE(expected); index++) {
			const struct guest_iommu *of = guest_tree_iommu(&tree, index);

			assert_int_equal(of ? (int)(of - guest.iommus.v) : -1,
					 expected[index]);
		}
	}
}

static struct guest_device *add_hostdev(struct guest *guest, unsigned bus)
{
	struct guest_device *device = guest_add_device(guest, "hostdev");

	device->source.state = VALUE_VALID;
	device->address.type = xstrdup("pci");
	device->address.state = VALUE_VALID;
	device->address.at = (struct pci_address){.bus = (uint8_t)bus};
	return device;
}

/* Three host devices, two of them on the port of one expander bus. */
static void locked_times(void **state)
{
	const struct {
		const char *model;
		int bus;
		bool iommufd, accel; /* accel: of this one, and one more for bus 2 */
		unsigned times;
	} rows[] = {
		{NULL, -1, false, false, 1},    {"intel", -1, false, false, 3},
		{"smmuv3", 2, false, false, 3}, {"smmuv3", 3, false, false, 2},
		{"smmuv3", 0, false, false, 1}, {"intel", -1, true, false, 3},
		{"smmuv3", 3, true, false, 2},  {"smmuv3", 3, true, true, 1},
		{"smmuv3", 2, true, true, 2},   {"smmuv3", -1, true, true, 2},
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
		_cleanup_guest_ struct guest guest = {};
		_cleanup_guest_tree_ struct guest_tree tree = {};

		begin(&guest, 1);
		add(&guest, 0, "pcie-root", -1, 0);
		add(&guest, 2, "pcie-expander-bus", 0, 2);
		add(&guest, 3, "pcie-expander-bus", 0, 3);
		add(&guest, 4, "pcie-root-port", 2, 0);
		add(&guest, 5, "pcie-root-port", 3, 0);
		if (rows[row].model)
			add_iommu(&guest, rows[row].model, rows[row].bus);
		if (rows[row].accel)
			add_iommu(&guest, rows[row].model, 2);
		for (size_t i = 0; rows[row].accel && i < guest.iommus.n; i++)
			guest.iommus.v[i].accel = switch_of(true);
		guest_tree_read(&guest, &tree);
		assert_int_equal(guest_tree_locked_times(&tree), 0);
		add_hostdev(&guest, 4)->driver_iommufd = switch_of(rows[row].iommufd);
		add_hostdev(&guest, 4)->driver_iommufd = switch_of(rows[row].iommufd);
		add_hostdev(&guest, 5)->driver_iommufd = switch_of(rows[row].iommufd);
		assert_int_equal(guest_tree_locked_times(&tree), rows[row].times);
	}
}

/* More bridges than a segment has numbers: the last ones get none. */
static void numbers_run_out(void **state)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};

	(void)state;
	begin(&guest, 1);
	add(&guest, 0, "pcie-root", -1, 0);
	add(&guest, 1, "pcie-expander-bus", 0, 1)->bus_nr = number_of(254);
	add(&guest, 2, "pcie-root-port", 1, 0);
	add(&guest, 3, "pcie-root-port", 1, 1);
	guest_tree_read(&guest, &tree);
	assert_int_equal(tree.bus[2].number, 255);
	assert_int_equal(tree.bus[3].number, -1);
	assert_int_equal(tree.bus[1].bridges, 2);
}

/* Whatever a domain contains, the answers are consistent. */
static void random_guests(void **state)
{
	static const char *const models[] = {
		"pcie-root",         "pcie-root-port",     "pcie-expander-bus",
		"pci-expander-bus",  "pcie-to-pci-bridge", "pcie-switch-upstream-port",
		"pcie-root-complex",
	};
	struct dice dice = {12};

	(void)state;
	for (int round = 0; round < 500; round++) {
		_cleanup_guest_ struct guest guest = {};
		unsigned n = 1 + roll_small(&dice, 40);
		_cleanup_guest_tree_ struct guest_tree tree = {};

		begin(&guest, 2);
		for (unsigned i = 0; i < n; i++) {
			struct guest_controller *c =
				add(&guest, roll_small(&dice, n + 1),
				    models[roll_small(&dice, ARRAY_SIZE(models))],
				    (int)roll_small(&dice, n + 1) - 1,
				    roll_small(&dice, PCI_SLOTS));

			if (roll_small(&dice, 2))
				c->bus_nr = number_of(roll_small(&dice, 300));
			if (roll_small(&dice, 2))
				c->node = number_of(roll_small(&dice, 3));
		}
		guest_tree_read(&guest, &tree);
		for (int index = 0; index < INDEXES; index++) {
			const struct guest_bus *bus = &tree.bus[index];

			assert_true(bus->root < 0 ||
				    tree.bus[bus->root].root == bus->root);
			assert_true(bus->root < 0 ||
				    tree.bus[bus->root].cell == bus->cell);
			assert_true(bus->cell < 2 && bus->number <= bus->last &&
				    bus->last <= UINT8_MAX);
			if (bus->root >= 0 && bus->root != index)
				assert_int_equal(tree.bus[bus->parent].root, bus->root);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree),          cmocka_unit_test(loops),
		cmocka_unit_test(missing_parents), cmocka_unit_test(out_of_range),
		cmocka_unit_test(numbers_run_out), cmocka_unit_test(random_guests),
		cmocka_unit_test(iommu_of_bus),    cmocka_unit_test(locked_times),
	};

	return RUN_TESTS(tests);
}
