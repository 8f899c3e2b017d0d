/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/alter.h"

#include "base/size.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Keys of `disk add` that say where a partition goes. */
static int check_keys(const struct disk_request *request, const struct part_request *part,
		      const struct partition *it, struct error *error)
{
	const char *key = part->has_start                            ? "start"
			  : part->padding_bytes                      ? "padding"
			  : part->weight                             ? "weight"
			  : part->min_bytes                          ? "min"
			  : part->max_bytes                          ? "max"
			  : part->has_kind && part->kind != it->kind ? "kind"
								     : NULL;

	if (key)
		return part_error(
			request, part, it->number, error,
			"%s cannot be changed, because disk set does not move partitions",
			key);
	if (part->size == PART_PERCENT)
		return part_error(request, part, it->number, error,
				  "a percentage is only for new partitions");
	return 0;
}

static int set_smaller(const struct partition_table *table, struct partition *it,
		       uint64_t end, bool forced, struct error *error)
{
	_cleanup_text_ struct text less = {};

	text_add_size_about(&less, (it->end_lba + 1 - end) * table->sector_bytes);
	if (!forced)
		return error_input(
			error,
			"partition %u would become %s smaller; shrink its file system first, because otherwise it is destroyed, then use --force",
			it->number, less.s);
	for (size_t i = 0; i < table->partitions.n; i++)
		if (it->kind == KIND_EXTENDED &&
		    table->partitions.v[i].kind == KIND_LOGICAL &&
		    table->partitions.v[i].end_lba >= end)
			return error_input(
				error,
				"partition %u must contain partition %u, which ends at block %" PRIu64,
				it->number, table->partitions.v[i].number,
				table->partitions.v[i].end_lba);
	it->end_lba = end - 1;
	return 0;
}

static int set_size(struct partition_table *table, const struct disk_request *request,
		    const struct part_request *part, bool forced, struct error *error)
{
	struct partition *it = partition_table_find(table, part->number);
	uint64_t unit = 0, end = 0,
		 sectors = part->size_bytes / table->sector_bytes +
			   (part->size_bytes % table->sector_bytes != 0);
	struct room room = {};

	if (part->size == PART_UNSET)
		return 0;
	if (part->size == PART_SHARE)
		return partition_grow(table, it->number, request, 0, &room, error);
	if (part_unit(request, part, it->number, &unit, error) < 0)
		return -1;
	unit /= table->sector_bytes;
	if (right_align_end(it->start_lba, sectors, unit, request->rule, &end) ==
		    ALIGN_OK &&
	    end <= it->end_lba)
		return set_smaller(table, it, end, forced, error);
	return partition_grow(table, it->number, request, part->size_bytes, &room, error);
}

/* The fields of an entry that the request gives; the rest keeps its values. */
static int set_fields(struct partition *it, const struct disk_request *request,
		      const struct part_request *part, struct error *error)
{
	struct partition made;

	if (part_to_partition(request, part, it->kind, it->number, &made, error) < 0)
		return -1;
	if (part->type) {
		it->type = made.type;
		it->type_code = made.type_code;
	}
	if (part->name) {
		free(it->name);
		it->name = xstrdup(made.name);
	}
	if (part->has_uuid)
		it->uuid = made.uuid;
	if (part->has_attributes)
		it->attributes = made.attributes;
	if (part->has_active)
		it->active = made.active;
	return 0;
}

int partition_set(struct partition_table *table, const struct disk_request *request,
		  const struct part_request *part, bool forced, struct error *error)
{
	struct partition *it = partition_table_find(table, part->number);

	if (part->number == 0)
		return error_input(error, "each --part needs number=N");
	if (!it)
		return error_input(error, "there is no partition %u", part->number);
	if (check_keys(request, part, it, error) < 0 ||
	    set_fields(it, request, part, error) < 0 ||
	    set_size(table, request, part, forced, error) < 0)
		return -1;
	return part->active ? part_check_active(table, error) : 0;
}

static bool is_listed(const unsigned *numbers, size_t n, unsigned number)
{
	for (size_t i = 0; i < n; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static int check_listed(const struct partition_table *table, const unsigned *numbers,
			size_t n, struct error *error)
{
	bool extended = false;

	for (size_t i = 0; i < n; i++) {
		const struct partition *it = partition_table_find(table, numbers[i]);

		if (!it)
			return error_input(error, "there is no partition %u", numbers[i]);
		extended |= it->kind == KIND_EXTENDED;
	}
	for (size_t i = 0; i < table->partitions.n && extended; i++) {
		const struct partition *it = &table->partitions.v[i];

		if (it->kind == KIND_LOGICAL && !is_listed(numbers, n, it->number))
			return error_input(
				error,
				"the extended partition contains partition %u; to delete both, give that number too",
				it->number);
	}
	return 0;
}

static uint64_t chain_head(const struct partition_table *table)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_EXTENDED)
			return table->partitions.v[i].start_lba;
	return 0;
}

int partitions_delete(struct partition_table *table, const unsigned *numbers, size_t n,
		      struct error *error)
{
	unsigned logical = DOS_FIRST_LOGICAL;
	size_t kept = 0;

	if (check_listed(table, numbers, n, error) < 0)
		return -1;
	for (size_t i = 0; i < table->partitions.n; i++) {
		struct partition *it = &table->partitions.v[i];

		if (is_listed(numbers, n, it->number)) {
			free(it->name);
			continue;
		}
		if (it->kind == KIND_LOGICAL) {
			if (logical == DOS_FIRST_LOGICAL)
				it->ebr_lba = chain_head(table);
			it->number = logical++;
		}
		table->partitions.v[kept++] = *it;
	}
	table->partitions.n = kept;
	return 0;
}
