/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-layout-elastic.c - the table that systemd-repart makes of definitions on an empty
 * disk: elastic.c gives the sizes, and the partitions follow each other from the first
 * usable multiple of the grain.
 */
#include "partition/disk-layout.h"
#include "partition/disk-layout-ids.h"
#include "partition/disk-layout-parts.h"

#include "base/size.h"

/* libfdisk leaves 1 MiB free, but not on a disk of 4 MiB or less. */
#define HEAD_BYTES  (UINT64_C(1) << 20)
#define SMALL_DISKS 4

uint64_t elastic_first_lba(const struct disk_request *request)
{
	const uint64_t head =
		label_head_sectors(LABEL_GPT, request->sector_bytes, request->n_entries);

	if (request->size_bytes <= HEAD_BYTES * SMALL_DISKS)
		return head;
	return MAX(head, HEAD_BYTES / request->sector_bytes);
}

/* The multiples of the grain between which there is room, in bytes. */
static void find_room(const struct disk_plan *plan, uint64_t *begin, uint64_t *end)
{
	const uint64_t sector = plan->request->sector_bytes;

	*begin = (plan->first_lba * sector + ELASTIC_GRAIN - 1) / ELASTIC_GRAIN *
		 ELASTIC_GRAIN;
	*end = (plan->last_lba + 1) * sector / ELASTIC_GRAIN * ELASTIC_GRAIN;
	*end = MAX(*begin, *end);
}

/* UUIDs count partitions of the same type, also those that are dropped. */
static int set_uuids(struct disk_plan *plan, struct error *error)
{
	const struct disk_request *request = plan->request;
	struct item *items = plan->outer.items.v;
	struct guid seed;

	if (!request->seed || request->uuid_rule != UUID_REPART)
		return 0;
	if (!guid_parse(request->seed, &seed))
		return error_input(error,
				   "seed=%s: with definitions, the seed must be a UUID",
				   request->seed);
	for (size_t i = 0; i < plan->outer.items.n; i++) {
		uint64_t before = 0;

		for (size_t k = 0; k < i; k++)
			before += guid_equal(items[k].partition.type,
					     items[i].partition.type);
		if (guid_is_zero(items[i].partition.uuid))
			items[i].partition.uuid =
				repart_guid(seed, items[i].partition.type, before);
	}
	return 0;
}

static int explain(const struct disk_plan *plan, const struct elastic_slot *slots,
		   uint64_t room, struct error *error)
{
	const uint64_t need = elastic_need(slots, plan->outer.items.n);
	_cleanup_text_ struct text text = {};

	if (need > INT64_MAX)
		return error_input(error,
				   "the partitions would need more than 2^63-1 bytes");
	text_adds(&text, "the definitions do not fit: their partitions need ");
	text_add_size_about(&text, need);
	text_adds(&text, ", and the disk has ");
	text_add_size_about(&text, room);
	text_adds(&text, " for them; the smallest disk that they fit on has ");
	text_add_size_about(&text, need + ELASTIC_TABLE_BYTES);
	return error_input(error, "%s (%juB)", text.s,
			   (uintmax_t)(need + ELASTIC_TABLE_BYTES));
}

/* Removes the items that were dropped; the others move up. */
static void drop(struct disk_plan *plan, const struct elastic_slot *slots)
{
	struct item *items = plan->outer.items.v;
	size_t n = 0;

	for (size_t i = 0; i < plan->outer.items.n; i++) {
		if (slots[i].dropped) {
			*vec_add(&plan->layout->dropped) =
				(size_t)(items[i].request - plan->request->parts.v);
			continue;
		}
		items[n] = items[i];
		items[n].partition.number = (unsigned)n + 1;
		n++;
	}
	plan->outer.items.n = plan->outer.slots.n = n;
}

static void set_positions(struct disk_plan *plan, const struct elastic_slot *slots,
			  size_t n, uint64_t at)
{
	const uint64_t sector = plan->request->sector_bytes;
	struct item *item = plan->outer.items.v;

	for (size_t i = 0; i < n; i++) {
		if (slots[i].dropped)
			continue;
		item->partition.start_lba = at / sector;
		item->partition.end_lba = (at + slots[i].size) / sector - 1;
		item->unit_bytes = ELASTIC_GRAIN;
		item++;
		at += slots[i].size + slots[i].padding;
	}
}

int place_elastic(struct disk_plan *plan, struct error *error)
{
	const size_t n = plan->outer.items.n;
	_cleanup_free_ struct elastic_slot *slots = xcalloc(n + 1, sizeof(*slots));
	uint64_t begin, end;

	for (size_t i = 0; i < n; i++)
		slots[i].want = &plan->outer.items.v[i].request->elastic;
	find_room(plan, &begin, &end);
	if (set_uuids(plan, error) < 0)
		return -1;
	if (!elastic_fit(slots, n, end - begin))
		return explain(plan, slots, end - begin, error);
	elastic_place(slots, n, end - begin);
	drop(plan, slots);
	set_positions(plan, slots, n, begin);
	return 0;
}
