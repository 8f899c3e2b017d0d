/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any record, hwloc's XML or domain as a picture, whatever its names are: frames contain
 * their content, nothing overlaps, and the document is well-formed. So it is next to a
 * host.
 */
#include "tests/fuzz/machine-input.h"
#include "tests/scene-check.h"

#include "planner/picture/drawing.h"
#include "planner/picture/layout.h"
#include "planner/picture/picture.h"

static void check_scene(const struct machine *machine)
{
	_cleanup_parts_ struct parts parts = {};
	struct part_options options = {};
	struct block block = {};

	parts_of(machine, &options, &parts);
	layout_parts(&parts, false, &block);
	if (IS_PLANTED && parts.list.n > 2 && block.scene.items.n > 3)
		block.scene.items.v[2].x += block.width;
	CHECK(scene_fault_on(&block.scene, block.width, block.height) == NULL);
	scene_free(&block.scene);
}

static void check_document(const struct machine *machine)
{
	_cleanup_document_ struct document drawing = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text svg = {};
	struct picture_options options = {.title = "\xe2\x80\xae<fuzz>"};

	text_add_machine_svg(&svg, machine, &options);
	CHECK(document_parse("svg", svg.s, svg.n, &drawing, &error) == 0);
}

/* A domain next to a host that is what its guest sees. */
static void check_pair(const char *bytes, size_t n, const struct machine *host)
{
	static const struct target_wish nothing = {};
	_cleanup_document_ struct document document = {}, drawn = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text svg = {};
	struct pair_wish wish = {.host = host, .target = &nothing};
	struct pair pair = {};
	struct drawing drawing = {.host = host,
				  .host_title = "\xd7\x90<&",
				  .guests = &pair,
				  .n_guests = 1};

	if (document_parse("fuzz", bytes, n, &document, &error) < 0 ||
	    pair_read(&document, &wish, &pair, &error) < 0) {
		pair_free(&pair);
		return;
	}
	text_add_drawing_svg(&svg, &drawing);
	CHECK(document_parse("svg", svg.s, svg.n, &drawn, &error) == 0);
	pair_free(&pair);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (machine_input_read((const char *)data, n, &machine, &error) < 0)
		return 0;
	check_scene(&machine);
	check_document(&machine);
	if (machine.source == MACHINE_GUEST)
		check_pair((const char *)data, n, &machine);
	return 0;
}
