/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/patch.h"

void patch_add(struct patch *patch, uint64_t lba, unsigned group, const uint8_t *old,
	       const uint8_t *new)
{
	struct patch_sector *sector;

	if (memcmp(old, new, patch->sector_bytes) == 0)
		return;
	sector = vec_add(&patch->sectors);
	sector->lba = lba;
	sector->group = group;
	sector->old = xmemdup(old, patch->sector_bytes);
	sector->new = xmemdup(new, patch->sector_bytes);
}

static int by_group_and_lba(const void *left, const void *right)
{
	const struct patch_sector *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->lba < b->lba ? -1 : a->lba > b->lba;
}

void patch_sort(struct patch *patch)
{
	vec_sort(&patch->sectors, by_group_and_lba);
}

struct patch_sector *patch_find(const struct patch *patch, uint64_t lba)
{
	for (size_t i = 0; i < patch->sectors.n; i++)
		if (patch->sectors.v[i].lba == lba)
			return &patch->sectors.v[i];
	return NULL;
}

void patch_free(struct patch *patch)
{
	for (size_t i = 0; i < patch->sectors.n; i++) {
		free(patch->sectors.v[i].old);
		free(patch->sectors.v[i].new);
	}
	vec_free(&patch->sectors);
}
