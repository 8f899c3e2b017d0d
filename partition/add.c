/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* add.c - one more partition in a table. */
#include "partition/free.h"

#include "partition/types.h"

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

/* As libvirt and fdisk do: primary while there is a slot, then logical. */
static int choose_kind(const struct partition_table *table,
		       const struct part_request *part, enum partition_kind *ret,
		       struct error *error)
{
	bool slot = free_number(table, 1, 4) != 0,
	     extended = find_extended(table) != NULL;

	*ret = KIND_PRIMARY;
	if (table->label == LABEL_GPT) {
		if (part->has_kind && part->kind != KIND_PRIMARY)
			return error_input(error, "a GPT has no %s partitions",
					   kind_name(part->kind));
		return 0;
	}
	if (part->has_kind)
		*ret = part->kind;
	else if (!slot && extended)
		*ret = KIND_LOGICAL;
	if (*ret != KIND_LOGICAL && !slot)
		return error_input(error, "all four primary partitions are taken%s",
				   extended ? "" : ", and none is an extended one");
	if (*ret == KIND_LOGICAL && !extended)
		return error_input(error,
				   "there is no extended partition for a logical one");
	if (*ret == KIND_EXTENDED && extended)
		return error_input(error, "there is an extended partition already");
	return 0;
}

static int choose_number(const struct partition_table *table,
			 const struct part_request *part, enum partition_kind kind,
			 unsigned *ret, struct error *error)
{
	unsigned first = kind == KIND_LOGICAL ? DOS_FIRST_LOGICAL : 1;
	unsigned last = table->label == LABEL_GPT ? table->n_entries
			: kind == KIND_LOGICAL    ? DOS_FIRST_LOGICAL + 59
						  : 4;

	*ret = free_number(table, first, last);
	if (*ret == 0)
		return error_input(error, "all %u places of the table are taken",
				   last - first + 1);
	if (part->number == 0 || part->number == *ret)
		return 0;
	if (kind == KIND_LOGICAL || part->number < first || part->number > last)
		return error_input(error, "number=%u cannot be given; the next one is %u",
				   part->number, *ret);
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].number == part->number)
			return error_input(error,
					   "number=%u is taken; the next one is %u",
					   part->number, *ret);
	*ret = part->number;
	return 0;
}

static int set_type(const struct partition_table *table, const struct part_request *part,
		    struct partition *partition, struct error *error)
{
	const char *type = part->type ? part->type : "linux-generic", *nearest;

	if (partition->kind == KIND_EXTENDED) {
		partition->type_code = 0x0f;
		return 0;
	}
	if (type_parse(table->label, type, &partition->type, &partition->type_code) &&
	    (table->label != LABEL_DOS || !is_extended_code(partition->type_code))) {
		/* An entry has only one of the two. */
		if (table->label == LABEL_GPT)
			partition->type_code = 0;
		else
			partition->type = (struct guid){};
		return 0;
	}
	nearest = type_nearest(table->label, type);
	return error_input(error, "type=%s is no type of a partition here%s%s", type,
			   nearest ? "; did you mean " : "", nearest ? nearest : "");
}

/* libfdisk and Linux put the EBR directly before; the chain's head is where it must be.
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
				   "an MBR cannot say blocks %" PRIu64 " to %" PRIu64,
				   partition->start_lba, partition->end_lba);
	return 0;
}

int partition_add(struct partition_table *table, const struct disk_request *request,
		  const struct part_request *part, struct room *ret_room,
		  struct error *error)
{
	struct partition partition = {.uuid = part->uuid,
				      .attributes = part->attributes,
				      .active = part->active};
	struct room found;

	if (choose_kind(table, part, &partition.kind, error) < 0 ||
	    choose_number(table, part, partition.kind, &partition.number, error) < 0 ||
	    set_type(table, part, &partition, error) < 0)
		return -1;
	found = *ret_room;
	if (found.end == 0 &&
	    room_find(table, request, part, partition.kind == KIND_LOGICAL, &found,
		      error) < 0)
		return -1;
	partition.start_lba = found.start;
	partition.end_lba = found.end - 1;
	if (check_dos(table, &partition, error) < 0)
		return -1;
	if (partition.kind == KIND_LOGICAL)
		partition.ebr_lba = ebr_place(table, &partition);
	partition.name = xstrdup(part->name);
	*vec_add(&table->partitions) = partition;
	partition_table_sort(table);
	*ret_room = found;
	return 0;
}
