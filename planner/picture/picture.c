/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/picture/picture.h"

#include "base/scene/scene-svg.h"
#include "planner/picture/layout.h"

enum { MARGIN = 18, HEAD = 62, FOOT = 40, WIDTH_LEAST = 700 };

void add_legend(struct scene *scene, int y, int width)
{
	static const struct {
		enum scene_kind kind;
		const char *class, *words;
	} rows[] = {
		{SCENE_MARK, "network", "network"},
		{SCENE_MARK, "storage", "storage"},
		{SCENE_MARK, "accelerator", "GPU, display, accelerator"},
		{SCENE_MARK, "other", "other"},
		{SCENE_RECT, "group", "a shared IOMMU group"},
		{SCENE_RECT, "unit", "a bus of one IOMMU unit"},
	};
	int x = MARGIN;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool mark = rows[i].kind == SCENE_MARK;

		if (!scene_has(scene, rows[i].kind, rows[i].class))
			continue;
		if (mark)
			scene_mark(scene, rows[i].class, x, y - 9);
		else
			scene_rect(scene, rows[i].class, x, y - 9, 16, 10);
		x += mark ? 13 : 22;
		x += 16 + scene_text(scene, FONT_SMALL, "m", x, y, width, rows[i].words);
	}
	scene_text(
		scene, FONT_SMALL, "m", MARGIN, y + 15, width,
		"Joined squares are the threads of a core. A frame within a root bus is a "
		"PCIe switch.");
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
