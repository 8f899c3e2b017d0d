/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect-table.c - checks that apply to the partitions of any label. */
#include "partition/inspect-parts.h"

#include <inttypes.h>

static int by_start(const void *left, const void *right)
{
	const struct partition *a = *(const struct partition *const *)left;
	const struct partition *b = *(const struct partition *const *)right;

	if (a->start_lba != b->start_lba)
		return a->start_lba < b->start_lba ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void say_overlap(struct inspector *in, const struct partition *a,
			const struct partition *b)
{
	char subject[SUBJECT_BYTES];
	struct finding *finding =
		inspector_find(in, "partition-overlap", SEVERITY_ERROR,
			       partition_subject(b->number, subject),
			       "Partitions %u%s%s%s and %u%s%s%s overlap: blocks %" PRIu64
			       " to %" PRIu64 " and %" PRIu64 " to %" PRIu64 ".",
			       a->number, a->name ? " (" : "", a->name ? a->name : "",
			       a->name ? ")" : "", b->number, b->name ? " (" : "",
			       b->name ? b->name : "", b->name ? ")" : "", a->start_lba,
			       a->end_lba, b->start_lba, b->end_lba);

	finding->remedy = xstrdup(
		"Shrink or delete one of the two partitions before anything is written to either of them.");
}

typedef VEC(const struct partition *) partition_list;

/*
 * Reports all pairs that overlap, of a list sorted by start; they need not be neighbours.
 * A partition that contains ten others gives ten findings.
 */
static void find_overlaps(struct inspector *in, const partition_list *list)
{
	size_t reported = 0;

	for (size_t i = 0; i < list->n; i++)
		for (size_t j = i + 1; j < list->n && reported < 100; j++) {
			if (list->v[j]->start_lba > list->v[i]->end_lba)
				break;
			if (in->ret->iso) {
				inspector_say_isohybrid(in);
				return;
			}
			say_overlap(in, list->v[i], list->v[j]);
			reported++;
		}
}

/* Logical partitions are inside the extended one and are compared with each other. */
static void check_overlaps(struct inspector *in)
{
	const struct partition_table *table = &in->ret->table;

	for (int logical = 0; logical <= 1; logical++) {
		partition_list list = {};

		for (size_t i = 0; i < table->partitions.n; i++)
			if ((table->partitions.v[i].kind == KIND_LOGICAL) == logical)
				*vec_add(&list) = &table->partitions.v[i];
		vec_sort(&list, by_start);
		find_overlaps(in, &list);
		vec_free(&list);
	}
}

/* The sector that describes one logical partition must not be part of another. */
static void check_ebrs(struct inspector *in)
{
	const struct partition_table *table = &in->ret->table;
	char subject[SUBJECT_BYTES];

	for (size_t i = 0; i < table->partitions.n; i++)
		for (size_t j = 0; j < table->partitions.n; j++) {
			const struct partition *a = &table->partitions.v[i];
			const struct partition *b = &table->partitions.v[j];

			if (a->kind != KIND_LOGICAL || b->kind != KIND_LOGICAL ||
			    a->ebr_lba < b->start_lba || a->ebr_lba > b->end_lba)
				continue;
			inspector_find(in, "partition-overlap", SEVERITY_ERROR,
				       partition_subject(b->number, subject),
				       "Partition %u, blocks %" PRIu64 " to %" PRIu64
				       ", holds the EBR of partition %u at LBA %" PRIu64
				       ".",
				       b->number, b->start_lba, b->end_lba, a->number,
				       a->ebr_lba);
		}
}

static int by_uuid(const void *left, const void *right)
{
	const struct partition *a = *(const struct partition *const *)left;
	const struct partition *b = *(const struct partition *const *)right;
	int order = guid_compare(&a->uuid, &b->uuid);

	return order ? order : a->number < b->number ? -1 : a->number > b->number;
}

static void say_duplicate(struct inspector *in, struct guid uuid, const char *what)
{
	char text[GUID_TEXT_BYTES];
	struct finding *finding;

	guid_format(uuid, text);
	finding = inspector_find(in, "gpt-duplicate-uuid", SEVERITY_ERROR, NULL,
				 "%s have the same UUID, %s.", what, text);
	finding->remedy = xstrdup("sfdisk --part-uuid gives one of them a new UUID.");
}

static void check_uuids(struct inspector *in)
{
	const struct partition_table *table = &in->ret->table;
	partition_list list = {};

	for (size_t i = 0; i < table->partitions.n; i++)
		if (!guid_is_zero(table->partitions.v[i].uuid))
			*vec_add(&list) = &table->partitions.v[i];
	vec_sort(&list, by_uuid);
	for (size_t i = 0; i < list.n; i++) {
		_cleanup_free_ char *what = NULL;

		if (i > 0 && guid_equal(list.v[i - 1]->uuid, list.v[i]->uuid)) {
			what = xasprintf("Partitions %u and %u", list.v[i - 1]->number,
					 list.v[i]->number);
			say_duplicate(in, list.v[i]->uuid, what);
		}
		if (guid_equal(list.v[i]->uuid, table->disk_guid)) {
			free(what);
			what = xasprintf("The disk and partition %u", list.v[i]->number);
			say_duplicate(in, list.v[i]->uuid, what);
		}
	}
	vec_free(&list);
}

static void say_misaligned(struct inspector *in, const struct partition *partition,
			   const struct inspect_question *question, bool end)
{
	uint64_t lba = end ? partition->end_lba + 1 : partition->start_lba;
	uint64_t past = lba * in->sector_bytes % question->grain_bytes;
	char subject[SUBJECT_BYTES];
	struct finding *finding;

	if (past == 0)
		return;
	finding = inspector_find(in, end ? "align-end" : "align-start", SEVERITY_WARNING,
				 partition_subject(partition->number, subject),
				 "Partition %u is misaligned: it %s %" PRIu64
				 " bytes after a boundary of %" PRIu64 " bytes (%s).",
				 partition->number, end ? "ends" : "begins", past,
				 question->grain_bytes, question->grain_name);
	finding->observed = xasprintf("%" PRIu64, lba * in->sector_bytes);
}

static void check_alignment(struct inspector *in, const struct inspect_question *question)
{
	const struct partition_table *table = &in->ret->table;

	for (size_t i = 0; question->grain_bytes > 0 && i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		if (partition->kind == KIND_EXTENDED)
			continue; /* nothing is read or written at its ends */
		say_misaligned(in, partition, question, false);
		say_misaligned(in, partition, question, true);
	}
}

void table_inspect(struct inspector *in, const struct inspect_question *question)
{
	partition_table_sort(&in->ret->table);
	check_overlaps(in);
	if (in->ret->table.label == LABEL_DOS)
		check_ebrs(in);
	if (in->ret->table.label == LABEL_GPT)
		check_uuids(in);
	check_alignment(in, question);
}
