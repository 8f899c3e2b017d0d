/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of arbitrary machines, of large ones, and of what must not be lost. */
#include "tests/unit/test.h"

#include "base/scene/scene-svg.h"
#include "base/xml/document.h"
#include "planner/picture/layout.h"
#include "planner/picture/picture.h"
#include "tests/random-machine.h"
#include "tests/scene-check.h"

#include <stdio.h>

static void assert_sound(const struct machine *machine)
{
	struct part_options options = {};
	_cleanup_parts_ struct parts parts = {};
	struct block block = {};
	const char *fault;

	parts_of(machine, &options, &parts);
	layout_parts(&parts, false, &block);
	fault = scene_fault_on(&block.scene, block.width, block.height);
	if (fault)
		fail_msg("%s", fault);
	scene_free(&block.scene);
}

/* Every function is in a part, or is a bridge that only leads to others. */
static void assert_complete(const struct machine *machine)
{
	struct part_options options = {};
	_cleanup_parts_ struct parts parts = {};

	parts_of(machine, &options, &parts);
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		if (!function->bridge && function->physical_function < 0)
			assert_true(parts.of_function[i] >= 0);
	}
}

static void any_machine_has_a_sound_picture(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 150; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_text_ struct text svg = {}, again = {};
		_cleanup_document_ struct document drawing = {};
		_cleanup_error_ struct error error = {};
		struct picture_options options = {.title = "<&\x01\xff\xef\xbf\xbf>"};

		random_machine(seed, &machine);
		assert_sound(&machine);
		text_add_machine_svg(&svg, &machine, &options);
		text_add_machine_svg(&again, &machine, &options);
		assert_string_equal(svg.s, again.s);
		assert_int_equal(document_parse("svg", svg.s, svg.n, &drawing, &error),
				 0);
	}
}

/* @n functions on @roots root buses, each below a port of its own. */
static void make_large(struct machine *machine, unsigned nodes, unsigned each)
{
	machine->pci_known = KNOWN_YES;
	for (unsigned node = 0; node < nodes; node++) {
		set_add_range(&machine_add_node(machine, (int)node)->cpus, node * 8,
			      node * 8 + 7);
		for (unsigned cpu = 0; cpu < 8; cpu++)
			machine_add_cpu(machine, (int)(node * 8 + cpu))->node = (int)node;
		for (unsigned i = 0; i < each; i++) {
			struct pci_address at = {node, 0, (uint8_t)(i / 8),
						 (uint8_t)(i % 8)};
			struct machine_function *function =
				machine_add_function(machine, at);

			function->class_code = 0x020000;
			function->vendor = 0x8086;
			/* No two neighbours are alike. */
			function->device = (uint16_t)(i % 7);
			machine_affinity_set(&function->affinity, (int)node,
					     AFFINITY_FROM_SYSFS);
			*vec_add(&function->names) = xasprintf("eth%u", i);
		}
	}
	machine_settle(machine, true);
}

static void large_machines_stay_small(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text svg = {};
	struct picture_options options = {.title = "large"};

	(void)state;
	make_large(&machine, 64, 63);
	assert_sound(&machine);
	assert_complete(&machine);
	text_add_machine_svg(&svg, &machine, &options);
	assert_true(svg.n < 1u << 20);
	assert_non_null(strstr(svg.s, "more devices"));
}

static void widths_are_those_of_the_font(void **state)
{
	_cleanup_text_ struct text cut = {};

	(void)state;
	/* 11 pixels: i is 278, m is 975 thousandths wide. */
	assert_int_equal(font_width(FONT_BODY, "imim"), 28);
	assert_int_equal(font_width(FONT_BODY, ""), 0);
	assert_true(text_add_fitting(&cut, FONT_BODY, "imim", 28));
	text_free(&cut);
	cut = (struct text){};
	assert_false(text_add_fitting(&cut, FONT_BODY, "imim", 27));
	assert_string_equal(cut.s, "im\xe2\x80\xa6");
	assert_true(font_width(FONT_BODY, cut.s) <= 27);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_machine_has_a_sound_picture),
		cmocka_unit_test(large_machines_stay_small),
		cmocka_unit_test(widths_are_those_of_the_font),
	};

	return RUN_TESTS(tests);
}
