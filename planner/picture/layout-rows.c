/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-rows.c - a device is a row; root buses and switches are frames of rows. */
#include "planner/picture/layout.h"

enum {
	LEAST = 250,
	MOST = 430,
	TEXT_AT = 20, /* of a row */
	HEAD = 18,
	PAD = 8,
	GAP = 3,
};

static int words_width(enum scene_font font, const char *string)
{
	_cleanup_text_ struct text shown = {};

	if (!string)
		return 0;
	text_add_drawable(&shown, string);
	return font_width(font, shown.n ? shown.s : "");
}

int layout_row_width(const struct parts *parts)
{
	int most = LEAST;
	_cleanup_free_ int *depths = xcalloc(parts->list.n + 1, sizeof(*depths));

	for (size_t i = 0; i < parts->list.n; i++) {
		const struct part *part = &parts->list.v[i];
		int width = TEXT_AT + 12 + words_width(FONT_STRONG, part->name),
		    notes = 0;

		if (part->parent >= 0)
			depths[i] = depths[part->parent] + 2 * PAD;
		if (part->kind < PART_ROOT)
			continue;
		width += part->side ? 14 + words_width(FONT_SMALL, part->side) : 0;
		for (size_t j = 0; j < part->notes.n; j++)
			notes += words_width(FONT_SMALL, part->notes.v[j]) + 12;
		width = MAX(width, TEXT_AT + 12 + MIN(notes, 300));
		most = MAX(most, width + depths[i]);
	}
	return MIN(most, MOST);
}

/* The first line of a row or frame: its name, and on the right what is about it. */
static void add_first_line(struct scene *scene, const struct part *part, int x, int width)
{
	int side = 0;

	if (part->side)
		side = 14 + scene_text_at(scene, FONT_SMALL, ANCHOR_END,
					  part->slow ? "doubt" : "m", width - 8, 13,
					  width / 2, part->side);
	scene_text(scene, FONT_STRONG, NULL, x, 13, width - x - 8 - side, part->name);
}

static void add_row(const struct part *part, int width, struct block *ret)
{
	int lines;

	scene_open(&ret->scene, "device", part->id, part->number);
	lines = layout_lines(NULL, part, 0, 0, width - TEXT_AT - 8);
	ret->width = width;
	ret->height = HEAD + lines * LINE_HEIGHT + 2;
	scene_rect(&ret->scene, "row", 0, 0, width, ret->height);
	if (part->mark)
		scene_mark(&ret->scene, part->mark, 6, 4);
	add_first_line(&ret->scene, part, TEXT_AT, width);
	layout_lines(&ret->scene, part, TEXT_AT, HEAD + 8, width - TEXT_AT - 8);
	scene_close(&ret->scene);
}

/* The rows from @first on that share an IOMMU group, as an outline. */
struct outline {
	int group, from, to;
};

static void end_outline(struct outline *outline, struct scene *scene, int width)
{
	if (outline->group >= 0)
		scene_rect(scene, "group", PAD - 4, outline->from - 1,
			   width - 2 * PAD + 8, outline->to - outline->from + 2);
	outline->group = -1;
}

static void stack(const struct parts *parts, size_t frame, int width, struct block *ret)
{
	struct outline outline = {.group = -1};

	for (size_t i = frame + 1; i < parts->list.v[frame].end;
	     i = parts->list.v[i].end) {
		struct block inner = {};
		int group = parts->list.v[i].group;

		layout_rows(parts, i, width - 2 * PAD, &inner);
		if (group != outline.group)
			end_outline(&outline, &ret->scene, width);
		if (group >= 0 && outline.group < 0)
			outline = (struct outline){group, ret->height, 0};
		scene_append(&ret->scene, &inner.scene, PAD, ret->height);
		ret->height += inner.height;
		outline.to = ret->height;
		ret->height += GAP;
	}
	end_outline(&outline, &ret->scene, width);
}

static void add_frame(const struct parts *parts, size_t index, int width,
		      struct block *ret)
{
	const struct part *part = &parts->list.v[index];
	size_t rect;
	int lines;

	scene_open(&ret->scene, "frame", part->id, part->number);
	rect = ret->scene.items.n;
	scene_rect(&ret->scene,
		   part->kind != PART_ROOT ? "switch"
		   : part->unit            ? "unit"
					   : "root",
		   0, 0, width, 0);
	add_first_line(&ret->scene, part, PAD, width);
	lines = layout_lines(&ret->scene, part, PAD, HEAD + 8, width - 2 * PAD);
	ret->width = width;
	ret->height = HEAD + 2 + lines * LINE_HEIGHT + GAP;
	stack(parts, index, width, ret);
	ret->height += PAD - GAP;
	ret->scene.items.v[rect].height = ret->height;
	scene_close(&ret->scene);
}

void layout_rows(const struct parts *parts, size_t part, int width, struct block *ret)
{
	if (parts->list.v[part].kind >= PART_DEVICE)
		add_row(&parts->list.v[part], width, ret);
	else
		add_frame(parts, part, width, ret);
}
