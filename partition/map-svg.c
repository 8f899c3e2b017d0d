/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. All disks have one scale, bytes per pixel, so that they can be
 * compared; a disk that would be too short to see is drawn longer, and so is an area,
 * which the words below the bar say. Words are in an area if they fit; every partition
 * and free extent has a line below the bar in any case.
 */
#include "partition/map-svg.h"

#include "base/scene/scene-svg.h"
#include "base/size.h"
#include "partition/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MARGIN = 18,
	BAR = 1000, /* of the largest disk */
	BAR_LEAST = 240,
	AREA_LEAST = 4,
	HEIGHT = 46,
	TOP = 40, /* of the bar, below the disk's title */
	LINE = 16,
	GAP = 26,
};

void area_labels_free(struct area_labels *labels)
{
	for (size_t i = 0; i < labels->list.n; i++)
		free(labels->list.v[i].text);
	vec_free(&labels->list);
}

static const char *label_of(const struct area_labels *labels, unsigned number)
{
	for (size_t i = 0; labels && i < labels->list.n; i++)
		if (labels->list.v[i].number == number)
			return labels->list.v[i].text;
	return NULL;
}

/* What a layout knows about a partition; NULL for a table that was read. */
static const struct disk_layout_part *part_of(const struct drawn_disk *disk,
					      unsigned number)
{
	for (size_t i = 0; disk->layout && i < disk->layout->parts.n; i++)
		if (disk->layout->parts.v[i].number == number)
			return &disk->layout->parts.v[i];
	return NULL;
}

struct drawn {
	const struct drawn_disk *disk;
	struct scene *scene;
	struct area_list areas;
	uint64_t n_sectors; /* of all areas: more than the disk's if they overlap */
	int width;          /* of the bar */
	bool longer;        /* than to scale */
};

static uint64_t sectors_of(const struct area_list *areas)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < areas->list.n; i++)
		sum += areas->list.v[i].n_sectors;
	return MAX(sum, (uint64_t)1);
}

/* Its share of what remains after each area has got the least width. */
static int width_of(const struct drawn *drawn, const struct area *area)
{
	int least = AREA_LEAST * (int)drawn->areas.list.n;
	unsigned rest = (unsigned)MAX(drawn->width - least, 0);

	return AREA_LEAST +
	       (int)((unsigned __int128)area->n_sectors * rest / drawn->n_sectors);
}

static const char *class_of(enum area_kind kind)
{
	static const char *const names[] = {
		[AREA_TABLE] = "table",
		[AREA_PARTITION] = "used",
		[AREA_EXTENDED] = "extended",
		[AREA_FREE] = "free",
	};

	return names[kind];
}

static const char *word_of(enum area_kind kind)
{
	static const char *const names[] = {
		[AREA_TABLE] = "partition table",
		[AREA_PARTITION] = "partition",
		[AREA_EXTENDED] = "extended",
		[AREA_FREE] = "free",
	};

	return names[kind];
}

/* All of the words, or none. */
static void add_inside(struct drawn *drawn, enum scene_font font, int x, int y, int width,
		       const char *words)
{
	_cleanup_text_ struct text shown = {};

	text_add_drawable(&shown, words);
	if (shown.n && font_width(font, shown.s) <= width - 6)
		scene_text(drawn->scene, font, NULL, x + 4, y, width - 6, words);
}

static void add_area(struct drawn *drawn, const struct area *area, int x, int width)
{
	const struct partition_table *table = drawn->disk->table;
	const struct disk_layout_part *part = part_of(drawn->disk, area->number);
	const char *label = area->kind == AREA_PARTITION
				    ? label_of(drawn->disk->labels, area->number)
				    : NULL;
	_cleanup_text_ struct text size = {}, name = {};

	text_add_size_about(&size, area->n_sectors * table->sector_bytes);
	if (area->kind == AREA_PARTITION)
		text_printf(&name, "%u%s%s", area->number, label ? " " : "",
			    label ? label : "");
	else
		text_adds(&name, word_of(area->kind));
	scene_open(drawn->scene, "area", NULL, -1);
	scene_rect(drawn->scene, class_of(area->kind), x, TOP, width, HEIGHT);
	if (part && part->waste_bytes && width > 2 * AREA_LEAST) {
		uint64_t waste = part->waste_bytes / table->sector_bytes;
		int part_width = (int)((unsigned __int128)waste * (unsigned)width /
				       MAX(area->n_sectors, (uint64_t)1));

		part_width = MIN(MAX(part_width, 3), width);
		scene_rect(drawn->scene, "waste", x + width - part_width, TOP, part_width,
			   HEIGHT);
		width -= part_width;
	}
	add_inside(drawn, FONT_STRONG, x, TOP + 18, width, name.s);
	add_inside(drawn, FONT_SMALL, x, TOP + 35, width, size.s);
	scene_close(drawn->scene);
}

static uint64_t alignment_of(uint64_t bytes)
{
	return bytes ? bytes & -bytes : 0;
}

/* "1 MiB", of where an extent begins: the largest power of two that divides it. */
static void add_alignment(struct text *text, uint64_t start_bytes)
{
	if (!start_bytes)
		return;
	text_adds(text, ", aligned to ");
	text_add_size(text, alignment_of(start_bytes));
}

/* "2 root root-x86-64: 19.5 GiB at 513 MiB, aligned to 1 MiB, waste 512 KiB". */
static char *line_of(const struct drawn *drawn, const struct area *area)
{
	const struct partition_table *table = drawn->disk->table;
	const struct disk_layout_part *part = part_of(drawn->disk, area->number);
	const uint64_t start = area->start_lba * table->sector_bytes;
	struct text text = {};

	if (area->kind == AREA_PARTITION) {
		const struct partition *it = partition_table_find(table, area->number);
		const char *label = label_of(drawn->disk->labels, area->number);

		text_printf(&text, "%u%s%s", area->number, label ? " " : "",
			    label ? label : "");
		if (it && !label) {
			text_addc(&text, ' ');
			text_add_type(&text, table->label, it);
		}
	} else {
		text_adds(&text, word_of(area->kind));
	}
	text_adds(&text, ": ");
	text_add_size_about(&text, area->n_sectors * table->sector_bytes);
	text_printf(&text, ", blocks %ju to %ju", (uintmax_t)area->start_lba,
		    (uintmax_t)(area->start_lba + area->n_sectors - 1));
	if (area->kind == AREA_PARTITION)
		add_alignment(&text, start);
	if (part) {
		text_adds(&text, " (wanted: ");
		text_add_size(&text, part->unit_bytes);
		text_adds(&text, ")");
	}
	if (part && part->waste_bytes) {
		text_adds(&text, ", waste ");
		text_add_size_about(&text, part->waste_bytes);
	}
	return text_take(&text);
}

/* The lines below the bar; returns how far down they reach. */
static int add_lines(struct drawn *drawn, int y)
{
	for (size_t i = 0; i < drawn->areas.list.n; i++) {
		const struct area *area = &drawn->areas.list.v[i];
		_cleanup_free_ char *line = NULL;

		if (area->kind == AREA_TABLE)
			continue;
		line = line_of(drawn, area);
		scene_rect(drawn->scene, class_of(area->kind), 0, y + 4, 10, 9);
		scene_text(drawn->scene, FONT_SMALL, NULL, 16, y + 12, BAR - 16, line);
		y += LINE;
	}
	return y;
}

static char *summary_of(const struct drawn *drawn)
{
	const struct partition_table *table = drawn->disk->table;
	uint64_t free_sectors = 0;
	struct text text = {};

	for (size_t i = 0; i < drawn->areas.list.n; i++)
		if (drawn->areas.list.v[i].kind == AREA_FREE)
			free_sectors += drawn->areas.list.v[i].n_sectors;
	text_printf(&text, "%s, ", label_name(table->label));
	text_add_size_about(&text, table->n_sectors * table->sector_bytes);
	text_printf(&text, ", %ju blocks of %u bytes, ", (uintmax_t)table->n_sectors,
		    table->sector_bytes);
	text_add_size_about(&text, free_sectors * table->sector_bytes);
	text_adds(&text, " free");
	if (drawn->longer)
		text_adds(&text, "; the bar is longer than to scale");
	return text_take(&text);
}

/* Returns its height. */
static int add_disk(struct drawn *drawn, const char *id)
{
	_cleanup_free_ char *summary = summary_of(drawn);
	size_t frame = drawn->scene->items.n + 1;
	int x = 0, y;

	scene_open(drawn->scene, "disk", id, -1);
	scene_rect(drawn->scene, "row", 0, 0, BAR + AREA_LEAST, 0);
	scene_text(drawn->scene, FONT_HEAD, NULL, 0, 14, BAR, drawn->disk->title);
	scene_text(drawn->scene, FONT_SMALL, "m", 0, 30, BAR, summary);
	for (size_t i = 0; i < drawn->areas.list.n; i++) {
		int width = width_of(drawn, &drawn->areas.list.v[i]);

		add_area(drawn, &drawn->areas.list.v[i], x, width);
		x += width;
	}
	y = add_lines(drawn, TOP + HEIGHT + 6);
	drawn->scene->items.v[frame].width = MAX(x, BAR + AREA_LEAST);
	drawn->scene->items.v[frame].height = y;
	scene_close(drawn->scene);
	return y;
}

static uint64_t bytes_of(const struct drawn_disk *disk)
{
	return disk->table->n_sectors * disk->table->sector_bytes;
}

static void begin_disk(struct drawn *drawn, const struct drawn_disk *disk, uint64_t most)
{
	int width =
		(int)((unsigned __int128)bytes_of(disk) * BAR / MAX(most, (uint64_t)1));

	drawn->disk = disk;
	drawn->areas = areas_of(disk->table);
	drawn->n_sectors = sectors_of(&drawn->areas);
	drawn->width = MAX(width, BAR_LEAST);
	drawn->width = MAX(drawn->width, 2 * AREA_LEAST * (int)drawn->areas.list.n);
	drawn->longer = drawn->width > width;
}

static void add_legend(struct scene *scene, int y)
{
	static const struct {
		const char *class, *words;
	} rows[] = {
		{"used", "partition"},
		{"waste", "waste: added by alignment"},
		{"free", "free"},
		{"extended", "extended"},
		{"table", "partition table"},
	};
	int x = MARGIN;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scene_rect(scene, rows[i].class, x, y - 9, 14, 10);
		x += 20;
		x += 16 + scene_text(scene, FONT_SMALL, "m", x, y, BAR, rows[i].words);
	}
}

void layout_disks(const struct drawn_disk *disks, size_t n, struct scene *ret, int *width,
		  int *height)
{
	uint64_t most = 1;
	int y = MARGIN;

	*width = BAR + AREA_LEAST;
	for (size_t i = 0; i < n; i++)
		most = MAX(most, bytes_of(&disks[i]));
	for (size_t i = 0; i < n; i++) {
		struct scene scene = {};
		struct drawn drawn = {.scene = &scene};
		_cleanup_free_ char *id = xasprintf("disk-%zu", i + 1);
		int disk_height;

		begin_disk(&drawn, &disks[i], most);
		disk_height = add_disk(&drawn, id);
		*width = MAX(*width, scene.items.v[1].width);
		scene_append(ret, &scene, MARGIN, y);
		y += disk_height + GAP;
		areas_free(&drawn.areas);
	}
	add_legend(ret, y);
	*width += 2 * MARGIN;
	*height = y + MARGIN;
}

void text_add_map_svg(struct text *text, const struct drawn_disk *disks, size_t n)
{
	_cleanup_scene_ struct scene scene = {};
	int width, height;

	layout_disks(disks, n, &scene, &width, &height);
	text_add_scene_svg(text, &scene, width, height, n == 1 ? disks[0].title : "disks",
			   "Partitions and free space, to scale");
}
