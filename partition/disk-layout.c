/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-layout.c - theory of operation. A partition without a start follows the one
 * before it in the request; one with a start begins a new run. Each run is limited on
 * its right by a wall: the next larger start, or the end of the usable blocks. place.c
 * fills each run separately. Logical partitions are runs inside the extended one, which
 * is placed first.
 */
#include "partition/disk-layout.h"

#include "partition/disk-layout-ids.h"
#include "partition/disk-layout-parts.h"

#include <stdio.h>

void disk_layout_free(struct disk_layout *layout)
{
	partition_table_free(&layout->table);
	vec_free(&layout->parts);
	vec_free(&layout->dropped);
}

static uint64_t array_sectors(uint32_t sector_bytes, uint32_t n_entries,
			      uint32_t entry_bytes)
{
	return ((uint64_t)n_entries * entry_bytes + sector_bytes - 1) / sector_bytes;
}

uint64_t label_head_sectors(enum table_label label, uint32_t sector_bytes,
			    uint32_t n_entries)
{
	return label == LABEL_GPT
		       ? 2 + array_sectors(sector_bytes, n_entries, GPT_ENTRY_BYTES)
		       : 1;
}

uint64_t label_tail_sectors(enum table_label label, uint32_t sector_bytes,
			    uint32_t n_entries)
{
	return label == LABEL_GPT
		       ? 1 + array_sectors(sector_bytes, n_entries, GPT_ENTRY_BYTES)
		       : 0;
}

uint64_t table_head_sectors(const struct partition_table *table)
{
	return table->label == LABEL_GPT
		       ? 2 + array_sectors(table->sector_bytes, table->n_entries,
					   gpt_entry_bytes(table))
		       : 1;
}

uint64_t table_tail_sectors(const struct partition_table *table)
{
	return table->label == LABEL_GPT
		       ? 1 + array_sectors(table->sector_bytes, table->n_entries,
					   gpt_entry_bytes(table))
		       : 0;
}

/* The last usable block of a disk with a size; an MBR is limited to 2^32 blocks. */
static int set_last(struct disk_plan *plan, struct error *error)
{
	const struct disk_request *request = plan->request;
	uint64_t n = request->size_bytes / request->sector_bytes;
	uint64_t least = plan->first_lba + 1 + plan->tail;

	if (request->size_bytes % request->sector_bytes)
		return error_input(
			error,
			"a size of %ju bytes is not a multiple of the sector size, %u",
			(uintmax_t)request->size_bytes, request->sector_bytes);
	if (n < least && request->label == LABEL_GPT)
		return error_input(
			error,
			"a disk of %ju sectors is too small: it needs at least %ju sectors for a %u-entry GPT",
			(uintmax_t)n, (uintmax_t)least, request->n_entries);
	if (n < least)
		return error_input(error, "a disk of %ju sectors is too small",
				   (uintmax_t)n);
	plan->last_lba = n - plan->tail - 1;
	if (request->last_lba > 0 && request->last_lba > plan->last_lba)
		return error_input(error,
				   "last-lba %ju is after the last usable one, %ju",
				   (uintmax_t)request->last_lba,
				   (uintmax_t)plan->last_lba);
	if (request->last_lba > 0)
		plan->last_lba = request->last_lba;
	if (request->label == LABEL_DOS)
		plan->last_lba = MIN(plan->last_lba, (uint64_t)UINT32_MAX);
	return plan->last_lba >= plan->first_lba
		       ? 0
		       : error_input(error, "last-lba is before first-lba");
}

static int set_bounds(struct disk_plan *plan, struct error *error)
{
	const struct disk_request *request = plan->request;

	if (request->label == LABEL_DOS && request->n_entries != GPT_MIN_ENTRIES)
		return error_input(
			error,
			"entries=%u is only for a GPT; an MBR always has 4, and logical partitions",
			request->n_entries);
	plan->head = label_head_sectors(request->label, request->sector_bytes,
					request->n_entries);
	plan->tail = label_tail_sectors(request->label, request->sector_bytes,
					request->n_entries);
	plan->first_lba = plan->head;
	if (request->first_lba > 0 && request->first_lba < plan->head)
		return error_input(
			error, "first-lba %ju is inside the table, which ends at LBA %ju",
			(uintmax_t)request->first_lba, (uintmax_t)plan->head - 1);
	if (request->first_lba > 0)
		plan->first_lba = request->first_lba;
	else if (request->elastic)
		plan->first_lba = elastic_first_lba(request);
	plan->last_lba = UINT64_MAX;
	if (request->minimal && request->size_bytes)
		return error_input(error, "minimal and a size are mutually exclusive");
	if (request->minimal)
		return 0;
	if (request->size_bytes == 0)
		return error_input(
			error, "the size of the disk is unknown; give a size or minimal");
	return set_last(plan, error);
}

/* The item with the smallest fixed start that is not less than @from, or NULL. */
static const struct item *find_wall(const struct item_list *list, uint64_t from,
				    uint64_t *ret_start)
{
	const struct item *wall = NULL;

	for (size_t i = 0; i < list->items.n; i++) {
		const struct part_slot *slot = &list->slots.v[i];

		if (!slot->has_start || slot->fixed_start < from ||
		    (wall && slot->fixed_start >= *ret_start))
			continue;
		wall = &list->items.v[i];
		*ret_start = slot->fixed_start;
	}
	return wall;
}

static const struct item *find_same_start(const struct item_list *list, size_t index)
{
	for (size_t i = 0; i < list->items.n; i++)
		if (i != index && list->slots.v[i].has_start &&
		    list->slots.v[i].fixed_start == list->slots.v[index].fixed_start)
			return &list->items.v[i];
	return NULL;
}

/* Places the slots from @first up to the next one with a start; returns their number. */
static int place_from(const struct disk_plan *plan, struct item_list *list, size_t first,
		      uint64_t begin, uint64_t limit, struct error *error)
{
	struct part_run run = {&list->slots.v[first], 1, begin, limit};
	const struct item *wall;
	uint64_t wall_start = 0;

	while (first + run.n < list->slots.n && !list->slots.v[first + run.n].has_start)
		run.n++;
	if (run.slots[0].has_start) {
		const struct item *same = find_same_start(list, first);

		if (same)
			return item_error(plan, &list->items.v[first], error,
					  "begins where partition %u begins",
					  same->partition.number);
		if (run.slots[0].fixed_start < begin + run.slots[0].gap)
			return item_error(
				plan, &list->items.v[first], error,
				"a start at LBA %ju is before %ju, the first possible one",
				(uintmax_t)run.slots[0].fixed_start,
				(uintmax_t)(begin + run.slots[0].gap));
		run.begin = run.slots[0].fixed_start - run.slots[0].gap;
	}
	wall = find_wall(list,
			 run.slots[0].has_start ? run.slots[0].fixed_start + 1 : begin,
			 &wall_start);
	if (wall && wall_start - run.slots[0].gap < limit)
		run.limit = MAX(wall_start - run.slots[0].gap, run.begin);
	else
		wall = NULL;
	if (run.limit == UINT64_MAX) {
		uint64_t end;

		if (!place_minimal(&run, &end))
			return explain_misfit(plan, list, first, &run, wall, error);
		return (int)run.n;
	}
	if (!place_run(&run))
		return explain_misfit(plan, list, first, &run, wall, error);
	return (int)run.n;
}

static int place_list(const struct disk_plan *plan, struct item_list *list,
		      uint64_t begin, uint64_t limit, struct error *error)
{
	for (size_t i = 0; i < list->slots.n;) {
		int n = place_from(plan, list, i, begin, limit, error);

		if (n < 0)
			return -1;
		i += (size_t)n;
	}
	for (size_t i = 0; i < list->slots.n; i++) {
		list->items.v[i].partition.start_lba = list->slots.v[i].start;
		list->items.v[i].partition.end_lba = list->slots.v[i].end - 1;
	}
	return 0;
}

static int place_all(struct disk_plan *plan, struct error *error)
{
	uint64_t limit = plan->last_lba == UINT64_MAX ? UINT64_MAX : plan->last_lba + 1;
	const struct part_slot *outer;

	if (plan->request->elastic)
		return place_elastic(plan, error);
	if (place_list(plan, &plan->outer, plan->first_lba, limit, error) < 0)
		return -1;
	if (plan->extended < 0)
		return 0;
	outer = &plan->outer.slots.v[plan->extended];
	if (place_list(plan, &plan->inner, outer->start, outer->end, error) < 0)
		return -1;
	for (size_t i = 0; i < plan->inner.items.n; i++) {
		struct item *item = &plan->inner.items.v[i];

		item->partition.ebr_lba = i == 0 ? outer->start
					  : item->request->ebr_lba
						  ? item->request->ebr_lba
						  : item->partition.start_lba - 1;
		if (i > 0 && item->partition.ebr_lba == outer->start)
			return item_error(
				plan, item, error,
				"it begins right after the first block of the extended partition, which holds the EBR of partition %d",
				DOS_FIRST_LOGICAL);
	}
	return 0;
}

static void add_to_layout(const struct disk_plan *plan, const struct item_list *list,
			  struct disk_layout *layout)
{
	for (size_t i = 0; i < list->items.n; i++) {
		const struct item *item = &list->items.v[i];
		struct partition *partition = vec_add(&layout->table.partitions);
		struct disk_layout_part *part = vec_add(&layout->parts);

		*partition = item->partition;
		partition->name = xstrdup(item->partition.name);
		part->number = partition->number;
		part->unit_bytes = item->unit_bytes;
		part->part = item->request
				     ? (size_t)(item->request - plan->request->parts.v)
				     : SIZE_MAX;
		if (item->wanted_bytes > 0)
			part->waste_bytes = partition_sectors(partition) *
						    plan->request->sector_bytes -
					    item->wanted_bytes;
	}
}

static int by_number(const void *left, const void *right)
{
	const struct disk_layout_part *a = left, *b = right;

	return a->number < b->number ? -1 : a->number > b->number;
}

static uint64_t last_usable(const struct disk_plan *plan, uint64_t n_sectors)
{
	uint64_t last = n_sectors - plan->tail - 1;

	/* An MBR has no field for it. */
	if (plan->request->label == LABEL_GPT && plan->request->exact &&
	    plan->request->last_lba > 0 && !plan->request->minimal)
		last = plan->request->last_lba;
	return plan->request->label == LABEL_DOS ? MIN(last, (uint64_t)UINT32_MAX) : last;
}

/*
 * The size of a minimal disk: up to the end of the last partition and its padding,
 * rounded up to 1 MiB, because clouds and block layers want more than whole sectors.
 */
static int set_size(const struct disk_plan *plan, struct partition_table *table,
		    struct error *error)
{
	const struct disk_request *request = plan->request;
	const uint64_t unit = MINIMAL_UNIT_BYTES / request->sector_bytes;
	uint64_t end = plan->first_lba + 1;

	table->n_sectors = request->size_bytes / request->sector_bytes;
	table->last_usable_lba = last_usable(plan, table->n_sectors);
	if (!request->minimal)
		return 0;
	for (size_t i = 0; i < plan->outer.slots.n; i++)
		end = MAX(end,
			  plan->outer.slots.v[i].end + plan->outer.slots.v[i].padding);
	if (end > INT64_MAX / request->sector_bytes - plan->tail - unit ||
	    left_align_start(end + plan->tail, unit, &table->n_sectors) != ALIGN_OK)
		return error_input(error, "the smallest disk would exceed 2^63-1 bytes");
	table->last_usable_lba = last_usable(plan, table->n_sectors);
	return 0;
}

static int check_dos_limits(const struct partition_table *table, struct error *error)
{
	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		if (table->label == LABEL_DOS && partition->end_lba > UINT32_MAX)
			return error_input(
				error,
				"partition %u would end at LBA %ju; an MBR is limited to 2^32-1; use --label gpt",
				partition->number, (uintmax_t)partition->end_lba);
	}
	return 0;
}

static int emit(const struct disk_plan *plan, struct disk_layout *layout,
		struct error *error)
{
	struct partition_table *table = &layout->table;
	const struct disk_request *request = plan->request;

	table->label = request->label;
	table->sector_bytes = request->sector_bytes;
	table->first_usable_lba = request->label == LABEL_GPT ? plan->first_lba : 1;
	table->n_entries = request->label == LABEL_GPT ? request->n_entries : 0;
	if (set_size(plan, table, error) < 0)
		return -1;
	add_to_layout(plan, &plan->outer, layout);
	add_to_layout(plan, &plan->inner, layout);
	partition_table_sort(table);
	vec_sort(&layout->parts, by_number);
	if (check_dos_limits(table, error) < 0 || part_check_active(table, error) < 0)
		return -1;
	return disk_layout_set_ids(request, table, error);
}

static void plan_free(struct disk_plan *plan)
{
	vec_free(&plan->outer.items);
	vec_free(&plan->outer.slots);
	vec_free(&plan->inner.items);
	vec_free(&plan->inner.slots);
}

int disk_layout_make(const struct disk_request *request, struct disk_layout *ret,
		     struct error *error)
{
	_cleanup_(plan_free) struct disk_plan plan = {.request = request, .layout = ret};

	if (set_bounds(&plan, error) < 0)
		return request->file ? error_wrap(error, "%s", request->file) : -1;
	if (plan_items(&plan, error) == 0 && plan_slots(&plan, error) == 0 &&
	    place_all(&plan, error) == 0 && emit(&plan, ret, error) == 0)
		return 0;
	disk_layout_free(ret);
	*ret = (struct disk_layout){};
	return -1;
}
