/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/edit-parts.h"

int edit_sector(struct disk_io *io, struct patch *patch, uint64_t lba, unsigned group,
		const uint8_t *new, struct error *error)
{
	uint8_t old[4096];

	if (disk_read(io, old, patch->sector_bytes, lba * patch->sector_bytes, error) < 0)
		return -1;
	patch_add(patch, lba, group, old, new);
	return 0;
}
