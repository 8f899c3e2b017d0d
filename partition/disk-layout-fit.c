/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-layout-fit.c - explains what is wrong with a request: which partition, by how
 * much it does not fit, and what would make it fit.
 */
#include "partition/disk-layout-parts.h"

#include "base/size.h"

#define MOST_LISTED 8

/* Sectors as bytes, or as sectors if the bytes would exceed 2^64-1. */
static void add_amount(const struct disk_plan *plan, struct text *text, uint64_t sectors)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(sectors, (uint64_t)plan->request->sector_bytes,
				   &bytes))
		text_printf(text, "%ju sectors", (uintmax_t)sectors);
	else
		text_add_size_about(text, bytes);
}

/* A size that can be given to --size: rounded up to whole MiB if it is larger. */
static void add_disk_size(const struct disk_plan *plan, struct text *text,
			  uint64_t sectors)
{
	const uint64_t unit = MINIMAL_UNIT_BYTES / plan->request->sector_bytes;

	if (sectors > unit && sectors < UINT64_MAX - unit)
		sectors = (sectors + unit - 1) / unit * unit;
	add_amount(plan, text, sectors);
}

static void add_needs(const struct disk_plan *plan, struct text *text,
		      const struct item *items, const struct part_run *run)
{
	for (size_t i = 0; i < run->n && i < MOST_LISTED; i++) {
		const struct part_slot *slot = &run->slots[i];

		text_adds(text, i == 0 ? " (" : ", ");
		text_add_item(text, &items[i]);
		text_adds(text, slot->min < slot->max ? " at least " : " ");
		add_amount(plan, text, slot->end - slot->start);
		if (slot->padding > 0) {
			text_adds(text, " and padding of ");
			add_amount(plan, text, slot->padding);
		}
	}
	if (run->n > MOST_LISTED)
		text_printf(text, ", and %zu more", run->n - MOST_LISTED);
	text_adds(text, ")");
}

static bool has_percent(const struct disk_plan *plan)
{
	for (size_t i = 0; i < plan->request->parts.n; i++)
		if (plan->request->parts.v[i].size == PART_PERCENT)
			return true;
	return false;
}

static void add_advice(const struct disk_plan *plan, struct text *text,
		       const struct item_list *list, const struct item *wall,
		       uint64_t need_end)
{
	const struct item *extended =
		plan->extended < 0 ? NULL : &plan->outer.items.v[plan->extended];

	if (list == &plan->inner && !wall && extended && extended->request) {
		text_adds(text, "; ");
		text_add_item(text, extended);
		text_adds(text, " must be larger");
	} else if (wall) {
		text_adds(text, "; it would fit if ");
		text_add_item(text, wall);
		text_adds(text, " began at LBA ");
		text_printf(text, "%ju or later", (uintmax_t)need_end);
	} else if (plan->request->label == LABEL_DOS && need_end > UINT32_MAX) {
		text_adds(text, "; an MBR is limited to 2^32 sectors; use --label gpt");
	} else if (has_percent(plan)) {
		text_adds(text, "; reduce the percentages or the sizes");
	} else {
		text_adds(text, "; a disk of ");
		add_disk_size(plan, text, need_end + plan->tail);
		text_adds(text, " would be large enough");
	}
}

int explain_misfit(const struct disk_plan *plan, const struct item_list *list,
		   size_t first, const struct part_run *run, const struct item *wall,
		   struct error *error)
{
	_cleanup_text_ struct text text = {};
	const uint64_t free = run->limit > run->begin ? run->limit - run->begin : 0;
	uint64_t need_end;

	if (!place_minimal(run, &need_end))
		return item_error(plan, &list->items.v[first], error,
				  "it, or a partition after it, would end after 2^64-1");
	text_adds(&text, "the request does not fit, the space is too small by ");
	add_amount(plan, &text, need_end - run->limit);
	text_adds(&text, "; ");
	add_amount(plan, &text, free);
	text_printf(&text, " are free from LBA %ju to ", (uintmax_t)run->begin);
	if (wall)
		text_add_item(&text, wall);
	else
		text_adds(&text, list == &plan->inner
					 ? "the end of the extended partition"
					 : "the end of the disk");
	text_adds(&text, ", ");
	add_amount(plan, &text, need_end - run->begin);
	text_adds(&text, " are needed with alignment");
	add_needs(plan, &text, &list->items.v[first], run);
	add_advice(plan, &text, list, wall, need_end);
	if (plan->request->file)
		return error_input(error, "%s: %s", plan->request->file, text.s);
	return error_input(error, "%s", text.s);
}
