/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same pairs as by comparing the kinds of all paths, in random trees of PCI buses. */
#include "tests/unit/test.h"

#include "tests/dice.h"
#include "topology/farther.h"
#include "topology/path.h"

enum { ROUNDS = 2000, FUNCTIONS = 40, DEEPEST = 4, LAST_ROOT = 0xc0, ROOT_STEP = 0x40 };

static int add(struct machine *machine, unsigned bus, unsigned slot, unsigned number,
	       enum pcie_type type)
{
	struct machine_function *function =
		machine_add_function(machine,
				     (struct pci_address){0, (uint8_t)bus, (uint8_t)slot,
							  (uint8_t)number});

	function->pcie_type = type;
	function->class_code = 0x020000;
	return (int)machine->functions.n - 1;
}

static unsigned fill_bus(struct machine *machine, struct dice *dice, unsigned bus,
			 unsigned depth, enum pcie_type type);

/* The last bus below a new bridge. */
static unsigned add_bridge(struct machine *machine, struct dice *dice, unsigned bus,
			   unsigned slot, unsigned depth, enum pcie_type type,
			   unsigned last)
{
	int function = add(machine, bus, slot, 0, type);
	unsigned below = fill_bus(machine, dice, last + 1, depth + 1, type);

	machine->functions.v[function].class_code = 0x060400;
	machine->functions.v[function].bridge = true;
	machine->functions.v[function].secondary = (uint8_t)(last + 1);
	machine->functions.v[function].subordinate = (uint8_t)below;
	return below;
}

static enum pcie_type bridge_below(struct dice *dice, enum pcie_type above)
{
	if (above == PCIE_UPSTREAM_PORT)
		return PCIE_DOWNSTREAM_PORT;
	if (above == PCIE_UNKNOWN)
		return PCIE_ROOT_PORT;
	return roll_small(dice, 2) ? PCIE_UPSTREAM_PORT : PCIE_TO_PCI_BRIDGE;
}

/* Devices and bridges on a bus below a bridge of this type; the last bus in use. */
static unsigned fill_bus(struct machine *machine, struct dice *dice, unsigned bus,
			 unsigned depth, enum pcie_type type)
{
	unsigned slots = 1 + roll_small(dice, depth == 0 ? 4 : 3), last = bus;

	for (unsigned slot = 0; slot < slots; slot++) {
		bool full = last % ROOT_STEP > ROOT_STEP - 8 || depth >= DEEPEST;

		if (!full && roll_small(dice, 3))
			last = add_bridge(machine, dice, bus, slot, depth,
					  bridge_below(dice, type), last);
		else
			for (unsigned i = 0; i <= roll_small(dice, 2); i++)
				add(machine, bus, slot, i, PCIE_ENDPOINT);
	}
	return last;
}

static void make_machine(struct dice *dice, enum machine_source source,
			 struct machine *ret)
{
	int node = -1;

	*ret = (struct machine){.source = source, .pci_known = KNOWN_YES};
	for (unsigned i = 0; i < 3; i++)
		machine_add_node(ret, i);
	for (unsigned root = 0; root <= LAST_ROOT; root += ROOT_STEP)
		fill_bus(ret, dice, root, 0, PCIE_UNKNOWN);
	for (size_t i = 0; i < ret->functions.n; i++) {
		struct machine_function *it = &ret->functions.v[i];

		if (i == 0 || it->at.bus / ROOT_STEP != it[-1].at.bus / ROOT_STEP ||
		    roll_small(dice, 10) == 0)
			node = (int)roll_small(dice, 4) - 1;
		if (node >= 0)
			machine_affinity_set(&it->affinity, (unsigned)node,
					     AFFINITY_FROM_SYSFS);
	}
	machine_settle(ret, true);
}

/* A function other than a bridge, or -1. */
static int pick(struct dice *dice, const struct machine *machine)
{
	for (;;) {
		int at = (int)roll_below(dice, machine->functions.n + 1) - 1;

		if (at < 0 || !machine->functions.v[at].bridge)
			return at;
	}
}

static enum path_kind kind_between(const struct machine *machine, int a, int b)
{
	return machine_path_kind(machine, (size_t)a,
				 machine_path_ends(machine, (size_t)a), (size_t)b,
				 machine_path_ends(machine, (size_t)b));
}

static int by_looking_at_all(const struct machine *here, const struct machine *there,
			     const struct farther_function *functions, int b)
{
	const struct farther_function *it = &functions[b];

	for (int a = 0; it->here >= 0 && it->there >= 0 && a < b; a++) {
		const struct farther_function *other = &functions[a];
		enum path_kind farther;

		if (other->here < 0 || other->there < 0 || other->unit == it->unit)
			continue;
		farther = kind_between(there, other->there, it->there);
		if (farther != PATH_UNKNOWN &&
		    farther > kind_between(here, other->here, it->here))
			return a;
	}
	return -1;
}

static void same_pairs(void **state)
{
	size_t found = 0;
	struct dice dice = {1};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		_cleanup_machine_ struct machine here = {}, there = {};
		struct farther_function functions[FUNCTIONS];
		int units = 2 + (int)roll_small(&dice, FUNCTIONS);
		int before[FUNCTIONS];

		make_machine(&dice, round % 3 ? MACHINE_LIVE : MACHINE_NCCL, &here);
		make_machine(&dice, MACHINE_LIVE, &there);
		for (int i = 0; i < FUNCTIONS; i++)
			functions[i] = (struct farther_function){pick(&dice, &here),
								 pick(&dice, &there), 0};
		for (int i = 0; i < FUNCTIONS; i++)
			functions[i].unit = (functions[i].here + 1) * 7 % units;
		farther_find(&here, &there, functions, FUNCTIONS, before);
		for (int i = 0; i < FUNCTIONS; i++) {
			assert_int_equal(before[i],
					 by_looking_at_all(&here, &there, functions, i));
			found += before[i] >= 0;
		}
	}
	assert_true(found > ROUNDS);
}

/* No function, nothing to find. */
static void none(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	struct dice dice = {2};

	(void)state;
	make_machine(&dice, MACHINE_LIVE, &machine);
	farther_find(&machine, &machine, NULL, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_pairs),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
