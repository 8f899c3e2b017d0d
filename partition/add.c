/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* add.c - adds one partition to a table. */
#include "partition/free.h"

#include <inttypes.h>

static const struct partition *find_extended(const struct partition_table *table)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_EXTENDED)
			return &table->partitions.v[i];
	return NULL;
}

static unsigned free_number(const struct partition_table *table, unsigned first,
			    unsigned last)
{
	for (unsigned number = first; number <= last; number++) {
		bool taken = false;

		for (size_t i = 0; i < table->partitions.n; i++)
			taken |= table->partitions.v[i].number == number;
		if (!taken)
			return number;
	}
	return 0;
}

/* As libvirt and fdisk do: primary as long as there is a slot, then logical. */
static int choose_kind(const struct partition_table *table,
		       const struct part_request *part, enum partition_kind *ret,
		       struct error *error)
{
	bool slot = free_number(table, 1, 4) != 0,
	     extended = find_extended(table) != NULL;

	*ret = KIND_PRIMARY;
	if (table->label == LABEL_GPT)
		return 0;
	if (part_asks_extended(part))
		*ret = KIND_EXTENDED;
	else if (part_asks_logical(part) || (!part->has_kind && !slot && extended))
		*ret = KIND_LOGICAL;
	if (*ret != KIND_LOGICAL && !slot)
		return error_input(
			error, "all four primary entries are in use%s",
			extended
				? ""
				: ", and there is no extended partition; delete a primary partition to make room for an extended one");
	if (*ret == KIND_LOGICAL && !extended)
		return error_input(
			error,
			"a logical partition needs an extended partition, and there is none");
	if (*ret == KIND_EXTENDED && extended)
		return error_input(error, "there is already an extended partition");
	return 0;
}

static int choose_number(const struct partition_table *table,
			 const struct disk_request *request,
			 const struct part_request *part, enum partition_kind kind,
			 unsigned *ret, struct error *error)
{
	unsigned first = kind == KIND_LOGICAL ? DOS_FIRST_LOGICAL : 1;
	unsigned last = table->label == LABEL_GPT ? table->n_entries
			: kind == KIND_LOGICAL    ? DOS_LAST_LOGICAL
						  : 4;

	*ret = free_number(table, first, last);
	if (*ret == 0 && kind == KIND_LOGICAL)
		return part_too_many_logical(error);
	if (*ret == 0)
		return error_input(error, "all %u entries of the table are in use",
				   last - first + 1);
	if (kind == KIND_LOGICAL)
		return part_check_logical_number(request, part, *ret, error);
	if (part_check_number(request, part, last, error) < 0)
		return -1;
	if (partition_table_find(table, part->number))
		return error_input(error,
				   "number=%u is in use; the next free number is %u",
				   part->number, *ret);
	if (part->number > 0)
		*ret = part->number;
	return 0;
}

/*
 * libfdisk and Linux put the EBR directly before the partition; the head of the chain
 * cannot move.
 */
static uint64_t ebr_place(const struct partition_table *table,
			  const struct partition *partition)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_LOGICAL)
			return partition->start_lba - 1;
	return find_extended(table)->start_lba;
}

static int check_dos(const struct partition_table *table,
		     const struct partition *partition, struct error *error)
{
	if (table->label == LABEL_DOS &&
	    (partition->start_lba > UINT32_MAX ||
	     partition->end_lba - partition->start_lba >= UINT32_MAX))
		return error_input(error,
				   "an MBR cannot address blocks %" PRIu64 " to %" PRIu64,
				   partition->start_lba, partition->end_lba);
	return 0;
}

/* Checks what the request says before looking for space. */
static int read_part(const struct partition_table *table,
		     const struct disk_request *request, const struct part_request *part,
		     struct partition *ret, struct part_place *ret_place,
		     struct error *error)
{
	const uint64_t usable[2] = {table->first_usable_lba, table->last_usable_lba};
	enum partition_kind kind;
	unsigned number;

	if (choose_kind(table, part, &kind, error) < 0 ||
	    choose_number(table, request, part, kind, &number, error) < 0 ||
	    part_to_partition(request, part, kind, number, ret, error) < 0 ||
	    part_to_place(request, part, number, usable, ret_place, error) < 0)
		return -1;
	if (part->weight)
		return part_error(
			request, part, number, error,
			"weight is only for partitions that are laid out together, with disk plan or disk create");
	return 0;
}

int partition_add(struct partition_table *table, const struct disk_request *request,
		  const struct part_request *part, struct extents *kept,
		  struct room *ret_room, struct error *error)
{
	struct room found = *ret_room;
	struct partition partition;
	struct part_place place;

	if (read_part(table, request, part, &partition, &place, error) < 0)
		return -1;
	if (found.end == 0 && room_find(table, &place, partition.kind == KIND_LOGICAL,
					kept, &found, error) < 0)
		return -1;
	partition.start_lba = found.start;
	partition.end_lba = found.end - 1;
	if (check_dos(table, &partition, error) < 0)
		return -1;
	if (partition.kind == KIND_LOGICAL)
		partition.ebr_lba = ebr_place(table, &partition);
	partition.name = xstrdup(partition.name);
	*vec_add(&table->partitions) = partition;
	partition_table_sort(table);
	if (partition.active && part_check_active(table, error) < 0)
		return -1;
	if (place.slot.padding > 0)
		*vec_add(&kept->list) =
			(struct extent){.start = found.end,
					.end = found.end + place.slot.padding};
	*ret_room = found;
	return 0;
}
