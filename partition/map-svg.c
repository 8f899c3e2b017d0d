/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/map-svg.h"

#include "base/size.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH     1000u /* of a bar, in pixels */
#define LEAST     4u    /* of an area */
#define BAR       70u   /* height */
#define ROW       130u  /* distance of bars */
#define LEFT      20u
#define CHARACTER 7u /* width of one in a box */

void area_labels_free(struct area_labels *labels)
{
	for (size_t i = 0; i < labels->list.n; i++)
		free(labels->list.v[i].text);
	vec_free(&labels->list);
}

static const char *label_of(const struct area_labels *labels, unsigned number)
{
	for (size_t i = 0; i < labels->list.n; i++)
		if (labels->list.v[i].number == number)
			return labels->list.v[i].text;
	return NULL;
}

/* Pixels of each area: its share of what remains after each has got the least width. */
static unsigned width_of(const struct area_list *areas, size_t index, uint64_t n_sectors)
{
	unsigned rest = WIDTH - MIN(WIDTH, LEAST * (unsigned)areas->list.n);

	return LEAST + (unsigned)((unsigned __int128)areas->list.v[index].n_sectors *
				  rest / n_sectors);
}

/* As many characters as the box has room for; all or none if it is not to be cut. */
static void add_line(struct text *text, unsigned x, unsigned y, unsigned width,
		     const char *line, bool may_cut)
{
	_cleanup_text_ struct text cut = {};
	size_t room = width / CHARACTER, n = 0;

	for (const char *at = line; *at && n < room; n++) {
		size_t length = utf8_length(at);

		text_add(&cut, at, length ? length : 1);
		at += length ? length : 1;
	}
	if (cut.n == 0 || (!may_cut && cut.n < strlen(line)))
		return;
	text_printf(text, "<text x=\"%u\" y=\"%u\">", x + 3, y);
	text_add_xml(text, cut.s);
	text_adds(text, "</text>\n");
}

static void add_area(struct text *text, const struct drawn_disk *disk,
		     const struct area *area, unsigned x, unsigned y, unsigned width)
{
	static const char *const names[] = {"table", "partition", "extended", "free"};
	uint64_t bytes = area->n_sectors * disk->table->sector_bytes;
	_cleanup_text_ struct text size = {}, number = {};
	const char *label = area->kind == AREA_PARTITION
				    ? label_of(disk->labels, area->number)
				    : NULL;

	text_add_size_about(&size, bytes);
	if (area->kind == AREA_PARTITION)
		text_printf(&number, "%u", area->number);
	else
		text_adds(&number, names[area->kind]);
	text_printf(
		text,
		"<g><rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>\n",
		names[area->kind], x, y, width, BAR);
	text_printf(text, "<title>%s%s%s: blocks %ju to %ju, %s</title>\n",
		    names[area->kind], area->kind == AREA_PARTITION ? " " : "",
		    area->kind == AREA_PARTITION ? number.s : "",
		    (uintmax_t)area->start_lba,
		    (uintmax_t)(area->start_lba + area->n_sectors - 1), size.s);
	add_line(text, x, y + 20, width, number.s, false);
	add_line(text, x, y + 40, width, label ? label : "", true);
	add_line(text, x, y + 60, width, size.s, false);
	text_adds(text, "</g>\n");
}

static void add_disk(struct text *text, const struct drawn_disk *disk, unsigned y)
{
	_cleanup_areas_ struct area_list areas = areas_of(disk->table);
	uint64_t n_sectors = 1;
	unsigned x = LEFT;

	text_printf(text, "<text x=\"%u\" y=\"%u\" class=\"title\">", LEFT, y - 10);
	text_add_xml(text, disk->title);
	text_adds(text, "</text>\n");
	for (size_t i = 0; i < areas.list.n; i++)
		n_sectors += areas.list.v[i].n_sectors;
	for (size_t i = 0; i < areas.list.n; i++) {
		unsigned width = width_of(&areas, i, n_sectors);

		add_area(text, disk, &areas.list.v[i], x, y, width);
		x += width;
	}
}

void text_add_map_svg(struct text *text, const struct drawn_disk *disks, size_t n)
{
	unsigned height = ROW * (unsigned)n + 20;

	text_printf(
		text,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\">\n",
		WIDTH + 2 * LEFT, height, WIDTH + 2 * LEFT, height);
	text_adds(
		text,
		"<style>text{font:12px sans-serif;fill:#222}.title{font-weight:bold}"
		"rect{stroke:#555;stroke-width:1}.table{fill:#999}.partition{fill:#9cc4e8}"
		".extended{fill:#e8d89c}.free{fill:#fff;stroke-dasharray:3}</style>\n");
	for (size_t i = 0; i < n; i++)
		add_disk(text, &disks[i], 30 + ROW * (unsigned)i);
	text_adds(text, "</svg>\n");
}
