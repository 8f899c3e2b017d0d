/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/partition-table.h"

const char *label_name(enum table_label label)
{
	static const char *const names[] = {"none", "gpt", "dos"};

	return names[label];
}

const char *kind_name(enum partition_kind kind)
{
	static const char *const names[] = {"primary", "extended", "logical"};

	return names[kind];
}

void partition_table_free(struct partition_table *table)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		free(table->partitions.v[i].name);
	vec_free(&table->partitions);
	*table = (struct partition_table){};
}

static int by_number(const void *left, const void *right)
{
	const struct partition *a = left, *b = right;

	return a->number < b->number ? -1 : a->number > b->number;
}

void partition_table_sort(struct partition_table *table)
{
	vec_sort(&table->partitions, by_number);
}

struct partition *partition_table_find(const struct partition_table *table,
				       unsigned number)
{
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].number == number)
			return &table->partitions.v[i];
	return NULL;
}

static char *number_differs(const char *what, uint64_t is, uint64_t wanted)
{
	if (is == wanted)
		return NULL;
	return xasprintf("%s is %ju, not %ju", what, (uintmax_t)is, (uintmax_t)wanted);
}

static char *guid_differs(const char *what, struct guid is, struct guid wanted)
{
	char a[GUID_TEXT_BYTES], b[GUID_TEXT_BYTES];

	if (guid_equal(is, wanted))
		return NULL;
	guid_format(is, a);
	guid_format(wanted, b);
	return xasprintf("%s is %s, not %s", what, a, b);
}

static char *name_differs(const char *is, const char *wanted)
{
	if (streq(is ? is : "", wanted ? wanted : ""))
		return NULL;
	return xasprintf("name is \"%s\", not \"%s\"", is ? is : "",
			 wanted ? wanted : "");
}

static char *partition_difference(const struct partition *is,
				  const struct partition *wanted)
{
	const struct {
		const char *what;
		uint64_t is, wanted;
	} rows[] = {
		{"kind", is->kind, wanted->kind},
		{"start", is->start_lba, wanted->start_lba},
		{"end", is->end_lba, wanted->end_lba},
		{"EBR sector", is->ebr_lba, wanted->ebr_lba},
		{"type code", is->type_code, wanted->type_code},
		{"attributes", is->attributes, wanted->attributes},
		{"active flag", is->active, wanted->active},
	};
	char *differs = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && !differs; i++)
		differs = number_differs(rows[i].what, rows[i].is, rows[i].wanted);
	if (!differs)
		differs = guid_differs("type", is->type, wanted->type);
	if (!differs)
		differs = guid_differs("UUID", is->uuid, wanted->uuid);
	return differs ? differs : name_differs(is->name, wanted->name);
}

static char *header_difference(const struct partition_table *is,
			       const struct partition_table *wanted)
{
	const struct {
		const char *what;
		uint64_t is, wanted;
	} rows[] = {
		{"sector size", is->sector_bytes, wanted->sector_bytes},
		{"number of sectors", is->n_sectors, wanted->n_sectors},
		{"disk signature", is->disk_signature, wanted->disk_signature},
		{"first usable LBA", is->first_usable_lba, wanted->first_usable_lba},
		{"last usable LBA", is->last_usable_lba, wanted->last_usable_lba},
		{"number of entries", is->n_entries, wanted->n_entries},
		{"size of an entry", gpt_entry_bytes(is), gpt_entry_bytes(wanted)},
		{"number of partitions", is->partitions.n, wanted->partitions.n},
	};
	char *differs = NULL;

	if (is->label != wanted->label)
		return xasprintf("label is %s, not %s", label_name(is->label),
				 label_name(wanted->label));
	for (size_t i = 0; i < ARRAY_SIZE(rows) && !differs; i++)
		differs = number_differs(rows[i].what, rows[i].is, rows[i].wanted);
	return differs ? differs
		       : guid_differs("disk GUID", is->disk_guid, wanted->disk_guid);
}

char *partition_table_difference(const struct partition_table *is,
				 const struct partition_table *wanted)
{
	char *differs = header_difference(is, wanted);

	for (size_t i = 0; i < wanted->partitions.n && !differs; i++) {
		const struct partition *want = &wanted->partitions.v[i];
		const struct partition *have = partition_table_find(is, want->number);
		_cleanup_free_ char *inner = NULL;

		if (!have)
			return xasprintf("partition %u is missing", want->number);
		inner = partition_difference(have, want);
		if (inner)
			differs = xasprintf("partition %u: %s", want->number, inner);
	}
	return differs;
}

bool partition_same(const struct partition *a, const struct partition *b)
{
	return a->kind == b->kind && a->start_lba == b->start_lba &&
	       a->end_lba == b->end_lba && a->ebr_lba == b->ebr_lba &&
	       guid_equal(a->type, b->type) && a->type_code == b->type_code &&
	       guid_equal(a->uuid, b->uuid) && streq_null(a->name, b->name) &&
	       a->attributes == b->attributes && a->active == b->active;
}

struct partition_table partition_table_copy(const struct partition_table *table)
{
	struct partition_table copy = *table;

	copy.partitions.v = NULL;
	copy.partitions.n = copy.partitions.room = 0;
	for (size_t i = 0; i < table->partitions.n; i++) {
		struct partition *partition = vec_add(&copy.partitions);

		*partition = table->partitions.v[i];
		partition->name = xstrdup(partition->name);
	}
	return copy;
}
