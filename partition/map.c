/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/map.h"

#include "base/size.h"

#include <stdio.h>

static int by_start(const void *left, const void *right)
{
	const struct area *a = left, *b = right;

	return a->start_lba < b->start_lba ? -1 : a->start_lba > b->start_lba;
}

static void add_area(struct area_list *areas, enum area_kind kind, uint64_t start_lba,
		     uint64_t end)
{
	if (end > start_lba)
		*vec_add(&areas->list) =
			(struct area){kind, 0, start_lba, end - start_lba};
}

/* The gaps between the @n existing areas, from @start to @end. */
static void fill_gaps(struct area_list *areas, enum area_kind kind, uint64_t start,
		      uint64_t end)
{
	size_t n = areas->list.n;

	for (size_t i = 0; i < n && start < end; i++) {
		struct area area = areas->list.v[i];

		if (area.start_lba + area.n_sectors <= start)
			continue;
		if (area.start_lba >= end)
			break;
		add_area(areas, kind, start, area.start_lba);
		start = MAX(start, area.start_lba + area.n_sectors);
	}
	add_area(areas, kind, start, end);
	vec_sort(&areas->list, by_start);
}

struct area_list areas_of(const struct partition_table *table)
{
	uint64_t head = table_head_sectors(table);
	uint64_t tail = table_tail_sectors(table);
	const struct partition *extended = NULL;
	struct area_list areas = {};

	head = MIN(head, table->n_sectors);
	tail = MIN(tail, table->n_sectors - head);
	add_area(&areas, AREA_TABLE, 0, head);
	add_area(&areas, AREA_TABLE, table->n_sectors - tail, table->n_sectors);
	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		if (partition->kind == KIND_EXTENDED) {
			extended = partition;
			continue;
		}
		if (partition->end_lba < partition->start_lba)
			continue;
		*vec_add(&areas.list) =
			(struct area){AREA_PARTITION, partition->number,
				      partition->start_lba, partition_sectors(partition)};
	}
	vec_sort(&areas.list, by_start);
	if (extended)
		fill_gaps(&areas, AREA_EXTENDED, extended->start_lba,
			  extended->end_lba + 1);
	fill_gaps(&areas, AREA_FREE, 0, table->n_sectors);
	return areas;
}

void areas_free(struct area_list *areas)
{
	vec_free(&areas->list);
}

static unsigned least_width(const struct area *area)
{
	return area->kind == AREA_PARTITION;
}

/*
 * Characters per area: the cells of a ruler of @width that the area covers, at least one
 * for a partition, taken from the widest.
 */
static void set_widths(const struct area_list *areas, unsigned width, unsigned *widths)
{
	uint64_t n_sectors = 0, at = 0;
	unsigned used = 0;

	for (size_t i = 0; i < areas->list.n; i++)
		n_sectors += areas->list.v[i].n_sectors;
	for (size_t i = 0; i < areas->list.n; i++) {
		unsigned from = (unsigned)((unsigned __int128)at * width / n_sectors), to;

		at += areas->list.v[i].n_sectors;
		to = (unsigned)((unsigned __int128)at * width / n_sectors);
		widths[i] = MAX(to - from, least_width(&areas->list.v[i]));
		used += widths[i];
	}
	for (; used > width; used--) {
		size_t widest = 0;

		for (size_t i = 1; i < areas->list.n; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= 1)
			return;
		widths[widest]--;
	}
}

static const struct disk_layout_part *find_part(const struct disk_layout *layout,
						unsigned number)
{
	for (size_t i = 0; i < layout->parts.n; i++)
		if (layout->parts.v[i].number == number)
			return &layout->parts.v[i];
	return NULL;
}

/* "[2======~~]": its number, and how much of it is waste. */
static void draw_partition(struct text *text, const struct disk_layout *layout,
			   const struct area *area, unsigned width)
{
	const struct disk_layout_part *part = find_part(layout, area->number);
	uint64_t bytes = area->n_sectors * layout->table.sector_bytes;
	unsigned waste = 0, from = (unsigned)text->n;
	char label[16];

	if (part && part->waste_bytes < bytes)
		waste = (unsigned)((unsigned __int128)part->waste_bytes * width / bytes);
	snprintf(label, sizeof(label), width > 2 ? "[%u" : "%u", area->number);
	text_add(text, label, MIN(strlen(label), (size_t)width));
	while (text->n - from < width)
		text_addc(text, text->n - from < width - waste ? '=' : '~');
	if (width > 2)
		text->s[text->n - 1] = ']';
}

static void add_share(struct text *text, char sign, const char *what, uint64_t bytes)
{
	if (bytes == 0)
		return;
	text_printf(text, "%s%c %s ", text->n > 0 ? "  " : "", sign, what);
	text_add_size_human(text, bytes);
}

static void add_legend(struct text *text, const struct disk_layout *layout,
		       const struct area_list *areas)
{
	uint64_t bytes[AREA_FREE + 1] = {}, waste_bytes = 0;
	_cleanup_text_ struct text line = {};

	for (size_t i = 0; i < areas->list.n; i++)
		bytes[areas->list.v[i].kind] +=
			areas->list.v[i].n_sectors * layout->table.sector_bytes;
	for (size_t i = 0; i < layout->parts.n; i++)
		waste_bytes += layout->parts.v[i].waste_bytes;
	add_share(&line, '=', "partitions", bytes[AREA_PARTITION] - waste_bytes);
	add_share(&line, '~', "waste", waste_bytes);
	add_share(&line, '.', "free", bytes[AREA_FREE]);
	add_share(&line, ':', "extended, not logical", bytes[AREA_EXTENDED]);
	add_share(&line, '#', "table", bytes[AREA_TABLE]);
	text_add(text, line.s, line.n);
	text_addc(text, '\n');
}

void text_add_map(struct text *text, const struct disk_layout *layout, unsigned width)
{
	static const char signs[] = {'#', '=', ':', '.'};
	_cleanup_areas_ struct area_list areas = areas_of(&layout->table);
	_cleanup_free_ unsigned *widths = xcalloc(areas.list.n, sizeof(*widths));

	set_widths(&areas, width, widths);
	for (size_t i = 0; i < areas.list.n; i++) {
		if (areas.list.v[i].kind == AREA_PARTITION) {
			draw_partition(text, layout, &areas.list.v[i], widths[i]);
			continue;
		}
		for (unsigned k = 0; k < widths[i]; k++)
			text_addc(text, signs[areas.list.v[i].kind]);
	}
	text_addc(text, '\n');
	add_legend(text, layout, &areas);
}
