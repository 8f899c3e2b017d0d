/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/picture/picture.h"

#include "base/scene/scene-svg.h"
#include "planner/picture/layout.h"

enum { MARGIN = 18, HEAD = 62, FOOT = 40, WIDTH_LEAST = 700 };

void add_legend(struct scene *scene, int y, int width)
{
	static const struct {
		const char *mark, *words;
	} rows[] = {
		{"network", "network"},
		{"storage", "storage"},
		{"accelerator", "GPU, display, accelerator"},
		{"other", "other"},
	};
	int x = MARGIN;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scene_mark(scene, rows[i].mark, x, y - 9);
		x += 14 +
		     scene_text(scene, FONT_SMALL, "m", x + 13, y, width, rows[i].words);
		x += 16;
	}
	scene_rect(scene, "group", x, y - 9, 16, 10);
	x += 38 +
	     scene_text(scene, FONT_SMALL, "m", x + 22, y, width, "a shared IOMMU group");
	scene_rect(scene, "unit", x, y - 9, 16, 10);
	scene_text(scene, FONT_SMALL, "m", x + 22, y, width, "a bus of one IOMMU unit");
	scene_text(scene, FONT_SMALL, "m", MARGIN, y + 15, width,
		   "Joined squares are the threads of a core. Devices in one inner frame "
		   "share a PCIe switch.");
}

const char *picture_title(const char *source)
{
	const char *slash;

	if (!source || streq(source, "live"))
		return "this machine";
	if (streq(source, "-"))
		return "standard input";
	slash = strrchr(source, '/');
	return slash && slash[1] ? slash + 1 : source;
}

void text_add_machine_svg(struct text *text, const struct machine *machine,
			  const struct picture_options *options)
{
	_cleanup_parts_ struct parts parts = {};
	_cleanup_scene_ struct scene scene = {};
	_cleanup_text_ struct text summary = {};
	struct block body = {};
	int width, height;

	parts_of(machine, &options->parts, &parts);
	layout_parts(&parts, false, &body);
	width = MAX(body.width + 2 * MARGIN, WIDTH_LEAST);
	height = HEAD + body.height + FOOT + MARGIN;
	text_add_summary(&summary, machine);
	scene_text(&scene, FONT_TITLE, NULL, MARGIN, 30, width - 2 * MARGIN,
		   options->title);
	scene_text(&scene, FONT_BODY, "m", MARGIN, 48, width - 2 * MARGIN, summary.s);
	scene_append(&scene, &body.scene, MARGIN, HEAD);
	add_legend(&scene, HEAD + body.height + 24, width);
	text_add_scene_svg(text, &scene, width, height, options->title, summary.s);
}
