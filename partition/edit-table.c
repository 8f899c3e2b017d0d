/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/edit-table.h"

#include <inttypes.h>

int edit_sector(struct disk_io *io, struct patch *patch, uint64_t lba, unsigned group,
		const uint8_t *new, struct error *error)
{
	uint8_t old[4096];

	if (disk_read(io, old, patch->sector_bytes, lba * patch->sector_bytes, error) < 0)
		return -1;
	patch_add(patch, lba, group, old, new);
	return 0;
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

int table_edit(struct disk_io *io, const struct inspection *seen,
	       const struct partition_table *wanted, enum gpt_copy from,
	       struct patch *ret, struct error *error)
{
	int rc;

	ret->sector_bytes = wanted->sector_bytes;
	if (wanted->label == LABEL_GPT)
		rc = gpt_edit(io, seen, wanted, from, ret, error);
	else if (wanted->label == LABEL_DOS)
		rc = dos_edit(io, seen, wanted, ret, error);
	else
		rc = error_input(error, "%s: has no table to change", io->name);
	if (rc < 0)
		patch_free(ret);
	else
		patch_sort(ret);
	return rc;
}
