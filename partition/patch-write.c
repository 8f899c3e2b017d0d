/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/patch-write.h"

#include "base/mem.h"

#include <inttypes.h>

#define STRETCH_SECTORS 2048 /* maximum size of one write */

/* The part of @range that is contiguous on the disk, from its first sector. */
static struct patch_range next_stretch(const struct patch *patch,
				       struct patch_range range)
{
	struct patch_range stretch = {range.first, range.first + 1};
	size_t limit = MIN(range.end, range.first + STRETCH_SECTORS);

	while (stretch.end < limit && patch->sectors.v[stretch.end].lba ==
					      patch->sectors.v[stretch.end - 1].lba + 1)
		stretch.end++;
	return stretch;
}

static int write_stretch(struct disk_io *io, const struct patch *patch,
			 struct patch_range stretch, bool old, struct error *error)
{
	size_t n = (stretch.end - stretch.first) * patch->sector_bytes;
	_cleanup_free_ uint8_t *bytes = xcalloc(1, n);

	for (size_t i = stretch.first; i < stretch.end; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		memcpy(bytes + (i - stretch.first) * patch->sector_bytes,
		       old ? sector->old : sector->new, patch->sector_bytes);
	}
	return disk_write(io, bytes, n,
			  patch->sectors.v[stretch.first].lba * patch->sector_bytes,
			  error);
}

int patch_write(struct disk_io *io, const struct patch *patch, struct patch_range range,
		bool old, struct progress *progress, struct error *error)
{
	while (range.first < range.end) {
		struct patch_range stretch = next_stretch(patch, range);

		if (write_stretch(io, patch, stretch, old, error) < 0)
			return -1;
		progress_add(progress, (uint64_t)(stretch.end - stretch.first) *
					       patch->sector_bytes);
		range.first = stretch.end;
	}
	return 0;
}

struct patch_range patch_group_from(const struct patch *patch, size_t first)
{
	struct patch_range range = {first, first};

	while (range.end < patch->sectors.n &&
	       patch->sectors.v[range.end].group == patch->sectors.v[first].group)
		range.end++;
	return range;
}

struct patch_range patch_group_before(const struct patch *patch, size_t end)
{
	struct patch_range range = {end, end};

	while (range.first > 0 &&
	       patch->sectors.v[range.first - 1].group == patch->sectors.v[end - 1].group)
		range.first--;
	return range;
}

/* One sector, read into @bytes. */
static int read_sector(struct disk_io *io, const struct patch *patch, size_t i,
		       uint8_t *bytes, struct error *error)
{
	return disk_read(io, bytes, patch->sector_bytes,
			 patch->sectors.v[i].lba * patch->sector_bytes, error);
}

static int compare(struct disk_io *io, const struct patch *patch, bool old,
		   struct progress *progress, const struct patch_sector **ret_other,
		   struct error *error)
{
	uint8_t bytes[4096];

	*ret_other = NULL;
	for (size_t i = 0; i < patch->sectors.n && !*ret_other; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		if (read_sector(io, patch, i, bytes, error) < 0)
			return -1;
		if (memcmp(bytes, old ? sector->old : sector->new, patch->sector_bytes) !=
		    0)
			*ret_other = sector;
		progress_add(progress, patch->sector_bytes);
	}
	return 0;
}

int patch_compare(struct disk_io *io, const struct patch *patch, bool old, bool *ret_same,
		  uint64_t *ret_lba, struct error *error)
{
	const struct patch_sector *other;

	if (compare(io, patch, old, NULL, &other, error) < 0)
		return -1;
	*ret_same = !other;
	*ret_lba = other ? other->lba : 0;
	return 0;
}

int patch_must_be(struct disk_io *io, const struct patch *patch, bool old,
		  struct progress *progress, struct error *error)
{
	const struct patch_sector *other;

	if (compare(io, patch, old, progress, &other, error) < 0)
		return -1;
	return !other ? 0
		      : error_system(error, 0,
				     "%s: block %" PRIu64
				     " does not keep what is written",
				     io->name, other->lba);
}

int patch_restore(struct disk_io *io, const struct patch *patch, struct patch_range range,
		  struct error *error)
{
	uint32_t n = patch->sector_bytes;
	uint8_t bytes[4096];

	for (size_t i = range.first; i < range.end; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		if (read_sector(io, patch, i, bytes, error) < 0)
			return -1;
		if (memcmp(bytes, sector->old, n) != 0 &&
		    disk_write(io, sector->old, n, sector->lba * n, error) < 0)
			return -1;
	}
	return 0;
}
