/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout-items.c - which partitions there will be: kind, number, type, name, and the slot
 * that place.c will put somewhere. Everything that libfdisk would drop or bend without a
 * word is refused here.
 */
#include "partition/disk-layout-parts.h"

#include "base/utf8.h"
#include "partition/types.h"

#define DEFAULT_ALIGN_BYTES (UINT64_C(1) << 20)

/* UTF-16 units of a name that is fit for a GPT, or -1 with a fault. */
static int check_name(const struct disk_plan *plan, const struct item *item,
		      struct error *error)
{
	const char *name = item->request->name;
	unsigned units = 0;

	for (const char *at = name; at && *at; units++) {
		size_t n = utf8_length(at);

		if (n == 0)
			return item_error(plan, item, error, "the name is not UTF-8");
		if ((unsigned char)*at < 0x20 || *at == 0x7f ||
		    ((unsigned char)at[0] == 0xc2 && (unsigned char)at[1] < 0xa0))
			return item_error(plan, item, error,
					  "the name has a control character");
		if (n == 4)
			return item_error(plan, item, error,
					  "the name has a character beyond U+FFFF, which "
					  "libfdisk cannot write");
		at += n;
	}
	if (units > GPT_NAME_UNITS)
		return item_error(plan, item, error,
				  "the name has %u UTF-16 units; a GPT has room for %u",
				  units, GPT_NAME_UNITS);
	return 0;
}

static int check_for_dos(const struct disk_plan *plan, const struct item *item,
			 struct error *error)
{
	const struct part_request *request = item->request;

	if (request->name && *request->name)
		return item_error(plan, item, error,
				  "an MBR has no names; take --label gpt");
	if (request->has_uuid)
		return item_error(plan, item, error,
				  "an MBR has no partition UUIDs; take --label gpt");
	if (request->attributes)
		return item_error(plan, item, error,
				  "an MBR has no attributes but \"active\"");
	return 0;
}

static int check_for_gpt(const struct disk_plan *plan, const struct item *item,
			 struct error *error)
{
	const struct part_request *request = item->request;

	if (request->active)
		return item_error(plan, item, error,
				  "\"active\" is an MBR's; on a GPT it is "
				  "attribute=legacy-boot");
	if (request->has_kind && request->kind != KIND_PRIMARY)
		return item_error(plan, item, error, "a GPT has no %s partitions",
				  kind_name(request->kind));
	return check_name(plan, item, error);
}

static int set_type(const struct disk_plan *plan, struct item *item, struct error *error)
{
	const char *type = item->request->type, *nearest;
	const enum table_label label = plan->request->label;

	if (!type)
		type = item->partition.kind == KIND_EXTENDED ? "extended"
							     : "linux-generic";
	if (type_parse(label, type, &item->partition.type, &item->partition.type_code))
		return 0;
	nearest = type_nearest(label, type);
	return item_error(plan, item, error,
			  "type=%s is unknown on a %s label%s%s; a %s would do too", type,
			  label_name(label), nearest ? "; did you mean " : "",
			  nearest ? nearest : "", label == LABEL_GPT ? "GUID" : "code");
}

static bool asks_extended(const struct part_request *request)
{
	struct guid guid;
	uint8_t code = 0;

	if (request->has_kind)
		return request->kind == KIND_EXTENDED;
	return request->type && type_parse(LABEL_DOS, request->type, &guid, &code) &&
	       is_extended_code(code);
}

static bool asks_logical(const struct part_request *request)
{
	return request->has_kind ? request->kind == KIND_LOGICAL
				 : request->number >= DOS_FIRST_LOGICAL;
}

/*
 * How many of those that name no kind are primary: all four entries if one of them is an
 * extended partition or nobody needs one, else three and the extended one.
 */
static size_t count_primaries(const struct disk_request *request)
{
	size_t extended = 0, logical = 0;

	for (size_t i = 0; i < request->parts.n; i++) {
		extended += asks_extended(&request->parts.v[i]);
		logical += asks_logical(&request->parts.v[i]);
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
	if (asks_extended(request)) {
		plan->extended = (int)plan->outer.items.n;
		add_item(&plan->outer, request, KIND_EXTENDED);
	} else if (asks_logical(request) ||
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
		extended += asks_extended(&request->parts.v[i]);
	for (size_t i = 0; i < request->parts.n; i++)
		if (request->label == LABEL_DOS)
			add_dos_item(plan, &request->parts.v[i], primaries, extended);
		else
			add_item(&plan->outer, &request->parts.v[i], KIND_PRIMARY);
	if (extended > 1)
		return error_input(error,
				   "%zu extended partitions; an MBR has at most one",
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
		if (items[i].partition.number > limit)
			return item_error(plan, &items[i], error,
					  "number %u is beyond the last entry, %u",
					  items[i].partition.number, limit);
		for (size_t k = 0; k < i; k++)
			if (items[i].partition.number > 0 &&
			    items[k].partition.number == items[i].partition.number)
				return item_error(plan, &items[i], error,
						  "two partitions have this number");
	}
	return 0;
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
			return error_input(error,
					   dos ? "an MBR has %u entries; make some "
						 "partitions logical"
					       : "the GPT has %u entries; --entries "
						 "makes more",
					   limit);
	}
	for (size_t i = 0; i < plan->inner.items.n; i++) {
		struct item *item = &plan->inner.items.v[i];
		unsigned wanted = item->partition.number, number;

		number = DOS_FIRST_LOGICAL + (unsigned)i;
		item->partition.number = number;
		if (wanted > 0 && wanted != number)
			return item_error(
				plan, item, error,
				"logical partitions are numbered from 5 in the "
				"order in which they stand; %u cannot be chosen",
				wanted);
	}
	return 0;
}

static int finish_item(const struct disk_plan *plan, struct item *item, struct error *error)
{
	if (!item->request) {
		item->partition.type_code = 0x05;
		return 0;
	}
	if ((plan->request->label == LABEL_DOS ? check_for_dos(plan, item, error)
					       : check_for_gpt(plan, item, error)) < 0 ||
	    set_type(plan, item, error) < 0)
		return -1;
	if (plan->request->label == LABEL_DOS &&
	    is_extended_code(item->partition.type_code) !=
		    (item->partition.kind == KIND_EXTENDED))
		return item_error(plan, item, error,
				  "type 0x%02x does not go with kind %s",
				  item->partition.type_code,
				  kind_name(item->partition.kind));
	item->partition.name =
		item->request->name && *item->request->name ? item->request->name : NULL;
	item->partition.attributes = item->request->attributes;
	item->partition.active = item->request->active;
	item->partition.uuid = item->request->uuid;
	return 0;
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

/* The boundaries of one partition: its own or the disk's, and the image's clusters. */
static int set_unit(const struct disk_plan *plan, struct item *item, struct part_slot *slot,
		    struct error *error)
{
	const struct disk_request *request = plan->request;
	const struct part_request *part = item->request;
	uint64_t unit = part ? part->align_bytes : 0;

	if (unit == 0) {
		unit = request->align_bytes ? request->align_bytes : DEFAULT_ALIGN_BYTES;
		if (!request->align_bytes && request->cluster_bytes &&
		    !align_lcm(unit, request->cluster_bytes, &unit))
			return error_input(error, "the cluster size is too odd");
	}
	if (unit % request->sector_bytes)
		return item_error(
			plan, item, error,
			"an alignment of %ju bytes is no multiple of the sector "
			"size, %u",
			(uintmax_t)unit, request->sector_bytes);
	item->unit_bytes = unit;
	slot->unit = unit / request->sector_bytes;
	slot->at = part && part->has_at ? part->at : request->at;
	slot->rule = request->rule;
	return 0;
}

static uint64_t to_sectors(const struct disk_plan *plan, uint64_t bytes)
{
	uint64_t sector = plan->request->sector_bytes;

	return bytes / sector + (bytes % sector > 0);
}

static int set_share(const struct disk_plan *plan, const struct item *item, struct part_slot *slot,
		     struct error *error)
{
	const struct part_request *part = item->request;

	slot->min = MAX(to_sectors(plan, part->min_bytes), UINT64_C(1));
	slot->max = UINT64_MAX;
	slot->weight = part->weight ? part->weight : REQUEST_WEIGHT;
	if (part->max_bytes > 0)
		slot->max = part->max_bytes / plan->request->sector_bytes;
	if (part->max_bytes > 0 && part->max_bytes < part->min_bytes)
		return item_error(plan, item, error, "max is below min");
	if (slot->max == 0)
		return item_error(plan, item, error, "max is below one sector");
	slot->min = MIN(slot->min, slot->max);
	return 0;
}

static int set_fixed(const struct disk_plan *plan, struct item *item, struct part_slot *slot,
		     struct error *error)
{
	const struct part_request *part = item->request;
	const uint64_t sector = plan->request->sector_bytes;
	uint64_t bytes = part->size_bytes;

	if (part->min_bytes || part->max_bytes || part->weight)
		return item_error(
			plan, item, error,
			"min, max and weight go with size=rest, not with a size");
	if (part->size == PART_PERCENT) {
		if (plan->last_lba == UINT64_MAX)
			return item_error(plan, item, error,
					  "a percentage needs a disk with a size");
		bytes = (uint64_t)((unsigned __int128)(plan->last_lba - plan->first_lba +
						       1) *
				   sector * part->percent_millis / 100000);
		bytes = MAX(fit_end_down(bytes, item->unit_bytes),
			    (uint64_t)plan->request->sector_bytes);
	}
	slot->min = slot->max = to_sectors(plan, bytes);
	slot->weight = REQUEST_WEIGHT;
	item->wanted_bytes = bytes;
	return 0;
}

static int set_start(const struct disk_plan *plan, const struct item *item, struct part_slot *slot,
		     struct error *error)
{
	const struct part_request *part = item->request;
	const uint64_t sector = plan->request->sector_bytes;

	slot->has_start = part->has_start;
	slot->fixed_start = part->start_bytes / sector;
	slot->padding = to_sectors(plan, part->padding_bytes);
	if (!part->has_start)
		return 0;
	if (part->start_bytes % sector)
		return item_error(
			plan, item, error,
			"a start at byte %ju is no multiple of the sector size, "
			"%ju",
			(uintmax_t)part->start_bytes, (uintmax_t)sector);
	if (slot->fixed_start < plan->first_lba)
		return item_error(plan, item, error,
				  "a start at LBA %ju lies before the first usable one, "
				  "%ju",
				  (uintmax_t)slot->fixed_start,
				  (uintmax_t)plan->first_lba);
	if ((slot->at == AT_BOTH || slot->at == AT_START) &&
	    slot->fixed_start % slot->unit)
		return item_error(plan, item, error,
				  "a start at byte %ju is not aligned to %ju bytes; say "
				  "align-at=end or align-at=none if that is meant",
				  (uintmax_t)part->start_bytes,
				  (uintmax_t)item->unit_bytes);
	return 0;
}

static int set_slot(const struct disk_plan *plan, struct item *item, struct part_slot *slot,
		    struct error *error)
{
	bool share;

	if (set_unit(plan, item, slot, error) < 0)
		return -1;
	slot->gap = item->partition.kind == KIND_LOGICAL;
	if (!item->request)
		return 0;
	share = item->request->size == PART_SHARE || item->request->size == PART_UNSET;
	if ((share ? set_share(plan, item, slot, error)
		   : set_fixed(plan, item, slot, error)) < 0)
		return -1;
	return set_start(plan, item, slot, error);
}

/* An extended partition without a size takes what its logical ones need. */
static int size_extended(struct disk_plan *plan, struct error *error)
{
	struct item *item = &plan->outer.items.v[plan->extended];
	struct part_slot *slot = &plan->outer.slots.v[plan->extended];
	struct part_run run = {plan->inner.slots.v, plan->inner.slots.n, 0, UINT64_MAX};
	bool grows = false;

	for (size_t i = 0; i < run.n; i++) {
		if (!align_lcm(slot->unit, run.slots[i].unit, &slot->unit))
			return item_error(plan, item, error,
					  "the alignments are too odd");
		if (run.slots[i].has_start)
			return item_error(plan, item, error,
					  "give it a size, since logical ones in it have "
					  "starts");
		grows |= run.slots[i].min < run.slots[i].max;
		/* What they need was counted from a boundary on. */
		if (run.slots[i].at != AT_NONE)
			slot->at = AT_BOTH;
	}
	if (run.n == 0)
		return item_error(plan, item, error,
				  "give it a size or logical partitions");
	if (!place_minimal(&run, &slot->min))
		return item_error(plan, item, error,
				  "its logical ones reach beyond 2^64-1");
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
