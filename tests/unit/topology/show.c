/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What golden outputs do not cover: candidates, runs, limits, arbitrary machines. */
#include "tests/unit/test.h"

#include "tests/random-machine.h"
#include "topology/class-name.h"
#include "topology/show.h"

#include <json-c/json.h>
#include <stdio.h>

static void any_machine_can_be_shown(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_show_rows_ struct show_rows rows = {};
		_cleanup_text_ struct text json = {};
		struct jsonw jsonw = {.out = &json};
		json_object *parsed;
		size_t shown = 0, there = 0;

		random_machine(seed, &machine);
		show_tree(&machine, seed % 2, &rows);
		jsonw_machine(&jsonw, &machine);
		for (size_t i = 0; i < rows.n; i++) {
			assert_true(rows.v[i].parent < (int)i);
			shown += (size_t)rows.v[i].functions;
		}
		for (size_t i = 0; i < machine.functions.n; i++)
			there += !machine.functions.v[i].bridge;
		assert_int_equal(shown, there);
		parsed = json_tokener_parse(json.s);
		assert_non_null(parsed);
		json_object_put(parsed);
	}
}

static struct machine_function *add(struct machine *machine, uint8_t slot,
				    uint8_t function, uint16_t device)
{
	struct machine_function *added =
		machine_add_function(machine, (struct pci_address){0, 0, slot, function});

	added->class_code = 0x020000;
	added->vendor = 0x8086;
	added->device = device;
	added->upstream = -1;
	return added;
}

static const struct show_row *find(const struct show_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->n; i++)
		if (streq(rows->v[i].cells[SHOW_NAME], name))
			return &rows->v[i];
	return NULL;
}

static void alike_functions_share_a_row(void **state)
{
	_cleanup_machine_ struct machine machine = {.pci_known = KNOWN_YES};
	_cleanup_show_rows_ struct show_rows rows = {};

	(void)state;
	machine_add_node(&machine, 0);
	machine_add_node(&machine, 1);
	add(&machine, 1, 0, 1);
	add(&machine, 1, 1, 1);
	add(&machine, 1, 3, 1);
	add(&machine, 2, 0, 2);
	set_add_range(&add(&machine, 3, 0, 3)->affinity.nodes, 0, 1);
	machine.functions.v[4].affinity.what = AFFINITY_CANDIDATES;
	machine_settle(&machine, true);
	show_tree(&machine, false, &rows);
	assert_string_equal(find(&rows, "0000:00:01.0-1,3")->cells[SHOW_WHAT],
			    "3 x Ethernet controller");
	assert_non_null(find(&rows, "0000:00:02.0"));
	assert_non_null(find(&rows, "node 0|1"));
	assert_non_null(find(&rows, "no affinity"));
	assert_non_null(find(&rows, "remedy"));
}

static void class_names(void **state)
{
	(void)state;
	assert_string_equal(pci_class_name(0x020000), "Ethernet controller");
	assert_string_equal(pci_class_name(0x02ff00), "network controller");
	assert_string_equal(pci_class_name(0x010802), "NVMe controller");
	assert_string_equal(pci_class_name(0xff0000), "device of unknown class");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_machine_can_be_shown),
		cmocka_unit_test(alike_functions_share_a_row),
		cmocka_unit_test(class_names),
	};

	return RUN_TESTS(tests);
}
