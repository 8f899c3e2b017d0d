/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* part-place.c - where a requested partition may go and how large it may be. */
#include "partition/part.h"

#define DEFAULT_ALIGN_BYTES (UINT64_C(1) << 20)

int part_unit(const struct disk_request *request, const struct part_request *part,
	      unsigned number, uint64_t *ret, struct error *error)
{
	uint64_t unit = part ? part->align_bytes : 0;

	if (unit == 0)
		unit = request->align_bytes;
	if (unit == 0) {
		unit = DEFAULT_ALIGN_BYTES;
		if (request->cluster_bytes &&
		    !align_lcm(unit, request->cluster_bytes, &unit))
			return error_input(
				error,
				"the alignment and the cluster size have no common multiple below 2^64");
	}
	if (unit % request->sector_bytes)
		return part_error(
			request, part, number, error,
			"an alignment of %ju bytes is not a multiple of the sector size, %u",
			(uintmax_t)unit, request->sector_bytes);
	*ret = unit;
	return 0;
}

static uint64_t to_sectors(const struct disk_request *request, uint64_t bytes)
{
	return bytes / request->sector_bytes + (bytes % request->sector_bytes > 0);
}

static int set_share(const struct disk_request *request, const struct part_request *part,
		     unsigned number, struct part_slot *slot, struct error *error)
{
	slot->min = MAX(to_sectors(request, part->min_bytes), UINT64_C(1));
	slot->max = UINT64_MAX;
	slot->weight = part->weight ? part->weight : REQUEST_WEIGHT;
	if (part->max_bytes > 0)
		slot->max = part->max_bytes / request->sector_bytes;
	if (part->max_bytes > 0 && part->max_bytes < part->min_bytes)
		return part_error(request, part, number, error, "max is less than min");
	if (slot->max == 0)
		return part_error(request, part, number, error,
				  "max is less than one sector");
	slot->min = MIN(slot->min, slot->max);
	return 0;
}

static int set_fixed(const struct disk_request *request, const struct part_request *part,
		     unsigned number, const uint64_t usable[2], struct part_place *ret,
		     struct error *error)
{
	uint64_t bytes = part->size_bytes;

	if (part->min_bytes || part->max_bytes || part->weight)
		return part_error(request, part, number, error,
				  "min, max and weight need size=rest");
	if (part->size == PART_FIXED && bytes == 0)
		return part_error(request, part, number, error,
				  "a partition cannot have size 0");
	if (part->size == PART_PERCENT) {
		if (usable[1] == UINT64_MAX)
			return part_error(request, part, number, error,
					  "a percentage needs a disk with a size");
		bytes = (uint64_t)((unsigned __int128)(usable[1] - usable[0] + 1) *
				   request->sector_bytes * part->percent_millis / 100000);
		bytes = MAX(fit_end_down(bytes, ret->unit_bytes),
			    (uint64_t)request->sector_bytes);
	}
	ret->slot.min = ret->slot.max = to_sectors(request, bytes);
	ret->slot.weight = REQUEST_WEIGHT;
	ret->wanted_bytes = bytes;
	return 0;
}

static int set_start(const struct disk_request *request, const struct part_request *part,
		     unsigned number, uint64_t first, struct part_place *ret,
		     struct error *error)
{
	struct part_slot *slot = &ret->slot;

	slot->has_start = part->has_start;
	slot->fixed_start = part->start_bytes / request->sector_bytes;
	slot->padding = to_sectors(request, part->padding_bytes);
	if (!part->has_start)
		return 0;
	if (part->start_bytes % request->sector_bytes)
		return part_error(
			request, part, number, error,
			"a start at byte %ju is not a multiple of the sector size, %u",
			(uintmax_t)part->start_bytes, request->sector_bytes);
	if (slot->fixed_start < first)
		return part_error(
			request, part, number, error,
			"a start at LBA %ju is before the first usable one, %ju",
			(uintmax_t)slot->fixed_start, (uintmax_t)first);
	if ((slot->at == AT_BOTH || slot->at == AT_START) &&
	    slot->fixed_start % slot->unit)
		return part_error(
			request, part, number, error,
			"a start at byte %ju is not aligned to %ju bytes; give align-at=end or align-at=none if you want that",
			(uintmax_t)part->start_bytes, (uintmax_t)ret->unit_bytes);
	return 0;
}

int part_to_place(const struct disk_request *request, const struct part_request *part,
		  unsigned number, const uint64_t usable[2], struct part_place *ret,
		  struct error *error)
{
	bool share;

	*ret = (struct part_place){};
	if (part_unit(request, part, number, &ret->unit_bytes, error) < 0)
		return -1;
	ret->slot.unit = ret->unit_bytes / request->sector_bytes;
	ret->slot.at = part && part->has_at ? part->at : request->at;
	ret->slot.rule = request->rule;
	if (!part)
		return 0;
	share = part->size == PART_SHARE || part->size == PART_UNSET;
	if ((share ? set_share(request, part, number, &ret->slot, error)
		   : set_fixed(request, part, number, usable, ret, error)) < 0)
		return -1;
	return set_start(request, part, number, usable[0], ret, error);
}
