/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine-fuzz.h - what is true for every machine, for the targets that make one. */
#pragma once

#include "tests/fuzz/fuzz.h"

#include "base/xml/document.h"
#include "topology/compare.h"
#include "topology/show.h"

#include <json-c/json.h>

/* If nothing is known about the nodes, a device may be on any. */
static inline bool is_a_place(const struct machine *machine,
			      const struct machine_affinity *affinity)
{
	return affinity->what != AFFINITY_NODE || machine->nodes.n == 0 ||
	       machine_node(machine, affinity->node);
}

/* Indexes are valid; a bridge comes before the functions below it. */
static inline void check_machine(const struct machine *machine)
{
	int n = (int)machine->functions.n;

	for (int i = 0; i < n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		CHECK(function->root >= 0 && (size_t)function->root < machine->roots.n);
		CHECK(function->upstream >= -1 && function->upstream < i);
		CHECK(function->upstream < 0 ||
		      machine->functions.v[function->upstream].bridge);
		CHECK(!function->bridge || function->secondary <= function->subordinate);
	}
}

/* For a settled machine; a record may name any node. */
static inline void check_places(const struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++)
		CHECK(is_a_place(machine, &machine->functions.v[i].affinity));
	for (size_t i = 0; i < machine->roots.n; i++)
		CHECK(is_a_place(machine, &machine->roots.v[i].affinity));
}

/*
 * A machine does not differ from itself, except that a BAR without an address is
 * reported.
 */
static inline void check_compare(const struct machine *machine)
{
	_cleanup_differences_ struct differences differences = {};
	struct compare_options options = {};

	compare_machines(machine, machine, &options, &differences);
	for (size_t i = 0; i < differences.list.n; i++)
		CHECK(differences.list.v[i].kind == DIFFERENCE_BAR_UNASSIGNED);
}

static inline void check_json(const struct machine *machine)
{
	_cleanup_text_ struct text json = {};
	struct jsonw jsonw = {.out = &json};
	struct json_object *object, *devices = NULL;

	jsonw_machine(&jsonw, machine);
	object = json_tokener_parse(json.s);
	CHECK(object && json_object_object_get_ex(object, "devices", &devices));
	CHECK(json_object_array_length(devices) == machine->functions.n);
	json_object_put(object);
}

/* Rows of the tree come after their parents, and count each function once. */
static inline void check_tree(const struct machine *machine)
{
	_cleanup_show_rows_ struct show_rows rows = {};

	show_tree(machine, false, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		CHECK(rows.v[i].parent < (int)i && rows.v[i].cells[SHOW_NAME]);
		CHECK(rows.v[i].node < (int)machine->nodes.n);
		CHECK(rows.v[i].function < (int)machine->functions.n);
	}
}
