/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-layout-items.c - determines which partitions there will be: the kind and number of
 * each, and the slot that place.c will position. part.c does the rest.
 */
#include "partition/disk-layout-parts.h"

/*
 * How many of the partitions without a kind are primary: all four entries if one of them
 * is an extended partition or none is needed, else three and the extended one.
 */
static size_t count_primaries(const struct disk_request *request)
{
	size_t extended = 0, logical = 0;

	for (size_t i = 0; i < request->parts.n; i++) {
		extended += part_asks_extended(&request->parts.v[i]);
		logical += part_asks_logical(&request->parts.v[i]);
	}
	return extended > 0 || (logical == 0 && request->parts.n <= 4) ? 4 : 3;
}

static void add_item(struct item_list *list, const struct part_request *request,
		     enum partition_kind kind)
{
	struct item *item = vec_add(&list->items);

	item->request = request;
	item->partition.kind = kind;
	item->partition.number = request ? request->number : 0;
	vec_add(&list->slots);
}

static void add_dos_item(struct disk_plan *plan, const struct part_request *request,
			 size_t primaries, size_t wanted_extended)
{
	if (part_asks_extended(request)) {
		plan->extended = (int)plan->outer.items.n;
		add_item(&plan->outer, request, KIND_EXTENDED);
	} else if (part_asks_logical(request) ||
		   (!request->has_kind && plan->outer.items.n >= primaries)) {
		if (plan->extended < 0 && wanted_extended == 0) {
			plan->extended = (int)plan->outer.items.n;
			add_item(&plan->outer, NULL, KIND_EXTENDED);
		}
		add_item(&plan->inner, request, KIND_LOGICAL);
	} else {
		add_item(&plan->outer, request, KIND_PRIMARY);
	}
}

static int sort_kinds(struct disk_plan *plan, struct error *error)
{
	const struct disk_request *request = plan->request;
	size_t primaries = count_primaries(request), extended = 0;

	for (size_t i = 0; i < request->parts.n; i++)
		extended += part_asks_extended(&request->parts.v[i]);
	for (size_t i = 0; i < request->parts.n; i++)
		if (request->label == LABEL_DOS)
			add_dos_item(plan, &request->parts.v[i], primaries, extended);
		else
			add_item(&plan->outer, &request->parts.v[i], KIND_PRIMARY);
	if (extended > 1)
		return error_input(error,
				   "%zu extended partitions; an MBR can have at most one",
				   extended);
	return 0;
}

static bool number_taken(const struct item_list *list, unsigned number)
{
	for (size_t i = 0; i < list->items.n; i++)
		if (list->items.v[i].partition.number == number)
			return true;
	return false;
}

static int check_given_numbers(const struct disk_plan *plan, unsigned limit,
			       struct error *error)
{
	const struct item *items = plan->outer.items.v;

	for (size_t i = 0; i < plan->outer.items.n; i++) {
		if (items[i].request &&
		    part_check_number(plan->request, items[i].request, limit, error) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (items[i].partition.number > 0 &&
			    items[k].partition.number == items[i].partition.number)
				return item_error(plan, &items[i], error,
						  "two partitions have this number");
	}
	return 0;
}

/* A dump may list logical partitions in any order. */
static int by_wanted_number(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	return a->partition.number < b->partition.number
		       ? -1
		       : a->partition.number > b->partition.number;
}

static void sort_logical(struct disk_plan *plan)
{
	for (size_t i = 0; i < plan->inner.items.n; i++)
		if (plan->inner.items.v[i].partition.number == 0)
			return;
	vec_sort(&plan->inner.items, by_wanted_number);
}

static int set_numbers(struct disk_plan *plan, struct error *error)
{
	const bool dos = plan->request->label == LABEL_DOS;
	const unsigned limit = dos ? 4 : plan->request->n_entries;
	unsigned next = 1;

	if (check_given_numbers(plan, limit, error) < 0)
		return -1;
	for (size_t i = 0; i < plan->outer.items.n; i++) {
		unsigned *number = &plan->outer.items.v[i].partition.number;

		while (*number == 0 && number_taken(&plan->outer, next))
			next++;
		if (*number == 0)
			*number = next;
		if (*number > limit)
			return error_input(
				error,
				dos ? "an MBR has %u entries; make some partitions logical"
				    : "the GPT has %u entries; use --entries for more",
				limit);
	}
	if (plan->request->exact)
		sort_logical(plan);
	for (size_t i = 0; i < plan->inner.items.n; i++) {
		struct item *item = &plan->inner.items.v[i];

		item->partition.number = DOS_FIRST_LOGICAL + (unsigned)i;
		if (item->partition.number > DOS_LAST_LOGICAL)
			return part_too_many_logical(error);
		if (part_check_logical_number(plan->request, item->request,
					      item->partition.number, error) < 0)
			return -1;
	}
	return 0;
}

static int finish_item(const struct disk_plan *plan, struct item *item,
		       struct error *error)
{
	if (!item->request) {
		item->partition.type_code = part_extended_code();
		return 0;
	}
	return part_to_partition(plan->request, item->request, item->partition.kind,
				 item->partition.number, &item->partition, error);
}

int plan_items(struct disk_plan *plan, struct error *error)
{
	plan->extended = -1;
	if (sort_kinds(plan, error) < 0 || set_numbers(plan, error) < 0)
		return -1;
	for (size_t i = 0; i < plan->outer.items.n; i++)
		if (finish_item(plan, &plan->outer.items.v[i], error) < 0)
			return -1;
	for (size_t i = 0; i < plan->inner.items.n; i++)
		if (finish_item(plan, &plan->inner.items.v[i], error) < 0)
			return -1;
	return 0;
}

static int set_slot(const struct disk_plan *plan, struct item *item,
		    struct part_slot *slot, struct error *error)
{
	const uint64_t usable[2] = {plan->first_lba, plan->last_lba};
	struct part_place place;

	if (part_to_place(plan->request, item->request, item->partition.number, usable,
			  &place, error) < 0)
		return -1;
	*slot = place.slot;
	slot->gap = item->partition.kind == KIND_LOGICAL;
	item->unit_bytes = place.unit_bytes;
	item->wanted_bytes = place.wanted_bytes;
	return 0;
}

/* An extended partition without a size gets the size that its logical ones need. */
static int size_extended(struct disk_plan *plan, struct error *error)
{
	struct item *item = &plan->outer.items.v[plan->extended];
	struct part_slot *slot = &plan->outer.slots.v[plan->extended];
	struct part_run run = {plan->inner.slots.v, plan->inner.slots.n, 0, UINT64_MAX};
	bool grows = false;

	for (size_t i = 0; i < run.n; i++) {
		if (!align_lcm(slot->unit, run.slots[i].unit, &slot->unit))
			return item_error(
				plan, item, error,
				"the alignments have no common multiple below 2^64");
		if (run.slots[i].has_start)
			return item_error(
				plan, item, error,
				"it needs a size, because logical partitions in it have a start");
		grows |= run.slots[i].min < run.slots[i].max;
		/* What they need was counted from a boundary. */
		if (run.slots[i].at != AT_NONE)
			slot->at = AT_BOTH;
	}
	if (run.n == 0)
		return item_error(plan, item, error,
				  "it needs a size or logical partitions");
	if (!place_minimal(&run, &slot->min))
		return item_error(plan, item, error,
				  "its logical partitions would end after 2^64-1");
	slot->max = grows ? UINT64_MAX : slot->min;
	slot->weight = REQUEST_WEIGHT * run.n;
	slot->rule = ALIGN_TIGHT;
	return 0;
}

int plan_slots(struct disk_plan *plan, struct error *error)
{
	struct item_list *const lists[] = {&plan->outer, &plan->inner};
	const struct part_request *extended = NULL;

	for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
		for (size_t i = 0; i < lists[k]->items.n; i++)
			if (set_slot(plan, &lists[k]->items.v[i], &lists[k]->slots.v[i],
				     error) < 0)
				return -1;
	if (plan->extended < 0)
		return 0;
	extended = plan->outer.items.v[plan->extended].request;
	if (!extended || extended->size == PART_UNSET)
		return size_extended(plan, error);
	return 0;
}
