/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths in a small machine with everything that a path can pass: a root port with a
 * device of two functions, a switch of three devices, a switch below a switch, a bridge
 * to conventional PCI, a second root complex on the same node and one on another.
 */
#include "tests/unit/test.h"

#include "tests/random-machine.h"
#include "topology/matrix.h"
#include "topology/path.h"

static struct machine_function *add(struct machine *machine, uint8_t bus, uint8_t slot,
				    uint8_t number, enum pcie_type type)
{
	struct machine_function *function =
		machine_add_function(machine, (struct pci_address){0, bus, slot, number});

	function->class_code = 0x020000;
	function->pcie_type = type;
	function->bars_known = KNOWN_YES;
	function->bars[0] = (struct machine_bar){0xf0000000, 4096, 0};
	function->link_mb_s = 16000;
	function->peer.acs = ABILITY_NONE;
	return function;
}

static struct machine_function *add_bridge(struct machine *machine, uint8_t bus,
					   uint8_t slot, enum pcie_type type,
					   uint8_t first, uint8_t last)
{
	struct machine_function *function = add(machine, bus, slot, 0, type);

	function->class_code = 0x060400;
	function->bridge = true;
	function->secondary = first;
	function->subordinate = last;
	return function;
}

/*
 * 00: root ports: 1 to a device with two functions; 2 to a switch with two devices and a
 * third port to another switch; 3 to a bridge with two conventional devices. Root bus 40
 * is on the same node, 80 on another, c0 on none.
 */
static void make_machine(struct machine *ret)
{
	*ret = (struct machine){.source = MACHINE_LIVE, .pci_known = KNOWN_YES};
	machine_add_node(ret, 0);
	machine_add_node(ret, 1);
	add_bridge(ret, 0, 1, PCIE_ROOT_PORT, 1, 1);
	add(ret, 1, 0, 0, PCIE_ENDPOINT);
	add(ret, 1, 0, 1, PCIE_ENDPOINT);
	add_bridge(ret, 0, 2, PCIE_ROOT_PORT, 2, 9);
	add_bridge(ret, 2, 0, PCIE_UPSTREAM_PORT, 3, 9);
	for (uint8_t i = 0; i < 2; i++) {
		add_bridge(ret, 3, i, PCIE_DOWNSTREAM_PORT, 4 + i, 4 + i);
		add(ret, 4 + i, 0, 0, PCIE_ENDPOINT);
	}
	add_bridge(ret, 3, 2, PCIE_DOWNSTREAM_PORT, 6, 9);
	add_bridge(ret, 6, 0, PCIE_UPSTREAM_PORT, 7, 9);
	add_bridge(ret, 7, 0, PCIE_DOWNSTREAM_PORT, 8, 8);
	add(ret, 8, 0, 0, PCIE_ENDPOINT);
	add_bridge(ret, 7, 1, PCIE_DOWNSTREAM_PORT, 9, 9);
	add(ret, 9, 0, 0, PCIE_ENDPOINT);
	add_bridge(ret, 0, 3, PCIE_ROOT_PORT, 10, 11);
	add_bridge(ret, 10, 0, PCIE_TO_PCI_BRIDGE, 11, 11);
	add(ret, 11, 1, 0, PCIE_NONE);
	add(ret, 11, 2, 0, PCIE_NONE);
	add(ret, 0, 8, 0, PCIE_INTEGRATED_ENDPOINT);
	add(ret, 0, 8, 1, PCIE_INTEGRATED_ENDPOINT);
	for (uint8_t i = 1; i < 4; i++) {
		add_bridge(ret, i << 6, 0, PCIE_ROOT_PORT, (i << 6) + 1, (i << 6) + 1);
		add(ret, (uint8_t)((i << 6) + 1), 0, 0, PCIE_ENDPOINT);
	}
	for (size_t i = 0; i < ret->functions.n; i++) {
		int bus = ret->functions.v[i].at.bus;

		if (bus < 0xc0)
			machine_affinity_set(&ret->functions.v[i].affinity, bus >= 0x80,
					     AFFINITY_FROM_SYSFS);
	}
	machine_settle(ret, true);
}

static size_t find(const struct machine *machine, const char *address)
{
	struct pci_address at;

	assert_true(pci_address_parse(address, &at));
	assert_true(machine_function_index(machine, at) >= 0);
	return (size_t)machine_function_index(machine, at);
}

static struct path path_of(const struct machine *machine, const char *from,
			   const char *to)
{
	struct path path, back;

	machine_path(machine, find(machine, from), find(machine, to), &path);
	machine_path(machine, find(machine, to), find(machine, from), &back);
	assert_memory_equal(&path, &back, sizeof(path));
	return path;
}

static const struct {
	const char *from, *to;
	enum path_kind kind;
	enum peer_way way;
} pairs[] = {
	{"0000:01:00.0", "0000:01:00.0", PATH_SELF, PEER_STRAIGHT},
	{"0000:01:00.0", "0000:01:00.1", PATH_PIX, PEER_STRAIGHT},
	{"0000:04:00.0", "0000:05:00.0", PATH_PIX, PEER_STRAIGHT},
	{"0000:04:00.0", "0000:08:00.0", PATH_PXB, PEER_STRAIGHT},
	{"0000:08:00.0", "0000:09:00.0", PATH_PIX, PEER_STRAIGHT},
	{"0000:0b:01.0", "0000:0b:02.0", PATH_PIX, PEER_STRAIGHT},
	{"0000:01:00.0", "0000:04:00.0", PATH_PHB, PEER_ROOT},
	{"0000:04:00.0", "0000:0b:01.0", PATH_PHB, PEER_ROOT},
	{"0000:00:08.0", "0000:00:08.1", PATH_PIX, PEER_STRAIGHT},
	{"0000:00:08.0", "0000:01:00.0", PATH_PHB, PEER_ROOT},
	{"0000:01:00.0", "0000:41:00.0", PATH_NODE, PEER_ROOT},
	{"0000:01:00.0", "0000:81:00.0", PATH_SYS, PEER_ROOT},
	{"0000:01:00.0", "0000:c1:00.0", PATH_UNKNOWN, PEER_ROOT},
	/* Bridges: an upstream port and what is below it; a root port and its device. */
	{"0000:02:00.0", "0000:04:00.0", PATH_PIX, PEER_STRAIGHT},
	{"0000:02:00.0", "0000:08:00.0", PATH_PXB, PEER_STRAIGHT},
	{"0000:00:01.0", "0000:01:00.0", PATH_PIX, PEER_STRAIGHT},
};

static void kinds(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	make_machine(&machine);
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct path path = path_of(&machine, pairs[i].from, pairs[i].to);

		assert_string_equal(path_kind_name(path.kind),
				    path_kind_name(pairs[i].kind));
		assert_int_equal(path.way, pairs[i].way);
		assert_int_equal(path.redirects, -1);
	}
	assert_int_equal(machine_switch_above(&machine,
					      (int)find(&machine, "0000:08:00.0")),
			 (int)find(&machine, "0000:06:00.0"));
	assert_int_equal(machine_switch_above(&machine,
					      (int)find(&machine, "0000:01:00.0")),
			 -1);
}

/* hwloc does not tell the types of ports; the places of bridges are enough. */
static void without_types(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	make_machine(&machine);
	for (size_t i = 0; i < machine.functions.n; i++)
		machine.functions.v[i].pcie_type = PCIE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		assert_int_equal(path_of(&machine, pairs[i].from, pairs[i].to).kind,
				 pairs[i].kind);
}

static struct machine_function *at(struct machine *machine, const char *address)
{
	return &machine->functions.v[find(machine, address)];
}

static void slowest_link(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	struct path path;
	uint32_t mb_s;

	(void)state;
	make_machine(&machine);
	at(&machine, "0000:06:00.0")->link_mb_s = 4000;
	path = path_of(&machine, "0000:08:00.0", "0000:04:00.0");
	assert_int_equal(path.slowest, (int)find(&machine, "0000:06:00.0"));
	assert_int_equal(path.slowest_mb_s, 4000);
	/* Not on this path; and the bus inside a switch is not a link. */
	at(&machine, "0000:03:00.0")->link_mb_s = 10;
	path = path_of(&machine, "0000:08:00.0", "0000:09:00.0");
	assert_int_equal(path.slowest_mb_s, 16000);
	path = path_of(&machine, "0000:05:00.0", "0000:04:00.0");
	assert_int_equal(path.slowest_mb_s, 16000);
	/* To another root complex the link of the switch counts. */
	at(&machine, "0000:02:00.0")->link_mb_s = 2000;
	assert_int_equal(path_of(&machine, "0000:05:00.0", "0000:81:00.0").slowest_mb_s,
			 2000);
	assert_int_equal(path_of(&machine, "0000:05:00.0", "0000:04:00.0").slowest_mb_s,
			 16000);
	/* The port's end is as good; if neither is known, nothing is. */
	at(&machine, "0000:02:00.0")->link_mb_s = 0;
	at(&machine, "0000:00:02.0")->link_mb_s = 3000;
	assert_int_equal(path_of(&machine, "0000:05:00.0", "0000:81:00.0").slowest_mb_s,
			 3000);
	at(&machine, "0000:00:02.0")->link_mb_s = 0;
	path = path_of(&machine, "0000:05:00.0", "0000:81:00.0");
	assert_int_equal(path.slowest_mb_s, 0);
	assert_int_equal(path.slowest, -1);
	/* A virtual function has the link of its physical function. */
	at(&machine, "0000:01:00.1")->physical_function =
		(int)find(&machine, "0000:01:00.0");
	at(&machine, "0000:01:00.1")->link_mb_s = 0;
	machine_link_above(&machine, find(&machine, "0000:01:00.1"), &mb_s);
	assert_int_equal(mb_s, 16000);
}

static void access_control(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	struct machine_function *port, *device;
	struct path path;

	(void)state;
	make_machine(&machine);
	port = at(&machine, "0000:03:01.0");
	device = at(&machine, "0000:05:00.0");
	port->peer = (struct machine_peer){.acs = ABILITY_ON,
					   .acs_can = 0x5f,
					   .acs_on = ACS_SOURCE_VALIDATION |
						     ACS_UPSTREAM_FORWARDING};
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_STRAIGHT);
	port->peer.acs_on |= ACS_REQUEST_REDIRECT;
	path = path_of(&machine, "0000:04:00.0", "0000:05:00.0");
	assert_int_equal(path.way, PEER_ROOT);
	assert_int_equal(path.kind, PATH_PIX);
	assert_int_equal(path.redirects, (int)find(&machine, "0000:03:01.0"));
	/* Completions are enough. */
	port->peer.acs_on = ACS_COMPLETION_REDIRECT;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_ROOT);
	/* Translated addresses pass. */
	port->peer.acs_on |= ACS_DIRECT_TRANSLATED;
	device->peer.ats = ABILITY_ON;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_STRAIGHT);
	device->peer.ats = ABILITY_OFF;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_ROOT);
	device->peer.ats = ABILITY_UNKNOWN;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_UNKNOWN);
	port->peer.acs = ABILITY_UNKNOWN;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_UNKNOWN);
	/* The other ports do not care. */
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:08:00.0").way,
			 PEER_STRAIGHT);
	port->peer =
		(struct machine_peer){.acs = ABILITY_ON, .acs_on = ACS_EGRESS_CONTROL};
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_UNKNOWN);
	/* Without memory there is nothing to reach. */
	device->bars[0].flags = BAR_IO;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_UNKNOWN);
	at(&machine, "0000:04:00.0")->bars[0].size_bytes = 0;
	assert_int_equal(path_of(&machine, "0000:04:00.0", "0000:05:00.0").way,
			 PEER_NONE);
}

static void matrix(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_matrix_ struct matrix all = {}, gpus = {};

	(void)state;
	make_machine(&machine);
	at(&machine, "0000:05:00.0")->class_code = 0x030200;
	at(&machine, "0000:81:00.0")->class_code = 0x120000;
	at(&machine, "0000:01:00.1")->physical_function =
		(int)find(&machine, "0000:01:00.0");
	assert_true(matrix_make(&machine, MATRIX_GPU, &gpus));
	assert_int_equal(gpus.devices.n, 2);
	assert_string_equal(gpus.devices.v[1].name, "GPU1");
	assert_int_equal(matrix_path(&gpus, 1, 0)->kind, PATH_SYS);
	assert_true(matrix_make(&machine, MATRIX_USUAL, &all));
	/* 13 devices and no bridge; one of them is a virtual function. */
	assert_int_equal(all.devices.n, 12);
	assert_string_equal(all.devices.v[2].name, "NIC0");
	matrix_free(&all);
	assert_true(matrix_make(&machine, MATRIX_USUAL | MATRIX_VF, &all));
	assert_int_equal(all.devices.n, 13);
}

/* Nobody could build these, but nothing may go wrong. */
static void random_machines(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		_cleanup_machine_ struct machine machine = {};

		random_machine(seed, &machine);
		for (size_t a = 0; a < machine.functions.n; a++)
			for (size_t b = 0; b < machine.functions.n; b++) {
				struct path path, back;

				machine_path(&machine, a, b, &path);
				machine_path(&machine, b, a, &back);
				assert_memory_equal(&path, &back, sizeof(path));
				assert_true((a == b) == (path.kind == PATH_SELF));
				assert_true((path.slowest < 0) == !path.slowest_mb_s);
				if (path.kind == PATH_PXB)
					assert_true(path.common >= 0);
			}
	}
}

/* A GPU, and what only shows a console. */
static void consoles_are_not_gpus(void **state)
{
	static const struct {
		uint32_t class_code;
		uint16_t vendor, device;
		unsigned class;
	} rows[] = {
		{0x030000, 0x10de, 0x1b80, MATRIX_GPU},
		{0x030200, 0x10de, 0x2330, MATRIX_GPU},
		{0x030000, 0x1002, 0x66a1, MATRIX_GPU},
		{0x030000, 0x1a03, 0x2000, MATRIX_OTHER},
		{0x030000, 0x102b, 0x0538, MATRIX_OTHER},
		{0x030000, 0x1af4, 0x1050, MATRIX_OTHER},
		{0x038000, 0x1af4, 0x1050, MATRIX_GPU}, /* the stand-in for a GPU */
		{0x030000, 0x19e5, 0x1711, MATRIX_OTHER},
		{0x030000, 0x19e5, 0x0001, MATRIX_GPU},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct machine_function function = {.class_code =
								  rows[i].class_code,
							  .vendor = rows[i].vendor,
							  .device = rows[i].device};

		assert_int_equal(matrix_class_of(&function), rows[i].class);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consoles_are_not_gpus), cmocka_unit_test(kinds),
		cmocka_unit_test(without_types),         cmocka_unit_test(slowest_link),
		cmocka_unit_test(access_control),        cmocka_unit_test(matrix),
		cmocka_unit_test(random_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
